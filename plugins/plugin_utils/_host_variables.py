# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The variables of any host of a play, as Ansible has them for a task of the host itself. Private to the collection."""

from __future__ import annotations

from ansible.template import Templar

from ._strict_template import template_strictly

_LISTS = ("ansible_play_hosts_all", "ansible_play_hosts", "ansible_play_batch", "play_hosts")


def variables_for(task, task_vars):
    """Return a function that returns the variables of a host, ``ansible_host`` among them, as Ansible has them for a task of the host itself.

    Ansible adds ``ansible_host`` only where it begins a task. If that is delegated, it is the address of the other host.
    """
    manager, inventory = task_vars["hostvars"]._variable_manager, task_vars["hostvars"]._inventory
    # The same for all hosts; for each of them, Ansible would make these lists anew.
    lists = {name: task_vars[name] for name in _LISTS if name in task_vars}
    play = _play_of(task)

    def variables_of(name):
        host = inventory.get_host(name)
        variables = manager.get_vars(play=play, host=host, task=task, include_hostvars=False, _hosts=[name], _hosts_all=[name])
        return {"ansible_host": variables.get("ansible_ssh_host", host.address), **variables, **lists}

    return variables_of


def _play_of(task):
    block = task
    while getattr(block, "_play", None) is None and getattr(block, "_parent", None) is not None:
        block = block._parent
    return getattr(block, "_play", None)


class HostTemplar:
    """Templates with the variables of one host; Ansible's own is only made where there is something to be templated."""

    def __init__(self, loader, variables):
        self._loader = loader
        self._variables = variables

    def template(self, value):
        """Return value, templated. Raise AnsibleError where something in it is not defined."""
        return template_strictly(Templar(loader=self._loader, variables=self._variables), value)
