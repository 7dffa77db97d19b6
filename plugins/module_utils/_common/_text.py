# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Checks and clean-up of text. Private to the collection."""

from __future__ import annotations

import html
import re
import unicodedata
from urllib.parse import unquote, unquote_plus

#: Categories of characters that no terminal may see raw: control, format (zero-width, bidirectional), surrogates, line separators.
_UNPRINTABLE = frozenset(["Cc", "Cf", "Cs", "Zl", "Zp"])
_FIELD_OF_A_SECRET = re.compile(
    r"""(?ix)
    ( (?:pass|pwd|secret|token) [\w-]{0,60} (?![\w-])              # the end of the name
      (?:\\{0,8}(?:["'>]|&quot;|&\#3[49];|\\?u002[27]))?           # the end of its quotes, which may be escaped, or of its tag
      (?: \s{0,8} (?:[:=]>?|,|(?<=>)) \s{0,8} (?:-\s{1,8})?        # what is between: a colon, an equals sign, an arrow, a dash below it,
          (?: \\{0,8} (["'])? \w{1,40} \\{0,8} (?(2)\2|(?!)) \s{0,8} : \s{0,8} )?    # another name in quotes,
        | \s{1,8} (?:value|content) \s{0,8} = \s{0,8}              # an attribute,
        | \s{1,8} (?=[bue]?\\{0,8}["']) ) \\{0,8} )                # or blanks alone, before quotes
    ( [\[{(] | [bue]?(?:"(?:[^"\\]|\\.){0,4096}"?|'(?:[^'\\]|\\.){0,4096}'?)
      | (?:&quot;|&\#3[49];) .{0,4096}? (?:&quot;|&\#3[49];|$)
      | \\?u002[27] .{0,4096}? (?:\\?u002[27]|$)
      | (?<=[=>:\s]) [^\s"',;&}\]<]{1,4096} )
    """
)
_USER_IN_A_URL = re.compile(r"(\\?/\\?/)[^/\s\"'<>]{1,1024}@")
REDACTED = "********"
_OPENING, _CLOSING = frozenset("[{("), frozenset("]})")
#: What opens and closes a list or an object, and quoted text, in which a bracket is a character like any other.
_GROUPING = re.compile(r"""[\[{(\]})]|\\{0,8}"(?:[^"\\]|\\[^"]){0,4096}\\{0,8}"|\\{0,8}'(?:[^'\\]|\\[^']){0,4096}\\{0,8}'""")


def has_control(text):
    """Return whether text holds a control character, or half a character (a lone surrogate), which UTF-8 cannot carry."""
    return any(unicodedata.category(character) in ("Cc", "Cs") for character in text)


def printable(text):
    """Return text with each character that could drive a terminal, or hide something, replaced by a space or ``?``."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(character if unicodedata.category(character) not in _UNPRINTABLE else " " if character in "\t\n\r" else "?" for character in text)


def redact(text):
    """Return text without the values of what looks like a secret: ``"password": "…"``, ``token=…``, ``//user:password@``.

    A value may be a list or an object as well, which goes as a whole.
    """
    parts: list = []
    done = 0
    while True:
        found = _FIELD_OF_A_SECRET.search(text, done)
        if found is None:
            return _USER_IN_A_URL.sub(r"\1%s@" % REDACTED, "".join(parts) + text[done:])
        parts += [text[done : found.start()], found.group(1), REDACTED]
        done = _end_of_group(text, found.start(3)) if found.group(3) in _OPENING else found.end()


def _end_of_group(text, start):
    """Return where the list or object ends that begins there; the end of text where it does not end."""
    depth = 0
    for token in _GROUPING.finditer(text, start):
        if token.group() in _OPENING:
            depth += 1
        elif token.group() in _CLOSING:
            depth -= 1
            if depth == 0:
                return token.end()
    return len(text)


def unescaped(text, depth=4):
    """Return the texts that text may stand for when escapes of JSON, Python, HTML, URLs and doubled quotes are undone, nested ones too."""
    found: set = set()
    newest = {text}
    for _level in range(depth):
        newest = {undo(one) for one in newest for undo in _UNDO if _ESCAPED.search(one)} - found - {text}
        found |= newest
    return found


_BACKSLASH = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", re.DOTALL)
_BLANK = re.compile(r"\\[nrt]")


def _without_backslashes(text):
    return _BACKSLASH.sub(lambda match: _character(*match.groups()), text)


def _character(four, two, plain):
    return plain if plain is not None else chr(int(four or two, 16))


#: What may be an escape, and what undoes one layer of them.
_ESCAPED = re.compile(r"""[\\&%+]|''|\"\"""")
_UNDO = (
    _without_backslashes,
    lambda text: _BLANK.sub(" ", text),
    html.unescape,
    unquote,
    unquote_plus,
    lambda text: text.replace("''", "'"),
    lambda text: text.replace('""', '"'),
)


def shorten(text, limit=300):
    """Return text on one line, and at most limit characters of it."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"
