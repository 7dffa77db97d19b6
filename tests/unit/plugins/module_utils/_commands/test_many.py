# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many connections at once: results in order, one time to wait for all, and nothing lost whatever happens to a thread."""

from __future__ import annotations

import contextlib
import threading
import time

import pytest
from ansible_collections.datasentinel.platform.plugins.module_utils._commands import (
    _threads,
)
from ansible_collections.datasentinel.platform.plugins.module_utils._commands._command import (
    Context,
)
from ansible_collections.datasentinel.platform.plugins.module_utils._commands._many import (
    ACTIONS,
    Entry,
    in_words,
    keep_all,
    summary,
)
from ansible_collections.datasentinel.platform.plugins.module_utils._common._errors import (
    DatasentinelError,
)
from ansible_collections.datasentinel.platform.plugins.module_utils._connection._desired_connection import (
    DesiredConnection,
)
from ansible_collections.datasentinel.platform.plugins.module_utils._platform._settings import (
    Settings,
)
from hypothesis import given
from hypothesis import strategies as st
from support.recorded import URL

#: Seconds for what a test waits for and expects to happen.
PATIENCE = 10
HERE, THERE = Settings(URL, token="here"), Settings(URL + "/eu", token="there")


class World:
    """Platforms in memory.

    connections: by address of the platform and name. connected: whether new ones are. before: called with each name that is
    read. reads: the names that were. broken: what the next threads to begin meet.
    """

    def __init__(self):
        self.connections = {}
        self.connected = True
        self.before = lambda name: None
        self.reads = []
        self.broken = []

    def platform(self, settings, secrets, memory, sleep, *_shared):
        """Stand in for Platform."""
        if self.broken:
            raise self.broken.pop()
        return FakePlatform(self, settings.api_url, sleep)


class FakePlatform(contextlib.nullcontext):
    """A Platform in memory, which is its own ConnectionApi."""

    def __init__(self, world, url, sleep):
        super().__init__(self)
        self._world = world
        self._url = url
        self.sleep = sleep
        self.connections = self

    def new_retries(self):
        return None

    def display(self, name, retries=None, timeout=None):
        self._world.reads.append(name)
        self._world.before(name)
        return self._world.connections.get((self._url, name))

    def create(self, name, body):
        self._world.connections[self._url, name] = {**body, "enabled": True, "connected": self._world.connected}
        return "Connection created!"


@pytest.fixture
def world(monkeypatch):
    world = World()
    monkeypatch.setattr(_threads, "Platform", world.platform)
    return world


@pytest.fixture
def keep(secrets, memory):
    """A function that keeps entries, and returns the results."""

    def run(entries, concurrency=4, check_mode=False, progress=lambda line: None):
        return keep_all(entries, Context(secrets, memory, check_mode, progress=progress), concurrency)

    return run


def entry(name, settings=HERE, state="present", **more):
    return Entry(name, settings, DesiredConnection(name, state, "h", 1, "u", "pw-of-it"), **more)


def entries(count, **more):
    return [entry(f"db{number}", **more) for number in range(count)]


def actions(results):
    """Return what was done for each name."""
    return {result["name"]: result["action"] for result in results}


# --- results -----------------------------------------------------------------------------------------------------


def test_results_come_in_the_order_given_whoever_is_first(world, keep):
    last_done = threading.Event()
    world.before = lambda name: last_done.set() if name == "db3" else last_done.wait(PATIENCE)
    results = keep(entries(4))
    assert [result["name"] for result in results] == ["db0", "db1", "db2", "db3"]
    assert results[0] == {
        "name": "db0",
        "action": "created",
        "failed": False,
        "changed": True,
        "msg": "Connection created!",
        "connection": {"name": "db0", "host": "h", "port": 1, "user": "u", "enabled": True, "tags": {}, "connected": True},
        "diff": {"before": {}, "after": {"name": "db0", "host": "h", "port": 1, "user": "u", "enabled": True, "tags": {}, "password": "<hidden>"}},
        "warnings": [],
    }


def test_nothing_to_keep_is_nothing_to_do(world, keep):
    assert keep([]) == [] and world.reads == []


def test_connections_of_several_platforms_and_users_go_each_to_their_own(world, keep):
    other_user = Settings(URL, username="other", password="pw")
    results = keep([entry("a", HERE), entry("a", THERE), entry("b", other_user)])
    assert [result["action"] for result in results] == ["created"] * 3
    assert set(world.connections) == {(URL, "a"), (URL + "/eu", "a"), (URL, "b")}


def test_check_mode_writes_nothing(world, keep):
    assert set(actions(keep(entries(3), check_mode=True)).values()) == {"created"} and world.connections == {}


# --- failures ----------------------------------------------------------------------------------------------------


def test_an_entry_that_has_failed_before_is_not_tried_and_keeps_its_place(world, keep):
    refused = Entry("bad", failed={"failed": True, "changed": False, "msg": "No."})
    results = keep([entry("db0"), refused, entry("db1")])
    assert results[1] == {"name": "bad", "action": "failed", "failed": True, "changed": False, "msg": "No."}
    assert sorted(world.reads) == ["db0", "db0", "db1", "db1"]


