# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""datasentinel_connection: keep one connection in its desired state. Private to the collection."""

from __future__ import annotations

from .._common._errors import InvalidInput
from .._connection._from_options import desired_from
from .._platform._platform import Platform
from .._platform._settings import settings_from
from ._bounds import check_wait_timeout
from ._command import Command, failure, named
from ._keeping import Keeping
from ._options import CONNECTION as OPTIONS


def _run(params, context):
    try:
        settings, warnings = settings_from(params)
        desired = desired_from(params)
        check_wait_timeout(params["wait_timeout"])
    except InvalidInput as exc:
        return failure(exc, lambda error: named(params["name"], error))
    keeping = Keeping(desired, context.check_mode)
    with Platform(settings, context.secrets, context.memory, context.sleep) as platform:
        keeping.reconcile(platform)
        if params["wait"]:
            keeping.wait(platform, params["wait_timeout"])
    result = keeping.result(context.secrets)
    return {**result, "warnings": warnings + result["warnings"]}


CONNECTION = Command("datasentinel_connection", OPTIONS, _run, writes=True)
