# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a platform can be reached, as all tasks of a run know it."""

from __future__ import annotations

import pytest
from ansible_collections.datasentinel.platform.plugins.module_utils._http import _errors as errors
from ansible_collections.datasentinel.platform.plugins.module_utils._platform._reachability import Reachability
from support.recorded import URL

NOBODY = errors.Unreachable("GET", URL, "nobody is there")


@pytest.fixture
def task(memory):
    """A function that returns the Reachability of a new task of the run."""
    return lambda url=URL: Reachability(memory, url)


def test_a_platform_can_be_reached_until_somebody_finds_otherwise(task):
    assert task().problem() is None


@pytest.mark.parametrize("kind", [errors.Unreachable, errors.ConnectionLost, errors.TimedOut])
def test_what_one_task_finds_all_know(task, kind):
    task().note_failed_round(kind("GET", URL, "nobody is there"))
    assert task().problem() == "nobody is there"


@pytest.mark.parametrize("kind", [errors.GatewayError, errors.TooManyRequests, errors.TlsFailure, errors.BadResponse])
def test_a_response_however_bad_means_that_it_can_be_reached(task, kind):
    task().note_failed_round(kind("GET", URL, "no"))
    assert task().problem() is None


def test_another_platform_is_another_matter(task):
    task().note_failed_round(NOBODY)
    assert task("https://another.example.com").problem() is None


def test_one_response_makes_it_known_again_that_it_can_be_reached(task):
    task().note_failed_round(NOBODY)
    task().note_response()
    assert task().problem() is None


def test_a_task_that_had_a_response_before_does_not_mark_the_platform(task):
    mine = task()
    mine.note_response()
    mine.note_failed_round(NOBODY)
    assert task().problem() is None


def test_a_second_round_without_a_response_before_it_marks_the_platform(task):
    mine = task()
    mine.note_response()
    mine.note_failed_round(NOBODY)
    mine.note_response()
    mine.note_failed_round(NOBODY)
    assert task().problem() is None
    mine.note_failed_round(errors.GatewayError("GET", URL, "no"))
    assert task().problem() is None
    mine.note_failed_round(NOBODY)
    assert task().problem() == "nobody is there"


def test_responses_of_a_healthy_platform_do_not_fill_the_memory(task, memory):
    before = memory._memory[:]
    mine = task()
    for _turn in range(10):
        mine.note_response()
    assert memory._memory[:] == before
