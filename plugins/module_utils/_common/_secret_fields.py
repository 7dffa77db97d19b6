# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fields whose names look like secrets, in what somebody else sent. Private to the collection."""

from __future__ import annotations

import functools
import re
import unicodedata

_LOOKS_SECRET = re.compile(r"pass|pwd|secret|token|credential|dsn|conn(ection)?(string|uri|url|info)|(api|private|access)key")
#: So many are looked for, with so much text; a response is bounded, but not what it costs to compare everything with everything.
_MOST = 100
_MOST_TEXT = 50_000


@functools.lru_cache(maxsize=256)  # the same few names in each of thousands of connections
def looks_secret(name):
    """Return whether a field of that name may hold a secret, however the name is written."""
    return bool(_LOOKS_SECRET.search("".join(letter for letter in unicodedata.normalize("NFKC", name).lower() if letter.isalnum())))


def secrets_in(value):
    """Return the texts and numbers in fields that look like secrets, at any depth of JSON types."""
    # What is shorter is part of any text.
    return _first(leaf for leaf, secret in _leaves(value) if secret and len(str(leaf)) > 2)


def texts_in(value):
    """Return the texts and numbers in a value of JSON types, at any depth, without empty ones."""
    return _first(leaf for leaf, _secret in _leaves(value) if leaf != "")


def _leaves(value):
    """Yield each text and number, in order, with whether a field around it looks like a secret."""
    # A list in place of recursion: what is nested deeply is no error.
    left = [(value, False)]
    while left:
        value, secret = left.pop()
        if isinstance(value, dict):
            left += [(item, secret or looks_secret(name)) for name, item in reversed(value.items())]
        elif isinstance(value, list):
            left += [(item, secret) for item in reversed(value)]
        elif isinstance(value, (str, int, float)) and not isinstance(value, bool):
            yield value, secret


def _first(leaves):
    """Return as many leaves as are looked for."""
    found: list = []
    size = 0
    for leaf in leaves:
        if len(found) < _MOST and size + len(str(leaf)) <= _MOST_TEXT:
            found.append(leaf)
            size += len(str(leaf))
    return found
