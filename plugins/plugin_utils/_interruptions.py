# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How far long work had come when a run was interrupted (Ctrl-C). Private to the collection.

Ansible ends its workers then, and shows nothing of what they print. So a worker leaves it in the memory of the run, and
the main process shows it at its end.
"""

from __future__ import annotations

import atexit
import contextlib
import multiprocessing
import os
import signal
import threading
import time

from ansible.utils.display import Display

#: Seconds for workers to finish what they began; longer than they take for it.
_PATIENCE = 4.0
_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_LINES = ("interrupted",)


class Interruptions:
    """The progress that the workers of a run report when they are interrupted. memory: the RunMemory."""

    def __init__(self, memory):
        self._memory = memory

    @contextlib.contextmanager
    def awaited(self):
        """Have what interrupts this process raise KeyboardInterrupt, and yield the function that shows a line to a person.

        Lines that are shown after that are left for the main process.
        """
        interrupted = threading.Event()

        def interrupt(_signal, _frame):
            # Once is enough: a second one would cut short what is being finished.
            if not interrupted.is_set():
                interrupted.set()
                raise KeyboardInterrupt

        def show(line):
            if interrupted.is_set():
                with self._memory.exclusively(*_LINES):
                    self._memory.put([*self._lines(), line], *_LINES)
            else:
                Display().display(line)

        handlers = {number: signal.signal(number, interrupt) for number in _SIGNALS}
        try:
            yield show
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)

    def report_at_exit(self):
        """Have the main process of the run show at its end what its workers have left."""
        atexit.register(self._report, os.getpid())

    def _lines(self):
        return self._memory.get(*_LINES) or []

    def _report(self, main_process):
        if os.getpid() == main_process:
            # Ansible itself does not wait for its workers. Without an interruption, none are left.
            end = time.monotonic() + _PATIENCE
            for worker in multiprocessing.active_children():
                worker.join(max(0.0, end - time.monotonic()))
            for line in self._lines():
                Display().display(line)
