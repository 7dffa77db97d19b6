# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""python measured.py OUTPUT COMMAND…: run a command, and print as JSON what it took.

A process of its own: the peak memory that Linux reports of a command is at least that of the process which started it, so
that has to be small. Nothing but the standard library is imported, and little of that.

OUTPUT: the file for what the command prints.
"""

from __future__ import annotations

import os
import sys
import time

output, *command = sys.argv[1:]
actions = [
    (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
    (os.POSIX_SPAWN_OPEN, 1, output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
    (os.POSIX_SPAWN_DUP2, 1, 2),
]
started = time.monotonic()
_pid, status, usage = os.wait4(os.posix_spawn(command[0], command, os.environ, file_actions=actions), 0)
seconds = time.monotonic() - started
megabytes = usage.ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024)
print('{"status": %d, "seconds": %r, "cpu": %r, "megabytes": %r}' % (os.waitstatus_to_exitcode(status), seconds, usage.ru_utime + usage.ru_stime, megabytes))
