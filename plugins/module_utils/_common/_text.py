# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Checks and clean-up of text. Private to the collection."""

from __future__ import annotations

import re
import unicodedata

#: Categories of characters that no terminal may see raw: control, format (zero-width, bidirectional), surrogates, line separators.
_UNPRINTABLE = frozenset(["Cc", "Cf", "Cs", "Zl", "Zp"])
_FIELD_OF_A_SECRET = re.compile(
    r"""(?ix)
    ( ["']?[\w-]{0,40} (?:pass|pwd|secret|token) [\w-]{0,40} \\{0,8}["']?   # the name, in quotes that may be escaped
      \s{0,8} [:=] \s{0,8} \\{0,8} )
    ( "(?:[^"\\]|\\.){0,4096}"? | '(?:[^'\\]|\\.){0,4096}'? | [^\s"',;&}\]]{1,4096} )
    """
)
_USER_IN_A_URL = re.compile(r"(://|//)[^/\s\"'<>]{1,1024}@")
REDACTED = "********"


def has_control(text):
    """Return whether text holds a control character, or half a character (a lone surrogate), which UTF-8 cannot carry."""
    return any(unicodedata.category(character) in ("Cc", "Cs") for character in text)


def printable(text):
    """Return text with each character that could drive a terminal, or hide something, replaced by a space or ``?``."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        character if unicodedata.category(character) not in _UNPRINTABLE else " " if character in "\t\n\r" else "?" for character in text
    )


def redact(text):
    """Return text without the values of what looks like a secret: ``"password": "…"``, ``token=…``, ``//user:password@``."""
    return _USER_IN_A_URL.sub(r"\1%s@" % REDACTED, _FIELD_OF_A_SECRET.sub(r"\1%s" % REDACTED, text))


def shorten(text, limit=300):
    """Return text on one line, and at most limit characters of it."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"
