# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pace at which all threads of a task send to a platform."""

from __future__ import annotations

import pytest
from ansible_collections.datasentinel.platform.plugins.module_utils._http import _errors as errors
from ansible_collections.datasentinel.platform.plugins.module_utils._platform._pace import Pace
from ansible_collections.datasentinel.platform.plugins.module_utils._platform._platform_client import PlatformClient
from ansible_collections.datasentinel.platform.plugins.module_utils._platform._reachability import Reachability
from ansible_collections.datasentinel.platform.plugins.module_utils._platform._retries import Retries
from support.recorded import URL


class Clock:
    """A clock that a test moves."""

    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def pace(clock):
    return Pace(clock)


def test_at_first_everybody_may_send(pace):
    assert pace.left() == 0


def test_a_pause_holds_everybody_until_it_is_over(pace, clock):
    pace.hold(3)
    clock.now += 1
    assert pace.left() == 2
    clock.now += 5
    assert pace.left() == 0


def test_the_longest_pause_counts(pace):
    for seconds in (3, 7, 5):
        pace.hold(seconds)
    assert pace.left() == 7


@pytest.mark.parametrize(
    "kind, status, held", [(errors.TooManyRequests, 429, 0.5), (errors.GatewayError, 503, 0.5), (errors.GatewayError, 502, 0), (errors.TimedOut, None, 0)]
)
def test_a_platform_that_is_busy_slows_all_threads_down(memory, pace, kind, status, held):
    retries = Retries(1, Reachability(memory, URL), lambda seconds: None, lambda: 1.0, pace)
    retries.allow(kind("GET", URL, "busy", status=status))
    assert pace.left() == held


def test_a_request_waits_for_its_moment(memory, pace, clock):
    pauses = []

    def sleep(seconds):
        pauses.append(seconds)
        clock.now += seconds
        if len(pauses) == 1:
            # Meanwhile the platform told another thread to pause for longer.
            pace.hold(7)

    class Client:
        json_object = url = None

        def request(self, *args, **options):
            return "response"

    client = PlatformClient(Client(), Reachability(memory, URL), pace, sleep)
    assert client.request("GET", "/", None) == "response" and pauses == []
    pace.hold(3)
    client.request("GET", "/", None)
    assert pauses == [3, 7]
