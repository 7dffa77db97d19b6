# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bounds of options, which an argument spec cannot express. Private to the collection."""

from __future__ import annotations

from .._common._errors import InvalidInput

_CONCURRENCY = range(1, 65)


def check_wait_timeout(seconds):
    """Raise InvalidInput for a wait_timeout that is no time."""
    if seconds < 1:
        raise InvalidInput("wait_timeout is %s: it has to be a number of seconds, 1 or more." % seconds, "wait_timeout")


def check_concurrency(count):
    """Raise InvalidInput for a concurrency that is out of bounds."""
    if count not in _CONCURRENCY:
        raise InvalidInput("concurrency is %s: it has to be a number from %d to %d." % (count, _CONCURRENCY[0], _CONCURRENCY[-1]), "concurrency")
