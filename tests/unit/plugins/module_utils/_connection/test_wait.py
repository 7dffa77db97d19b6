# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting until the platform is connected."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from ansible_collections.datasentinel.platform.plugins.module_utils._connection._connection import from_platform
from ansible_collections.datasentinel.platform.plugins.module_utils._connection._errors import WaitTimeout
from ansible_collections.datasentinel.platform.plugins.module_utils._connection._progress import Progress
from ansible_collections.datasentinel.platform.plugins.module_utils._connection._wait import wait_until_connected
from ansible_collections.datasentinel.platform.plugins.module_utils._http import _errors as errors
from support.recorded import URL, shown

WAITING = shown(connected=False)


class FakePlatform:
    """A Platform on which time passes by pauses alone. states: what it displays, one after the other, the last for ever."""

    def __init__(self, *states):
        self.connections = SimpleNamespace(display=self._display)
        self.states = list(states)
        self.pauses = []
        self.timeouts = []

    def clock(self):
        return 1000.0 + sum(self.pauses)

    def sleep(self, seconds):
        self.pauses.append(seconds)

    def _display(self, name, retries, timeout):
        assert (name, retries) == ("db1", None)
        self.timeouts.append(timeout)
        state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        if isinstance(state, Exception):
            raise state
        return state


def wait(platform, first=WAITING, timeout=60, left=None):
    progress = Progress(after=from_platform("db1", first))
    wait_until_connected(platform, "db1", progress, timeout, left, clock=platform.clock)
    return progress


def failure(platform, **options):
    with pytest.raises(WaitTimeout) as refused:
        wait(platform, **options)
    return str(refused.value)


def test_a_connection_that_is_connected_is_not_waited_for():
    platform = FakePlatform(None)
    wait(platform, first=shown())
    assert platform.pauses == platform.timeouts == []


def test_pauses_grow_to_five_seconds():
    platform = FakePlatform(*[WAITING] * 6, shown())
    assert wait(platform).after.connected is True
    assert platform.pauses == [1, 2, 3, 5, 5, 5, 5]


def test_at_the_end_host_port_and_user_are_named():
    platform = FakePlatform(WAITING)
    assert failure(platform, timeout=12) == (
        "The platform is not connected to pg1.example.com:5433 as user datasentinel after 12 seconds. Check that PostgreSQL runs there, "
        "that pg_hba.conf lets the platform's address in, and that the password is right."
    )
    assert platform.pauses == [1, 2, 3, 5, 1], "no pause goes beyond the end"


def test_of_a_wait_that_began_elsewhere_only_the_rest_is_left():
    platform = FakePlatform(WAITING)
    assert "after 60 seconds" in failure(platform, timeout=60, left=4)
    assert platform.pauses == [1, 2, 1]
    platform = FakePlatform(WAITING)
    failure(platform, left=0)
    assert platform.pauses == []


def test_no_read_takes_longer_than_what_is_left_but_even_the_last_is_given_a_moment():
    platform = FakePlatform(WAITING)
    failure(platform, timeout=5)
    assert platform.timeouts == [4, 2, 1]


def test_a_transient_failure_is_no_end_and_is_named_if_it_was_the_last():
    busy = errors.GatewayError("GET", URL, "status 503 (expected 200): busy", status=503)
    assert wait(FakePlatform(busy, shown())).after.connected is True
    assert "The last read failed: GET https://platform.example.com: status 503 (expected 200): busy." in failure(FakePlatform(busy), timeout=2)
    assert "last read failed" not in failure(FakePlatform(busy, WAITING), timeout=4)


def test_a_final_failure_is_the_end():
    with pytest.raises(errors.ServerError):
        wait(FakePlatform(errors.ServerError("GET", URL, "broken", status=500)))


def test_a_disabled_connection_is_not_waited_for():
    platform = FakePlatform(None)
    assert failure(platform, first=shown(enabled=False, connected=False)) == (
        "It is disabled (pg1.example.com:5433 as user datasentinel), so the platform does not connect to it: use state: enabled, or do not wait."
    )
    assert platform.pauses == []


def test_a_platform_that_does_not_say_whether_it_is_enabled_is_waited_for():
    unsaid = shown(enabled=..., connected=False)
    assert wait(FakePlatform(unsaid, shown()), first=unsaid).after.connected is True
    assert "The platform is not connected to" in failure(FakePlatform(unsaid), first=unsaid)


def test_a_connection_that_is_deleted_meanwhile_is_not_waited_for():
    assert failure(FakePlatform(WAITING, None)) == "It is gone: it was deleted while this task waited for the platform to connect to it."
