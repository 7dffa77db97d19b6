# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Behaviours that the contract leaves open: what some version of the platform may do, to be switched on by tests."""

from __future__ import annotations

from dataclasses import dataclass, fields

from .store import DEFAULTS

#: The fields that a client sends.
WRITABLE = ("host", "port", "user", "password", "tags")
#: The tags that the platform sets itself.
OWN_TAGS = ("pg_instance", "pg_version", "server", "database")


@dataclass
class Variants:
    """Switches of the platform's behaviour, all of them off at first.

    Attributes:
        put_replaces: a PUT replaces the connection, so what its body does not hold falls back to its default.
        own_tags: the display adds tags of the platform's own, which are never stored.
        bodiless: the status (200, 201, 202 or 204) of every successful write, which then has no body; None: as in the contract.
        health_pages: the GET of a connection, whether it exists or not, returns 200 and a health page.
        masked: the display shows asterisks in place of the password.
    """

    put_replaces: bool = False
    own_tags: bool = False
    bodiless: int | None = None
    health_pages: bool = False
    masked: bool = False

    def reset(self):
        """Switch all of them off."""
        for switch in fields(self):
            setattr(self, switch.name, switch.default)

    def created(self, connection: dict) -> dict:
        """The fields that a POST of a connection stores."""
        return self._without_own_tags(connection)

    def updated(self, change: dict) -> dict:
        """The fields that a PUT of a change stores."""
        blank = {name: DEFAULTS[name] for name in WRITABLE} if self.put_replaces else {}
        return self._without_own_tags({**blank, **change})

    def displayed(self, connection: dict) -> dict:
        """A stored connection as the platform displays it."""
        if self.masked:
            connection = {**connection, "password": "********"}
        if not self.own_tags:
            return connection
        host, port = connection["host"], connection["port"]
        own = zip(OWN_TAGS, (f"{host}:{port}", "18", host, "postgres"))
        return {**connection, "tags": ",".join([*filter(None, [connection["tags"]]), *(f"{key}={value}" for key, value in own)])}

    def _without_own_tags(self, change: dict) -> dict:
        if not self.own_tags or "tags" not in change:
            return change
        kept = [tag for tag in change["tags"].split(",") if tag.partition("=")[0].strip() not in OWN_TAGS]
        return {**change, "tags": ",".join(kept)}
