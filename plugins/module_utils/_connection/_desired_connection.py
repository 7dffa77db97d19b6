# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The desired state of a connection, and which writes lead to it. Private to the collection.

Pure decisions: nothing is sent from here.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Optional

from .._common._errors import InvalidInput
from ._connection import LONGEST, Connection
from ._tags import custom, merged_text

DEFAULT_PORT = 5432
_NEEDED = ("host", "user", "password")


@dataclass(frozen=True)
class Write:
    """A write to be made. call: the name of a ConnectionApi call. body: for create and update, as the API takes it."""

    call: str
    body: Optional[dict] = field(default=None, repr=False)


@dataclass(frozen=True)
class DesiredConnection:
    """The desired state as a task describes it. None means: not given, to be left alone.

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
        """Return the Connection that current (None: not found) becomes; None if it is to be absent.

        Raise InvalidInput if it is not found and not enough is given to create it.
        """
        if self.state == "absent":
            return None
        if current is None:
            return self._created()
        given = {key: value for key, value in self._given().items() if value is not None}
        return replace(current, tags_text=self._tags_text(current), **given)

    def differences(self, current):
        """Return the attributes that are given and differ from those of current: a mapping of field to (desired, current).

        For the password both values are None: they are not to be shown. One that the platform does not show is not in it.
        """
        differing = {key: (value, getattr(current, key)) for key, value in self._given().items() if value is not None and value != getattr(current, key)}
        if self.tags is not None:
            desired = custom(self.tags) if self.purge_tags else {**current.custom_tags, **custom(self.tags)}
            if desired != current.custom_tags:
                differing["tags"] = (desired, current.custom_tags)
        if current.password_is_shown and self.changes_password(current):
            differing["password"] = (None, None)
        return differing

    def changes_password(self, current, was_sent=False):
        """Return whether the password has to be sent; current: a Connection, or None if it is not found.

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
        """Return the writes that lead from current (a Connection, or None) to this state: a list, empty if it is up to date.

        password_was_sent: see `changes_password`. Raise InvalidInput if it is not found and not enough is given to create it.
        """
        if self.state == "absent":
            return [] if current is None else [Write("delete")]
        if current is None:
            switch = [] if self.enabled is None else [Write(self.state_call)]
            return [Write("create", _body(self._created(), self.password))] + switch
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

    def _given(self):
        """Return the attributes to have besides tags and password, those left alone as None."""
        return {"host": self.host, "port": self.port, "user": self.user, "enabled": self.enabled}

    def _tags_text(self, current):
        if self.tags is None:
            return current.tags_text
        return _sent(merged_text(current.tags_text or "", self.tags, self.purge_tags))

    def _created(self):
        missing = [key for key in _NEEDED if getattr(self, key) is None]
        if missing == list(_NEEDED) and self.enabled is not None:
            raise InvalidInput(
                "It does not exist on the platform, so it cannot be %s. Register it first: by the playbook register, or a task that gives "
                "host, user and password." % self.state
            )
        if missing:
            what = " and ".join(missing) + (" is" if len(missing) == 1 else " are")
            raise InvalidInput("It does not exist on the platform, and to create it %s missing: give host, user and password." % what)
        return Connection(
            name=self.name,
            host=self.host,
            port=DEFAULT_PORT if self.port is None else self.port,
            user=self.user,
            tags_text=_sent(merged_text("", self.tags or {}, purge=True)),
            # "Connection created and connected!": a new connection is enabled.
            enabled=self.enabled is not False,
        )


def _sent(tags_text):
    """Return the text of tags. Raise InvalidInput for one so long that it could not be read again."""
    if len(tags_text) > LONGEST["tags"]:
        raise InvalidInput("The tags are %d characters together, those on the platform among them: %d at most." % (len(tags_text), LONGEST["tags"]), "tags")
    return tags_text


def _body(connection, password):
    """Return the body of create and update.

    An update sends all that is known, not only what differs: the contract leaves open whether PUT replaces or merges,
    and this is right either way for what can be seen.
    """
    body = {"host": connection.host, "port": connection.port, "user": connection.user, "password": password, "tags": connection.tags_text}
    return {key: value for key, value in body.items() if value is not None}
