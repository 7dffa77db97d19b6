# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One task's access to one platform, put together: what its parts know of each other."""

from __future__ import annotations

import pytest
import requests
from ansible_collections.datasentinel.platform.plugins.module_utils._common._secrets import Secrets
from ansible_collections.datasentinel.platform.plugins.module_utils._http import _errors as errors
from ansible_collections.datasentinel.platform.plugins.module_utils._platform._platform import Platform
from ansible_collections.datasentinel.platform.plugins.module_utils._platform._settings import Settings
from ansible_collections.datasentinel.platform.plugins.module_utils._platform._tokens import NoToken
from support.recorded import TOKEN_PATH, URL

GONE = {"body": requests.exceptions.ConnectTimeout("gone")}


@pytest.fixture
def task(memory):
    """A function that runs a task of the run, a read with one retry, and returns the pauses that it made."""

    def run(**settings):
        pauses = []
        settings = {"token": "t0ken", **settings} if "username" not in settings else settings
        with Platform(Settings(URL, retries=1, **settings), Secrets(), memory, pauses.append) as platform:
            try:
                platform.connections.display("db1", platform.new_retries())
            except errors.ApiError as exc:
                return pauses, exc
        return pauses, None

    return run


def test_a_platform_out_of_reach_costs_a_run_one_round_of_retries(recorded, task):
    for _turn in range(4):
        recorded.expects("GET", **GONE)
    (pauses, first), (none, second), (none_either, third) = task(), task(), task()
    assert (len(pauses), none, none_either) == (1, [], [])
    assert str(first) == str(second) == str(third) and type(third) is type(first)


def test_a_platform_that_comes_back_is_found_by_the_next_task_and_those_after(recorded, task):
    recorded.expects("GET", **GONE).expects("GET", **GONE).displays().expects("GET", status=503).displays()
    assert isinstance(task()[1], errors.ApiError)
    assert task() == ([], None)
    assert len(task()[0]) == 1, "retried as ever"


def test_the_token_call_finds_out_too(recorded, task):
    for _turn in range(3):
        recorded.expects("POST", TOKEN_PATH, **GONE)
    pair = {"username": "u", "password": "p"}
    assert len(task(**pair)[0]) == 1
    pauses, error = task(**pair)
    assert pauses == [] and isinstance(error, NoToken)


def test_a_401_is_met_by_one_new_token_and_the_call_repeated(recorded, task):
    recorded.expects("GET", status=401).mints("new").displays()
    assert task(username="u", password="p", token="old") == ([], None)
    assert [request.headers.get("user-token") for request in recorded.requests] == ["old", None, "new"]


def test_connections_end_with_the_task(recorded, memory):
    recorded.displays()
    with Platform(Settings(URL, token="t"), Secrets(), memory) as platform:
        platform.connections.display("db1")
        assert platform._client._session is not None
    assert platform._client._session is None
