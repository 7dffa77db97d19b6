# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The in-process runner: a command run by an action plugin, in the control node's own process. Private to the collection.

A task needs no Python process, no connection to its host, and nothing of that host's interpreter or ``become``.
Where a task is delegated to another host, that host is meant to do the sending: the module of the same name runs there.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys

from ansible.errors import AnsibleError
from ansible.module_utils.basic import missing_required_lib
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.errors import UnsupportedError
from ansible.plugins.action import ActionBase

from ..module_utils._http._client import REQUESTS_IMPORT_ERROR
from ..module_utils._commands._all import Context, execute, failure
from ..module_utils._common._errors import DatasentinelError, InvalidInput
from ..module_utils._common._secrets import Secrets
from ._role_variables import FROM_ROLE, PREFIX, combined, connections, given_options

COLLECTION = "datasentinel.platform."
#: Where the role registers the token of the run.
MINTED = PREFIX + "minted"


class CommandAction(ActionBase):
    """Base of the collection's action plugins; a subclass names its command."""

    command = None

    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True
    _supports_async = True

    def run(self, tmp=None, task_vars=None):
        """Runs the task, here or as a module; failures are returned, never raised."""
        super().run(tmp, task_vars)
        task_vars = task_vars or {}
        secrets = Secrets()
        try:
            result = self._result(secrets, task_vars)
        except DatasentinelError as exc:
            result = secrets.mask_result(failure(exc))
        except Exception as exc:  # from 2.19 on, what escapes is printed with all its causes, and nothing masks it
            result = {"failed": True, "changed": False, "msg": secrets.mask("%s: %s" % (type(exc).__name__, exc))}
        if self._prints_a_secret(result, secrets, task_vars):
            # The task's own no_log is what a loop's result as a whole is judged by.
            self._task.no_log = result["_ansible_no_log"] = True
        return result

    def _result(self, secrets, task_vars):
        remote = self._connection.transport != "local"
        if self._task.async_val and remote and not self._task.delegate_to:
            raise InvalidInput(_no_async(self.command.name))
        elsewhere = self._task.async_val or (remote and self._task.delegate_to)
        run = self._run_module if elsewhere else self._run_here
        sets = self._sets_of_options(task_vars)
        for options in sets:
            secrets.add(*self._secret_texts(options))
        results = [run(options, secrets, task_vars) for options in sets]
        return combined([options.get("name") for options in sets], results)

    # --- options -------------------------------------------------------------------------------------------------

    def _sets_of_options(self, task_vars):
        """What is to be run: the options of each run, as plain data. One set, or in the role one for each connection."""
        given = plain(self._task.args)
        if not task_vars.get(FROM_ROLE):
            return [given]

        def variable(name):
            return self._role_variable(name, task_vars)

        options = {**given, **given_options(self.command.options, variable)}
        if "state" not in self.command.options:
            return [options]
        return connections(options, *(variable(PREFIX + name) for name in ("instances", "override_state", "extra_tags")))

    def _role_variable(self, name, task_vars):
        """The value of a variable as plain data; None if it is not set, or set to ``omit``. Raises InvalidInput."""
        if name not in task_vars:
            return None
        try:
            # In a mapping, since from 2.19 on only there something may be left out.
            value = self._templar.template({name: task_vars[name]}).get(name)
        except AnsibleError as exc:
            raise InvalidInput("The variable %s cannot be used: %s" % (name, exc)) from None
        return None if value is None or value == task_vars.get("omit") else plain(value)

    def _secret_texts(self, options):
        """The texts in options that are secret, however they are nested: validation may quote them before it knows."""
        queue = [value for name, value in options.items() if name in self.command.options and self.command.options[name].secret]
        while queue:
            value = queue.pop()
            if isinstance(value, dict):
                queue += [*value.keys(), *value.values()]
            elif isinstance(value, list):
                queue += value
            elif not isinstance(value, bool):
                yield value

    def _prints_a_secret(self, result, secrets, task_vars):
        """Whether Ansible would print a secret with this result: one that was asked for, or one in the item of a loop.

        Ansible puts the item beside the result, and its label before it, where nothing masks them.
        """
        if self.command.reveals and not result.get("failed"):
            return True
        item = plain(task_vars.get(task_vars.get("ansible_loop_var")))
        return item is not None and secrets.mask_result(item) != item

    # --- as a module, elsewhere ----------------------------------------------------------------------------------

    def _run_module(self, options, secrets, task_vars):
        # A mistake is found here already, but for what the environment there may give: AnsibleModule's own sentence on it
        # may hold a secret in a spelling that it does not mask.
        spec = {name: {**entry, "required": False, "fallback": (None,)} for name, entry in self.command.argument_spec.items()}
        validation = ArgumentSpecValidator(spec).validate(options)
        if validation.error_messages:
            return {"failed": True, "changed": False, "msg": secrets.mask(self._refusal(validation.errors[0]))}
        if self.command.reveals:
            # Connections print at -vvv what a module printed, unless this says otherwise.
            self._play_context.no_log = True
        result = self._execute_module(
            module_name=COLLECTION + self.command.name,
            module_args=_Unprinted(options),
            task_vars=task_vars,
            wrap_async=self._task.async_val,
        )
        # The options (invocation) and the errors behind msg (exception) are of another shape in each version of Ansible,
        # and hold what msg holds, unmasked.
        told = {key: value for key, value in result.items() if key not in ("invocation", "exception")}
        revealed = {key: told[key] for key in self.command.reveals if key in told}
        return {**secrets.mask_result(told), **revealed}

    # --- here ----------------------------------------------------------------------------------------------------

    def _run_here(self, options, secrets, task_vars):
        if REQUESTS_IMPORT_ERROR is not None:
            return {"failed": True, "changed": False, "msg": missing_required_lib("requests")}
        environment = {}
        self._compute_environment_string(environment)
        with _environment(environment), _quiet_libraries():
            validation = ArgumentSpecValidator(self.command.argument_spec).validate(options)
            secrets.add(*validation._no_log_values)
            notes = {"deprecations": validation._deprecations, "warnings": validation._warnings}
            if validation.error_messages:
                result = {"failed": True, "changed": False, "msg": secrets.mask(self._refusal(validation.errors[0]))}
            else:
                context = Context(secrets=secrets, check_mode=self._task.check_mode, run_token=_run_token(task_vars))
                result = execute(self.command, validation.validated_parameters, context)
        notes["warnings"] = notes["warnings"] + result.pop("warnings", [])
        return plain({**result, **{kind: told for kind, told in notes.items() if told}})

    def _refusal(self, error):
        """The sentence for a validation error, as a module would put it."""
        if isinstance(error, UnsupportedError):
            return "Unsupported parameters for (%s%s) module: %s" % (COLLECTION, self.command.name, error)
        return str(error)


class _Unprinted(dict):
    """A module's arguments that do not show when Ansible prints them, as it does with ANSIBLE_DEBUG."""

    def __repr__(self):
        return "{%s}" % ", ".join("%r: ..." % key for key in self)


def _run_token(task_vars):
    """What datasentinel_token returned in the role, for `settings_from`; None if it has not run, or failed.

    A role cannot see what module_defaults or ``environment`` give each host, so it cannot tell whether a token minted for
    the first host belongs to another host's platform; `settings_from` knows both, and decides.
    """
    if not task_vars.get(FROM_ROLE):
        return None
    minted = task_vars.get(MINTED) or {}
    if not minted.get("token"):
        # In a later batch of a serial play, the token is with the hosts of the first.
        first = task_vars.get("ansible_play_hosts_all", [None])[0]
        minted = task_vars.get("hostvars", {}).get(first, {}).get(MINTED) or {}
    return plain(dict(minted)) if minted.get("token") else None


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
