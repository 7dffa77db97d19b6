# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run has paused and not resumed yet, for maintenance windows. Private to the collection."""

from __future__ import annotations

import atexit
import os

from ansible.utils.display import Display

_HOSTS = ("paused", None)


class Pauses:
    """The names of the connections that this run has paused, by host. memory: the RunMemory, which has to be shared."""

    def __init__(self, memory):
        self._memory = memory

    @property
    def possible(self):
        """Whether what one worker notes is seen by the one that resumes."""
        return self._memory.shared

    def names(self, host):
        """Return the names that are paused for a host."""
        return self._memory.get("paused", host) or []

    def note(self, host, paused=(), resumed=()):
        """Note names of a host that have been paused, or resumed."""
        with self._memory.exclusively("paused"):
            names = [name for name in self.names(host) if name not in resumed]
            self._memory.put(names + [name for name in paused if name not in names], "paused", host)
            hosts = self._memory.get(*_HOSTS) or []
            if host not in hosts:
                self._memory.put([*hosts, host], *_HOSTS)

    def left(self):
        """Return what is paused, as a mapping of host to names."""
        return {host: self.names(host) for host in self._memory.get(*_HOSTS) or [] if self.names(host)}

    def report_at_exit(self):
        """Have the main process of the run say at its end what it leaves paused, however it ends short of being killed."""
        atexit.register(self._report, os.getpid())

    def _report(self, main_process):
        left = self.left() if os.getpid() == main_process else {}
        if left:
            names = ", ".join(name for names in left.values() for name in names)
            Display().warning(
                "This run leaves the monitoring of these connections paused: %s. Resume it with: "
                "ansible-playbook datasentinel.platform.enable -i inventory -e datasentinel_hosts=%s" % (names, ",".join(left))
            )
