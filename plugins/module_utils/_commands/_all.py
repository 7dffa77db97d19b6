# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the modules do: from checked options to a result, with neither runner in sight. Private to the collection."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from typing import Any, Callable, Mapping, Optional

from . import _options as options
from .._platform._connection_api import ConnectionApi, check_name
from .._http._client import Client
from .._connection._reconcile import Progress, reconcile, explain, read, wait_connected
from .._common._errors import DatasentinelError, InvalidInput
from .._common._secrets import Secrets
from .._platform._settings import settings_from
from .._connection._tags import RESERVED, parse_given
from .._platform._tokens import expires_at, mint
from .._common._text import has_control, shorten
from .._connection._desired_connection import DesiredConnection

PORTS = range(1, 65536)


@dataclass(frozen=True)
class Context:
    """What a task gives a command besides its options.

    run_token: what ``datasentinel_token`` returned earlier in the run, for `settings_from`. sleep: seconds to a pause.
    """

    secrets: Secrets
    check_mode: bool = False
    run_token: Optional[Mapping] = None
    sleep: Callable = time.sleep


@dataclass(frozen=True)
class Command:
    """A module without its runner.

    name: of the module and its action plugin. options: its table. run: takes options and a Context, gives a result.
    reveals: the fields of a result that hold a secret because they are what was asked for.
    """

    name: str
    options: Mapping[str, options.Option]
    run: Callable[[Mapping[str, Any], Context], dict]
    reveals: tuple = field(default=())

    @property
    def argument_spec(self):
        """Its argument spec, for AnsibleModule and for ArgumentSpecValidator."""
        return options.argument_spec(self.options)


def execute(command, params, context):
    """Runs a command, and gives a result (dict of JSON types) that is free of secrets. Never raises an Exception.

    params: the options, validated against the command's argument spec. Failures are results with ``failed``.
    """
    try:
        result = command.run(params, context)
    except DatasentinelError as exc:
        result = failure(exc)
    except Exception as exc:
        where = _innermost(exc)
        result = {
            "failed": True,
            "changed": False,
            "msg": "%s met something that it was not made for (%s in %s: %s). Please report it." % (command.name, type(exc).__name__, where, shorten(str(exc))),
        }
    revealed = {} if result.get("failed") else {key: result[key] for key in command.reveals}
    return {**context.secrets.mask_result(result), **revealed}


def failure(exc, msg=None):
    """The failed result for a DatasentinelError. msg: more than its own sentence, where there is more to say."""
    return {"failed": True, "changed": False, "msg": msg or str(exc), **exc.structured()}


def _innermost(exc):
    trace = exc.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "nowhere" if trace is None else "%s:%d" % (os.path.basename(trace.tb_frame.f_code.co_filename), trace.tb_lineno)


# --- datasentinel_connection -------------------------------------------------------------------------------------


def _run_connection(params, context):
    settings, warnings = settings_from(params, context.run_token)
    wanted = _wanted(params)
    if params["wait_timeout"] < 1:
        raise InvalidInput("wait_timeout is %s: it has to be a number of seconds, 1 or more." % params["wait_timeout"])
    reserved = sorted(RESERVED.intersection(wanted.tags or {}))
    if reserved:
        warnings.append("The platform sets the tags %s itself: what a task gives for them may not last." % ", ".join(reserved))
    progress = Progress()
    failed = {}
    try:
        with Client(settings, context.secrets, context.sleep) as client:
            api = ConnectionApi(client)
            reconcile(api, wanted, progress, context.check_mode)
            if params["wait"] and wanted.state in ("present", "enabled") and not context.check_mode:
                wait_connected(api, wanted, progress, params["wait_timeout"])
    except DatasentinelError as exc:
        failed = failure(exc, explain(exc, progress))
    report = {} if failed and not progress.changed else _report(progress)
    return {**report, **failed, "changed": progress.changed, "warnings": warnings}


def _wanted(params):
    """The DesiredConnection of a task's options. Raises InvalidInput, before anything is sent, for what cannot be."""
    check_name(params["name"])
    for key in ("host", "user", "password"):
        if params[key] is not None and (not params[key].strip() or has_control(params[key])):
            raise InvalidInput("%s is empty, or holds a control character: leave it out if it shall stay as it is." % key)
    if params["port"] is not None and (isinstance(params["port"], bool) or params["port"] not in PORTS):
        raise InvalidInput("port is %s: it has to be a number from 1 to 65535." % params["port"])
    keys = ("name", "state", "host", "port", "user", "password", "purge_tags", "update_password")
    tags = None if params["tags"] is None else parse_given(params["tags"])
    return DesiredConnection(tags=tags, **{key: params[key] for key in keys})


def _report(progress):
    """connection, diff and msg of a result."""
    before, after = progress.before, progress.after
    report = {"diff": {"before": _diff_side(before), "after": _diff_side(after)}}
    if progress.password_changes:
        # A diff shows that it changes, and no value of it.
        report["diff"]["after"]["password"] = "<hidden>" if before is None else "<hidden, changed>"
        if before is not None:
            report["diff"]["before"]["password"] = "<hidden>"
    if after is not None:
        report["connection"] = after.public()
    if progress.said:
        report["msg"] = " ".join(progress.said)
    return report


def _diff_side(connection):
    return {} if connection is None else connection.managed()


# --- datasentinel_connection_info --------------------------------------------------------------------------------


def _run_info(params, context):
    settings, warnings = settings_from(params, context.run_token)
    names = params["name"] if isinstance(params["name"], list) else [params["name"]]
    for name in names:
        if isinstance(name, (dict, list, bool)) or name is None:
            raise InvalidInput("name has to be one name or a list of names, and it holds %r." % (name,))
        check_name(str(name))
    with Client(settings, context.secrets, context.sleep) as client:
        api = ConnectionApi(client)
        found = [read(api, str(name), api.retries()) for name in names]
    return {"changed": False, "connections": [connection.public() for connection in found if connection is not None], "warnings": warnings}


# --- datasentinel_token ------------------------------------------------------------------------------------------


def _run_token(params, context):
    settings, warnings = settings_from(params)
    result = {"changed": False, "api_url": settings.api_url, "api_username": settings.username, "warnings": warnings}
    if not settings.can_mint:
        return {**result, "token": settings.token, "expires_at": expires_at(settings.token, just_minted=False)}
    with Client(settings, context.secrets, context.sleep) as client:
        token = mint(client)
    return {**result, "token": token, "expires_at": expires_at(token)}


CONNECTION = Command("datasentinel_connection", options.CONNECTION, _run_connection)
CONNECTION_INFO = Command("datasentinel_connection_info", options.CONNECTION_INFO, _run_info)
TOKEN = Command("datasentinel_token", options.TOKEN, _run_token, reveals=("token",))
