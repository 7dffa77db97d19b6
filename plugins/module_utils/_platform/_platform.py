# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One task's access to one platform, put together. Private to the collection."""

from __future__ import annotations

import time

from .._http._client import Client
from ._connection_api import ConnectionApi
from ._health_api import HealthApi
from ._platform_client import PlatformClient
from ._reachability import Reachability
from ._retries import Retries
from ._token_source import TokenSource


class Platform:
    """A platform as a task uses it; a context manager, one thread at a time.

    settings: the Settings. secrets: the task's Secrets. memory: the run's RunMemory. sleep: pauses for so many seconds.
    pace, reachability: those of the task's other threads, if it has any.
    connections: the ConnectionApi. tokens: the TokenSource. health: the HealthApi.
    """

    def __init__(self, settings, secrets, memory, sleep=time.sleep, pace=None, reachability=None):
        self.sleep = sleep
        self._pace = pace
        self._retries = settings.retries
        self._client = Client(settings.api_url, settings.verify, settings.timeout, secrets)
        self._reachability = reachability or Reachability(memory, settings.api_url)
        client = PlatformClient(self._client, self._reachability, self._pace, sleep)
        self.tokens = TokenSource(client, settings, secrets, memory, self._reachability, self.new_retries)
        self.connections = ConnectionApi(client, self.tokens, secrets)
        self.health = HealthApi(client)

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self._client.close()

    def new_retries(self):
        """Return the Retries of a new step."""
        return Retries(self._retries, self._reachability, self.sleep, pace=self._pace)
