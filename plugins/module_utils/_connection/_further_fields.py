# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fields of a connection that this collection does not know, made safe to be shown. Private to the collection.

A later version of the platform may add any: they are passed on, but for those that look like secrets, and within bounds.
"""

from __future__ import annotations

import math

from .._common._secret_fields import looks_secret, secrets_in

#: Levels of nesting, items in all, and characters of one text and of all.
_DEEPEST = 8
_MOST = 500
_LONGEST = 1000
_MOST_TEXT = 20000


def safe_fields(fields, secrets):
    """Return a copy of fields by our names (snake_case): masked, printable, without what looks like a secret, and bounded.

    fields: a mapping of JSON types in any depth. secrets: the Secrets.
    """
    # Known before anything is copied: one field may quote another.
    secrets.add(*secrets_in(fields))
    return _Copy(secrets).mapping(fields, 1)


class _Copy:
    def __init__(self, secrets):
        self._secrets = secrets
        self._left = _MOST
        self._text_left = _MOST_TEXT

    def mapping(self, fields, depth):
        copy = {}
        for name, value in fields.items():
            key = self._text(name.replace("-", "_"))
            if self._left > 0 and not looks_secret(name):
                copy[key] = self._value(value, depth)
        return copy

    def _value(self, value, depth):
        self._left -= 1
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, (dict, list)) and depth > _DEEPEST:
            return "(left out: nested too deeply)"
        if isinstance(value, dict):
            return self.mapping(value, depth + 1)
        if isinstance(value, list):
            return [self._value(item, depth + 1) for item in value if self._left > 0]
        if isinstance(value, float) and not math.isfinite(value):
            return str(value)
        return self._secrets.mask_values(value)

    def _text(self, text):
        if self._text_left <= 0:
            return "…"
        text = self._secrets.safe(text, 2 * _LONGEST)
        self._text_left -= min(len(text), _LONGEST)
        return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
