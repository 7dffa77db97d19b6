# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""datasentinel_token: the access token of the run, for those who need it as a value. Private to the collection."""

from __future__ import annotations

from .._platform._platform import Platform
from .._platform._settings import settings_from
from .._platform._tokens import expires_at
from ._command import Command
from ._options import TOKEN as OPTIONS


def _run(params, context):
    settings, warnings = settings_from({**params, "api_token": None} if params.get("api_username") and params.get("api_password") else params)
    result = {"changed": False, "api_url": settings.api_url, "api_username": settings.username, "warnings": warnings}
    if not settings.can_mint:
        return {**result, "token": settings.token, "expires_at": expires_at(settings.token)}
    with Platform(settings, context.secrets, context.memory, context.sleep) as platform:
        token = platform.tokens.token()
        return {**result, "token": token, "expires_at": expires_at(token, platform.tokens.minted_at)}


TOKEN = Command("datasentinel_token", OPTIONS, _run, reveals=("token",))
