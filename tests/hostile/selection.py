# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which combinations are tested: a selection in which every value stands, or with FULL=1 in the environment all of them."""

from __future__ import annotations

import itertools
import os

FULL = os.environ.get("FULL", "") not in ("", "0")


def some(*axes, every: int):
    """Combinations of values, one of each axis: as many as all divided by ``every``, spread so that each value is in one.

    Returns a list of tuples.
    """
    axes = [list(axis) for axis in axes]
    if FULL:
        return list(itertools.product(*axes))
    places = [place for place in itertools.product(*map(range, map(len, axes))) if sum(place) % every == 0]
    for number, axis in enumerate(axes):
        assert {place[number] for place in places} == set(range(len(axis))), f"a value of axis {number} is in no combination"
    return [tuple(axis[index] for axis, index in zip(axes, place)) for place in places]


def one_of(values, every: int) -> list:
    """One value of so many, for a test of what others test with all of them."""
    return list(values)[:: 1 if FULL else every]
