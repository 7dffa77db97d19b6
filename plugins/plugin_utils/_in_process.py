# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The in-process face: a command run by an action plugin, in the control node's own process. Private to the collection.

A task needs no Python process, no connection to its host, and nothing of that host's interpreter or ``become``.
Where a task is delegated to another host, that host is meant to do the sending: the module of the same name runs there.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys

from ansible.module_utils.basic import missing_required_lib
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.errors import UnsupportedError
from ansible.plugins.action import ActionBase

from ..module_utils._client import REQUESTS_IMPORT_ERROR
from ..module_utils._commands import Context, execute
from ..module_utils._options import ACCESS
from ..module_utils._secrets import Secrets

#: A variable that a role may set for a task: what datasentinel_token returned earlier in the run.
#: A role cannot see what module_defaults or ``environment`` give each host, so it cannot tell whether a token minted
#: for the first host belongs to another host's platform; here both are known, and `settings_from` decides.
RUN_TOKEN = "datasentinel_connection_run_token"

COLLECTION = "datasentinel.platform."
ACTION_GROUP = "group/%sdatasentinel" % COLLECTION


class InProcessAction(ActionBase):
    """Base of the collection's action plugins; a subclass names its command."""

    command = None

    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True
    _supports_async = True

    def run(self, tmp=None, task_vars=None):
        """Runs the task, here or as a module; failures are returned, never raised."""
        super().run(tmp, task_vars)
        self._task.args = {**self._access_defaults(), **self._task.args}
        secrets = Secrets()
        secrets.add(*self._secret_arguments())
        remote = self._connection.transport != "local"
        if self._task.async_val and remote and not self._task.delegate_to:
            result = {"failed": True, "changed": False, "msg": _no_async(self.command.name)}
        elif self._task.async_val or (remote and self._task.delegate_to):
            result = self._run_module(secrets, task_vars)
        else:
            try:
                result = self._run_here(secrets, task_vars or {})
            except Exception as exc:  # from 2.19 on, what escapes is printed with all its causes, and nothing masks it
                result = {"failed": True, "changed": False, "msg": secrets.mask("%s: %s" % (type(exc).__name__, exc))}
        if self._prints_a_secret(result, secrets, task_vars or {}):
            # The task's own no_log is what a loop's result as a whole is judged by.
            self._task.no_log = result["_ansible_no_log"] = True
        return result

    def _access_defaults(self):
        """The access options among the task's module_defaults.

        Ansible takes them for what a task leaves out, but not for what it gives as ``omit``; and a role that offers each
        option as a variable has to give it so.
        """
        defaults = {}
        for given in self._task.module_defaults or []:
            defaults.update(given)
        by_group = self._templar.template(defaults.get(ACTION_GROUP, {}))
        by_name = self._templar.template(defaults.get(COLLECTION + self.command.name, {}))
        return {name: value for name, value in {**by_group, **by_name}.items() if name in ACCESS}

    def _prints_a_secret(self, result, secrets, task_vars):
        """Whether Ansible would print a secret with this result: one that was asked for, or one in the item of a loop.

        Ansible puts the item beside the result, and its label before it, where nothing masks them.
        """
        if self.command.reveals and not result.get("failed"):
            return True
        item = plain(task_vars.get(task_vars.get("ansible_loop_var")))
        return item is not None and secrets.mask_result(item) != item

    # --- as a module, elsewhere ----------------------------------------------------------------------------------

    def _run_module(self, secrets, task_vars):
        result = self._execute_module(
            module_name=COLLECTION + self.command.name,
            module_args=plain(self._task.args),
            task_vars=task_vars,
            wrap_async=self._task.async_val,
        )
        # The options (invocation) and the errors behind msg (exception) are of another shape in each version of Ansible,
        # and hold what msg holds, unmasked.
        told = {key: value for key, value in result.items() if key not in ("invocation", "exception")}
        revealed = {key: told[key] for key in self.command.reveals if key in told}
        return {**secrets.mask_result(told), **revealed}

    # --- here ----------------------------------------------------------------------------------------------------

    def _run_here(self, secrets, task_vars):
        if REQUESTS_IMPORT_ERROR is not None:
            return {"failed": True, "changed": False, "msg": missing_required_lib("requests")}
        environment = {}
        self._compute_environment_string(environment)
        with _environment(environment), _quiet_libraries():
            validation = ArgumentSpecValidator(self.command.argument_spec).validate(plain(self._task.args))
            secrets.add(*validation._no_log_values)  # pylint: disable=protected-access
            notes = {"deprecations": validation._deprecations, "warnings": validation._warnings}  # pylint: disable=protected-access
            if validation.error_messages:
                result = {"failed": True, "changed": False, "msg": secrets.mask(self._refusal(validation.errors[0]))}
            else:
                context = Context(secrets=secrets, check_mode=self._task.check_mode, run_token=self._run_token(task_vars))
                result = execute(self.command, validation.validated_parameters, context)
        notes["warnings"] = notes["warnings"] + result.pop("warnings", [])
        return plain({**result, **{kind: told for kind, told in notes.items() if told}})

    def _secret_arguments(self):
        """The texts in arguments that are secret, however they are nested: validation may quote them before it knows."""
        queue = [plain(value) for name, value in self._task.args.items() if name in self.command.options and self.command.options[name].secret]
        while queue:
            value = queue.pop()
            if isinstance(value, dict):
                queue += [*value.keys(), *value.values()]
            elif isinstance(value, list):
                queue += value
            elif not isinstance(value, bool):
                yield value

    def _refusal(self, error):
        """The sentence for a validation error, as a module would put it."""
        if isinstance(error, UnsupportedError):
            return "Unsupported parameters for (%s%s) module: %s" % (COLLECTION, self.command.name, error)
        return str(error)

    def _run_token(self, task_vars):
        minted = plain(self._templar.template(task_vars.get(RUN_TOKEN)))
        return minted if isinstance(minted, dict) and minted.get("token") else None


def plain(value):
    """value as plain JSON types: no vault objects, no tagged or unsafe texts of Ansible's, which libraries trip over."""
    if isinstance(value, dict):
        return {plain(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if value is None or isinstance(value, bool):
        return value
    for kind in (int, float):
        if isinstance(value, kind):
            return kind(value)
    # str(), for an inline !vault value decrypts it; join, for a subclass of str may keep itself.
    return "".join(str(value))


@contextlib.contextmanager
def _environment(variables):
    """os.environ with the task's ``environment`` laid over it, put back afterwards: loop items share the process."""
    before = dict(os.environ)
    os.environ.update({str(name): str(value) for name, value in variables.items() if value is not None})
    if sys.platform == "darwin" and not any(name.lower().endswith("_proxy") for name in os.environ):
        # The system's proxy look-up crashes in forked processes on macOS.
        os.environ["no_proxy"] = "*"
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextlib.contextmanager
def _quiet_libraries():
    """urllib3 without its log: its lines would go to ANSIBLE_LOG_PATH, where nothing masks them."""
    logger = logging.getLogger("urllib3")
    before = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        logger.setLevel(before)


def _no_async(name):
    return (
        "%s runs on the control node, and async would start it on the play's host: leave async out, or delegate the task to "
        "localhost (or to the host that reaches the platform)." % name
    )
