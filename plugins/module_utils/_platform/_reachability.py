# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a platform can be reached, as all tasks of a run know it. Private to the collection.

One task's round of retries is enough to find out that nothing answers. From then on each task makes a single try, short
enough that a fleet does not wait for hours, until one of them gets a response.

A task that had responses and meets no more may have met one bad connection. With many to keep, a second round that fails
before anything else comes back tells that it is the platform.
"""

from __future__ import annotations

#: Seconds that a single try may take in all, once the platform is known to be out of reach.
SINGLE_TRY = 5.0


class Reachability:
    """What a run knows of one platform, for a task with all its threads. memory: the RunMemory. api_url: of the platform."""

    def __init__(self, memory, api_url):
        self._memory = memory
        self._key = ("unreachable", api_url)
        self._responded = False
        self._failed_rounds = 0

    def problem(self):
        """Return why the platform is known to be out of reach (a text), None if it is not."""
        return self._memory.get(*self._key)

    def note_response(self):
        """Note that something came back, whatever it was."""
        self._responded, self._failed_rounds = True, 0
        if self.problem() is not None:
            self._memory.put(None, *self._key)

    def note_failed_round(self, error):
        """Note that retries are used up after an ApiError. Counts if nothing ever came back to this task, or not since the round before."""
        if not error.no_response:
            return
        self._failed_rounds += 1
        if not self._responded or self._failed_rounds > 1:
            self._memory.put(error.problem, *self._key)
