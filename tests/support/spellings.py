# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Searching what was printed or written for secrets, in every spelling that somebody may echo them in."""

from __future__ import annotations

import base64
import html
import json
from urllib.parse import quote, quote_plus


def spellings(secret: str) -> set[str]:
    """A secret as it is, and as JSON, Python, URLs, HTML, YAML and base64 spell it."""
    once = {
        secret,
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        repr(secret)[1:-1],
        quote(secret),
        quote(secret, safe=""),
        quote_plus(secret),
        html.escape(secret),
        html.escape(secret, quote=False),
        secret.replace("'", "''"),
        base64.b64encode(secret.encode()).decode(),
    }
    # Ansible prints results as JSON, so a text of JSON in them is spelled twice.
    return once | {json.dumps(form)[1:-1] for form in once} | {json.dumps(form, ensure_ascii=False)[1:-1] for form in once}


def found(text: str, *secrets: str) -> list[str]:
    """The spellings of the secrets that text holds."""
    return [form for secret in secrets for form in sorted(spellings(secret)) if form in text]
