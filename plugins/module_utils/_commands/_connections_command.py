# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""datasentinel_connections: keep many connections in their desired states. Private to the collection."""

from __future__ import annotations

from .._common._errors import InvalidInput
from .._platform._settings import settings_from
from ._bounds import check_concurrency, check_wait_timeout
from ._command import Command
from ._items import desired_connections
from ._many import Entry, in_words, keep_all, summary
from ._options import CONNECTIONS as OPTIONS

#: Failures that the message tells with their reasons, and warnings that are shown.
_NAMED = 20
#: Further failures that it names.
_LISTED = 200


def _run(params, context):
    settings, warnings = settings_from(params)
    check_wait_timeout(params["wait_timeout"])
    check_concurrency(params["concurrency"])
    if params["connections"] is None:
        raise InvalidInput("Give connections, or the path of a file as src.", "connections")
    desired = desired_connections(params["connections"], params["defaults"])
    context.secrets.add(*(connection.password for connection in desired))
    wait_timeout = params["wait_timeout"] if params["wait"] else None
    entries = [Entry(connection.name, settings, connection, wait_timeout=wait_timeout) for connection in desired]
    return together(keep_all(entries, context, params["concurrency"]), warnings)


def together(results, warnings, sentence=""):
    """Return the results of many connections as that of one task. sentence: the message begins with it instead of with the counts."""
    counts = summary(results)
    failed = [result for result in results if result["failed"]]
    message = sentence or (in_words(counts, len(results)) + "." if results else "The list holds no connection.")
    if failed:
        reasons = [result["msg"] for result in failed[:_NAMED]]
        message = " ".join([message, *reasons, *_further(failed[_NAMED:])])
    one = {
        "changed": any(result["changed"] for result in results),
        "msg": message,
        "summary": counts,
        "results": [_shown(result) for result in results],
        "diff": [
            {**result["diff"], "before_header": result["name"], "after_header": result["name"]} for result in results if result["changed"] and "diff" in result
        ],
        "warnings": warnings + _some([warning for result in results for warning in result.get("warnings", ())]),
    }
    return {**one, "failed": True} if failed else one


def _further(failed):
    """Return the sentence that names the failures whose reasons are not told, none without any: playbooks show no results of those."""
    names = [result["name"] for result in failed[:_LISTED]]
    more = ["and %s more, see results" % format(len(failed) - _LISTED, ",")] if len(failed) > _LISTED else []
    return ["Also failed: %s." % ", ".join(names + more)] if names else []


def _some(warnings):
    """Return as many warnings as a person reads, and how many more there are."""
    more = len(warnings) - _NAMED
    return warnings[:_NAMED] + (["and %d more warnings like these." % more] if more > 0 else [])


def _shown(result):
    """Return a result as it stands among the others: its diff and warnings are the task's."""
    return {key: result[key] for key in ("name", "action", "changed", "failed", "msg", "connection", "error") if key in result}


CONNECTIONS = Command("datasentinel_connections", OPTIONS, _run, writes=True)
