# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The base of the action plugins: a command run in the control node's own process. Private to the collection.

A task needs no Python process, no connection to its host, and nothing of that host's interpreter or ``become``.
Where a task is delegated to another host, that host is meant to do the sending: the module of the same name runs there.
"""

from __future__ import annotations

import contextlib

from ansible.errors import AnsibleConnectionFailure, AnsibleError
from ansible.module_utils.basic import missing_required_lib
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.errors import AnsibleFallbackNotFound, ArgumentTypeError, RequiredError, UnsupportedError
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ..module_utils._commands._command import PROXY_VARIABLES, Command, Context, execute, failure, named
from ..module_utils._commands._options import environment_of_task, masked_by_ansible, own_credentials, secret_values, where_to_set, wrong_type
from ..module_utils._common._errors import InvalidInput
from ..module_utils._common._secrets import Secrets
from ..module_utils._http._libraries import REQUESTS_IMPORT_ERROR
from ..module_utils._http._proxies import proxy_secrets
from ._plain import plain
from ._process import environment, quiet_libraries, share_memory
from ._run import MEMORY

COLLECTION = "datasentinel.platform."


class CommandAction(ActionBase):
    """Base of the collection's action plugins; a subclass names its command."""

    command: Command = None
    #: Whether the module has been started on another host.
    _begun = False

    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True
    _supports_async = True

    def run(self, tmp=None, task_vars=None):
        """Run the task, here or as a module; failures are returned, never raised."""
        super().run(tmp, task_vars)
        task_vars = task_vars or {}
        secrets = Secrets()
        try:
            result = self.perform(secrets, task_vars)
        except Exception as exc:  # from 2.19 on, what escapes is printed with all its causes, and nothing masks it
            result = failure(exc, lambda error: secrets.mask(str(error)))
        if self._prints_a_secret(result, secrets, task_vars):
            # The task's own no_log is what a loop's result as a whole is judged by.
            self._task.no_log = result["_ansible_no_log"] = True
        return result

    def perform(self, secrets, task_vars):
        """Return the result of the task. secrets: a new Secrets, which every secret in its options is added to."""
        return self.run_command(plain(self._task.args), secrets, task_vars)

    def run_command(self, options, secrets, task_vars):
        """Return the result of the command with these options (plain data), run where the task is to run."""
        # Ansible hands those that it masks on to a module.
        secrets.add(*masked_by_ansible(secret_values(self.command.options, options)))
        with self.process():
            options = own_credentials(self.command.options, options)
            try:
                self._check_texts(options)
            except InvalidInput as exc:
                return self._refused(options, exc, secrets)
            if self._runs_elsewhere():
                return self._run_module(self._as_here(options), secrets, task_vars)
            return self._run_here(options, secrets)

    @staticmethod
    def missing_library():
        """Return the failed result where requests is not installed, None where it is."""
        if REQUESTS_IMPORT_ERROR is None:
            return None
        return {"failed": True, "changed": False, "msg": missing_required_lib("requests")}

    #: Shows a line to a person, at once.
    show = Display().display

    def context(self, secrets):
        """Return the Context of a command that runs here."""
        return Context(secrets, MEMORY, self._task.check_mode, progress=self.show)

    @contextlib.contextmanager
    def process(self):
        """Have this process set up for the task, with its ``environment``."""
        share_memory()
        variables = self._task_environment()
        with environment_of_task(variables), environment(variables), quiet_libraries():
            yield

    # --- where ---------------------------------------------------------------------------------------------------

    def _runs_elsewhere(self):
        """Return whether the module is to run. Raise InvalidInput where it would run on the host that is registered."""
        remote = self._connection.transport != "local"
        if self._task.async_val:
            if remote and not self._task.delegate_to:
                raise InvalidInput(
                    "%s runs on the control node, and async would start it on the play's host: leave async out, or delegate the "
                    "task to localhost (or to the host that reaches the platform)." % self.command.name
                )
            if self.command.reveals:
                raise InvalidInput(
                    "%s cannot run with async: Ansible would keep the %s in a file, and print it. Leave async out."
                    % (self.command.name, " and ".join(self.command.reveals))
                )
        return bool(self._task.async_val or (remote and self._task.delegate_to))

    def _run_here(self, options, secrets):
        missing = self.missing_library()
        if missing:
            return missing
        validation = ArgumentSpecValidator(self.command.argument_spec).validate(options)
        secrets.add(*secret_values(self.command.options, validation.validated_parameters))
        notes = {"deprecations": validation._deprecations, "warnings": validation._warnings}
        if validation.error_messages:
            result = self._refused(options, validation.errors[0], secrets)
        else:
            result = execute(self.command, validation.validated_parameters, self.context(secrets))
        notes["warnings"] = notes["warnings"] + result.pop("warnings", [])
        return plain({**result, **{kind: texts for kind, texts in notes.items() if texts}})

    def _run_module(self, options, secrets, task_vars):
        secrets.add(*secret_values(self.command.options, options))
        # A mistake is found here already: AnsibleModule's own message on it may hold a secret in a spelling that it does not mask.
        spec = {name: {**entry, "fallback": (None,)} for name, entry in self.command.argument_spec.items()}
        validation = ArgumentSpecValidator(spec).validate(options)
        if validation.error_messages:
            return self._refused(options, validation.errors[0], secrets)
        if self.command.reveals:
            # Connections print at -vvv what a module printed, unless this says otherwise.
            self._play_context.no_log = True
        # Credentials in them would show in what Ansible prints of the command.
        proxies = {name: str(value) for name, value in self._task_environment().items() if _names_a_proxy(name)}
        result = self._outcome({**options, **({PROXY_VARIABLES: proxies} if proxies else {})}, task_vars)
        secrets.add(*proxy_secrets())
        # The options (invocation) and the errors behind msg (exception) are of another shape in each version of Ansible,
        # and hold what msg holds, unmasked. What else there is, the module has made safe; texts of Ansible's own are masked.
        safe = {key: value for key, value in result.items() if key not in ("invocation", "exception")}
        for key in ("msg", "module_stdout", "module_stderr", "stdout", "stdout_lines", "stderr", "stderr_lines"):
            if key in safe:
                safe[key] = secrets.mask_values(safe[key])
        return safe

    def _outcome(self, options, task_vars):
        """Return the result of the module, also where Ansible has none: the module may have done its work all the same."""
        self._begun = False
        try:
            result = self._execute_module(
                module_name=COLLECTION + self.command.name,
                module_args=_Unprinted(options),
                task_vars=task_vars,
                wrap_async=self._task.async_val,
            )
            # What the module itself returns says whether it changed something; what it printed is there where that is not understood.
            # A shell that did not find it says 126 or 127.
            known = bool(result.get("changed")) or "module_stdout" not in result or result.get("rc") in (126, 127)
        except AnsibleConnectionFailure as exc:
            result, known = {"unreachable": True, "changed": False, "msg": str(exc)}, False
        except AnsibleError as exc:
            result, known = {"failed": True, "changed": False, "msg": str(exc)}, False
        except Exception as exc:
            result, known = failure(exc), False
        if known or not self._begun or not self.command.writes or self._task.check_mode:
            return result
        text = "%s Whether the module did its work on %s before is not known: run the task again, it reads first."
        return {**result, "changed": True, "msg": text % (str(result.get("msg", "")).strip(), self._task.delegate_to or "the host")}

    def _compute_environment_string(self, raw_environment_out=None):
        """As ActionBase has it, for a module: without the variables that it is handed as options, which show at -vvv."""
        variables = {name: value for name, value in self._task_environment().items() if not self._is_option(name) and not _names_a_proxy(name)}
        if isinstance(raw_environment_out, dict):
            raw_environment_out.update(variables)
        else:
            # Asked for like this, it goes into the command that starts the module.
            self._begun = True
        return self._connection._shell.env_prefix(**variables)

    def _task_environment(self):
        """Return the ``environment`` of the task, as a mapping."""
        variables: dict = {}
        super()._compute_environment_string(variables)
        return variables

    # --- options -------------------------------------------------------------------------------------------------

    def _as_here(self, options):
        """Return options for another host, whose environment is not to count: what is not given is what it would be here."""
        found = {}
        for name, option in self.command.options.items():
            if option.env is not None and not option.of_the_place and options.get(name) is None:
                try:
                    found[name] = option.from_environment()
                except AnsibleFallbackNotFound:
                    if not option.required:
                        found[name] = "" if option.default is None else option.default
        return {**options, **found}

    def check_names(self, options):
        """Raise InvalidInput where options holds something that is no option of the command."""
        unknown = sorted(set(options) - set(self.command.options))
        if unknown:
            raise InvalidInput(self._unsupported("%s. Supported parameters include: %s." % (", ".join(unknown), ", ".join(sorted(self.command.options)))))

    def _unsupported(self, which):
        return "Unsupported parameters for (%s%s) module: %s" % (COLLECTION, self.command.name, which)

    def _is_option(self, variable):
        return any(option.env == variable and not option.of_the_place for option in self.command.options.values())

    def _check_texts(self, options):
        """Raise InvalidInput where a text is something else, which Ansible would quote, or turn into a text: ``no`` into ``False``."""
        for name, value in options.items():
            option = self.command.options.get(name)
            if option is not None and option.type == "str" and isinstance(value, (bool, dict, list)):
                option.converted(name, value)

    def _refused(self, options, error, secrets):
        """Return the result for options that cannot be."""
        msg = str(error)
        if isinstance(error, UnsupportedError):
            msg = self._unsupported(error)
        elif isinstance(error, RequiredError):
            msg += where_to_set(self.command.options, msg.partition(": ")[2].split(", "))
        elif isinstance(error, ArgumentTypeError):
            # Ansible's own words name a type of Python, and in some versions not the value.
            msg = wrong_type(self.command.options, options) or msg
        if isinstance(options.get("name"), str):
            msg = named(options["name"], msg)
        return {"failed": True, "changed": False, "msg": secrets.mask(msg)}

    # --- secrets -------------------------------------------------------------------------------------------------

    def _prints_a_secret(self, result, secrets, task_vars):
        """Return whether Ansible would print a secret with this result: one that was asked for, or one in the item of a loop.

        Ansible puts the item beside the result, and its label before it, where nothing masks them.
        """
        if self.command.reveals and not result.get("failed"):
            return True
        item = plain(task_vars.get(task_vars.get("ansible_loop_var")))
        return item is not None and secrets.mask_values(item) != item


def _names_a_proxy(variable):
    return variable.lower().endswith("_proxy")


class _Unprinted(dict):
    """A module's arguments that do not show when Ansible prints them, as it does with ANSIBLE_DEBUG."""

    def __repr__(self):
        return "{%s}" % ", ".join("%r: ..." % key for key in self)
