# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Several threads, each with HTTP connections of its own that it uses again. Private to the collection."""

from __future__ import annotations

import contextlib
import threading
import time

from .._platform._pace import Pace
from .._platform._platform import Platform
from .._platform._reachability import Reachability

#: Seconds between two lines of progress, and to wait for threads that are to end.
PROGRESS = 5.0
GRACE = 2.0
_UNKNOWN = " %d more were under way: run it again to see what became of them."


class Threads:
    """Calls a function for each of many numbers, several at a time.

    context: the Context. concurrency: how many threads. settings_of: returns the Settings of the platform for a number.
    describe: returns a line of progress.
    """

    def __init__(self, context, concurrency, settings_of, describe):
        self._context = context
        self._concurrency = concurrency
        self._settings_of = settings_of
        self._describe = describe
        self._shared = {}
        self._stopped = threading.Event()

    def each(self, numbers, step):
        """Call step(platform, number) for each number, in threads, and return the exceptions that this met, by number.

        What interrupts it ends the threads first.
        """
        queue = iter(numbers)
        guard = threading.Lock()
        errors = {}

        def work(ended):
            try:
                with contextlib.ExitStack() as stack:
                    platforms: dict = {}
                    while not self._stopped.is_set():
                        with guard:
                            number = next(queue, None)
                        if number is None:
                            return
                        try:
                            step(self._platform(self._settings_of(number), platforms, stack), number)
                        except Exception as exc:
                            errors[number] = exc
            finally:
                ended.set()

        begun = {}
        try:
            for _number in range(min(self._concurrency, len(numbers))):
                ended = threading.Event()
                thread = threading.Thread(target=work, args=(ended,), daemon=True)
                # First noted, then started: what interrupts the start leaves a thread that runs.
                begun[ended] = thread
                thread.start()
            self._watch(begun)
        except BaseException:
            self._stopped.set()
            end = time.monotonic() + GRACE
            under_way = [ended for ended, thread in begun.items() if thread.ident and not ended.wait(max(0.0, end - time.monotonic()))]
            self._context.progress("Interrupted. %s.%s" % (self._describe(), _UNKNOWN % len(under_way) if under_way else ""))
            raise
        return errors

    def _watch(self, threads):
        """Wait for threads, by the events that they end with: Thread.join, interrupted, takes a thread that runs for one that has ended."""
        next_line = time.monotonic() + PROGRESS
        for ended in threads:
            while not ended.wait(max(0.0, min(0.5, next_line - time.monotonic()))):
                if time.monotonic() >= next_line:
                    self._context.progress(self._describe())
                    next_line += PROGRESS

    def _platform(self, settings, platforms, stack):
        """Return the thread's Platform for settings."""
        if settings not in platforms:
            context = self._context
            shared = self._shared.setdefault(settings.api_url, (Pace(), Reachability(context.memory, settings.api_url)))
            platforms[settings] = stack.enter_context(Platform(settings, context.secrets, context.memory, context.sleep, *shared))
        return platforms[settings]
