# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""datasentinel_connection_info: read connections by name. Private to the collection."""

from __future__ import annotations

from .._common._errors import InvalidInput
from .._connection._reconcile import read
from .._platform._connection_api import check_name
from .._platform._settings import settings_from
from ._command import Command, failure, named
from ._options import CONNECTION_INFO as OPTIONS
from ._threads import Threads

#: Connections that are read at the same time.
CONCURRENCY = 8


def _run(params, context):
    settings, warnings = settings_from(params)
    names = params["name"] if isinstance(params["name"], list) else [params["name"]]
    for name in names:
        if isinstance(name, (dict, list, bool)) or name is None:
            raise InvalidInput("name has to be one name or a list of names, and it holds %r." % (name,))
        check_name(str(name))
    names = [str(name) for name in names]
    outcomes: list = [None] * len(names)

    def look_up(platform, number):
        try:
            outcomes[number] = read(platform, names[number], platform.new_retries()), None
        except Exception as exc:
            outcomes[number] = None, failure(exc, lambda error: named(names[number], error))

    threads = Threads(context, CONCURRENCY, lambda _number: settings, lambda: _progress(outcomes))
    for number, exc in threads.each(range(len(names)), look_up).items():
        outcomes[number] = None, failure(exc, lambda error, number=number: named(names[number], error))
    for _connection, failed in outcomes:
        if failed is not None:
            return {**failed, "warnings": warnings}
    # Once all are read, since a password of a later one may stand in a field of an earlier one.
    return {
        "changed": False,
        "connections": [connection.public(context.secrets) for connection, _failed in outcomes if connection is not None],
        "missing": [name for name, (connection, _failed) in zip(names, outcomes) if connection is None],
        "warnings": warnings,
    }


def _progress(outcomes):
    return "%s of %s connections read" % (format(sum(outcome is not None for outcome in outcomes), ","), format(len(outcomes), ","))


CONNECTION_INFO = Command("datasentinel_connection_info", OPTIONS, _run)
