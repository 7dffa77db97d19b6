# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""When to retry, and how long to pause before. Private to the collection."""

from __future__ import annotations

import random
import time

#: Seconds: the first pause, which doubles each time, up to the longest. Jitter makes it 50 to 100 % of that.
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
#: Seconds: a platform that asks for more with Retry-After is not obeyed beyond this.
LONGEST_RETRY_AFTER = 60.0
#: Statuses of a platform that has too much to do.
BUSY = (429, 503)


class Retries:
    """The retries of one step.

    count: how many. reachability: the platform's Reachability. pace: the Pace of the task's threads, None for a single one. sleep: pauses for so many seconds.
    """

    def __init__(self, count, reachability, sleep=time.sleep, jitter=random.random, pace=None):
        self._left = count
        self._reachability = reachability
        self._pace = pace
        self._next_pause = FIRST_PAUSE
        self._sleep = sleep
        self._jitter = jitter

    def allow(self, error):
        """Return whether a retry is left after this ApiError. True comes after a pause, or the Pace holds the next request for as long."""
        if self._left <= 0 or (error.no_response and self._reachability.problem() is not None):
            self._reachability.note_failed_round(error)
            return False
        self._left -= 1
        pause = self._next_pause * (0.5 + self._jitter() / 2)
        self._next_pause = min(self._next_pause * 2, LONGEST_PAUSE)
        if error.retry_after is not None:
            pause = min(max(error.retry_after, pause), LONGEST_RETRY_AFTER)
        if self._pace is not None and error.status in BUSY:
            self._pace.hold(pause)
        else:
            self._sleep(pause)
        return True
