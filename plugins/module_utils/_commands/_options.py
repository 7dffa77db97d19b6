# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of the modules as tables, the source of argument specs and environment names. Private to the collection.

A test compares the documentation, the role and the AWX credential type with these tables.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any, Optional, Sequence

from ansible.module_utils.errors import AnsibleFallbackNotFound


@dataclass(frozen=True)
class Option:
    """One option. type, required, default, choices: as in an argument spec. secret: never shown. env: its variable.

    of_the_place: the value belongs to the machine where the task runs, so another machine's environment does not count.
    """

    type: str = "str"
    required: bool = False
    default: Any = None
    choices: Optional[Sequence[str]] = None
    secret: bool = False
    env: Optional[str] = None
    of_the_place: bool = False

    def spec(self):
        """Return its entry in an argument spec (dict)."""
        # Said of every option: Ansible would warn of one that only sounds like a secret (update_password).
        entry = {"type": self.type, "no_log": self.secret}
        if self.required:
            entry["required"] = True
        if self.default is not None:
            entry["default"] = self.default
        if self.choices is not None:
            entry["choices"] = list(self.choices)
        if self.env is not None:
            entry["fallback"] = (_from_environment, [self.env])
        return entry

    def from_environment(self):
        """Return the value of its variable. Raise AnsibleFallbackNotFound if there is none."""
        return _from_environment(self.env)


def _from_environment(variable):
    """Return the value of an environment variable; an empty one counts as not set, as AWX leaves it for a field not filled in."""
    value = os.environ.get(variable, "")
    if not value.strip():
        raise AnsibleFallbackNotFound
    return value


def argument_spec(options):
    """Return the argument spec (dict of dicts) for a table of options."""
    return {name: option.spec() for name, option in options.items()}


ACCESS = {
    "api_url": Option(required=True, env="DATASENTINEL_API_URL"),
    "api_token": Option(secret=True, env="DATASENTINEL_API_TOKEN"),
    "api_username": Option(env="DATASENTINEL_API_USERNAME"),
    "api_password": Option(secret=True, env="DATASENTINEL_API_PASSWORD"),
    "validate_certs": Option(type="bool", default=True, env="DATASENTINEL_VALIDATE_CERTS"),
    "ca_path": Option(type="path", env="DATASENTINEL_CA_PATH", of_the_place=True),
    "api_timeout": Option(type="float", default=30.0, env="DATASENTINEL_API_TIMEOUT"),
    "api_retries": Option(type="int", default=3, env="DATASENTINEL_API_RETRIES"),
}

CONNECTION = {
    **ACCESS,
    "name": Option(required=True),
    "state": Option(default="present", choices=("present", "absent", "enabled", "disabled")),
    "host": Option(),
    "port": Option(type="int"),
    "user": Option(),
    "password": Option(secret=True),
    "tags": Option(type="raw"),
    "purge_tags": Option(type="bool", default=True),
    "update_password": Option(default="always", choices=("always", "on_create")),
    "wait": Option(type="bool", default=False),
    "wait_timeout": Option(type="int", default=60),
}

CONNECTION_INFO = {**ACCESS, "name": Option(type="raw", required=True)}

TOKEN = dict(ACCESS)
