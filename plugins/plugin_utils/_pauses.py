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

from ._command_lines import command_line, plain_names

#: Bytes of memory without which nothing is paused: more than the notes of all that is paused at a time may take.
_ROOM = 32 * 1024

#: What the command does besides resuming.
_ENABLES = "which enables all connections of these hosts but those that the inventory wants disabled"


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
        return self._of(host)[0]

    def note(self, host, begun=(), paused=(), unchanged=(), resumed=()):
        """Note names of a host: those that are about to be paused, are paused now, turned out to need no pause, or are paused no more."""
        with self._memory.exclusively(self._key):
            if self._memory.get(self._key, host) is None:
                self._memory.put(host, *self._hosts)
            was_paused, was_begun = self._of(host)
            names = [name for name in was_paused if name not in resumed]
            pending = [name for name in was_begun if name not in (*paused, *unchanged)]
            self._memory.put([names + _new(paused, names), pending + _new(begun, pending)], self._key, host)

    def left(self):
        """Return what is paused, and what may be since it was begun, as two mappings of host to names."""
        hosts = [(host, self._of(host)) for host in self._memory.get_all(*self._hosts)]
        return tuple({host: names[kind] for host, names in hosts if names[kind]} for kind in (0, 1))

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
        paused, begun = self.left() if os.getpid() == main_process else ({}, {})
        sentences = [
            text % ", ".join(name for names in left.values() for name in names)
            for text, left in (
                ("This run leaves the monitoring of these connections paused: %s.", paused),
                ("It was interrupted while it paused these, and they may be paused: %s.", begun),
            )
            if left
        ]
        hosts = {**paused, **begun}
        plain = plain_names(hosts)
        others = [host for host in hosts if host not in plain]
        if others:
            text = "Hosts whose names a shell or Ansible would take for something else are to be named by a pattern or a group: %s."
            sentences.append(text % ", ".join(others))
        if plain:
            sentences.append("Resume it with: %s (%s)" % (command_line("enable", plain), _ENABLES))
        elif others:
            sentences.append("Resume it with the playbook datasentinel.platform.enable.")
        return " ".join(sentences)

    def _of(self, host):
        """Return the names of a host that are paused, and those that are about to be."""
        return self._memory.get(self._key, host) or [[], []]


def _new(names, known):
    return [name for name in names if name not in known]
