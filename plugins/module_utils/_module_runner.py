# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module runner: a command as an ordinary Ansible module, where a task is delegated. Private to the collection."""

from __future__ import annotations

import os

from ansible.module_utils import basic
from ansible.module_utils.basic import missing_required_lib

from ._commands._command import PROXY_VARIABLES, Context, execute
from ._commands._options import secret_values
from ._common._run_memory import RunMemory
from ._common._secrets import Secrets
from ._http._libraries import REQUESTS_IMPORT_ERROR


def argument_spec(command):
    """Return the argument spec of a command's module: with the hidden option, where the control node has handed it on."""
    # Not always, since it is none for users, and so not documented.
    handed_on = PROXY_VARIABLES.encode() in (getattr(basic, "_ANSIBLE_ARGS", None) or b"")
    return {**command.argument_spec, **({PROXY_VARIABLES: {"type": "dict", "no_log": True}} if handed_on else {})}


def run(module, command):
    """Run a command for an AnsibleModule made with the command's argument spec, and end the module."""
    if REQUESTS_IMPORT_ERROR is not None:
        module.fail_json(msg=missing_required_lib("requests"), exception=REQUESTS_IMPORT_ERROR, changed=False)
    # The process ends with the module.
    os.environ.update({name: str(value) for name, value in (module.params.pop(PROXY_VARIABLES, None) or {}).items()})
    secrets = Secrets()
    secrets.add(*secret_values(command.options, module.params))
    result = execute(command, module.params, Context(secrets, RunMemory(), module.check_mode))
    for warning in result.pop("warnings", ()):
        module.warn(warning)
    # The result is masked by our own rules, which keep its shape: AnsibleModule's would turn parts of it to garbage
    # where a secret is a common word. It would also put every option into the result, where some hold secrets by mistake.
    module.no_log_values = set()
    result["invocation"] = {}
    if result.pop("failed", False):
        module.fail_json(**result)
    module.exit_json(**result)
