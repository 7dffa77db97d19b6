# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What holds for every result, whatever came back."""

from __future__ import annotations

import functools
import json
import re
import unicodedata

from support.spellings import spellings

#: Categories of characters that no terminal may see raw: control, format, surrogates, line and paragraph separators.
RAW = frozenset(["Cc", "Cf", "Cs", "Zl", "Zp"])
#: Characters of JSON.
LARGEST_RESULT = 50_000


@functools.cache
def _forms(secret: str) -> frozenset[str]:
    """A secret in every spelling, and the words in it, so that half of one is found too."""
    return frozenset([*spellings(secret), *re.findall(r"[\w-]{10,}", secret)])


def leaks(text: str, *secrets: str) -> list[str]:
    """The spellings and parts of the secrets that a text holds."""
    return [form for secret in secrets for form in _forms(secret) if form in text]


def texts(value):
    """Every text in JSON types, names too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from texts(name)
            yield from texts(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from texts(item)


def raw_characters(text: str, allowed: str = "") -> list[str]:
    """The characters of a text that could drive a terminal, or hide something, besides those allowed."""
    return [] if text.isascii() and text.isprintable() else [f"U+{ord(each):04X}" for each in text if each not in allowed and unicodedata.category(each) in RAW]


def check(result: dict, *secrets: str):
    """Assert that a result is one: plain, safe and small."""
    assert result["changed"].__class__ is bool and result.get("failed") in (None, True), result
    printed = json.dumps(result)
    leaked = leaks(printed + json.dumps(result, ensure_ascii=False), *secrets)
    assert not leaked, f"{leaked} in {printed}"
    driving = [found for text in texts(result) for found in raw_characters(text)]
    assert not driving, f"{driving} in {printed}"
    assert len(printed) < LARGEST_RESULT, f"{len(printed)} characters: {printed[:1000]}"
    if result.get("failed"):
        assert isinstance(result["msg"], str) and "a bug in the collection" not in result["msg"], result
