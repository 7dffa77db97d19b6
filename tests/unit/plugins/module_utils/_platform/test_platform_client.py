# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The client of a platform that may be out of reach: single tries that are short, and one message for all hosts."""

from __future__ import annotations

import pytest
from ansible_collections.datasentinel.platform.plugins.module_utils._http import _errors as errors
from ansible_collections.datasentinel.platform.plugins.module_utils._http._response import Response
from ansible_collections.datasentinel.platform.plugins.module_utils._platform._platform_client import PlatformClient
from ansible_collections.datasentinel.platform.plugins.module_utils._platform._reachability import Reachability
from support.recorded import URL

OK = Response(200, {}, b"")


def returned_or_raised(outcome):
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


class FakeClient:
    """A Client that notes what it is asked for, and does what it is told."""

    json_object = url = None

    def __init__(self):
        self.options = []
        self.outcome = OK

    def request(self, method, path, auth, **options):
        self.options.append(options)
        return returned_or_raised(self.outcome)


@pytest.fixture
def client():
    return FakeClient()


@pytest.fixture
def reachability(memory):
    return Reachability(memory, URL)


@pytest.fixture
def platform_client(client, reachability):
    return PlatformClient(client, reachability)


def mark(memory, problem="nobody is there"):
    Reachability(memory, URL).note_failed_round(errors.Unreachable("GET", URL, problem))


@pytest.mark.parametrize("timeout", [None, 2, 60])
def test_usually_the_timeout_is_handed_on(platform_client, client, timeout):
    assert platform_client.request("GET", "/", None, timeout=timeout, body={"a": 1}) is OK
    assert client.options == [{"timeout": timeout, "total": None, "body": {"a": 1}}]


@pytest.mark.parametrize("timeout, used", [(None, 5), (2, 2), (60, 5)])
def test_a_platform_out_of_reach_is_given_a_single_try_of_five_seconds_in_all(platform_client, client, memory, timeout, used):
    mark(memory)
    platform_client.request("GET", "/", None, timeout=timeout)
    assert client.options == [{"timeout": used, "total": 5}]


@pytest.mark.parametrize("kind", [errors.Unreachable, errors.TimedOut, errors.ConnectionLost])
def test_a_single_try_that_fails_names_the_problem_that_was_found_first(platform_client, client, memory, kind):
    mark(memory)
    client.outcome = kind("PUT", URL + "/x", "no response within 5 seconds", advice="Look.")
    with pytest.raises(kind) as refused:
        platform_client.request("PUT", "/x", None)
    assert str(refused.value) == f"PUT {URL}/x: nobody is there. Look."


def test_a_first_failure_names_its_own_problem(platform_client, client):
    client.outcome = errors.Unreachable("GET", URL, "refused")
    with pytest.raises(errors.Unreachable, match="refused"):
        platform_client.request("GET", "/", None)


def test_a_response_lets_all_know_that_the_platform_is_back(platform_client, memory, reachability):
    mark(memory)
    platform_client.request("GET", "/", None)
    assert reachability.problem() is None


@pytest.mark.parametrize("kind", [errors.GatewayError, errors.Unauthorized, errors.BadResponse])
def test_so_does_a_response_that_is_an_error(platform_client, client, memory, reachability, kind):
    mark(memory)
    client.outcome = kind("GET", URL, "busy")
    with pytest.raises(kind, match="busy"):
        platform_client.request("GET", "/", None)
    assert reachability.problem() is None


def test_a_task_that_had_a_response_does_not_mark_the_platform_afterwards(platform_client, reachability):
    platform_client.request("GET", "/", None)
    reachability.note_failed_round(errors.Unreachable("GET", URL, "gone"))
    assert reachability.problem() is None
