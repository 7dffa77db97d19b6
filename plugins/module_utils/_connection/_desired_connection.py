# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a task wants of a connection, and which writes bring it about. Private to the collection.

Pure decisions: nothing is sent from here.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Optional

from ._connection import Connection
from .._common._errors import InvalidInput
from ._tags import format_tags

DEFAULT_PORT = 5432


@dataclass(frozen=True)
class Write:
    """A write to be made. call: the name of a ConnectionApi call. body: for create and update, as the API takes it."""

    call: str
    body: Optional[dict] = field(default=None, repr=False)


@dataclass(frozen=True)
class DesiredConnection:
    """What a task wants. None means: not given, to be left alone.

    state: present, absent, enabled or disabled. tags: a mapping. purge_tags: False adds the tags to those there.
    update_password: always or on_create.
    """

    name: str
    state: str = "present"
    host: Optional[str] = None
    port: Optional[int] = None
    user: Optional[str] = None
    password: Optional[str] = field(default=None, repr=False)
    tags: Optional[dict] = None
    purge_tags: bool = True
    update_password: str = "always"

    @property
    def enabled(self):
        """Whether it has to be enabled: True, False, or None if that is left alone."""
        return {"enabled": True, "disabled": False}.get(self.state)

    def merged_into(self, current):
        """The Connection that current (None: missing) becomes; None if it shall be gone.

        Raises InvalidInput if it is missing and not enough is given to create it.
        """
        if self.state == "absent":
            return None
        if current is None:
            return self._created()
        given = {key: value for key, value in self._attributes(current).items() if value is not None}
        return replace(current, **given)

    def differences(self, current):
        """The attributes that are given and differ from those of current: a mapping of field to (wanted, found).

        For the password both values are None: they are not to be shown. One that the platform does not show is not in it.
        """
        found = {
            key: (value, getattr(current, key))
            for key, value in self._attributes(current).items()
            if value is not None and value != getattr(current, key)
        }
        if current.password_is_shown and self.changes_password(current):
            found["password"] = (None, None)
        return found

    def changes_password(self, current, was_sent=False):
        """Whether the password has to be sent to have its effect; current: a Connection, or None if it is missing.

        was_sent: this task has sent it with success before, so one that the platform does not show need not be sent again.
        """
        if self.state == "absent":
            return False
        if current is None:
            return True
        if self.password is None or self.update_password == "on_create" or current.password == self.password:
            return False
        return current.password_is_shown or not was_sent

    def writes(self, current, password_was_sent=False):
        """The writes that turn current (a Connection, or None) into what is wanted: a list, empty if nothing is to do.

        password_was_sent: see `changes_password`. Raises InvalidInput if it is missing and not enough is given to create it.
        """
        if self.state == "absent":
            return [] if current is None else [Write("delete")]
        if current is None:
            created = self._created()
            switch = [] if self.enabled is None else [Write(self.state_call)]
            return [Write("create", _body(created, self.password))] + switch
        differing = set(self.differences(current))
        writes = []
        if differing - {"enabled"} or self.changes_password(current, password_was_sent):
            password = self.password if self.update_password == "always" else None
            writes.append(Write("update", _body(self.merged_into(current), password)))
        if "enabled" in differing:
            writes.append(Write(self.state_call))
        return writes

    @property
    def state_call(self):
        """The call that switches to the state: enable or disable."""
        return "enable" if self.enabled else "disable"

    def _attributes(self, current):
        """The attributes to have, those left alone as None."""
        tags = self.tags
        if tags is not None and not self.purge_tags:
            tags = {**current.tags, **tags}
        return {"host": self.host, "port": self.port, "user": self.user, "tags": tags, "enabled": self.enabled}

    def _created(self):
        missing = [key for key in ("host", "user", "password") if getattr(self, key) is None]
        if missing:
            raise InvalidInput(
                "The connection %r does not exist on the platform, and to create it %s missing: give host, user and password."
                % (self.name, " and ".join(missing) + (" is" if len(missing) == 1 else " are"))
            )
        return Connection(
            name=self.name,
            host=self.host,
            port=DEFAULT_PORT if self.port is None else self.port,
            user=self.user,
            tags=self.tags or {},
            # "Connection created and connected!": a new connection is enabled.
            enabled=self.enabled is not False,
        )


def _body(connection, password):
    """The body of create and update.

    An update sends all that is known, not only what differs: the contract does not say whether PUT replaces or merges,
    and this is right either way.
    """
    body = {"host": connection.host, "port": connection.port, "user": connection.user, "password": password}
    return {**{key: value for key, value in body.items() if value is not None}, "tags": format_tags(connection.tags)}
