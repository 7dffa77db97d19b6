# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Memory that all workers of a run share: what one stores another sees, and nobody waits for ever."""

from __future__ import annotations

import errno
import multiprocessing
import os
import threading
import time

import pytest
from ansible_collections.datasentinel.platform.plugins.module_utils._common import _run_memory
from ansible_collections.datasentinel.platform.plugins.module_utils._common._run_memory import RunMemory
from hypothesis import given
from hypothesis import strategies as st
from support.recorded import json_values

FORK = multiprocessing.get_context("fork")
#: Seconds for another process to do what it is there for.
PATIENCE = 20


def in_a_fork(target, *args):
    """Run a function in a forked process, to its end."""
    process = FORK.Process(target=target, args=args, daemon=True)
    process.start()
    process.join(PATIENCE)
    assert process.exitcode == 0


class Holder:
    """Another process that holds the lock of a key; a context manager that waits until it does, and kills it at the end."""

    def __init__(self, memory, *key):
        self._holds = FORK.Event()
        self._process = FORK.Process(target=self._hold, args=(memory, key), daemon=True)

    def _hold(self, memory, key):
        with memory.exclusively(*key):
            self._holds.set()
            time.sleep(PATIENCE)

    def __enter__(self):
        self._process.start()
        assert self._holds.wait(PATIENCE)
        return self

    def __exit__(self, *exc_info):
        self.kill()

    def kill(self):
        """End the process as the kernel ends one that is out of memory."""
        self._process.kill()
        self._process.join(PATIENCE)


def seconds_to_enter(memory, *key, patience=PATIENCE):
    """Return how long it takes to get into a block that holds the lock of a key."""
    start = time.monotonic()
    with memory.exclusively(*key, patience=patience):
        return time.monotonic() - start


# --- values ------------------------------------------------------------------------------------------------------


def test_the_newest_value_of_a_key_counts(memory):
    for value in ({"token": "one"}, "two", 3):
        memory.put(value, "key")
    assert memory.get("key") == 3


def test_all_values_of_a_key_come_in_their_order(memory):
    for number in range(3):
        memory.put(number, "key")
        memory.put("x", "other")
    assert memory.get_all("key") == [0, 1, 2] and memory.get_all("neither") == []


def test_room_is_what_is_left(memory):
    before = memory.room
    memory.put("x" * 100, "key")
    assert 100 < before - memory.room < 200


def test_none_stored_is_as_nothing_stored(memory):
    memory.put("value", "key")
    memory.put(None, "key")
    assert memory.get("key") is None


@pytest.mark.parametrize("other", [("token", "a"), ("token", "a", "b", None), ("token", "a", "c"), ("token", "ab"), ("a", "token", "b"), ("token", "a", None)])
def test_other_keys_have_values_of_their_own(memory, other):
    memory.put("value", "token", "a", "b")
    assert memory.get(*other) is None
    memory.put("another", *other)
    assert memory.get("token", "a", "b") == "value"


@given(json_values, st.lists(st.text(st.characters()) | st.none(), min_size=1, max_size=3))
def test_any_value_comes_back_under_any_key(value, key):
    memory = RunMemory(4096)
    memory.put(value, *key)
    assert repr(memory.get(*key)) == repr(value)


def test_what_one_worker_stores_the_others_and_their_parent_see(memory):
    memory.put("from the parent", "parent")

    def worker():
        assert memory.get("parent") == "from the parent"
        memory.put("from a worker", "worker")

    in_a_fork(worker)
    assert memory.get("worker") == "from a worker"
    in_a_fork(lambda: memory.put(memory.get("worker") + ", seen by a second one", "worker"))
    assert memory.get("worker") == "from a worker, seen by a second one"


def test_two_memories_share_nothing(memory):
    memory.put("value", "key")
    assert RunMemory().get("key") is None


def test_clear_forgets_everything(memory):
    memory.put("value", "key")
    memory.clear()
    assert memory.get("key") is None


