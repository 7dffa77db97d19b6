# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run has paused and not resumed yet, for maintenance windows. Private to the collection."""

from __future__ import annotations

import atexit
import functools
import os
import signal
import threading

from ansible.utils.display import Display

#: Bytes of memory without which nothing is paused: more than the notes of all that is paused at a time may take.
_ROOM = 32 * 1024


class Pauses:
    """The names of the connections that this run has paused, by host.

    memory: the RunMemory, which has to be shared. key: under which they are kept there.
    """

    def __init__(self, memory, key="paused"):
        self._memory = memory
        self._key = key
        self._hosts = (key, None)

    @property
    def kept(self):
        """Whether what one worker notes is seen by the one that resumes."""
        return self._memory.shared

    @property
    def possible(self):
        """Whether there is room for further notes."""
        return self._memory.room >= _ROOM

    def names(self, host):
        """Return the names that are paused for a host."""
        return self._memory.get(self._key, host) or []

    def note(self, host, paused=(), resumed=()):
        """Note names of a host that have been paused, or resumed."""
        with self._memory.exclusively(self._key):
            before = self._memory.get(self._key, host)
            if before is None:
                self._memory.put(host, *self._hosts)
            names = [name for name in before or [] if name not in resumed]
            self._memory.put(names + [name for name in paused if name not in names], self._key, host)

    def left(self):
        """Return what is paused, as a mapping of host to names."""
        named = {host: self.names(host) for host in self._memory.get_all(*self._hosts)}
        return {host: names for host, names in named.items() if names}

    def report_at_exit(self):
        """Have the main process of the run say at its end what it leaves paused, however it ends short of being killed by SIGKILL."""
        main_process = os.getpid()
        atexit.register(self._report, main_process)
        before = signal.getsignal(signal.SIGTERM)
        # Ansible's own handler, since 2.19, or none.
        if threading.current_thread() is threading.main_thread() and (callable(before) or before == signal.SIG_DFL):
            signal.signal(signal.SIGTERM, functools.partial(self._terminate, main_process, before))

    def _report(self, main_process):
        message = self._message(main_process)
        if message:
            Display().warning(message)

    def _terminate(self, main_process, before, number, frame):
        """Handle SIGTERM, after which nothing is done at exit: report, and go on with what was to be done before (a handler)."""
        message = self._message(main_process)
        if message:
            # Not by Ansible's display, which may be in the middle of printing something else.
            os.write(2, ("[WARNING]: %s\n" % message).encode())
        if callable(before):
            before(number, frame)
        else:
            signal.signal(number, before)
            os.kill(os.getpid(), number)

    def _message(self, main_process):
        """Return what this run leaves paused, and what to do about it; empty text in a worker, and where it leaves nothing."""
        left = self.left() if os.getpid() == main_process else {}
        names = ", ".join(name for names in left.values() for name in names)
        text = (
            "This run leaves the monitoring of these connections paused: %s. Resume it with: "
            "ansible-playbook datasentinel.platform.enable -i inventory -e datasentinel_hosts=%s"
        )
        return text % (names, ",".join(left)) if left else ""
