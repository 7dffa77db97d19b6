# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the demo and the playground share: titled steps on the terminal, and an orderly end on Ctrl-C and SIGTERM."""

from __future__ import annotations

import signal
import sys
import time
from contextlib import contextmanager

from rich.console import Console

console = Console(highlight=False)


class Stop:
    """Ctrl-C and SIGTERM, which take effect at the next step, so that nothing is interrupted in the middle."""

    def __init__(self):
        self._number = None
        self._running = None
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._note)

    def _note(self, number, _frame):
        self._number = number
        if self._running is not None:
            self._running.terminate()

    @contextmanager
    def ends(self, process):
        """Terminate a process when a signal comes meanwhile."""
        self._running = process
        self.check()
        yield
        self._running = None
        self.check()

    def check(self):
        """Raise SystemExit if a signal has come."""
        if self._number is not None:
            console.print("\nInterrupted: everything that was started is being stopped.")
            raise SystemExit(128 + self._number)

    def wait(self):
        """Wait for a signal."""
        while self._number is None:
            time.sleep(0.1)


stop = Stop()


def step(title):
    """Begin a step: print its title, unless a signal has come."""
    stop.check()
    console.print()
    console.rule(f"[bold]{title}", align="left")


def run(main):
    """Run a program's main function, and exit with the status that it returns."""
    try:
        sys.exit(main())
    except RuntimeError as exc:
        # Ctrl-C reaches the programs that were started as well, and makes them fail.
        stop.check()
        sys.exit(str(exc))
