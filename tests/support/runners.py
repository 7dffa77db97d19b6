# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The connection module run in both ways inside the process of a test: for hundreds of cases, without ansible-playbook."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stdout
from types import SimpleNamespace
from unittest.mock import patch

from ansible.module_utils import basic
from ansible_collections.datasentinel.platform.plugins.modules import datasentinel_connection


def in_process(options: dict) -> dict:
    """Return the result of the action plugin, run as the first task of a run."""
    # `ansible-test units` runs the tests of module_utils without these.
    from ansible.parsing.dataloader import DataLoader
    from ansible.playbook.task import Task
    from ansible.template import Templar
    from ansible_collections.datasentinel.platform.plugins.action.datasentinel_connection import ActionModule
    from ansible_collections.datasentinel.platform.plugins.plugin_utils._run import MEMORY

    MEMORY.clear()
    task = Task()
    task.args = options
    loader = DataLoader()
    connection = SimpleNamespace(transport="local", _shell=SimpleNamespace(tmpdir=None, env_prefix=lambda **_: ""))
    action = ActionModule(task, connection, play_context=SimpleNamespace(), loader=loader, templar=Templar(loader), shared_loader_obj=None)
    return action.run(task_vars={})


def module(options: dict) -> dict:
    """Return the result of the module, from what it prints."""
    arguments = json.dumps({"ANSIBLE_MODULE_ARGS": options}).encode()
    printed = io.StringIO()
    with patch.object(basic, "_ANSIBLE_ARGS", arguments), patch.object(basic, "_ANSIBLE_PROFILE", "legacy", create=True), redirect_stdout(printed):
        try:
            datasentinel_connection.main()
        except SystemExit:
            pass
    result = json.loads(printed.getvalue())
    # From ansible-core 2.22 on, Ansible takes out of a module's result what it is to mask.
    result.pop("_ansible_new_secrets", None)
    return result


RUNNERS = {"in-process": in_process, "module": module}
