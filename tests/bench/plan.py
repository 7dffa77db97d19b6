# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which rows are measured."""

from __future__ import annotations

from .access import HTTP, HTTPS, HTTPS_AUTHORITY, HTTPS_CA_PATH
from .options import Options
from .results import Case

#: Way, access, milliseconds before each response, and numbers of connections. What is missing here takes too long for
#: what it tells: with 50 ms before each response, a loop takes 150 s for 1,000 connections.
MAIN = (
    ("noop", HTTP, 0, (100, 200, 1000, 5000)),
    ("role", HTTP, 0, (100, 200, 1000, 5000)),
    ("role", HTTP, 50, (100, 1000)),
    ("role", HTTPS, 0, (100, 200, 1000)),
    ("role", HTTPS, 50, (100,)),
    ("role", HTTPS_CA_PATH, 0, (200, 1000)),
    ("role", HTTPS_AUTHORITY, 0, (200,)),
    ("bulk", HTTP, 0, (100, 200, 1000, 5000, 10000)),
    ("bulk", HTTP, 50, (100, 1000)),
    ("bulk", HTTPS, 0, (100, 1000)),
    ("bulk 16", HTTP, 50, (100, 1000)),
    ("bulk 16", HTTPS, 50, (100,)),
    ("list", HTTP, 0, (100, 200, 1000, 5000, 10000)),
    ("list", HTTP, 50, (100, 1000)),
    ("list", HTTPS, 0, (100, 1000, 10000)),
    ("list 16", HTTP, 50, (100, 1000, 5000)),
    ("list 16", HTTPS, 50, (100, 1000)),
    ("file", HTTP, 0, (100, 1000)),
    ("loop", HTTP, 0, (100, 1000, 5000)),
    ("loop", HTTP, 50, (100,)),
    ("loop", HTTPS, 0, (100,)),
    ("bastion", HTTP, 0, (100, 1000, 5000)),
    ("bastion", HTTP, 50, (100, 1000)),
    ("bastion", HTTPS, 0, (100, 1000)),
    ("bastion each", HTTP, 0, (100,)),
    ("uri", HTTP, 0, (200,)),
    ("script", HTTP, 0, (100, 1000, 5000, 10000)),
    ("script", HTTP, 50, (100, 1000)),
    ("script", HTTPS, 0, (100, 1000)),
)
#: On every other ansible-core.
OTHERS = tuple((way, HTTP, 0, (200,)) for way in ("noop", "role", "bulk", "list"))


def plan(options: Options) -> list[Case]:
    """The rows of one round, in order: all of one size after the other."""
    rows = [(core, *row) for core in options.cores for row in (MAIN if core == options.main_core else OTHERS)]
    cases = [Case(core, way, access, ms, size) for core, way, access, ms, usual in rows for size in _sizes(usual, options.sizes)]
    return sorted(cases, key=lambda case: case.size)


def _sizes(usual, wanted):
    return usual if wanted is None else tuple(size for size in wanted if size <= max(usual))
