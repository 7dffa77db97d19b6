# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The embedded platform in a process of its own, so that it shares no interpreter lock with what is measured."""

from __future__ import annotations

import multiprocessing
import signal
import sys
import time
from pathlib import Path

#: Seconds for the process to start, and to respond.
PATIENCE = 60


class PlatformProcess:
    """An embedded platform that responds in a constant time; a context manager that starts and stops it.

    Args:
        tls: over HTTPS, with a certificate authority of its own.
        folder: where the authority's certificate is written.
    """

    def __init__(self, tls: bool, folder: Path):
        self._pipe, self._other = multiprocessing.Pipe()
        # Not forked: it would begin with a copy of this process, its locks included.
        self._process = multiprocessing.get_context("spawn").Process(target=_serve, args=(self._other, tls, folder), daemon=True)

    def __enter__(self):
        self._process.start()
        # Only the process holds it from now on, so that its end is noticed.
        self._other.close()
        self.url, self.username, self.password, self.ca_path = self._receive()
        return self

    def __exit__(self, *exc_info):
        self._process.terminate()
        self._process.join(PATIENCE)

    def begin(self, ms: int, afresh: bool):
        """Forget all calls. ms: milliseconds before each response from now on. afresh: remove all connections."""
        self._pipe.send(("begin", ms, afresh))
        self._receive()

    def end(self) -> dict:
        """Returns what happened since `begin`: ``calls``, ``tokens``, and ``platform_cpu`` in seconds."""
        self._pipe.send(("end",))
        return self._receive()

    def _receive(self):
        if not self._pipe.poll(PATIENCE):
            raise RuntimeError("The platform's process does not respond.")
        return self._pipe.recv()


def _serve(pipe, tls, folder):
    # Ctrl-C is for the benchmark, which ends this process.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Here, so that they are not loaded into the process that measures.
    from embedded import app, faults
    from embedded.server import Platform

    # Every login to a PostgreSQL succeeds at once: what one takes would be no measure of the collection.
    app.login = lambda _connection: None
    with Platform(":memory:", tls, folder) as platform:
        pipe.send((platform.url, platform.username, platform.password, platform.ca_path))
        cpu = 0.0
        while True:
            try:
                command, *arguments = pipe.recv()
            except EOFError:
                return
            if command == "begin":
                ms, afresh = arguments
                platform.reset() if afresh else platform.journal.clear()
                platform.faults.clear()
                if ms:
                    platform.faults.add(faults.delay(ms / 1000), times=sys.maxsize)
                pipe.send(None)
                cpu = time.process_time()
            else:
                journal = platform.journal
                pipe.send({"calls": len(journal.methods()), "tokens": journal.tokens_minted(), "platform_cpu": time.process_time() - cpu})
