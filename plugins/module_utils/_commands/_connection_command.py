# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""datasentinel_connection: keep one connection in its desired state. Private to the collection."""

from __future__ import annotations

from .._common._errors import InvalidInput
from .._connection._from_options import desired_from
from .._connection._progress import Progress
from .._connection._reconcile import reconcile
from .._connection._tags import OF_THE_PLATFORM
from .._connection._wait import wait_until_connected
from .._platform._platform import Platform
from .._platform._settings import settings_from
from ._command import Command, failure, named
from ._options import CONNECTION as OPTIONS


def _run(params, context):
    name = params["name"]
    try:
        settings, warnings = settings_from(params)
        desired = desired_from(params)
        if params["wait_timeout"] < 1:
            raise InvalidInput("wait_timeout is %s: it has to be a number of seconds, 1 or more." % params["wait_timeout"])
    except InvalidInput as exc:
        return failure(exc, lambda error: named(name, error))
    progress = Progress()
    failed = {}
    to_be_connected = desired.state in ("present", "enabled") and not context.check_mode
    try:
        with Platform(settings, context.secrets, context.memory, context.sleep) as platform:
            reconcile(platform, desired, progress, context.check_mode)
            if params["wait"] and to_be_connected:
                wait_until_connected(platform, name, progress, params["wait_timeout"])
    except Exception as exc:  # whatever it is, what was written before has to be reported
        failed = failure(exc, lambda error: named(name, progress.explain(error)))
    warnings += _tag_warnings(desired)
    if to_be_connected and not failed:
        warnings += _connection_warnings(progress)
    report = {} if failed and not progress.changed else _report(progress, context.secrets)
    return {**report, **failed, "changed": progress.changed, "warnings": warnings}


def _tag_warnings(desired):
    own = sorted(OF_THE_PLATFORM.intersection(desired.tags or {}))
    return [named(desired.name, "the platform sets the tags %s itself: what a task gives for them may not last." % ", ".join(own))] if own else []


def _connection_warnings(progress):
    """Return a warning if the platform does not reach a connection that is enabled, with the platform's own reason."""
    connection = progress.after
    if connection.connected is not False or connection.enabled is False:
        return []
    reason = " The platform's message: %s" % " ".join(progress.messages) if progress.messages else ""
    return [named(connection.name, "the platform is not connected to %s.%s" % (connection.who(), reason))]


def _report(progress, secrets):
    """Return connection, diff and msg of a result."""
    report = {"diff": progress.diff()}
    if progress.after is not None:
        report["connection"] = progress.after.public(secrets)
    if progress.messages:
        report["msg"] = " ".join(progress.messages)
    return report


CONNECTION = Command("datasentinel_connection", OPTIONS, _run)
