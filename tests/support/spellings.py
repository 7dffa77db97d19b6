# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Searching what was printed or written for secrets, in every spelling that somebody may echo them in."""

from __future__ import annotations

import base64
import html
import json
import re
from urllib.parse import quote, quote_plus


def echoed(secret: str) -> set[str]:
    """A secret as it is, and as JSON, JSON in JSON, Python, URLs, HTML, SQL, CSV and base64 spell it, its blanks trimmed or collapsed too."""
    return {form for plain in (secret, secret.strip(), " ".join(secret.split())) for form in _spelled(plain)}


def spellings(secret: str) -> set[str]:
    """A secret in every spelling that is echoed, and that as JSON once more: Ansible prints results as JSON."""
    once = echoed(secret)
    return once | {form for spelling in once for form in _quoted(spelling)}


def found(text: str, *secrets: str) -> list[str]:
    """The spellings of the secrets that text holds."""
    return [form for secret in secrets for form in sorted(spellings(secret)) if form in text]


def _spelled(text):
    yield text
    yield repr(text)[1:-1]
    yield text.replace("'", "''")
    yield text.replace('"', '""')
    for form in _as_json(text):
        yield form
        yield from _quoted(form)
    yield from _as_html(text)
    for percent in (quote(text), quote(text, safe=""), quote_plus(text)):
        yield percent
        yield re.sub("%[0-9A-F]{2}", lambda match: match.group().lower(), percent)
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        yield encode(text.encode()).decode().rstrip("=")


def _quoted(text):
    return (json.dumps(text, ensure_ascii=ascii_only)[1:-1] for ascii_only in (True, False))


def _as_json(text):
    for plain in _quoted(text):
        for form in (plain, plain.replace("/", "\\/")):
            # As Go, PHP and .NET escape what HTML would take for markup.
            escaped = re.sub("[<>&']", lambda match: f"\\u{ord(match.group()):04x}", form)
            yield from (form, escaped)
            yield from (re.sub(r"\\u[0-9a-f]{4}", lambda match: "\\u" + match.group()[2:].upper(), each) for each in (form, escaped))


def _as_html(text):
    yield html.escape(text)
    for single in ("'", "&#39;", "&apos;", "&#x27;"):
        for double in ('"', "&quot;", "&#34;"):
            yield html.escape(text, quote=False).replace("'", single).replace('"', double)
