# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""python -m bench VERSION=PYTHON…: measure, print, and write docs/performance.md. tests/bench/run makes the environments.

A run that is shortened by one of the variables leaves docs/ alone and writes into .cache/bench, unless PAGE names a page.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from rich.console import Console

from .goals import outcomes
from .measuring import measure
from .options import options_from
from .report import BEGIN, CHART, END, show, show_chart, write
from .results import Results

#: In the checkout, where `make` runs.
SAVED = Path(".cache/bench/results.json")
PAGE = Path("docs/performance.md")


def main() -> int:
    """Run the benchmark, or with FROM=FILE only the report. Returns the exit status: 1 if a goal is missed."""
    console = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 160)
    if os.environ.get("FROM"):
        results = Results.load(Path(os.environ["FROM"]))
    else:
        with tempfile.TemporaryDirectory(prefix="datasentinel-bench-") as folder:
            results = measure(options_from(sys.argv[1:], os.environ), Path(folder), SAVED, console)
    decided = outcomes(results)
    show(results, decided, console)
    page = _page(results.about["complete"], os.environ.get("PAGE"))
    write(results, decided, page)
    # Not before: it is large, and what is measured is started from this process.
    from .chart import draw

    draw(results, page.parent, CHART)
    if page == PAGE:
        show_chart(Path("README.md"))
    console.print(f"Written to {page}. What was measured is in {SAVED}; FROM={SAVED} reports it again.")
    return 1 if any(outcome.verdict == "missed" for outcome in decided) else 0


def _page(complete, named):
    """The page to write to, made if there is none."""
    page = Path(named) if named else PAGE if complete else SAVED.with_name("performance.md")
    if not page.exists():
        page.write_text(f"{BEGIN}\n{END}\n")
    return page


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(f"Interrupted. What was measured so far, if anything, is in {SAVED}: FROM={SAVED} reports it.")
