# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tables on the terminal and in docs/performance.md, with the chart."""

from __future__ import annotations

from pathlib import Path

import yaml
from rich import box
from rich.table import Table as RichTable

from .access import ACCESSES, HTTP
from .goals import Outcome
from .results import Results
from .tables import Table, connection_table, cores_table, details_table, goals_table, seconds_tables
from .ways import WAYS

#: What stands between these lines of the page is written by the benchmark.
BEGIN, END = "<!-- make bench: begin -->", "<!-- make bench: end -->"
CHART = "performance"
ALT = "Seconds to register connections, by their number"
COLOURS = {"reached": "green", "missed": "red"}


def show(results: Results, outcomes: list[Outcome], console):
    """Print everything."""
    for table in (details_table(results), connection_table(results), cores_table(results), goals_table(outcomes)):
        if table:
            shown = RichTable(title=table.title, box=box.SIMPLE_HEAD, pad_edge=False, title_justify="left")
            for number, column in enumerate(table.columns):
                shown.add_column(column, justify="right" if number else "left")
            for row in table.rows:
                shown.add_row(*(f"[{COLOURS[cell]}]{cell}[/]" if cell in COLOURS else cell for cell in row))
            console.print(shown)


def write(results: Results, outcomes: list[Outcome], page: Path):
    """Put the tables between the markers of a page."""
    put(markdown(results, outcomes), page)


def put(content: str, page: Path):
    """Put content between the markers of a page."""
    text = page.read_text()
    before, begin, rest = text.partition(BEGIN)
    _old, end, after = rest.partition(END)
    if not (begin and end):
        raise SystemExit(f"{page} lacks the lines {BEGIN} and {END}.")
    page.write_text(f"{before}{BEGIN}\n\n{content}\n{END}{after}")


def show_chart(readme: Path):
    """Show the chart between the markers of a README, which Galaxy shows as well: so by its full address."""
    repository = yaml.safe_load(readme.with_name("galaxy.yml").read_text())["repository"]
    put(f"![{ALT}]({repository}/raw/main/docs/{CHART}.png)\n", readme)


def markdown(results: Results, outcomes: list[Outcome]) -> str:
    """The tables, with the chart and the machine."""
    about = results.about
    core = about["main_core"]
    versions = "; ".join(", ".join(f"{name} {version}" for name, version in each.items()) for each in about["versions"].values())
    ways = {case.way for case, _phase in results.all()}
    accesses = {case.access for case, _phase in results.all()}
    parts = [
        f"![{ALT}; the tables below hold the values]({CHART}.png)",
        f"The chart as [SVG]({CHART}.svg). Measured on {about['date']} on {about['machine']}; forks {about['forks']}; "
        f"ansible-core {core} where nothing else is said.",
        f"Versions: {versions}. The platform runs in a process of its own: {about['platform']}.",
        f"Rounds: {about['rounds']}, in each of which all rows are measured in turn; a number is the median. "
        f"What takes longer than {about['long']:g} seconds is measured once.",
        "### What is to be reached",
        _lines(goals_table(outcomes)),
        "### How long it takes",
        "\n".join(f"- *{way.title}*: {way.about}." for key, way in WAYS.items() if key in ways),
        *(f"**{table.title}**\n\n{_lines(table)}" for table in seconds_tables(results)),
        f"The system's bundle holds {about['authorities']} authorities. "
        + " ".join(f"*{access}*: {description}." for access, description in ACCESSES.items() if access != HTTP and access in accesses),
    ]
    for title, table in (("### What one connection more costs", connection_table(results)), ("### By version of ansible-core", cores_table(results))):
        if table:
            parts += [title, _lines(table)]
    parts += ["### Everything that was measured", "<details>\n<summary>Time, CPU, memory, calls and tokens of each row</summary>"]
    parts += [_lines(details_table(results)), "</details>"]
    return "\n\n".join(parts) + "\n"


def _lines(table: Table) -> str:
    rule = ["---", *["---:"] * (len(table.columns) - 1)]
    rows = [[f"**{cell}**" if cell == "missed" else cell for cell in row] for row in table.rows]
    return "\n".join("| " + " | ".join(row) + " |" for row in [table.columns, rule, *rows])
