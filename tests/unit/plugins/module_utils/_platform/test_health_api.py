# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The platform's own state, which it shows to everybody."""

from __future__ import annotations

import pytest
from ansible_collections.datasentinel.platform.plugins.module_utils._http import (
    _errors as errors,
)
from ansible_collections.datasentinel.platform.plugins.module_utils._platform._health_api import (
    HEALTH_PATH,
)
from ansible_collections.datasentinel.platform.plugins.module_utils._platform._platform import (
    Platform,
)
from ansible_collections.datasentinel.platform.plugins.module_utils._platform._settings import (
    Settings,
)
from support.recorded import URL

HEALTH = {"status": "OK", "message": "Datasentinel backend API up and running", "version": "v2.0.0"}


@pytest.fixture
def read(secrets, memory):
    """A function that reads the state with so many retries, and the pauses that it made."""
    pauses = []

    def run(retries=1):
        with Platform(Settings(URL, token="t0ken", retries=retries), secrets, memory, pauses.append) as platform:
            return platform.health.read(platform.new_retries())

    run.pauses = pauses
    return run


def test_it_is_read_without_a_token(recorded, read):
    recorded.expects("GET", HEALTH_PATH, json=HEALTH)
    assert read() == HEALTH and "user-token" not in recorded.requests[0].headers and "Authorization" not in recorded.requests[0].headers


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_transient_failure_is_retried(recorded, read, status):
    recorded.expects("GET", HEALTH_PATH, status).expects("GET", HEALTH_PATH, json=HEALTH)
    assert read() == HEALTH and len(read.pauses) == 1


def test_retries_end(recorded, read):
    for _turn in range(3):
        recorded.expects("GET", HEALTH_PATH, 503)
    with pytest.raises(errors.ApiError, match="status 503"):
        read(retries=2)


@pytest.mark.parametrize("status, message", [(500, "status 500"), (404, "status 404"), (401, "status 401")])
def test_another_failure_is_final(recorded, read, status, message):
    recorded.expects("GET", HEALTH_PATH, status)
    with pytest.raises(errors.ApiError, match=message):
        read()
    assert read.pauses == []


@pytest.mark.parametrize("body", [b"<html>Welcome", b"", b"[]", b"{broken"])
def test_what_is_no_object_is_no_platform(recorded, read, body):
    recorded.expects("GET", HEALTH_PATH, body=body)
    with pytest.raises(errors.BadResponse, match="where a JSON object was expected"):
        read()
