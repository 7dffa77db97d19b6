# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The chart of docs/performance.md."""

from __future__ import annotations

from pathlib import Path

import matplotlib
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter

from .access import HTTP
from .results import FIRST, ONCE, Results
from .ways import WAYS

#: Colours that everybody can tell apart (Okabe and Ito), and a marker for each line where they are printed in grey.
STYLES = {
    "uri": ("#D55E00", "X", "-"),
    "bastion each": ("#E69F00", "P", "-"),
    "loop": ("#CC79A7", "v", "-"),
    "role": ("#0072B2", "o", "-"),
    "noop": ("#777777", ".", "--"),
    "bastion": ("#56B4E9", "s", "-"),
    "bulk": ("#009E73", "D", "-"),
    "bulk 16": ("#009E73", "D", ":"),
    "list": ("#000000", "^", "-"),
    "list 16": ("#000000", "^", ":"),
    "script": ("#777777", "x", ":"),
}


def draw(results: Results, folder: Path, name: str):
    """Write NAME.png and NAME.svg: the seconds to register, by number of connections, with quick and with slow responses."""
    # The same picture each time, with letters that need no font.
    with matplotlib.rc_context({"svg.hashsalt": name, "svg.fonttype": "path", "font.size": 10, "font.family": "DejaVu Sans"}):
        figure = Figure(figsize=(11, 6.2), layout="constrained", facecolor="white")
        left, right = figure.subplots(1, 2, sharex=True, sharey=True)
        _panel(left, results, 0, "the platform responds at once")
        _panel(right, results, 50, "the platform takes 50 ms for each response")
        left.set_ylabel("seconds, start of Ansible included")
        figure.suptitle("Registering connections for the first time", fontsize=14, fontweight="bold")
        lines = {line.get_label(): line for axes in (left, right) for line in axes.get_lines()}
        titles = [WAYS[way].title for way in STYLES if WAYS[way].title in lines]
        figure.legend([lines[title] for title in titles], titles, loc="outside lower center", ncols=4, frameon=False)
        figure.savefig(folder / f"{name}.png", dpi=130, metadata={"Software": None})
        figure.savefig(folder / f"{name}.svg", metadata={"Date": None})


def _panel(axes, results, ms, title):
    for way, (colour, marker, line) in STYLES.items():
        points = sorted(
            (case.size, results.median(case, phase))
            for case, phase in results.all()
            if (case.core, case.way, case.access, case.ms) == (results.about["main_core"], way, HTTP, ms) and phase in (FIRST, ONCE)
        )
        if points:
            axes.plot(*zip(*points), color=colour, marker=marker, linestyle=line, linewidth=1.8, markersize=6, label=WAYS[way].title)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_title(title, fontsize=11)
    axes.set_xlabel("connections")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda value, _position: f"{value:,.10g}"))
        axis.set_minor_formatter(NullFormatter())
    axes.grid(True, which="major", color="#dddddd", linewidth=0.8)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
