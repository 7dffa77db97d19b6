# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A connection in our form: numbers are numbers, tags a mapping. Private to the collection.

Here, and nowhere else, what the platform returns is turned into it (section 4 of the contract's readings).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Optional

from .._common._text import printable
from .._platform._connection_api import is_mask
from ._further_fields import safe_fields
from ._tags import custom, parse_returned

#: Characters of what a platform may show, and what is sent to it: whatever is longer is no connection's.
LONGEST = {"host": 1000, "user": 1000, "password": 10000, "tags": 10000}
_OURS = ("name", "host", "port", "user", "password", "tags", "enabled", "connected")


@dataclass(frozen=True)
class Connection:
    """A connection as it is, or would be.

    Whatever the platform leaves out is None. tags_text: the tags as the very text that was read, or that is to be sent.
    further: the fields besides, as the platform names them.
    """

    name: str
    host: Optional[str] = None
    port: Optional[int] = None
    user: Optional[str] = None
    password: Optional[str] = field(default=None, repr=False)
    tags_text: Optional[str] = None
    enabled: Optional[bool] = None
    connected: Optional[bool] = None
    further: dict = field(default_factory=dict, repr=False)

    @property
    def tags(self):
        """The tags as a mapping, those of the platform among them."""
        return parse_returned(self.tags_text or "")

    @property
    def custom_tags(self):
        """The tags that tasks set and compare, as a mapping."""
        return custom(self.tags)

    @property
    def password_is_shown(self):
        """Whether the platform showed the password itself, so that it can be compared."""
        return bool(self.password) and not is_mask(self.password)

    def public(self, secrets):
        """Return the connection as a result shows it: names in snake_case, tags a mapping, no password.

        Its own fields are never masked: they are no secrets, even where one is part of them.
        """
        tags = {printable(key): printable(value) for key, value in self.tags.items()}
        ours = {**self.managed(), "tags": tags, "connected": self.connected}
        return {**{key: value for key, value in safe_fields(self.further, secrets).items() if key not in _OURS}, **ours}

    def managed(self):
        """Return the part that tasks set and that a diff compares, without the password."""
        tags = {printable(key): printable(value) for key, value in self.custom_tags.items()}
        shown = {key: getattr(self, key) for key in ("name", "host", "port", "user", "enabled")}
        shown = {key: printable(value) if isinstance(value, str) else value for key, value in shown.items()}
        return {**shown, "tags": tags}

    def who(self):
        """Return host, port and user as a message names them."""
        return "%s:%s as user %s" % tuple(printable(str(part)) for part in (self.host, self.port, self.user))


def from_platform(name, shown):
    """Return the Connection for what the platform displays.

    name: as asked for. shown: the JSON object. Raise ValueError, a clause that names the field, for a value that cannot be.
    """
    return Connection(
        name=name,
        host=_text(shown, "host"),
        port=_port(shown),
        user=_text(shown, "user"),
        password=_text(shown, "password"),
        tags_text=_tags_text(shown),
        enabled=_boolean(shown, "enabled"),
        connected=_boolean(shown, "connected"),
        further={key: value for key, value in shown.items() if key not in _OURS},
    )


def _text(shown, key):
    value = shown.get(key)
    if isinstance(value, str) and len(value) > LONGEST[key]:
        raise ValueError("%s is longer than %d characters" % (key, LONGEST[key]))
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


def _tags_text(shown):
    value = shown.get("tags")
    if value is not None and not isinstance(value, str):
        raise ValueError("tags are not a text")
    if value is not None and len(value) > LONGEST["tags"]:
        raise ValueError("tags are longer than %d characters" % LONGEST["tags"])
    return value


def _boolean(shown, key):
    value = shown.get(key)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    raise ValueError("%s is neither true nor false" % key)
