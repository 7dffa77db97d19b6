# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Several threads: as many as allowed and never more, and whatever interrupts them, they end."""

from __future__ import annotations

import signal
import threading
import time
from collections import Counter

import pytest
from ansible_collections.datasentinel.platform.plugins.module_utils._commands import (
    _threads,
)
from ansible_collections.datasentinel.platform.plugins.module_utils._commands._command import (
    Context,
)
from ansible_collections.datasentinel.platform.plugins.module_utils._commands._threads import (
    Threads,
)
from ansible_collections.datasentinel.platform.plugins.module_utils._platform._settings import (
    Settings,
)
from support.recorded import URL

#: Seconds for what a test waits for and expects to happen.
PATIENCE = 10
HERE, THERE = Settings(URL, token="here"), Settings(URL + "/eu", token="there")


class FakePlatform:
    """A Platform that notes that it was made, and closed."""

    made = []
    closed = []

    def __init__(self, settings, secrets, memory, sleep, pace, reachability):
        self.settings = settings
        self.shared = (pace, reachability)
        self.made.append(self)

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self.closed.append(self)


@pytest.fixture(autouse=True)
def platform(monkeypatch):
    """The class that stands in for Platform; made and closed are lists of its objects."""
    monkeypatch.setattr(FakePlatform, "made", [])
    monkeypatch.setattr(FakePlatform, "closed", [])
    monkeypatch.setattr(_threads, "Platform", FakePlatform)
    return FakePlatform


@pytest.fixture
def lines():
    """The lines of progress that were shown."""
    return []


@pytest.fixture
def each(secrets, memory, lines):
    """A function that calls a step for each number up to count, in threads, and returns the exceptions."""

    def run(count, step, concurrency=4, settings_of=lambda number: HERE, progress=lines.append, describe=lambda: "as far as this"):
        return Threads(Context(secrets, memory, progress=progress), concurrency, settings_of, describe).each(range(count), step)

    return run


# --- how many ----------------------------------------------------------------------------------------------------


class Meter:
    """A step that waits until as many as expected are under way, and notes the most at once."""

    def __init__(self, expected):
        self._barrier = threading.Barrier(expected)
        self._lock = threading.Lock()
        self._now = 0
        self.most = 0
        self.numbers = []

    def __call__(self, platform, number):
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
            self.numbers.append(number)
        self._barrier.wait(PATIENCE)
        with self._lock:
            self._now -= 1


@pytest.mark.parametrize("concurrency", [1, 3, 8])
def test_as_many_at_a_time_as_allowed_and_never_more(each, concurrency):
    meter = Meter(concurrency)
    each(6 * concurrency, meter, concurrency)
    assert meter.most == concurrency and sorted(meter.numbers) == list(range(6 * concurrency))


def test_no_more_threads_than_things_to_do(each, platform):
    meter = Meter(3)
    each(3, meter, concurrency=64)
    assert len(platform.made) == 3


def test_nothing_to_do_is_no_thread(each, platform):
    each(0, None)
    assert platform.made == []


def test_it_can_be_used_again(secrets, memory):
    done = []
    threads = Threads(Context(secrets, memory), 2, lambda number: HERE, str)
    for _round in range(2):
        threads.each([3, 5], lambda platform, number: done.append(number))
    assert sorted(done) == [3, 3, 5, 5]


# --- platforms ---------------------------------------------------------------------------------------------------


