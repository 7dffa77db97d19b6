# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The platform's own state, which it shows to everybody. Private to the collection."""

from __future__ import annotations

from .._http._errors import ApiError

HEALTH_PATH = "/ds-api/"


class HealthApi:
    """The call that tells that a platform runs. client: a PlatformClient."""

    def __init__(self, client):
        self._client = client

    def read(self, retries):
        """Return what the platform shows of itself: a dict with ``status``, ``message`` and ``version``.

        retries: Retries for transient failures. Raise an ApiError.
        """
        while True:
            try:
                response = self._client.request("GET", HEALTH_PATH, None)
                return self._client.json_object("GET", HEALTH_PATH, response)
            except ApiError as exc:
                if not (exc.transient and retries.allow(exc)):
                    raise
