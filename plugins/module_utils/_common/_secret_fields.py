# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fields whose names look like secrets, in what somebody else sent. Private to the collection."""

from __future__ import annotations

import re
import unicodedata

_LOOKS_SECRET = re.compile(r"pass|pwd|secret|token|credential|dsn|conn(ection)?(string|uri|url|info)|(api|private|access)key")
#: So many are looked for, at so many levels; a response is bounded, but not what it costs to compare everything with everything.
_MOST = 100
_DEEPEST = 50


def looks_secret(name):
    """Return whether a field of that name may hold a secret, however the name is written."""
    return bool(_LOOKS_SECRET.search("".join(letter for letter in unicodedata.normalize("NFKC", name).lower() if letter.isalnum())))


def secrets_in(value):
    """Return the texts and numbers in fields that look like secrets, at any depth of JSON types."""
    found = []
    _collect(value, False, found, 0)
    return found


def _collect(value, secret, found, depth):
    if len(found) >= _MOST or depth > _DEEPEST:
        return
    if isinstance(value, dict):
        for name, item in value.items():
            _collect(item, secret or looks_secret(name), found, depth + 1)
    elif isinstance(value, list):
        for item in value:
            _collect(item, secret, found, depth + 1)
    elif secret and isinstance(value, (str, int, float)) and not isinstance(value, bool) and len(str(value)) > 2:
        found.append(value)