def test_a_key_cannot_be_read_from_the_memory(memory):
    memory.put("value", "s3cret-password")
    assert b"value" in memory._memory[:] and b"s3cret" not in memory._memory[:]


def test_what_does_not_fit_is_not_stored_and_what_is_there_stays():
    memory = RunMemory(4096)
    memory.put("value", "key")
    memory.put("x" * 4096, "large")
    assert (memory.get("key"), memory.get("large")) == ("value", None)
    for number in range(200):
        memory.put(number, "key")
    assert 0 < memory.get("key") < 199, "the last value that had room counts"


# --- one at a time -----------------------------------------------------------------------------------------------


def count_up(memory, times=20):
    for _turn in range(times):
        with memory.exclusively("counter"):
            memory.put((memory.get("count") or 0) + 1, "count")


def test_processes_exclude_each_other(memory):
    processes = [FORK.Process(target=count_up, args=(memory,), daemon=True) for _turn in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(PATIENCE)
    assert memory.get("count") == 80


def test_threads_exclude_each_other(memory):
    threads = [threading.Thread(target=count_up, args=(memory,), daemon=True) for _turn in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert memory.get("count") == 80


def test_another_key_is_not_waited_for(memory):
    with Holder(memory, "token", "one platform"):
        assert seconds_to_enter(memory, "token", "another platform") < 1


def test_within_the_lock_of_a_key_that_of_another_can_be_held(memory):
    with memory.exclusively("one"), memory.exclusively("another", patience=0.2):
        memory.put("value", "key")
    assert memory.get("key") == "value"


def test_a_holder_that_is_killed_lets_the_others_in(memory):
    with Holder(memory, "token") as holder:
        threading.Timer(0.05, holder.kill).start()
        assert seconds_to_enter(memory, "token") < PATIENCE / 2


def test_patience_bounds_the_wait_for_another_process(memory):
    with Holder(memory, "token"):
        assert 0.1 <= seconds_to_enter(memory, "token", patience=0.1) < PATIENCE / 2


def test_patience_bounds_the_wait_for_another_thread(memory):
    entered = []
    with memory.exclusively("token"):
        thread = threading.Thread(target=lambda: entered.append(seconds_to_enter(memory, "token", patience=0.1)), daemon=True)
        thread.start()
        thread.join(PATIENCE)
    assert 0.1 <= entered[0] < PATIENCE / 2


def test_whoever_went_in_without_the_lock_does_not_let_it_go(memory):
    with Holder(memory, "token"):
        seconds_to_enter(memory, "token", patience=0.05)
        assert seconds_to_enter(memory, "token", patience=0.1) >= 0.1


def test_an_exception_lets_the_lock_go(memory):
    with pytest.raises(KeyError), memory.exclusively("token"):
        raise KeyError
    in_a_fork(lambda: os._exit(seconds_to_enter(memory, "token", patience=5) > 1))
    assert seconds_to_enter(memory, "token") < 1


# --- where memory cannot be shared -------------------------------------------------------------------------------


def refuse(*args, **options):
    raise OSError(errno.ENOSPC, "no space left")


@pytest.mark.parametrize(
    "broken",
    [
        lambda patch: patch.setattr(_run_memory.mmap, "mmap", refuse),
        lambda patch: patch.setattr(_run_memory.tempfile, "TemporaryFile", refuse),
        lambda patch: patch.setattr(_run_memory, "fcntl", None),
        lambda patch: patch.setattr(_run_memory.fcntl, "lockf", refuse),
    ],
    ids=["no mmap", "no temporary file", "no fcntl", "a file system without locks"],
)
def test_without_shared_memory_nothing_is_stored_and_everything_goes_on(monkeypatch, broken):
    broken(monkeypatch)
    memory = RunMemory()
    assert not memory.shared
    memory.put("value", "key")
    with memory.exclusively("key"), memory.exclusively("key"):
        assert memory.get("key") is None
    memory.clear()


def test_with_shared_memory_what_is_stored_is_seen_by_others(memory):
    assert memory.shared
