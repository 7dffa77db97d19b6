# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pace at which all threads of a task send to a platform. Private to the collection."""

from __future__ import annotations

import time


class Pace:
    """A moment before which nothing is sent: a platform that is busy slows all threads down, not only the one it told so."""

    def __init__(self, clock=time.monotonic):
        self._clock = clock
        self._not_before = 0.0

    def hold(self, seconds):
        """Let nobody send for so many seconds."""
        self._not_before = max(self._not_before, self._clock() + seconds)

    def wait(self, sleep):
        """Pause until the next request may be sent, also if that moment is put off meanwhile. sleep: pauses for so many seconds."""
        moment = None
        while self._not_before != moment and self.left() > 0:
            moment = self._not_before
            sleep(self.left())

    def left(self):
        """Return the seconds until the next request may be sent, 0 if it may be now."""
        return max(0.0, self._not_before - self._clock())
