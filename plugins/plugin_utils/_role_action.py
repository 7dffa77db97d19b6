# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The action plugin of datasentinel_connection, which also does the work of the role. Private to the collection."""

from __future__ import annotations

from ansible.module_utils.errors import AnsibleFallbackNotFound

from ..module_utils._commands._options import over
from ..module_utils._common._errors import InvalidInput
from ..module_utils._platform._api_url import comparable_url
from ._action_base import CommandAction
from ._host_connections import HAS_NO_CONNECTIONS, Item, combined, items_of, not_needed, secrets_of
from ._host_variables import HostTemplar, variables_for
from ._plain import plain
from ._role_variables import EXTRA_TAGS, FROM_ROLE, PREFIX, RoleVariables
from ._run import FORESEEN_PAUSES, NAMES, PAUSES


class RoleAction(CommandAction):
    """A task of the module, or, where the role's task variable asks for it, of all connections of the host."""

    def perform(self, secrets, task_vars):
        """As CommandAction has it."""
        if not task_vars.get(FROM_ROLE):
            return super().perform(secrets, task_vars)
        owner, templar = task_vars["inventory_hostname"], self._templar
        if self._task.delegate_to:
            task_vars = {**task_vars, "ansible_host": variables_for(self._task, task_vars)(owner)["ansible_host"]}
            templar = HostTemplar(self._loader, task_vars)
        variables = RoleVariables(self.command.options, task_vars, templar)
        operation = variables.operation()
        without = not_needed(operation)
        host = variables.options(without)
        # module_defaults have a say in what the role's variables leave open.
        host = over({key: value for key, value in plain(self._task.args).items() if key != "name"}, host)
        instances = variables.instances(without)
        secrets.add(*secrets_of(self.command.options, host, instances))
        items = items_of(host, instances, operation, variables.value(EXTRA_TAGS))
        NAMES.claim(owner, [item.name for item in items], self._platform(host))
        # Check mode has what it would have paused resumed, and a run only what it has paused.
        pauses = FORESEEN_PAUSES if self._task.check_mode else PAUSES
        if operation in ("pause", "resume"):
            items = _of_this_run(items, operation, owner, pauses)
        results = []
        for item in items:
            if item.left_alone:
                results.append({"changed": False, "msg": secrets.mask(item.left_alone)})
                continue
            if operation == "pause":
                # Before anything is sent: what interrupts the task leaves it to be told.
                pauses.note(owner, begun=[item.name])
            result = self.run_command(item.options, secrets, task_vars)
            if operation == "resume" and self._task.check_mode and not result.get("failed"):
                result = _resumed(result)
            results.append(result)
            _note(item.name, operation, owner, result, pauses)
        result = combined(items, results)
        none = [] if items else [HAS_NO_CONNECTIONS % owner]
        warnings = variables.warnings() + none + list(result.get("warnings", []))
        return {**result, **({"warnings": warnings} if warnings else {})}

    def _platform(self, options):
        """Return the address of the platform that options name, or the environment, as it will be used; a guess is enough here."""
        url = options.get("api_url")
        if not isinstance(url, str):
            try:
                with self.process():
                    url = self.command.options["api_url"].from_environment()
            except AnsibleFallbackNotFound:
                return ""
        return comparable_url(url)


def _of_this_run(items, operation, host, pauses):
    """Return the Items of a pause or resume: to resume is only what this run has paused. Raise InvalidInput."""
    if not PAUSES.kept or (operation == "pause" and not PAUSES.possible):
        text = "%soperation is %s, and memory %s, so the run could not know what it paused. Use disable and enable."
        raise InvalidInput(text % (PREFIX, operation, "is full" if PAUSES.kept else "cannot be shared here"))
    if operation == "pause":
        return items
    paused = pauses.names(host)
    left = "Connection %r: left alone, since this run has not paused it."
    return [item if item.left_alone or item.name in paused else Item(item.name, item.options, left % item.name) for item in items]


def _resumed(result):
    """Return the result of a resume in check mode: the connection, which was not paused for it, would be enabled again."""
    diff = {side: {**result["diff"][side], "enabled": side == "after"} for side in ("before", "after")} if "diff" in result else None
    return {**result, "changed": True, **({"diff": diff} if diff else {})}


def _note(name, operation, host, result, pauses):
    """Note what a pause or resume did. What may have happened counts as paused, and not as resumed."""
    if operation == "pause":
        pauses.note(host, **{"paused" if result.get("changed") else "unchanged": [name]})
    elif operation == "resume" and not result.get("failed"):
        pauses.note(host, resumed=[name])
