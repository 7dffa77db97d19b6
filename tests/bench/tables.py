# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What was measured, as tables for the terminal and for docs/performance.md."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from .access import ACCESSES, HTTP
from .goals import Outcome
from .results import AGAIN, FIRST, ONCE, Case, Results
from .ways import WAYS


@dataclass(frozen=True)
class Table:
    """A table. columns: their headings, the first for text, the others for numbers. rows: of text."""

    title: str
    columns: list[str]
    rows: list[list[str]]


def goals_table(outcomes: list[Outcome]) -> Table:
    """The ratios, and what is to be reached."""
    rows = []
    for outcome in outcomes:
        goal = outcome.goal
        measured = "" if outcome.value is None else f"{outcome.value:.2f}"
        rows.append([goal.title, f"{outcome.size:,}" if outcome.size else "", measured, f"{goal.sign} {goal.limit:g}", outcome.verdict])
    return Table("What is to be reached", ["ratio", "connections", "measured", "to reach", ""], rows)


def seconds_tables(results: Results) -> list[Table]:
    """A table for each access and time of response: the seconds of each way by number of connections."""
    cases = _cases(results, results.about["main_core"])
    tables = []
    for access in ACCESSES:
        for ms in sorted({case.ms for case in cases if case.access == access}):
            chosen = [case for case in cases if (case.access, case.ms) == (access, ms)]
            sizes = sorted({case.size for case in chosen})
            rows = [[WAYS[way].title, *(_seconds(results, many, size) for size in sizes)] for way, many in _by_way(chosen)]
            tables.append(Table(f"{access}, {_answers(ms)}", ["seconds, first / again", *(f"{size:,}" for size in sizes)], rows))
    return tables


def connection_table(results: Results) -> Table | None:
    """What one connection more costs over HTTP, from the two numbers of connections that are nearest to 100 and 1,000."""
    cases = [case for case in _cases(results, results.about["main_core"]) if (case.access, case.ms) == (HTTP, 0) and case.size <= 1000]
    rows = []
    for way, many in _by_way(cases):
        sizes = sorted(case.size for case in many)
        if len(sizes) > 1:
            phases = _phases(results, many[0])
            rows.extend([f"{WAYS[way].title}, {phase}", *_marginal(results, many[0], phase, sizes[0], sizes[-1])] for phase in phases)
    if not rows:
        return None
    columns = ["one connection more, in ms", "elapsed", "CPU, Ansible or script", "CPU, platform", "seconds to start"]
    return Table("What one connection more costs, and what it takes to start", columns, rows)


def cores_table(results: Results) -> Table | None:
    """The same rows on each ansible-core, None if there was only one."""
    cores = list(dict.fromkeys(case.core for case, _phase in results.all()))
    others = [case for case, _phase in results.all() if case.core != results.about["main_core"]]
    if not others:
        return None
    keys = dict.fromkeys((case.way, case.access, case.ms, case.size) for case in others)
    rows = []
    for way, access, ms, size in keys:
        for phase in WAYS[way].phases:
            cells = [_cell(results, Case(core, way, access, ms, size), phase) for core in cores]
            rows.append([f"{WAYS[way].title}, {phase}, {size:,}", *cells])
    return Table("By version of ansible-core", ["seconds, HTTP, 0 ms", *cores], rows)


def details_table(results: Results) -> Table:
    """Everything that was measured: medians, and how far the rounds are apart."""
    columns = ["way", "core", "access", "ms", "connections", "runs", "seconds", "± %", "CPU s", "platform CPU s", "peak MB", "calls each", "tokens"]
    rows = []
    for (case, phase), many in sorted(results.all().items(), key=_by_core_and_access):
        seconds, cpu, platform_cpu, megabytes = (results.median(case, phase, field) for field in ("seconds", "cpu", "platform_cpu", "megabytes"))
        spread = f"{max(abs(one.seconds - seconds) for one in many) / seconds * 100:.0f}" if len(many) > 1 else ""
        calls, tokens = _distinct(one.calls / case.size for one in many), _distinct(one.tokens for one in many)
        title = WAYS[case.way].title + ("" if phase == ONCE else f", {phase}")
        where = [title, case.core, case.access, str(case.ms), f"{case.size:,}", str(len(many))]
        rows.append([*where, f"{seconds:.2f}", spread, f"{cpu:.2f}", f"{platform_cpu:.2f}", f"{megabytes:.0f}", calls, tokens])
    return Table("Everything", columns, rows)


def _cases(results, core):
    return list(dict.fromkeys(case for case, _phase in results.all() if case.core == core))


def _by_way(cases):
    order = list(WAYS)
    by_order = sorted(cases, key=lambda case: order.index(case.way))
    return [(way, list(many)) for way, many in groupby(by_order, key=lambda case: case.way)]


def _phases(results, case):
    return [phase for phase in (ONCE, FIRST, AGAIN) if (case, phase) in results.all()]


def _seconds(results, cases, size):
    case = next((case for case in cases if case.size == size), None)
    return " / ".join(_cell(results, case, phase) for phase in _phases(results, case)) if case else ""


def _cell(results, case, phase):
    return f"{results.median(case, phase):.1f}" if (case, phase) in results.all() else ""


def _marginal(results, case, phase, small, large):
    def of(field, size):
        return results.median(Case(case.core, case.way, case.access, case.ms, size), phase, field)

    each = {field: (of(field, large) - of(field, small)) / (large - small) for field in ("seconds", "cpu", "platform_cpu")}
    start = of("seconds", small) - small * each["seconds"]
    return [*(f"{1000 * cost:.1f}" for cost in each.values()), f"{start:.1f}"]


def _distinct(values):
    return " to ".join(sorted({f"{value:.2f}".rstrip("0").rstrip(".") for value in values}))


def _by_core_and_access(item):
    (case, phase), _many = item
    return case.core, list(ACCESSES).index(case.access), case.ms, list(WAYS).index(case.way), case.size, phase == AGAIN


def _answers(ms):
    return f"each response after {ms} ms" if ms else "responses at once"