def test_each_thread_has_one_platform_for_each_settings_and_closes_it(each, platform):
    seen = []
    meter = Meter(2)

    def step(own, number):
        seen.append((own.settings, number))
        meter(own, number)

    each(20, step, 2, lambda number: (HERE, THERE)[number // 10])
    assert Counter(own.settings for own in platform.made) == {HERE: 2, THERE: 2} and Counter(platform.closed) == Counter(platform.made)
    assert sorted(number for settings, number in seen if settings == HERE) == list(range(10))


def test_threads_share_the_pace_and_what_is_known_of_a_platform_and_not_of_another(each, platform):
    other_user = Settings(URL, username="other", password="pw")
    each(18, Meter(3), 3, lambda number: (HERE, other_user, THERE)[number // 6])
    assert len(platform.made) == 9
    of_one = {own.shared for own in platform.made if own.settings in (HERE, other_user)}
    assert len(of_one) == 1 and len({part for own in platform.made for part in own.shared}) == 4


# --- progress ----------------------------------------------------------------------------------------------------


def test_short_work_shows_no_line(each, lines):
    each(50, lambda platform, number: None)
    assert lines == []


def test_no_line_comes_before_its_time(each, lines):
    each(1, lambda platform, number: time.sleep(0.6))
    assert lines == []


def test_long_work_shows_how_far_it_is_every_few_seconds(each, lines, monkeypatch):
    monkeypatch.setattr(_threads, "PROGRESS", 0.05)
    enough = threading.Event()
    others = set(threading.enumerate())
    start = time.monotonic()

    def progress(line):
        lines.append((line, time.monotonic() - start))
        if len(lines) == 3:
            enough.set()
            # However late a busy machine lets them end, there is no time for another line.
            assert ended(set(threading.enumerate()) - others)

    each(2, lambda platform, number: enough.wait(PATIENCE), progress=progress)
    assert [line for line, _moment in lines] == ["as far as this"] * 3
    assert all(moment >= 0.05 * number for number, (_line, moment) in enumerate(lines, start=1))


# --- what goes wrong ---------------------------------------------------------------------------------------------


class Interrupted(BaseException):
    """What the timeout keyword of a task raises in the main thread, by a signal; Ctrl-C raises another."""


@pytest.fixture
def interrupted():
    """An event that is set when the main thread is interrupted."""
    return threading.Event()


@pytest.fixture
def alarm(interrupted):
    """A function that has Interrupted raised in the main thread after so many seconds."""

    def interrupt(_signal, _frame):
        interrupted.set()
        raise Interrupted

    before = signal.signal(signal.SIGALRM, interrupt)
    yield lambda seconds: signal.setitimer(signal.ITIMER_REAL, seconds)
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


def ended(threads):
    """Return whether threads that have done their work end; what Python does after it takes a moment."""
    for thread in threads:
        thread.join(PATIENCE)
    return not any(thread.is_alive() for thread in threads)


def test_an_interruption_ends_the_threads_once_they_have_finished_what_they_began(each, lines, alarm, interrupted, platform):
    begun, done = [], []

    def step(_platform, number):
        begun.append(number)
        if len(begun) == 4:
            alarm(0.01)
        if number >= 2:
            interrupted.wait(PATIENCE)
            # Long enough for the main thread to end the others, and shorter than it waits for them.
            time.sleep(0.4)
        done.append(number)

    before = set(threading.enumerate())
    with pytest.raises(Interrupted):
        each(20, step, concurrency=2, describe=lambda: f"{len(done)} done")
    assert sorted(done) == sorted(begun) == [0, 1, 2, 3] and lines == ["Interrupted. 4 done."]
    assert ended(set(threading.enumerate()) - before) and Counter(platform.closed) == Counter(platform.made)


def test_an_interruption_does_not_wait_for_what_hangs(each, lines, monkeypatch):
    monkeypatch.setattr(_threads, "PROGRESS", 0.05)
    monkeypatch.setattr(_threads, "GRACE", 0.1)
    before = set(threading.enumerate())
    go_on = threading.Event()

    def interrupt(line):
        lines.append(line)
        if len(lines) == 1:
            raise Interrupted

    start = time.monotonic()
    with pytest.raises(Interrupted):
        each(20, lambda platform, number: go_on.wait(PATIENCE), progress=interrupt)
    left = set(threading.enumerate()) - before
    go_on.set()
    under_way = "Interrupted. as far as this. 4 more were under way: run it again to see what became of them."
    assert time.monotonic() - start < PATIENCE / 2 and lines == ["as far as this", under_way]
    assert left and all(thread.daemon for thread in left), "nor does the end of the process"


def test_an_interruption_while_threads_are_started_ends_those_that_run(each, monkeypatch):
    done, started = [], []
    start = threading.Thread.start

    def start_one(thread):
        if started:
            raise Interrupted
        started.append(thread)
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", start_one)
    with pytest.raises(Interrupted):
        each(200, lambda platform, number: (done.append(number), time.sleep(0.02)))
    assert ended(started) and len(done) < 100


@pytest.mark.parametrize("concurrency", [1, 4])
def test_a_step_that_raises_ends_no_thread_and_its_exception_is_returned(each, concurrency):
    done = []

    def step(_platform, number):
        if number % 3 == 0:
            raise KeyError(number)
        done.append(number)

    errors = each(20, step, concurrency)
    assert {number: exc.args for number, exc in errors.items()} == {number: (number,) for number in range(0, 20, 3)}
    assert sorted(done) == [number for number in range(20) if number % 3]


def test_a_platform_that_cannot_be_made_is_an_exception_of_its_numbers_alone(each, monkeypatch):
    made = iter([OSError("no more files")])

    def make(settings, *args):
        for error in made:
            raise error
        return FakePlatform(settings, *args)

    monkeypatch.setattr(_threads, "Platform", make)
    done = []
    errors = each(10, lambda platform, number: done.append(number))
    assert [type(error) for error in errors.values()] == [OSError] and sorted([*done, *errors]) == list(range(10))
