# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether the unit tests notice when the code is changed: mutants of plugins/module_utils and plugins/plugin_utils, by cosmic-ray.

cosmic-ray finds the places that it can change and makes each change. At many places it has several to offer, for example ten
operators instead of a "%"; one of them is drawn, so that no place counts more than another. Each mutant is made in the
installed collection of a copy below .cache/mutants, one copy for each processor, and has to be killed there by the unit tests
that can notice it (covering.py): those that run the changed statement, and those of its file. Tests that take too long kill as well.

Left out are changes that state nothing: `==` made `is`, and dataclasses that are no longer frozen. cosmic-ray itself leaves texts alone.

SAMPLE: how many mutants are drawn (200), or "all". SEED: what they are drawn by (1). FILES: a regular expression, for paths to draw of.
Fails if less than 90 % are killed.
"""

from __future__ import annotations

import difflib
import multiprocessing
import os
import random
import re
import shutil
import signal
import sys
import warnings
from collections import Counter, defaultdict
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import suppress
from itertools import islice

import unit_tests
from cosmic_ray.commands import init
from cosmic_ray.modules import find_modules
from cosmic_ray.mutating import mutate_code, use_mutation
from cosmic_ray.plugins import get_operator
from cosmic_ray.work_db import WorkDB, use_db
from covering import Covering
from embedded.collection import ROOT

FOLDER = ROOT / ".cache/mutants"
MUTATED = ("plugins/module_utils", "plugins/plugin_utils")
#: Changes of no behaviour: whether two equal texts or numbers are one object is up to Python.
IGNORED = re.compile("_(Eq_Is|Is_Eq|NotEq_IsNot|IsNot_NotEq)$")
#: A guard against mistakes in the code, which does nothing where there are none.
GUARD = "@dataclass(frozen=True)"
#: Percent to be killed.
LEAST = 90
#: Seconds for a run of all tests.
ALL = 1800


def places_of(wanted):
    """Return what can be changed: for each place, a list of changes as (path, mutation)."""
    files = sorted(file for file in find_modules([ROOT / folder for folder in MUTATED]) if re.search(wanted, str(file.relative_to(ROOT))))
    places = defaultdict(list)
    with use_db(FOLDER / "mutants.sqlite", WorkDB.Mode.create) as db:
        init(files, db, {})
        for item in db.work_items:
            [mutation] = item.mutations
            path = str(mutation.module_path.relative_to(ROOT))
            line = (ROOT / path).read_text().splitlines()[mutation.start_pos[0] - 1]
            if IGNORED.search(mutation.operator_name) or (line.strip() == GUARD and "False" in mutation.operator_name):
                continue
            kind = mutation.operator_name.partition("_")[0]
            places[path, mutation.start_pos, mutation.end_pos, kind].append((path, mutation))
    return [sorted(places[place], key=lambda found: (found[1].operator_name, found[1].occurrence)) for place in sorted(places)]


def drawn(places, draw):
    """Yield one change of each place, places and changes in random order, but none that is no Python (``**options`` without its stars)."""
    for changes in draw.sample(places, len(places)):
        for path, mutation in draw.sample(changes, len(changes)):
            if compiles(path, mutation):
                yield path, mutation
                break


def compiles(path, mutation):
    """Return whether a mutant is Python at all."""
    try:
        code = mutate_code((ROOT / path).read_text(), get_operator(mutation.operator_name)(), mutation.occurrence)
    except AttributeError:  # cosmic-ray cannot change an exception with a dot in its name
        return False
    with warnings.catch_warnings(action="ignore"):
        try:
            compile(code, path, "exec")
        except SyntaxError:
            return False
    return True


def outcome(path, operator, occurrence, tests, seconds):
    """Make a mutant and test it, in a worker. Return what `passes` returns, and the diff."""
    with use_mutation(unit_tests.collection() / path, get_operator(operator)(), occurrence) as (before, after):
        lines = difflib.unified_diff(before.splitlines(), after.splitlines(), path, path, lineterm="", n=1)
        return unit_tests.passes(tests, seconds), "\n".join(lines)


def measured(pool):
    """Return the Covering of the tests; end the program unless they pass without a mutant and fail without the code."""
    result, fails = pool.submit(unit_tests.measured, ALL), pool.submit(unit_tests.fails_without_code, ALL)
    if not fails.result():
        sys.exit("The unit tests pass without the collection: they test something else.")
    return Covering(*result.result())


def run(pool, covering, sample):
    """Test mutants, and print those that survive. Return the numbers of mutants, of those killed and of those too slow, by file."""
    tested = {}
    for path, mutation in sample:
        tests = covering.tests(path, (ROOT / path).read_text(), mutation.start_pos[0])
        seconds = 30 + 5 * covering.time(tests)
        tested[pool.submit(outcome, path, mutation.operator_name, mutation.occurrence, tests, seconds)] = path, mutation
    total, killed, slow = Counter(), Counter(), Counter()
    for future in as_completed(tested):
        path, mutation = tested[future]
        passed, diff = future.result()
        total[path] += 1
        killed[path] += not passed
        slow[path] += passed is None
        if passed is not False:
            ending = "Survived" if passed else "Killed by its slowness"
            print(f"\n{ending}: {path}:{mutation.start_pos[0]}, {mutation.operator_name.partition('/')[2]}\n{diff}", flush=True)
        print(f"{total.total()} of {len(sample)} tested, {killed.total()} killed", file=sys.stderr, end="\r")
    return total, killed, slow


def main():
    """Return the exit status."""
    seed = os.environ.get("SEED", "1")
    number = os.environ.get("SAMPLE", "200")
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    processors = os.cpu_count() or 1
    # Not forked, since each has to import the copy that is its own.
    processes = multiprocessing.get_context("spawn")
    folders = processes.Queue()
    for processor in range(processors):
        folders.put(str(FOLDER / str(processor)))
    pool = ProcessPoolExecutor(processors, processes, unit_tests.open_copy, (folders,))
    try:
        covering = measured(pool)
        places = places_of(os.environ.get("FILES", ""))
        sample = list(islice(drawn(places, random.Random(seed)), None if number == "all" else int(number)))
        print(f"{len(sample)} mutants of {len(places)} places, seed {seed}", flush=True)
        total, killed, slow = run(pool, covering, sample)
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        for process in multiprocessing.active_children():
            process.terminate()
        raise
    pool.shutdown()
    print("\n\n killed  mutants  file")
    for path in sorted(total):
        print(f"{killed[path]:7d} {total[path]:8d}  {path}" + (f" ({slow[path]} by slowness)" if slow[path] else ""))
    share = 100 * killed.total() / max(total.total(), 1)
    print(f"{killed.total():7d} {total.total():8d}  {share:.1f} %")
    return int(share < LEAST or total.total() < len(sample))


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        sys.exit(main())
    sys.exit(130)
