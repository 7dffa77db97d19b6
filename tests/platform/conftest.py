# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
import requests


class Calls:
    """Calls of a platform's API. Each returns the status and the JSON of its response, None without a body."""

    def __init__(self, platform, token=None):
        self._url = platform.url + "/ds-api"
        self._session = requests.Session()
        self._session.headers["user-token"] = platform.token() if token is None else token
        self._session.trust_env = False
        self._session.verify = str(platform.ca_path)

    def __call__(self, method, path, body=None, **more):
        response = self._session.request(method, self._url + path, json=body, timeout=10, **more)
        return response.status_code, response.json() if response.content else None

    def connection(self, method, name="db1", action="", body=None):
        return self(method, f"/pool/pg-instances/{name}{action}", body)


@pytest.fixture
def calls_of():
    """Calls of a platform, with a token that is valid unless another is given."""
    return Calls


@pytest.fixture
def calls(platform):
    """Calls of the platform over plain HTTP."""
    return Calls(platform)
