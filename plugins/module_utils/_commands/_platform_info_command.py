# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""datasentinel_platform_info: whether a platform is there, and lets one in. Private to the collection."""

from __future__ import annotations

from .._http._errors import Forbidden, Unauthorized
from .._platform._platform import Platform
from .._platform._settings import settings_from
from .._platform._tokens import NoToken
from ._command import Command
from ._options import PLATFORM_INFO as OPTIONS


def _run(params, context):
    settings, warnings = settings_from(params, credentials_needed=False)
    with Platform(settings, context.secrets, context.memory, context.sleep) as platform:
        shown = platform.health.read(platform.new_retries())
        access, reason = _access(platform) if settings.has_credentials else ("not tried", None)
    facts = {key: context.secrets.quote(shown[key]) for key in ("version", "status", "message") if isinstance(shown.get(key), str)}
    result = {"changed": False, **facts, "access": access, "api_url": settings.api_url, "warnings": warnings}
    return {**result, "reason": reason} if reason else result


def _access(platform):
    """Return granted, refused or forbidden, and for the last two the reason. Raise an ApiError for any other failure."""
    try:
        platform.connections.check_access(platform.new_retries())
    except Forbidden as exc:
        return "forbidden", str(exc)
    except Unauthorized as exc:
        return "refused", str(exc)
    except NoToken as exc:
        if not exc.refused:
            raise
        return "refused", str(exc)
    return "granted", None


PLATFORM_INFO = Command("datasentinel_platform_info", OPTIONS, _run)
