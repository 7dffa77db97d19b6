# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What runs the steps of `make test`: no failure is lost, and whoever waits sees how far it is."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest
from embedded.collection import ROOT
from support.playbook import wait_for
from support.processes import running_from


@pytest.fixture(scope="module")
def module(tool):
    """The module tests/tools/steps.py."""
    return tool("steps")


@pytest.fixture
def run(module, tmp_path):
    """A function that runs lanes, and returns whether all passed, and what was printed."""

    def run_lanes(*lanes, **options):
        printed = []
        passed = module.Lanes(tmp_path / "log", show=printed.append, **options).run(*lanes)
        return passed, "\n".join(printed)

    return run_lanes


def shell(*scripts):
    return [["bash", "-c", script] for script in scripts]


def test_all_commands_of_a_step_run_and_one_that_fails_fails_it(module, run, tmp_path):
    passed, printed = run([module.Step("broken one", shell("echo 'what it said'; exit 3", "echo afterwards"))], [module.Step("good", shell("echo quiet"))])
    assert not passed and "1 steps passed, 1 failed" in printed
    assert "what it said\nafterwards" in printed and "quiet" not in printed
    assert (tmp_path / "log/broken-one.log").read_text() == "what it said\nafterwards\n"


def test_lanes_run_side_by_side_and_a_step_waits_for_those_that_it_needs(module, run, tmp_path):
    # Each of the first two ends when the other one runs.
    meet = "touch {0}/{1}; until [ -e {0}/{2} ]; do sleep 0.02; done".format
    first = module.Step("first", shell(meet(tmp_path, "a", "b")))
    needed = module.Step("needed", shell(meet(tmp_path, "b", "a"), "sleep 0.3", f"touch {tmp_path}/made"))
    assert run([first, module.Step("last", shell(f"test -e {tmp_path}/made"), after=(needed,))], [needed])[0]


def test_a_quiet_step_leaves_the_processors_to_the_others_in_its_session_and_in_others(module, run):
    said = "for _ in {1..250}; do grep -qs 'nice 10' /proc/self/autogroup && break; sleep 0.02; done; nice; cat /proc/self/autogroup"
    quiet, other = module.Step("quiet", shell(said), quiet=True), module.Step("other", shell("nice"))
    run([quiet, other])
    (value, *session), [usual] = quiet.lines, other.lines
    assert int(value) == min(int(usual) + 10, 19)
    if os.access("/proc/self/autogroup", os.W_OK):
        assert session[0].endswith(" nice 10")


def test_what_needs_a_step_that_failed_is_not_run_and_has_failed(module, run, tmp_path):
    needed = module.Step("needed", shell("false"))
    passed, printed = run([module.Step("last", shell(f"touch {tmp_path}/ran"), after=(needed,))], [needed])
    assert not passed and "last: not run, since needed failed" in printed and "0 steps passed, 2 failed" in printed
    assert not (tmp_path / "ran").exists()


DISTRIBUTED = """3 workers [4 items]

tests/a.py::test_one
[gw0] [ 1/4] PASSED tests/a.py::test_one
[gw1] [ 2/4] FAILED tests/a.py::test_two[a b]
[gw1] [ 3/4] PASSED tests/a.py::test_three
[gw1] [ 3/4] ERROR tests/a.py::test_three
"""
ALONE = """collecting ... collected 4 items

tests/a.py::test_one PASSED                                               [ 1/4]
tests/a.py::test_two[a b] FAILED                                          [ 2/4]
tests/a.py::test_three PASSED                                             [ 3/4]
tests/a.py::test_three ERROR                                              [ 3/4]
"""
END = """=================================== FAILURES ===================================
the reason
=========================== short test summary info ============================
FAILED tests/a.py::test_two[a b]
========================= 1 failed, 2 passed in 1.00s ==========================
"""


@pytest.mark.parametrize("output", [DISTRIBUTED, ALONE])
def test_tests_are_counted_and_failures_are_told_at_once(module, run, tmp_path, monkeypatch, output):
    monkeypatch.setattr(module, "PAUSE", 0.2)
    (tmp_path / "tests").write_text(output)
    (tmp_path / "end").write_text(END)
    passed, printed = run([module.Step("tests", shell(f"cat {tmp_path}/tests; sleep 1; cat {tmp_path}/end; exit 1"))], forward=module.Tests.FAILED.pattern)
    early, _head, late = printed.partition("FAILURES")
    assert "tests: 3 of 4 tests, 2 failed; 0 of 1 steps done" in early
    told = [line.split("tests: ", 1)[1] for line in early.splitlines() if "tests: " in line]
    assert told[:2] == [line for line in output.splitlines() if "FAILED" in line or "ERROR" in line]
    assert not passed and "the reason" in late and "1 failed, 2 passed" in late and "PASSED" not in printed


def test_of_tests_that_passed_the_skipped_ones_and_the_closing_line_are_shown(module):
    lines = ["[gw0] [ 1/2] PASSED tests/a.py::test_one", "1s call", "== short test summary info ==", "SKIPPED [1] why", "== 1 passed, 1 skipped =="]
    assert module.last_words(lines, True) == lines[2:]
    # What fails after all tests have passed, as coverage does.
    assert module.last_words(["tests/a.py::test_one[a b] ", *lines[:2], "TOTAL 68%"], False) == ["1s call", "TOTAL 68%"]
    assert module.last_words([*lines[:2], "== 2 passed in 3.00s =="], True) == ["== 2 passed in 3.00s =="]


def test_an_interrupted_run_ends_what_it_has_started(module, tmp_path):
    script = f"trap 'touch {tmp_path}/told; exit' INT; echo started; tail -f /dev/null {tmp_path}/long.log & wait"
    program = f"import sys; sys.path.insert(0, {str(ROOT / 'tests/tools')!r}); from pathlib import Path; from steps import *; "
    program += f"Lanes(Path({str(tmp_path)!r})).run([Step('long', [['bash', '-c', {script!r}, {str(tmp_path)!r}]])])"
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True) as process:
        assert wait_for(lambda: (tmp_path / "long.log").exists() and (tmp_path / "long.log").read_text(), 30)
        process.send_signal(signal.SIGINT)
        assert process.wait(30) != 0
    assert (tmp_path / "told").exists() and wait_for(lambda: not running_from(tmp_path), 10)
