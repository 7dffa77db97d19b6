# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run has paused and not resumed yet."""

from __future__ import annotations

import multiprocessing
import os
import signal

import pytest
from ansible.utils.display import Display
from ansible_collections.datasentinel.platform.plugins.module_utils._common._run_memory import RunMemory
from ansible_collections.datasentinel.platform.plugins.plugin_utils._pauses import Pauses


@pytest.fixture
def pauses(memory):
    return Pauses(memory)


@pytest.fixture
def warnings(monkeypatch):
    """What was warned of."""
    found = []
    monkeypatch.setattr(Display, "warning", lambda self, text: found.append(text))
    return found


def test_nothing_is_paused_at_first(pauses):
    assert (pauses.names("db1"), pauses.left()) == ([], ({}, {}))


def test_what_is_paused_is_known_to_other_workers_until_it_is_resumed(pauses, memory):
    pauses.note("db1", paused=["a", "b"])
    pauses.note("db1", paused=["b", "c"])
    pauses.note("db2", paused=["d"])
    other = Pauses(memory)
    assert (other.names("db1"), other.names("db2")) == (["a", "b", "c"], ["d"])
    other.note("db1", resumed=["a", "c", "unknown"])
    other.note("db2", resumed=["d"])
    assert pauses.left() == ({"db1": ["b"]}, {})


def test_many_hosts_take_little_memory_each():
    memory = RunMemory(800 * 1024)
    pauses = Pauses(memory)
    names = [f"{number:05}.databases.example.com" for number in range(2000)]
    for name in names:
        pauses.note(name, begun=[name])
        pauses.note(name, paused=[name])
    assert list(pauses.left()[0]) == names and pauses.possible


def test_without_shared_memory_no_pause_is_possible(pauses, monkeypatch):
    assert pauses.possible and pauses.kept
    monkeypatch.setattr(RunMemory, "shared", False)
    assert not pauses.possible and not pauses.kept


def test_without_room_for_its_note_no_pause_is_possible(pauses, memory):
    memory.put("x" * 40 * 1024, "something else")
    assert pauses.kept and not pauses.possible


def test_the_main_process_warns_at_its_end_of_what_it_leaves_paused(pauses, warnings):
    pauses.note("db1", paused=["a", "b"])
    pauses.note("db2", paused=["d"])
    pauses._report(os.getpid())
    assert warnings == [
        "This run leaves the monitoring of these connections paused: a, b, d. Resume it with: "
        "ansible-playbook datasentinel.platform.enable -i inventory -e datasentinel_hosts=db1,db2 "
        "(which enables all connections of these hosts but those that the inventory wants disabled)"
    ]


def test_what_was_interrupted_before_its_outcome_is_known_is_named_as_such(pauses, warnings):
    for name in ("a", "b", "c"):
        pauses.note("db1", begun=[name])
    pauses.note("db1", paused=["a"])
    pauses.note("db1", unchanged=["b"])
    # Paused by this run before, it is to be resumed all the same.
    pauses.note("db1", begun=["a"])
    pauses.note("db1", unchanged=["a"])
    assert pauses.names("db1") == ["a"]
    pauses._report(os.getpid())
    assert warnings == [
        "This run leaves the monitoring of these connections paused: a. It was interrupted while it paused these, and they may be paused: c. "
        "Resume it with: ansible-playbook datasentinel.platform.enable -i inventory -e datasentinel_hosts=db1 "
        "(which enables all connections of these hosts but those that the inventory wants disabled)"
    ]


@pytest.mark.parametrize("odd", ["web (prod)", "a&b", "$(id)", "all:!pg1", "pg*", "~.*", "a,b", "-e", "::1", "it's"])
def test_a_name_that_means_something_else_in_a_command_is_left_out_of_it(pauses, warnings, odd):
    pauses.note(odd, paused=["a"])
    pauses._report(os.getpid())
    pauses.note("db-1.example_2", begun=["b"])
    pauses._report(os.getpid())
    text = f"Hosts whose names a shell or Ansible would take for something else are to be named by a pattern or a group: {odd}. Resume it with"
    assert warnings[0].endswith(f"paused: a. {text} the playbook datasentinel.platform.enable.")
    assert f"paused: b. {text}: ansible-playbook datasentinel.platform.enable -i inventory -e datasentinel_hosts=db-1.example_2 (" in warnings[1]


def test_a_worker_warns_of_nothing(pauses, warnings):
    pauses.note("db1", paused=["a"])
    pauses._report(os.getpid() + 1)
    assert warnings == []


def test_what_check_mode_foresees_is_kept_apart(pauses, memory):
    Pauses(memory, "foreseen").note("db1", paused=["a"])
    assert pauses.left() == ({}, {}) and pauses.names("db1") == []


def test_what_ends_the_process_by_sigterm_has_it_printed_first(memory, capfd):
    """In a process of its own: it is ended by the signal, as it is without the collection."""
    Pauses(memory).note("db1", paused=["a"])
    process = multiprocessing.get_context("fork").Process(target=_terminated, args=(memory,))
    process.start()
    process.join(30)
    assert process.exitcode == -signal.SIGTERM
    assert "[WARNING]: This run leaves the monitoring of these connections paused: a. Resume it with:" in capfd.readouterr().err


def _terminated(memory):
    # Other tests leave handlers of their own, as ansible-runner does.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    Pauses(memory).report_at_exit()
    os.kill(os.getpid(), signal.SIGTERM)


def test_what_was_to_be_done_at_sigterm_is_done(pauses):
    done = []
    pauses._terminate(os.getpid(), lambda *arguments: done.append(arguments), signal.SIGTERM, None)
    assert done == [(signal.SIGTERM, None)]


def test_a_run_that_leaves_nothing_paused_warns_of_nothing(pauses, warnings):
    pauses.note("db1", paused=["a"])
    pauses.note("db1", resumed=["a"])
    pauses._report(os.getpid())
    assert warnings == []
