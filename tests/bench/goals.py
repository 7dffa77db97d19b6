# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is to be reached, as ratios of measurements of one run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable

from .access import HTTP, HTTPS, HTTPS_CA_PATH
from .results import AGAIN, FIRST, ONCE, Case, Results

#: The ways in which each connection has a budget of calls.
BUDGET = {FIRST: 3, AGAIN: 1}
IN_PROCESS = ("role", "bulk", "bulk 16", "list", "list 16", "file", "loop")


@dataclass(frozen=True)
class Goal:
    """A number to reach.

    Attributes:
        title: what is compared.
        sign: "<=", ">=" or "=".
        limit: the number to reach.
        value: returns what was measured at a number of connections; raises KeyError where it was not.
        size: the number of connections that it is to be reached at; None: it does not depend on one.
    """

    title: str
    sign: str
    limit: float
    value: Callable[[Results, int], float]
    size: int | None = 1000


@dataclass(frozen=True)
class Outcome:
    """What became of a goal.

    Attributes:
        value: what was measured, None if nothing was.
        size: the number of connections at which, None if it does not depend on one.
        verdict: "reached", "missed", "not at this size" (which decides nothing) or "not measured".
    """

    goal: Goal
    value: float | None
    size: int | None
    verdict: str


def outcomes(results: Results) -> list[Outcome]:
    """Every goal with what was measured: at its size, or else at the largest smaller one."""
    return [_outcome(goal, results) for goal in GOALS]


def _outcome(goal, results):
    for size in [goal.size] if goal.size is None else [goal.size, *(size for size in reversed(results.sizes()) if size < goal.size)]:
        try:
            value = goal.value(results, size)
        except KeyError:
            continue
        if size != goal.size:
            return Outcome(goal, value, size, "not at this size")
        reached = {"<=": value <= goal.limit, ">=": value >= goal.limit, "=": value == goal.limit}[goal.sign]
        return Outcome(goal, value, size, "reached" if reached else "missed")
    return Outcome(goal, None, goal.size, "not measured")


def _measured(results, way, phase, size, access=HTTP, ms=0, field="seconds"):
    return results.median(Case(results.about["main_core"], way, access, ms, size), phase, field)


def _ratio(above: tuple, below: tuple):
    """The ratio of two measurements; each a way, a phase, and perhaps an access and the milliseconds before a response."""
    return lambda results, size: _measured(results, *above[:2], size, *above[2:]) / _measured(results, *below[:2], size, *below[2:])


def _growth(way):
    """The cost of a connection among ten times as many, in that of one among as many."""
    return lambda results, size: _measured(results, way, FIRST, 10 * size) / 10 / _measured(results, way, FIRST, size)


def _growth_of_each(way):
    """The same of what one connection more costs, so that what Ansible takes to start counts nowhere."""

    def value(results, size):
        tenth, whole, tenfold = (_measured(results, way, FIRST, number) for number in (size // 10, size, 10 * size))
        return (tenfold - whole) / (whole - tenth) / 10

    return value


def _memory(way):
    def value(results, size):
        return _measured(results, way, FIRST, 10 * size, field="megabytes") / _measured(results, "noop", ONCE, size, field="megabytes")

    return value


def _calls(phase):
    """The calls for a connection; where rows differ, those furthest from the budget."""

    def value(results, _size):
        calls = [one.calls / case.size for case, one in _runs(results, phase)]
        return max(calls, key=lambda count: abs(count - BUDGET[phase]))

    return value


def _tokens(results, _size):
    tokens = [one.tokens for phase in BUDGET for _case, one in _runs(results, phase)]
    return max(tokens, key=lambda count: abs(count - 1))


def _runs(results, phase):
    runs = [(case, one) for (case, measured), many in results.all().items() if measured == phase and case.way in IN_PROCESS for one in many]
    if not runs:
        raise KeyError(phase)
    return runs


NOOP = ("noop", ONCE)
GOALS = (
    Goal("bulk from the inventory, first / no-op", "<=", 0.40, _ratio(("bulk", FIRST), NOOP)),
    Goal("bulk from the inventory, again / no-op", "<=", 0.20, _ratio(("bulk", AGAIN), NOOP)),
    Goal("bulk from a list, first / plain script", "<=", 1.8, _ratio(("list", FIRST), ("script", FIRST))),
    Goal("the same at 50 ms, 16 at a time", "<=", 0.08, _ratio(("list 16", FIRST, HTTP, 50), ("script", FIRST, HTTP, 50))),
    Goal("role, first / no-op", "<=", 1.8, _ratio(("role", FIRST), NOOP)),
    Goal("role, again / no-op", "<=", 1.6, _ratio(("role", AGAIN), NOOP)),
    Goal("role, first / no-op", "<=", 1.8, _ratio(("role", FIRST), NOOP), size=200),
    Goal("role, again / no-op", "<=", 1.6, _ratio(("role", AGAIN), NOOP), size=200),
    Goal("role, first, over HTTPS, system's bundle by REQUESTS_CA_BUNDLE / over HTTP", "<=", 1.25, _ratio(("role", FIRST, HTTPS), ("role", FIRST))),
    Goal("role, again, over HTTPS, system's bundle by REQUESTS_CA_BUNDLE / over HTTP", "<=", 1.25, _ratio(("role", AGAIN, HTTPS), ("role", AGAIN))),
    Goal("role, first, over HTTPS, system's bundle by ca_path / over HTTP", "<=", 1.25, _ratio(("role", FIRST, HTTPS_CA_PATH), ("role", FIRST))),
    Goal("role, again, over HTTPS, system's bundle by ca_path / over HTTP", "<=", 1.25, _ratio(("role", AGAIN, HTTPS_CA_PATH), ("role", AGAIN))),
    Goal("uri tasks, first / bulk from the inventory, first", ">=", 40, _ratio(("uri", FIRST), ("bulk", FIRST)), size=200),
    Goal("cost of a connection, bulk from a list: among 10 times as many / among these", "<=", 1.2, _growth("list")),
    Goal("the same, without what Ansible takes to start", "<=", 1.2, _growth_of_each("list")),
    Goal("cost of a connection, bulk from the inventory: among 10 times as many / among these", "<=", 1.2, _growth("bulk")),
    Goal("peak memory, bulk from a list 10 times as long / no-op", "<=", 2.0, _memory("list")),
    Goal("peak memory, bulk from an inventory 10 times as long / no-op", "<=", 2.0, _memory("bulk")),
    Goal("calls for a connection that is created", "=", 3, _calls(FIRST), size=None),
    Goal("calls for a connection with nothing to do", "=", 1, _calls(AGAIN), size=None),
    Goal("tokens in a run", "=", 1, _tokens, size=None),
)
