# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The connections of all hosts of a play, read for each host as the role reads them. Private to the collection."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import Optional

from ansible.plugins.loader import connection_loader

from ..module_utils._commands._bounds import check_wait_timeout
from ..module_utils._commands._command import failure, named
from ..module_utils._commands._options import ACCESS, CONNECTION, over, secret_values, typed
from ..module_utils._common._errors import InvalidInput
from ..module_utils._connection._desired_connection import DesiredConnection
from ..module_utils._connection._from_options import desired_from
from ..module_utils._platform._settings import Settings, settings_from
from ._host_connections import HAS_NO_CONNECTIONS, Item, items_of, not_needed, secrets_of
from ._host_variables import HostTemplar
from ._role_variables import EXTRA_TAGS, RoleVariables
from ._run import NAMES

#: What takes effect within one host alone, and so is left to the role.
_NOT_TOGETHER = ("pause", "resume")


@dataclass(frozen=True)
class Described:
    """One connection of a host, as the inventory describes it.

    settings: of its platform. desired: the DesiredConnection, None where nothing is to be done about it, or where it cannot be.
    wait_timeout: seconds to wait for it to be connected, None not to wait. failed: why it cannot be (a failed result).
    """

    item: Item
    settings: Optional[Settings] = None
    desired: Optional[DesiredConnection] = None
    wait_timeout: Optional[int] = None
    failed: Optional[dict] = None


class Inventory:
    """The hosts of a play's batch that have not failed.

    loader: Ansible's DataLoader. variables_of: returns the variables of a host, see `_host_variables.variables_for`. task_vars: of the host that the task
    runs for. options: of the task, as plain data, of which the access options count: what module_defaults give. operation: what is to be
    done, None for that of each host's variables.
    """

    def __init__(self, loader, variables_of, task_vars, options, operation=None):
        self._loader = loader
        self._variables_of = variables_of
        self._task_vars = task_vars
        self._access = {name: value for name, value in options.items() if name in ACCESS}
        self._operation = operation
        self._settings = {}
        self._warnings = {}

    @property
    def warnings(self):
        """The warnings of all that has been read so far, each once."""
        return list(self._warnings)

    def read(self, secrets):
        """Return the connections of each host (a list of Described), by host. A host that is wrong has one, which has failed.

        secrets: the Secrets, which every secret is added to.
        """
        alive = set(self._task_vars["ansible_play_hosts"])
        with _connection_plugins_listed_once():
            return {host: self._of_host(host, secrets) for host in self._task_vars["ansible_play_batch"] if host in alive}

    def _of_host(self, host, secrets):
        try:
            variables = {**self._variables_of(host), "hostvars": self._task_vars["hostvars"]}
            role = RoleVariables(CONNECTION, variables, HostTemplar(self._loader, variables))
            operation = self._operation or role.operation()
            if operation in _NOT_TOGETHER:
                raise InvalidInput("%s works host by host: leave out datasentinel_bulk." % operation)
            without = not_needed(operation)
            options = over(self._access, role.options(without))
            instances = role.instances(without)
            secrets.add(*secrets_of(CONNECTION, options, instances))
            self._warnings.update(dict.fromkeys(role.warnings()))
            items = items_of(options, instances, operation, role.value(EXTRA_TAGS))
            if not items:
                self._warnings[HAS_NO_CONNECTIONS % host] = None
            NAMES.claim(host, [item.name for item in items], self._settings_of(typed(ACCESS, options), secrets).api_url)
        except Exception as exc:
            return [Described(Item(host, {}), failed=failure(exc, lambda error: "%s: %s" % (host, error)))]
        return [Described(item) if item.left_alone else self._described(item, secrets) for item in items]

    def _described(self, item, secrets):
        try:
            values = typed(CONNECTION, item.options)
            check_wait_timeout(values["wait_timeout"])
            settings = self._settings_of(values, secrets)
            desired = desired_from(values)
        except Exception as exc:
            return Described(item, failed=failure(exc, lambda error: named(item.name, error)))
        return Described(item, settings, desired, values["wait_timeout"] if values["wait"] else None)

    def _settings_of(self, values, secrets):
        """Return the Settings for the access options in values, made once for all hosts that share them."""
        key = tuple(values[name] for name in ACCESS)
        if key not in self._settings:
            secrets.add(*secret_values(ACCESS, values))
            self._settings[key], warnings = settings_from(values)
            self._warnings.update(dict.fromkeys(warnings))
        return self._settings[key]


@contextlib.contextmanager
def _connection_plugins_listed_once():
    """Have Ansible list its connection plugins once: it does so for each host, even one without facts, to clean its facts of theirs."""
    list_all, listed = connection_loader.all, list(connection_loader.all(path_only=True))
    connection_loader.all = lambda **options: listed if options == {"path_only": True} else list_all(**options)
    try:
        yield
    finally:
        del connection_loader.all
