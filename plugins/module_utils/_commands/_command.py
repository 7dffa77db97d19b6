# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a module is apart from the way it is run: options in, a result out. Private to the collection."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Callable

from .._common._errors import DatasentinelError
from .._common._run_memory import RunMemory
from .._common._secrets import Secrets
from . import _options as options

#: The module's hidden option for the variables that name proxies: in its environment they would show, with their credentials.
PROXY_VARIABLES = "_proxy_variables"


def _show_nothing(_line):
    """Show a line to nobody."""


@dataclass(frozen=True)
class Context:
    """What a task gives a command besides its options.

    secrets: the task's. memory: of the run. sleep: pauses for so many seconds. progress: shows a line to a person, at once.
    """

    secrets: Secrets
    memory: RunMemory
    check_mode: bool = False
    sleep: Callable = time.sleep
    progress: Callable = _show_nothing


@dataclass(frozen=True)
class Command:
    """A module without its runner.

    name: of the module and its action plugin. options: its table. run: takes options and a Context, returns a result.
    reveals: the fields of a result that hold a secret because they are what was asked for. writes: whether it changes anything.
    """

    name: str
    options: Mapping[str, options.Option]
    run: Callable[[Mapping[str, Any], Context], dict]
    reveals: tuple = field(default=())
    writes: bool = False

    @property
    def argument_spec(self):
        """Its argument spec, for AnsibleModule and for ArgumentSpecValidator."""
        return options.argument_spec(self.options)


def execute(command, params, context):
    """Run a command, and return a result (dict of JSON types) that is free of secrets. Never raise an Exception.

    params: the options, validated against the command's argument spec. Failures are results with ``failed``.
    Free text is masked here; what is structured, the commands have made safe where they know it.
    """
    try:
        result = command.run(params, context)
    except Exception as exc:
        result = failure(exc)
    for key in ("msg", "warnings"):
        if key in result:
            result[key] = context.secrets.mask_values(result[key])
    return result


def failure(exc, explain=str):
    """Return the failed result for an exception. explain: returns the message for a DatasentinelError.

    The text of any other exception is not quoted, since it may hold whatever came back.
    """
    if not isinstance(exc, DatasentinelError):
        exc = DatasentinelError("This is a bug in the collection: %s in %s. Please report it." % (type(exc).__name__, _innermost(exc)))
    return {"failed": True, "changed": False, "msg": explain(exc), **exc.structured()}


def named(name, text):
    """Return text as a message about the connection of that name."""
    return "Connection %r: %s" % (name, text)


def _innermost(exc):
    trace = exc.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "nowhere" if trace is None else "%s:%d" % (os.path.basename(trace.tb_frame.f_code.co_filename), trace.tb_lineno)
