# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""datasentinel_audit: compare many connections with their desired states, by one GET each. Private to the collection."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Optional

from .._common._errors import InvalidInput
from .._connection._desired_connection import DesiredConnection
from .._connection._finding import FINDINGS, UNKNOWN, Finding, finding_of, unknown
from .._connection._reconcile import read
from .._http._errors import ApiError, Forbidden, Unauthorized
from .._platform._settings import Settings
from .._platform._tokens import NoToken
from ._command import Command, failure, named
from ._options import AUDIT as OPTIONS
from ._threads import Threads


@dataclass
class Audited:
    """One connection to be audited.

    host: the inventory's name of its host. settings: of its platform. desired: the DesiredConnection.
    failed: why it cannot be looked at (a failed result), None if it can. finding: the Finding, once there is one.
    """

    name: str
    host: str
    settings: Optional[Settings] = None
    desired: Optional[DesiredConnection] = None
    failed: Optional[dict] = None
    finding: Optional[Finding] = None


def audit_all(connections, context, concurrency):
    """Give each connection its finding, so many at a time.

    connections: a list of Audited. context: the Context. Raise a DatasentinelError where no platform can be read at all: what is
    found then would say nothing of the connections. One platform's trouble does not keep those of another from being audited.
    """
    todo = [number for number, audited in enumerate(connections) if audited.failed is None]
    closed: dict = {}

    def look(platform, number):
        audited = connections[number]
        if audited.settings in closed:
            return
        try:
            audited.finding = finding_of(audited.desired, read(platform, audited.name, platform.new_retries()))
        except Exception as exc:
            if isinstance(exc, ApiError) and _is_no_access(platform, exc):
                closed.setdefault(audited.settings, exc)
            else:
                audited.finding = _unknown(audited, exc)

    threads = Threads(context, concurrency, lambda number: connections[number].settings, lambda: _progress(connections))
    for number, exc in threads.each(todo, look).items():
        connections[number].finding = _unknown(connections[number], exc)
    if not {connections[number].settings for number in todo} - set(closed):
        raise next(iter(closed.values())) if closed else InvalidInput(_first_reason(connections))
    for audited in connections:
        if audited.failed is not None:
            audited.finding = unknown(_without_name(audited, audited.failed["msg"]), audited.desired)
        elif audited.finding is None:
            audited.finding = _unknown(audited, closed[audited.settings])
        if audited.finding.kind == UNKNOWN:
            # Now that all are read: a message about one connection may quote what is the password of another.
            audited.finding = replace(audited.finding, message=context.secrets.mask(audited.finding.message))


def counts_of(findings):
    """Return the number of each finding, the worst first. findings: the kinds."""
    kinds = list(findings)
    return {kind: kinds.count(kind) for kind in FINDINGS}


def _is_no_access(platform, exc):
    """Return whether the failure to read a connection is the platform's, rather than that of this connection alone.

    What the platform shows to everybody, or to all who may manage connections, tells the two apart: it costs a call only where one failed.
    """
    if isinstance(exc, (Unauthorized, NoToken)):
        return True
    try:
        if isinstance(exc, Forbidden):
            platform.connections.check_access()
        else:
            platform.health.read(platform.new_retries())
    except ApiError:
        return True
    return False


def _unknown(audited, exc):
    return unknown(_without_name(audited, failure(exc)["msg"]), audited.desired)


def _without_name(audited, message):
    """Return a message without the name that it begins with: where findings are listed, that of the connection stands before it."""
    return message.removeprefix(named(audited.name, "")).removeprefix("%s: " % audited.host)


def _first_reason(connections):
    """Return why no connection can be looked at; the first reason stands for all."""
    reasons = [audited.failed["msg"] for audited in connections if audited.failed]
    if not reasons:
        return "There is no connection to be audited."
    return reasons[0] if len(reasons) == 1 else "None of %d connections can be looked at. The first: %s" % (len(reasons), reasons[0])


def _progress(connections):
    done = sum(audited.finding is not None for audited in connections)
    return "%s of %s connections audited" % (format(done, ","), format(len(connections), ","))


def _run(_params, _context):
    raise InvalidInput("datasentinel_audit reads the inventory, so it runs on the control node alone: leave out delegate_to and async.")


AUDIT = Command("datasentinel_audit", OPTIONS, _run)
