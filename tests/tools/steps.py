# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Steps of `make test`, run in lanes side by side, with progress for whoever waits.

The complete output of each step is in a file. Of what is printed, each line begins with the time since the start.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

#: Seconds between two lines of progress, and for a step to end when it is interrupted.
PAUSE = 15
PATIENCE = 20


@dataclass(eq=False)
class Step:
    """A step.

    Attributes:
        name: as it is printed.
        commands: run one after another, each whatever became of those before.
        after: the steps that must have passed before, of any lane. If one failed, so has this.
        environment: variables besides those of this process.
        quiet: leaves the processors to the others.
    """

    name: str
    commands: list[list[str]]
    after: tuple[Step, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)
    quiet: bool = False
    #: Whether it passed; None before its end.
    passed: bool | None = None
    seconds: float = 0.0
    #: Its output, by line.
    lines: list[str] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def tests(self) -> Tests:
        """What pytest has told of its tests so far."""
        return Tests(self.lines)

    @property
    def log(self) -> str:
        """The name of the file of its output."""
        return re.sub(r"[^\w.]+", "-", self.name).strip("-") + ".log"


class Tests:
    """The tests of a step, as pytest tells of them line by line."""

    #: How the line of a test that has ended begins with pytest-xdist; how it begins and ends without.
    _HANDED_OUT = r"^\[gw\d+\] \[ *\d+/\d+\] "
    _ALONE, _COUNTED = r"^tests/\S+\.py::", r" +\[ *\d+/\d+\]$"
    _TOTAL = re.compile(r"^(?:\d+ workers? \[|collecting \.\.\. collected )(\d+) items?\b")
    _ENDED = (
        re.compile(rf"{_HANDED_OUT}(?P<word>\w+) (?P<name>.+?)\s*$"),
        re.compile(rf"(?P<name>{_ALONE}.+?) (?P<word>[A-Z]+)(?: \(.*\))?{_COUNTED}"),
    )
    #: A line of a test that begins or ends; and of one that has failed.
    ANY = re.compile(rf"{_HANDED_OUT}|{_ALONE}")
    FAILED = re.compile(rf"{_HANDED_OUT}(?:FAILED|ERROR) |{_ALONE}.+ (?:FAILED|ERROR){_COUNTED}")

    def __init__(self, lines):
        self.total = next((int(found[1]) for found in map(self._TOTAL.match, lines) if found), None)
        ended = [found for line in lines for found in [pattern.match(line) for pattern in self._ENDED] if found]
        self.done = len({found["name"] for found in ended})
        self.failed = [found["name"] for found in ended if found["word"] in ("FAILED", "ERROR")]


def last_words(lines, passed):
    """Return the lines that are shown at the end of a step: all of a failure, else what was skipped and the closing line of pytest."""
    heads = ("= FAILURES =", "= ERRORS =") if not passed else ("= short test summary info =",)
    starts = [number for number, line in enumerate(lines) if any(head in line for head in heads)]
    if starts:
        return lines[starts[0] :]
    shown = [line for line in lines if not Tests.ANY.match(line)]
    return shown if not passed else [line for line in shown if re.match(r"=+ .*\bpassed\b.* =+$", line)]


class Lanes:
    """Runs lanes of steps side by side, the steps of each in their order.

    Args:
        folder: for the complete output of each step.
        forward: a regular expression; lines of the output that match it are printed at once.
        show: prints a line.
    """

    def __init__(self, folder: Path, forward: str = r"$^", show=print):
        self._folder = folder
        self._forward = re.compile(forward)
        self._show = show
        self._processes: set[subprocess.Popen] = set()
        self._lock = threading.Lock()
        self._interrupted = False
        self._start = time.monotonic()

    def run(self, *lanes: list[Step]) -> bool:
        """Run all steps. Returns whether all passed."""
        self._folder.mkdir(parents=True, exist_ok=True)
        steps = [step for lane in lanes for step in lane]
        threads = [threading.Thread(target=self._run_lane, args=[lane], daemon=True) for lane in lanes]
        for thread in threads:
            thread.start()
        shown = time.monotonic()
        try:
            while any(thread.is_alive() for thread in threads):
                time.sleep(0.1)
                if time.monotonic() - shown > PAUSE:
                    shown = time.monotonic()
                    self._tell(self._progress(steps))
        except BaseException:
            self._interrupt()
            raise
        for step in steps:
            self._show(f"{'passed' if step.passed else 'FAILED'}  {step.seconds:6.1f} s  {step.name}{'' if step.passed else f'  ({self._folder / step.log})'}")
        failed = sum(not step.passed for step in steps)
        self._show(f"{len(steps) - failed} steps passed, {failed} failed, in {_minutes(time.monotonic() - self._start)}")
        return not failed

    def _run_lane(self, lane):
        for step in lane:
            for other in step.after:
                other.ended.wait()
            try:
                self._run_step(step)
            finally:
                step.passed = bool(step.passed)
                step.ended.set()

    def _run_step(self, step):
        missing = [other.name for other in step.after if not other.passed]
        if missing or self._interrupted:
            reason = f"{', '.join(missing)} failed" if missing else "the run was interrupted"
            self._tell(f"{step.name}: not run, since {reason}")
            return
        self._tell(f"{step.name} …")
        begun = time.monotonic()
        with (self._folder / step.log).open("w", buffering=1) as log:
            statuses = [self._run_command(step, command, log) for command in step.commands]
        step.seconds = time.monotonic() - begun
        step.passed = not any(statuses)
        with self._lock:
            self._show(f"{self._time()}  {step.name}: {'passed' if step.passed else 'FAILED'} after {_minutes(step.seconds)}")
            for line in last_words(step.lines, step.passed):
                self._show(f"    {line}" if step.passed else line)

    def _run_command(self, step, command, log):
        environment = {**os.environ, **step.environment}
        # A session of its own, so that it can be interrupted with all that it has started, and be quiet.
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True, "errors": "replace"}
        nice = ["nice", "-n", "10"] if step.quiet else []
        process = subprocess.Popen([*nice, *command], env=environment, start_new_session=True, **pipes)
        with self._lock:
            self._processes.add(process)
        if step.quiet:
            # Where Linux shares the processors out by session, the value above counts within the session alone, which has one of its own.
            with suppress(OSError):
                Path(f"/proc/{process.pid}/autogroup").write_text("10")
        for line in process.stdout:
            log.write(line)
            step.lines.append(line.rstrip("\n"))
            if self._forward.search(line):
                self._tell(f"{step.name}: {line.rstrip()}")
        process.wait()
        with self._lock:
            self._processes.remove(process)
        return process.returncode

    def _interrupt(self):
        """End what runs, as Ctrl-C would."""
        self._interrupted = True
        with self._lock:
            processes = list(self._processes)
        for process in processes:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGINT)
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and any(process.poll() is None for process in processes):
            time.sleep(0.05)
        # And what they have left.
        for process in processes:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)

    def _progress(self, steps):
        running = []
        for step in steps:
            if step.passed is None and step.lines:
                tests = step.tests
                counted = f": {tests.done} of {tests.total} tests" if tests.total else ""
                running.append(step.name + counted + (f", {len(tests.failed)} failed" if tests.failed else ""))
        ended = sum(step.passed is not None for step in steps)
        return "; ".join([*running, f"{ended} of {len(steps)} steps done"])

    def _tell(self, text):
        with self._lock:
            self._show(f"{self._time()}  {text}")

    def _time(self):
        return _minutes(time.monotonic() - self._start)


def _minutes(seconds):
    return f"{int(seconds) // 60:2}:{int(seconds) % 60:02}"
