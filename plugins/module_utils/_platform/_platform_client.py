# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The HTTP client of a platform that may be out of reach. Private to the collection."""

from __future__ import annotations

import time

from .._http._errors import ApiError
from ._reachability import SINGLE_TRY


class PlatformClient:
    """Sends requests, and lets the whole run know whether something comes back.

    client: the Client of the platform. reachability: its Reachability. pace: the Pace of the task's threads,
    None for a single one. sleep: pauses for so many seconds.
    """

    def __init__(self, client, reachability, pace=None, sleep=time.sleep):
        self._client = client
        self._reachability = reachability
        self._pace = pace
        self._sleep = sleep
        self.json_object = client.json_object
        self.url = client.url

    def request(self, method, path, auth, timeout=None, **options):
        """Send one request, as `Client.request` does, and return the Response. Raise an ApiError."""
        if self._pace is not None:
            self._pace.wait(self._sleep)
        problem = self._reachability.problem()
        total = None
        if problem is not None:
            timeout, total = min(SINGLE_TRY, timeout or SINGLE_TRY), SINGLE_TRY
        try:
            response = self._client.request(method, path, auth, timeout=timeout, total=total, **options)
        except ApiError as exc:
            if not exc.no_response:
                self._reachability.note_response()
            elif problem is not None:
                # The reason that the first task found, rather than that of a shorter try.
                raise type(exc)(exc.method, exc.url, problem, advice=exc.advice) from None
            raise
        self._reachability.note_response()
        return response
