# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""When something is retried, and the pauses between."""

from __future__ import annotations

import pytest
from ansible_collections.datasentinel.platform.plugins.module_utils._http import _errors as errors
from ansible_collections.datasentinel.platform.plugins.module_utils._platform._reachability import Reachability
from ansible_collections.datasentinel.platform.plugins.module_utils._platform._retries import Retries
from support.recorded import URL


def unreachable():
    return errors.Unreachable("GET", URL, "nobody is there")


def busy(retry_after=None):
    return errors.TooManyRequests("GET", URL, "busy", status=429, retry_after=retry_after)


@pytest.fixture
def reachability(memory):
    return Reachability(memory, URL)


@pytest.fixture
def attempt(reachability):
    """A function that asks for a retry after each error, and returns what was allowed, and the pauses."""

    def make(failures, count, jitter=1.0):
        pauses = []
        retries = Retries(count, reachability, pauses.append, lambda: jitter)
        return [retries.allow(error) for error in failures], pauses

    return make


def test_so_many_retries_and_no_more(attempt):
    assert attempt([busy()] * 4, count=3) == ([True, True, True, False], [0.5, 1.0, 2.0])


def test_none_at_all(attempt):
    assert attempt([busy()], count=0) == ([False], [])


def test_pauses_double_up_to_thirty_seconds(attempt):
    assert attempt([busy()] * 9, count=9)[1] == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]


def test_jitter_takes_away_up_to_half(attempt):
    assert attempt([busy()] * 2, count=2, jitter=0.0)[1] == [0.25, 0.5]


@pytest.mark.parametrize("asked, paused", [(7.0, 7), (60.0, 60), (3600.0, 60), (0.0, 0.5)])
def test_retry_after_is_honoured_up_to_sixty_seconds_and_never_shortens_a_pause(attempt, asked, paused):
    assert attempt([busy(asked)], count=1)[1] == [paused]


# --- a platform out of reach -------------------------------------------------------------------------------------


def test_one_round_of_retries_finds_out_that_the_platform_is_out_of_reach(attempt, reachability):
    assert attempt([unreachable()] * 2, count=2)[0] == [True, True]
    assert reachability.problem() is None
    assert attempt([unreachable()] * 3, count=2)[0] == [True, True, False]
    assert reachability.problem() == "nobody is there"


def test_a_platform_known_to_be_out_of_reach_costs_no_further_round(attempt):
    attempt([unreachable()], count=0)
    assert attempt([unreachable()], count=3) == ([False], [])


def test_a_response_that_asks_for_patience_is_retried_although_the_platform_was_out_of_reach(attempt):
    attempt([unreachable()], count=0)
    assert attempt([busy()] * 2, count=1)[0] == [True, False]


def test_a_platform_that_is_busy_is_not_out_of_reach(attempt, reachability):
    attempt([busy()], count=0)
    assert reachability.problem() is None
