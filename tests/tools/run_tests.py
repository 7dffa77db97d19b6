# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs everything, for `make test`: the gates beside the tests, these on the default ansible-core, the oldest and the newest one.

The gates, and the making of their environments, take what the tests leave of the processors, so that tests find an idle machine. The unit
tests alone have to cover the plugins, which is measured where Python does so at little cost (from 3.12 on): on the newest core, if there
is a Python for it, else on the default one.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from pathlib import Path

from cores import NEWEST, OLDEST
from steps import Lanes, Step, Tests

ROOT = Path(__file__).resolve().parents[2]
CACHE = Path(".cache")
COVERAGE = CACHE / "coverage"
#: Tests that run on each ansible-core, and those of the collection as a whole. What takes long comes first, so that no worker ends late.
UNITS = ["tests/unit"]
EVERYWHERE = ["tests/integration"]
OLDER_AND_NEWER = [*EVERYWHERE, "tests/hostile/test_fields.py", "tests/hostile/test_playbook.py"]
ONCE = [f"tests/{name}" for name in ("onboard", "awx", "quality", "faults", "audit", "hostile", "platform", "conformance")]
#: Failures of tests and the results of gates are printed as they come.
FORWARD = rf"{Tests.FAILED.pattern}|^(passed|FAILED|unchanged) +[\d.]+ s "


def pytest(python, tests, workers, measure=False):
    """Return the command that runs tests with a Python, by so many workers. One alone needs no other process that hands the tests out."""
    command = [str(python), *(["-m", "coverage", "run"] if measure else []), "-m", "pytest"]
    distributed = ["-n", str(workers), "--dist", "worksteal"] if workers > 1 else []
    return [*command, *tests, *distributed, "-v", "-o", "console_output_style=count"]


def coverage(python):
    """Return the commands that judge what was measured. A process that a test kills leaves half a file of data behind."""
    combine = [str(python), "-W", "ignore", "-m", "coverage"]
    return [["bash", "-c", '"$@" combine --quiet "$DATA" 2>/dev/null; rm -f "$DATA"/data.*', "combine", *combine], [*combine, "report"]]


def plan():
    """Return the lanes of steps: one for each ansible-core, and what is done beside them.

    The default one has three times as much to do as any other, and as many more workers, so that all end at about the same time. Its unit
    tests come first and those of the others last, since they wait as much as they work, and the processors would wait with them.
    """
    processors = os.cpu_count() or 2
    browser = Step("browser", [["tests/tools/fetch-browser", str(CACHE / "browser")]])
    one, three = processors // 2, processors + processors // 2
    lanes = [[browser, *tests_of("default core", sys.executable, [*ONCE, *EVERYWHERE], three, (browser,), measure=NEWEST.python is None)]]
    beside = []
    for core in (OLDEST, NEWEST):
        if core.python is None:
            print(f"ansible-core {core.version} is left out, since {core.missing}.")
            continue
        made = Step(f"environment of {core.version}", [core.making])
        beside.append(made)
        steps = tests_of(f"core {core.version}", str(core.bin / "python"), OLDER_AND_NEWER, one, (made,), measure=core is NEWEST)
        lanes.append(steps[::-1])
    return [*lanes, [*beside, Step("gates", [["tests/tools/lint"]], quiet=True)]]


def tests_of(name, python, tests, workers, after, measure):
    """Return the steps that run the unit tests and others on an ansible-core; measure: how far the former cover the plugins is judged."""
    environment = {"PATH": os.pathsep.join([str(Path(python).parent), os.environ["PATH"]])}
    units = Step(f"{name}, unit tests", [pytest(python, UNITS, 1)], after, environment)
    if measure:
        shutil.rmtree(COVERAGE, ignore_errors=True)
        COVERAGE.mkdir(parents=True)
        tracer = {} if python == sys.executable else {"COVERAGE_CORE": "sysmon"}
        commands = [pytest(python, UNITS, 1, measure=True), *coverage(python)]
        units = Step(f"{name}, unit tests with coverage", commands, after, {**environment, **tracer, "DATA": str(COVERAGE)})
    return [units, Step(name, [pytest(python, tests, workers)], after, environment)]


def main():
    """Return the exit status: whether any step failed."""
    os.chdir(ROOT)
    # Where it is stopped by another signal than that of Ctrl-C, what it has started is stopped as well.
    for ending in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as nohup has it
        signal.signal(signal.SIGHUP, signal.default_int_handler)
    try:
        passed = Lanes(CACHE / "test", FORWARD, show=lambda line: print(line, flush=True)).run(*plan())
    except KeyboardInterrupt:
        return 130
    return int(not passed)


if __name__ == "__main__":
    sys.exit(main())
