# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A connection in our form: numbers are numbers, tags a mapping. Private to the collection.

Here, and nowhere else, what the platform returns is turned into it (section 4 of the contract's readings).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Optional

from ._tags import parse_returned

#: What platforms put in place of a secret, repeated.
_MASK_SIGNS = frozenset("*•●xX#.·-_?")
_OURS = ("name", "host", "port", "user", "password", "tags", "enabled", "connected")


@dataclass(frozen=True)
class Connection:
    """A connection as it is, or would be.

    Whatever the platform leaves out is None; extra holds its further fields, by our names.
    """

    name: str
    host: Optional[str] = None
    port: Optional[int] = None
    user: Optional[str] = None
    password: Optional[str] = field(default=None, repr=False)
    tags: dict = field(default_factory=dict)
    enabled: Optional[bool] = None
    connected: Optional[bool] = None
    extra: dict = field(default_factory=dict)

    @property
    def password_is_shown(self):
        """Whether the platform showed the password itself, so that it can be compared."""
        return bool(self.password) and not is_mask(self.password)

    def public(self):
        """The connection as a result shows it: names in snake_case, tags a mapping, no password."""
        return {**self.managed(), "connected": self.connected, **self.extra}

    def managed(self):
        """The part that tasks set and that a diff compares, without the password."""
        return {key: getattr(self, key) for key in ("name", "host", "port", "user", "tags", "enabled")}


def is_mask(password):
    """Whether a password as the platform returns it is one repeated mask character, so that it says nothing."""
    return len(set(password)) == 1 and password[0] in _MASK_SIGNS


def from_platform(name, shown):
    """A Connection from what the platform displays.

    name: as asked for. shown: the JSON object. Raises ValueError, a clause that names the field, for a value that cannot be.
    """
    extra = {key.replace("-", "_"): value for key, value in shown.items() if key not in _OURS}
    return Connection(
        name=name,
        host=_text(shown, "host"),
        port=_port(shown),
        user=_text(shown, "user"),
        password=_text(shown, "password"),
        tags=_tags(shown),
        enabled=_truth(shown, "enabled"),
        connected=_truth(shown, "connected"),
        # Whatever a later version calls it, a password is not for results.
        extra={key: value for key, value in extra.items() if "password" not in key.lower() and key not in _OURS},
    )


def _text(shown, key):
    value = shown.get(key)
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    raise ValueError("%s is not a text" % key)


def _port(shown):
    value = shown.get("port")
    if value is None:
        return None
    try:
        # Text, or a number with a fraction of zero, is the same number.
        if isinstance(value, bool) or int(value) != float(value):
            raise ValueError
        return int(value)
    except (TypeError, ValueError, OverflowError):
        raise ValueError("port is not a number") from None


def _tags(shown):
    value = shown.get("tags")
    if value is None:
        return {}
    if not isinstance(value, str):
        raise ValueError("tags are not a text")
    return parse_returned(value)


def _truth(shown, key):
    value = shown.get(key)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    raise ValueError("%s is neither true nor false" % key)
