# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What must not be seen, and taking it out of text. Private to the collection.

One register for a task: the options marked secret, tokens minted on the way, the password that the platform returns.
"""

from __future__ import annotations

import base64
import html
import json
import re
import threading
import unicodedata
from urllib.parse import quote, quote_plus

from ._text import printable, redact, shorten, unescaped

MASK = "********"
#: What stands for a text that holds a secret in a spelling that cannot be masked.
HIDDEN = "(left out: it holds a secret)"
#: Characters by which spellings are found, and how many spellings are looked for one by one.
_START = 3
_FEW = 200
#: Characters of somebody else's text that are looked at when it is quoted.
LONGEST_QUOTED = 20000
#: Compiled here, so that workers need not.
_MARKUP = re.compile("[<>&']")
_UNICODE_ESCAPE = re.compile(r"\\u[0-9a-f]{4}")
_PERCENT_ESCAPE = re.compile("%[0-9A-F]{2}")


class Secrets:
    """A register of secrets that masks them in what is shown. Safe for threads; thousands of secrets cost little more than one."""

    def __init__(self):
        self._lock = threading.Lock()
        self._values = set()
        self._spellings = set()
        # The lengths of the spellings by their first characters, the longest first: a secret inside another does not leave
        # the rest of the longer one behind.
        self._lengths = {}
        # How many characters those are, nearly always _START.
        self._sizes: tuple = ()
        self._longest = 0

    def add(self, *values):
        """Register secrets: text; numbers count as their text; None, empty and blank values are passed over: blanks are in any text."""
        for value in values:
            text = "" if value is None else str(value)
            if text.strip() and text not in self._values:
                with self._lock:
                    self._values.add(text)
                    for form in _spellings(text) - self._spellings:
                        self._spellings.add(form)
                        self._longest = max(self._longest, len(form))
                        if len(form[:_START]) not in self._sizes:
                            self._sizes = (*self._sizes, len(form[:_START]))
                        lengths = self._lengths.get(form[:_START], ())
                        if len(form) not in lengths:
                            # A new one, since another thread may be reading the old one.
                            self._lengths[form[:_START]] = tuple(sorted({*lengths, len(form)}, reverse=True))

    def mask(self, text):
        """Return text with every spelling of every secret replaced by ``********``; masks that are in it already stay as they are."""
        return self._masked(text, len(text))

    def _masked(self, text, end):
        """Return so many characters of text, masked. A secret that begins among them counts although it ends after them."""
        if not self._may_hold_any(text):
            return text[:end]
        parts = []
        done = position = 0
        while position < end:
            length = self._length_at(text, position)
            if length <= len(MASK) and text.startswith(MASK, position):
                # Of an earlier pass, even where a secret is made of asterisks.
                length = len(MASK)
            if not length:
                position += 1
            else:
                parts += [text[done:position], MASK]
                done = position = position + length
        return "".join(parts) + text[done:end]

    def _may_hold_any(self, text):
        """Return whether text may hold a secret, in which it is then looked for at each character: exact where secrets are few.

        Most texts hold none, so that this is what masking costs.
        """
        if len(self._spellings) > _FEW:
            return any(not self._lengths.keys().isdisjoint([text[place : place + size] for place in range(len(text))]) for size in self._sizes)
        return any(form in text for form in list(self._spellings))

    def _length_at(self, text, position):
        """Return the length of the longest spelling that begins at a position of text, 0 if none does."""
        for size in range(_START, 0, -1):
            for length in self._lengths.get(text[position : position + size], ()):
                if text[position : position + length] in self._spellings:
                    return length
        return 0

    def mask_values(self, value):
        """Return a copy of a value with every text in it masked, keys too, and numbers that are a secret.

        value: JSON types in any depth; booleans and None stay.
        """
        if isinstance(value, str):
            return self.mask(value)
        if isinstance(value, dict):
            return {self.mask_values(name): self.mask_values(item) for name, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.mask_values(item) for item in value]
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return MASK if str(value) in self._spellings else value
        return value

    def safe(self, text, longest=LONGEST_QUOTED):
        """Return what somebody else wrote, safe to be shown: masked, redacted, and printable; so many characters of it."""
        # Cut first, since looking for secrets costs time, but not within a secret.
        text = text[: longest + self._longest]
        text = printable(redact(self._masked(text, min(longest, len(text)))))
        # Once more: a secret that was broken over lines, or indented, is whole again on one line.
        line = " ".join(text.split())
        text = text if self.mask(line) == line else self.mask(line)
        # Escapes can be nested in more ways than anybody lists; what still holds a secret when they are undone is left out.
        lines = (" ".join(plain.split()) for plain in unescaped(text))
        return text if all(self.mask(line) == line for line in lines) else HIDDEN

    def quote(self, text, limit=300):
        """Return what somebody else wrote, safe to be shown on one line, and shortened last of all."""
        return shorten(self.safe(text), limit)


def _spellings(secret):
    """Return the forms in which a platform, a proxy or a library may echo a secret, as a set of texts."""
    forms = set()
    # Platforms trim and collapse blanks of what they store.
    texts = {secret, secret.strip(), " ".join(secret.split())}
    if not secret.isascii():
        # Databases and file systems compose letters and their accents, or take them apart, as PostgreSQL does with passwords.
        texts |= {" ".join(unicodedata.normalize(form, secret).split()) for form in ("NFC", "NFD", "NFKC", "NFKD")}
    for plain in texts:
        forms |= {plain, repr(plain)[1:-1], plain.replace("'", "''"), plain.replace('"', '""')}
        forms |= _in_json(plain) | _in_html(plain) | _in_urls(plain) | _in_base64(plain)
    return {form for form in forms if form.strip()}


def _in_json(text):
    once = {json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]}
    once |= {form.replace("/", "\\/") for form in once}
    once |= {_MARKUP.sub(lambda match: "\\u%04x" % ord(match.group()), form) for form in once}
    once |= {_UNICODE_ESCAPE.sub(lambda match: "\\u" + match.group()[2:].upper(), form) for form in once}
    # JSON in JSON.
    return once | {json.dumps(form, ensure_ascii=ascii_only)[1:-1] for form in once for ascii_only in (True, False)}


def _in_html(text):
    plain = html.escape(text, quote=False)
    singles = ("'", "&#x27;", "&#39;", "&apos;") if "'" in text else ("'",)
    doubles = ('"', "&quot;", "&#34;") if '"' in text else ('"',)
    return {plain.replace("'", single).replace('"', double) for single in singles for double in doubles}


def _in_urls(text):
    # Lone surrogates (undecodable bytes of an environment variable) cannot be URL-quoted as they are.
    quotable = _encoded(text)
    percent = {quote(quotable, safe=""), quote(quotable), quote_plus(quotable)}
    return percent | {_PERCENT_ESCAPE.sub(lambda match: match.group().lower(), form) for form in percent}


def _in_base64(text):
    # Without padding, so that both ways of writing it are found.
    encoded = _encoded(text)
    return {base64.b64encode(encoded).decode().rstrip("="), base64.urlsafe_b64encode(encoded).decode().rstrip("=")}


def _encoded(text):
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return b""
