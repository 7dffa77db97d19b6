# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A response as it came, and what may be quoted of it. Private to the collection."""

from __future__ import annotations

import codecs
import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from .._common._secret_fields import secrets_in

#: Where a textual message is looked for in a JSON object, in this order.
_MESSAGE_FIELDS = ("error", "status", "message")
#: Bytes of a page in which its title is looked for, and of the longest title.
_HEAD_OF_A_PAGE = 64 * 1024
_LONGEST_TITLE = 1000
_DIGITS = frozenset("0123456789")
_CHARSET = re.compile(r"""(?i)charset\s*=\s*["']?([\w.:-]{1,40})""")
_TITLE, _END_OF_TITLE = re.compile("(?i)<title"), re.compile("(?i)</title")


@dataclass(frozen=True)
class Response:
    """A response. status: int. headers: case-insensitive mapping. content: bytes, whose number the client bounds."""

    status: int
    headers: Mapping
    content: bytes

    def json(self):
        """Return the content as JSON types, None if it is empty. Raise ValueError if it is not JSON."""
        try:
            return json.loads(self.content) if self.content.strip() else None
        except RecursionError:
            raise ValueError("it is nested too deeply") from None

    def secrets(self):
        """Return the texts and numbers in fields of JSON that look like secrets. Of a field that comes twice, `json` has the last value alone."""
        try:
            return secrets_in(json.loads(self.content, object_pairs_hook=_all_members))
        except (ValueError, RecursionError):
            return []

    def message(self):
        """Return the response's message to a person, the only part that may be quoted; ``""`` if there is none.

        That is a textual ``error``, ``status`` or ``message`` of a JSON object, or the title of a page. Anything else may
        hold secrets that nobody here knows: of it, `kind` tells what it is.
        """
        try:
            content = self.json()
        except ValueError:
            title = self._title()
            return "a page titled '%s'" % title if title else ""
        if isinstance(content, dict):
            for field in _MESSAGE_FIELDS:
                if isinstance(content.get(field), str):
                    return content[field]
        return ""

    def kind(self):
        """Return what the content is, with its size, as a noun phrase that quotes nothing of it."""
        if not self.content.strip():
            return "nothing"
        size = "%d bytes" % len(self.content)
        if self.is_html():
            return "an HTML page (%s)" % size
        try:
            content = self.json()
        except ValueError:
            return "%s (%s)" % ("broken JSON" if self.content.lstrip()[:1] in (b"{", b"[") else "text that is no JSON", size)
        names = {dict: "a JSON object", list: "a JSON list", str: "a JSON string", bool: "a JSON boolean"}
        return "%s (%s)" % (names.get(type(content), "a JSON null" if content is None else "a JSON number"), size)

    def is_html(self):
        """Return whether it is an HTML page, by its type or its first character."""
        return "html" in self.headers.get("Content-Type", "").lower() or self.content.lstrip()[:1] == b"<"

    def is_json_or_empty(self):
        """Return whether the content is JSON of any type, or nothing."""
        try:
            self.json()
        except ValueError:
            return False
        return True

    def redirect_target(self, with_path=True):
        """Return the Location without user, query and fragment, which may hold secrets; ``""`` if there is none.

        with_path: False where a path may hold one as well.
        """
        try:
            parts = urlsplit(self.headers.get("Location", ""))
            host, _port = parts.hostname, parts.port
        except ValueError:
            return ""
        # As it is written, since a secret in it is masked as such.
        place = "%s//%s" % (parts.scheme and parts.scheme + ":", parts.netloc.rpartition("@")[2]) if host else ""
        return place + parts.path if with_path else place or (parts.path and "another path")

    def retry_after(self):
        """Return the seconds of a Retry-After header (a number, or an HTTP date), None without a usable one."""
        given = self.headers.get("Retry-After", "").strip()[:100]
        if given and _DIGITS.issuperset(given):
            return float(given[:6])
        try:
            return max(0.0, parsedate_to_datetime(given).timestamp() - time.time())
        except (TypeError, ValueError, IndexError, OverflowError):
            return None

    def _title(self):
        """Return the title of a page, in linear time."""
        if not self.is_html():
            return ""
        # Nothing of it is altered, since a secret in it is masked as it is.
        text = self._decoded(self.content[:_HEAD_OF_A_PAGE])
        opening = _TITLE.search(text)
        start = text.find(">", opening.end()) + 1 if opening else 0
        closing = _END_OF_TITLE.search(text, start) if start else None
        return text[start : closing.start()].strip()[:_LONGEST_TITLE] if closing else ""

    def _decoded(self, content):
        """Return bytes, which may end within a character, as text: by the charset that the response names, as UTF-8, or as Latin-1."""
        named = _CHARSET.search(self.headers.get("Content-Type", ""))
        for charset in (named.group(1) if named else "utf-8", "utf-8"):
            try:
                # Which refuses what is no encoding of text, and the next takes an end within a character.
                b" ".decode(charset, "ignore")
                return codecs.getincrementaldecoder(charset)().decode(content)
            except (LookupError, TypeError, UnicodeError):
                continue
        return content.decode("latin-1")


class _Members(list):
    """The values of members of the same name."""


def _all_members(pairs):
    """Return an object of JSON as a dict in which a name that comes more than once has all of its values."""
    members = {}
    for name, value in pairs:
        if name not in members:
            members[name] = value
        elif isinstance(members[name], _Members):
            members[name].append(value)
        else:
            members[name] = _Members([members[name], value])
    return members
