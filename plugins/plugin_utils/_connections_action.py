# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The action plugin of datasentinel_connections: a list, a file, or the fleet of the inventory. Private to the collection."""

from __future__ import annotations

from ansible.errors import AnsibleError
from ansible.utils.display import Display

from ..module_utils._commands._items import desired_connections
from ..module_utils._commands._options import secret_values
from ..module_utils._common._errors import InvalidInput
from ._action_base import CommandAction
from ._connection_file import connections_in
from ._fleet import FROM_INVENTORY, Fleet
from ._host_variables import variables_for
from ._plain import plain
from ._run import INTERRUPTIONS


class ConnectionsAction(CommandAction):
    """A task that keeps many connections."""

    def perform(self, secrets, task_vars):
        """As CommandAction has it."""
        with INTERRUPTIONS.awaited() as self.show:
            result = (self._keep_fleet if task_vars.get(FROM_INVENTORY) else self._keep_given)(plain(self._task.args), secrets, task_vars)
        if result.get("msg") and "results" in result and not result.get("failed"):
            # A person sees it at the end of the task without asking for more. A failure Ansible prints itself.
            Display().display(result["msg"])
        return result

    def _keep_given(self, options, secrets, task_vars):
        return self.run_command(self._with_connections(options, secrets), secrets, task_vars)

    def _keep_fleet(self, options, secrets, task_vars):
        self.check_names(options)
        missing = self.missing_library()
        if missing:
            return missing
        if self._runs_elsewhere():
            raise InvalidInput("The fleet of the inventory is kept from the control node: leave out delegate_to and async.")
        with self.process():
            return plain(Fleet(self._loader, variables_for(self._task, task_vars), task_vars, options).keep(self.context(secrets)))

    def _with_connections(self, options, secrets):
        """Return options with the connections that src holds, all of them checked before anything is sent. Raise InvalidInput."""
        labels, columns = None, None
        if options.get("src") is not None:
            if options.get("connections") is not None:
                raise InvalidInput("Give either connections or src, not both.", "src")
            connections, labels, columns = self._read(options["src"])
            options = {**{name: value for name, value in options.items() if name != "src"}, "connections": connections}
        if options.get("connections") is None:
            raise InvalidInput("Give connections, or the path of a file as src.", "connections")
        secrets.add(*secret_values(self.command.options, options))
        desired_connections(options["connections"], options.get("defaults"), labels, columns)
        return options

    def _read(self, src):
        """Return what `connections_in` has of a file on the control node, vaulted or not. Raise InvalidInput."""
        try:
            path = self._find_needle("files", str(src))
        except AnsibleError:
            # Ansible's own words offer an option of the module copy.
            raise InvalidInput("src: the file %s is not found on the control node: check its path, or give an absolute one." % src, "src") from None
        try:
            content, _shown = self._loader._get_file_contents(path)
        except (AnsibleError, OSError) as exc:
            raise InvalidInput("src: the file %s cannot be read on the control node: %s" % (src, exc), "src") from None
        return connections_in(path, content)