@pytest.mark.parametrize("error, message", [(DatasentinelError("Broken."), "Connection 'db1': Broken."), (KeyError("x"), "bug in the collection: KeyError")])
def test_one_that_fails_leaves_the_others_done(world, keep, error, message):
    def fail(name):
        if name == "db1":
            raise error

    world.before = fail
    results = keep(entries(4), concurrency=2)
    assert actions(results) == {"db0": "created", "db1": "failed", "db2": "created", "db3": "created"}
    assert message in results[1]["msg"] and results[1]["failed"] is True and results[1]["changed"] is False


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("state", ["present", "absent"])
@pytest.mark.parametrize("threads", [1, 4])
def test_what_no_thread_could_begin_with_is_never_reported_as_up_to_date(world, keep, threads, state):
    world.broken = [OSError("no more files")] * threads
    results = keep(entries(12, state=state), concurrency=4)
    failed = {result["name"] for result in results if result["failed"] and result["action"] == "failed" and result["msg"]}
    assert failed and failed == {result["name"] for result in results} - set(world.reads)


# --- waiting -----------------------------------------------------------------------------------------------------


def test_waiting_is_for_what_is_to_be_connected_and_has_not_failed(world, keep):
    waited = {"wait_timeout": 1}
    world.connections[URL, "gone"] = {"host": "h"}
    bad = Entry("bad", failed={"failed": True, "changed": False, "msg": "No."}, **waited)
    results = keep([entry("on", **waited), entry("gone", state="absent", **waited), bad, entry("not-waited-for")])
    assert actions(results)["on"] == "created"


def test_what_is_not_connected_in_the_end_fails_and_has_changed(world, keep):
    world.connected = False
    [result] = keep([entry("db0", wait_timeout=2)])
    assert (result["action"], result["failed"], result["changed"]) == ("failed", True, True)
    assert result["msg"].startswith("Connection 'db0': The platform is not connected to h:1 as user u after 2 seconds.")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_what_no_thread_could_wait_for_fails_and_has_changed(world, keep):
    def break_after_creation(name):
        if (URL, name) in world.connections:
            world.broken = [OSError("no more files")]

    world.connected = False
    world.before = break_after_creation
    [result] = keep([entry("db0", wait_timeout=60)])
    assert (result["action"], result["failed"], result["changed"]) == ("failed", True, True)


def test_the_time_to_wait_is_for_all_together(world, keep):
    """Threads that wait in turn for what never connects would take a multiple of it."""
    world.connected = False
    start = time.monotonic()
    results = keep(entries(12, wait_timeout=1), concurrency=2)
    assert time.monotonic() - start < 4 and all("after 1 seconds" in result["msg"] for result in results)


def test_what_connects_in_time_is_found_however_many_do_not(world, keep):
    def connect(name):
        connection = world.connections.get((URL, name))
        if connection and name == "db9" and world.reads.count("db9") > 2:
            connection["connected"] = True

    world.connected = False
    world.before = connect
    results = actions(keep(entries(10, wait_timeout=1), concurrency=8))
    assert results.pop("db9") == "created" and set(results.values()) == {"failed"}


# --- progress ----------------------------------------------------------------------------------------------------


def test_a_line_tells_what_is_done_and_counts_all(world, keep, monkeypatch):
    monkeypatch.setattr(_threads, "PROGRESS", 0.02)
    told = threading.Event()
    lines = []

    def progress(line):
        lines.append(line)
        if "3 created" in line:
            told.set()

    # The last one waits for the line that tells of the others.
    world.before = lambda name: name != "db3" or told.wait(PATIENCE)
    refused = Entry("bad", failed={"failed": True, "changed": False, "msg": "No."})
    keep([*entries(4), refused], progress=progress)
    assert lines[-1] == "3 of 5 connections: 3 created"


# --- in words ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "counts, words",
    [
        ({"unchanged": 1}, "1 connection: 1 unchanged"),
        ({"failed": 1, "created": 2}, "3 connections: 2 created, 1 failed"),
        ({"created": 3, "unchanged": 1246, "failed": 1}, "1,250 connections: 3 created, 1,246 unchanged, 1 failed"),
        (dict.fromkeys(ACTIONS, 1), "7 connections: 1 created, 1 updated, 1 enabled, 1 disabled, 1 deleted, 1 unchanged, 1 failed"),
    ],
)
def test_a_summary_in_words(counts, words):
    results = [{"action": action} for action, count in counts.items() for _number in range(count)]
    counted = summary(results)
    assert in_words(counted, len(results)) == words
    assert counted == {**dict.fromkeys(ACTIONS, 0), **counts}


@given(st.lists(st.sampled_from(ACTIONS)))
def test_a_summary_counts_each_result_once(names):
    counts = summary([{"action": name} for name in names])
    assert list(counts) == list(ACTIONS) and sum(counts.values()) == len(names)
