# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The connections of all hosts of a play in one task, read for each host as the role reads them. Private to the collection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

from ansible.template import Templar

from ..module_utils._commands._command import failure, named
from ..module_utils._commands._connection_command import check_wait_timeout
from ..module_utils._commands._connections_command import check_concurrency, together
from ..module_utils._commands._many import Entry, keep_all
from ..module_utils._commands._options import ACCESS, CONNECTION, CONNECTIONS, secret_values, typed
from ..module_utils._common._errors import InvalidInput
from ..module_utils._connection._from_options import desired_from
from ..module_utils._platform._settings import settings_from
from ._host_connections import TO_WRITE, Item, combined, items_of, secrets_of
from ._role_variables import EXTRA_TAGS, INSTANCES, OPERATION, RoleVariables
from ._run import NAMES

#: The task variable by which a task asks for it.
FROM_INVENTORY = "datasentinel_connections_from_inventory"
#: What takes effect within one host alone, and so is left to the role.
_NOT_TOGETHER = ("pause", "resume")


@dataclass
class _Planned:
    """One connection of a host. entry: None where it is left alone."""

    item: Item
    entry: Optional[Entry]


class Fleet:
    """The hosts of a play's batch that have not failed.

    loader: Ansible's DataLoader. variables_of: returns the variables of a host. task_vars: of the host that the task runs for.
    options: of the task, as plain data: those of datasentinel_connections, and what module_defaults give.
    """

    def __init__(self, loader, variables_of, task_vars, options):
        self._loader = loader
        self._variables_of = variables_of
        self._task_vars = task_vars
        self._options = options
        self._settings = {}
        self._warnings = {}

    def keep(self, context):
        """Keep all connections, and return the result of them together, with ``hosts``: that of each host as the role returns it.

        context: the Context. Raise InvalidInput for what is wrong with the task itself; a host that is wrong fails alone.
        """
        concurrency = typed({"concurrency": CONNECTIONS["concurrency"]}, self._options)["concurrency"]
        check_concurrency(concurrency)
        alive = set(self._task_vars["ansible_play_hosts"])
        plans = {host: self._plan(host, context.secrets) for host in self._task_vars["ansible_play_batch"] if host in alive}
        entries = [planned.entry for plan in plans.values() for planned in plan if planned.entry is not None]
        by_entry = dict(zip(map(id, entries), keep_all(entries, context, concurrency)))
        result = together(list(by_entry.values()), list(self._warnings))
        return {**result, "hosts": {host: _of_host(plan, by_entry, context.secrets) for host, plan in plans.items()}}

    def _plan(self, host, secrets):
        """Return what is to be done for a host, as a list of _Planned. A host that is wrong is one failed entry."""
        try:
            variables = {**self._variables_of(host), "hostvars": self._task_vars["hostvars"]}
            role = RoleVariables(CONNECTION, variables, _HostTemplar(self._loader, variables))
            operation = role.value(OPERATION) or "register"
            if operation in _NOT_TOGETHER:
                raise InvalidInput("%s works host by host: leave out datasentinel_bulk." % operation)
            options = role.options(without=() if operation == "register" else TO_WRITE)
            options = {**{name: value for name, value in self._options.items() if name in ACCESS}, **options}
            instances = role.value(INSTANCES)
            secrets.add(*secrets_of(CONNECTION, options, instances))
            self._warnings.update(dict.fromkeys(role.warnings()))
            items = items_of(options, instances, operation, role.value(EXTRA_TAGS))
            NAMES.claim(host, [item.name for item in items], self._settings_of(typed(ACCESS, options), secrets).api_url)
        except Exception as exc:
            failed = failure(exc, lambda error: "%s: %s" % (host, error))
            return [_Planned(Item(host, {}), Entry(host, failed=failed))]
        return [_Planned(item, None if item.left_alone else self._entry(item, secrets)) for item in items]

    def _entry(self, item, secrets):
        try:
            values = typed(CONNECTION, item.options)
            check_wait_timeout(values["wait_timeout"])
            settings = self._settings_of(values, secrets)
            desired = desired_from(values)
        except Exception as exc:
            return Entry(item.name, failed=failure(exc, lambda error: named(item.name, error)))
        return Entry(item.name, settings, desired, wait_timeout=values["wait_timeout"] if values["wait"] else None)

    def _settings_of(self, values, secrets):
        """Return the Settings for the access options in values, made once for all hosts that share them."""
        key = tuple(values[name] for name in ACCESS)
        if key not in self._settings:
            secrets.add(*secret_values(ACCESS, values))
            self._settings[key], warnings = settings_from(values)
            self._warnings.update(dict.fromkeys(warnings))
        return self._settings[key]


class _HostTemplar:
    """Templates with the variables of one host; Ansible's own is only made where there is something to be templated."""

    def __init__(self, loader, variables):
        self._loader = loader
        self._variables = variables

    def template(self, value):
        """Return value, templated."""
        return Templar(loader=self._loader, variables=self._variables).template(value)


def _of_host(plan, by_entry, secrets):
    results = [{"changed": False, "msg": secrets.mask(planned.item.left_alone)} if planned.entry is None else by_entry[id(planned.entry)] for planned in plan]
    return combined([planned.item for planned in plan], results)
