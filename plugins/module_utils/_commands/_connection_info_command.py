# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""datasentinel_connection_info: read connections by name. Private to the collection."""

from __future__ import annotations

from .._common._errors import InvalidInput
from .._connection._reconcile import read
from .._platform._connection_api import check_name
from .._platform._platform import Platform
from .._platform._settings import settings_from
from ._command import Command, failure, named
from ._options import CONNECTION_INFO as OPTIONS


def _run(params, context):
    settings, warnings = settings_from(params)
    names = params["name"] if isinstance(params["name"], list) else [params["name"]]
    for name in names:
        if isinstance(name, (dict, list, bool)) or name is None:
            raise InvalidInput("name has to be one name or a list of names, and it holds %r." % (name,))
        check_name(str(name))
    connections, missing = [], []
    with Platform(settings, context.secrets, context.memory, context.sleep) as platform:
        for name in map(str, names):
            try:
                connection = read(platform, name, platform.new_retries())
            except Exception as exc:
                return {**failure(exc, lambda error, name=name: named(name, error)), "warnings": warnings}
            if connection is None:
                missing.append(name)
            else:
                connections.append(connection)
    # Once all are read, since a password of a later one may stand in a field of an earlier one.
    return {
        "changed": False,
        "connections": [connection.public(context.secrets) for connection in connections],
        "missing": missing,
        "warnings": warnings,
    }


CONNECTION_INFO = Command("datasentinel_connection_info", OPTIONS, _run)
