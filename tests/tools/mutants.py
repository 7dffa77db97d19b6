# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether the unit tests notice when the code is changed: mutants of plugins/module_utils and plugins/plugin_utils, by cosmic-ray.

cosmic-ray finds the places that it can change and makes each change. At many places it has several to offer, for example ten
operators instead of a "%"; one of them is drawn, so that no place counts more than another. Each mutant is made in the
installed collection of a copy below .cache/mutants, one copy for each processor, and has to be killed there by the unit tests.

SAMPLE: how many mutants are drawn (200), or "all". SEED: what they are drawn by (1).
Fails if less than 90 % are killed.
"""

from __future__ import annotations

import difflib
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
import warnings
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from itertools import islice
from pathlib import Path
from queue import SimpleQueue

from cosmic_ray.commands import init
from cosmic_ray.modules import find_modules
from cosmic_ray.mutating import mutate_code, use_mutation
from cosmic_ray.plugins import get_operator
from cosmic_ray.work_db import WorkDB, use_db
from embedded.collection import ROOT, install

FOLDER = ROOT / ".cache/mutants"
MUTATED = ("plugins/module_utils", "plugins/plugin_utils")
TESTS = Path("tests/unit")
#: Changes of no behaviour: whether two equal texts or numbers are one object is up to Python.
IGNORED = re.compile("_(Eq_Is|Is_Eq|NotEq_IsNot|IsNot_NotEq)$")
#: Percent to be killed.
LEAST = 90


class Copy:
    """The tests in a folder of their own, with the collection installed beside them. seconds: that a run of all tests may take."""

    def __init__(self, folder):
        self._folder = folder
        self._process, self._ended = None, False
        self.collection = folder / "collections/ansible_collections/datasentinel/platform"
        self.seconds = 900
        (folder / "tmp").mkdir(parents=True)
        shutil.copytree(ROOT / "tests", folder / "tests", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "pytest.ini", folder)
        install(folder / "collections")

    def passes(self, *tests):
        """Return whether tests pass in time. tests: files and folders, relative to the checkout."""
        environment = {
            **os.environ,
            "DATASENTINEL_TEST_COLLECTIONS": str(self._folder / "collections"),
            "PYTHONPATH": str(self._folder / "tests"),
            "PYTHONDONTWRITEBYTECODE": "1",
            "TMPDIR": str(self._folder / "tmp"),
        }
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *map(str, tests)]
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self._process = subprocess.Popen(command, cwd=self._folder, env=environment, start_new_session=True, **quiet)
        try:
            return not self._ended and self._process.wait(self.seconds) == 0
        except subprocess.TimeoutExpired:
            return False
        finally:
            self._kill()
            self._process = None

    def end(self):
        """End what runs here, for good: from now on no tests pass."""
        self._ended = True
        self._kill()

    def _kill(self):
        """Kill the tests that run, with all that they have started."""
        process = self._process
        if process is not None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def survivor(self, path, mutation):
        """Make a mutant and test it. Return its diff if it survives, None if it is killed."""
        file = self.collection / path
        with use_mutation(file, get_operator(mutation.operator_name)(), mutation.occurrence) as (before, after):
            # The tests of the file itself come first, since they kill most.
            own = sorted((self._folder / TESTS / path.parent).glob(f"test{path.stem}*.py"))
            if own and not self.passes(*own) or not self.passes(TESTS):
                return None
            lines = difflib.unified_diff(before.splitlines(), after.splitlines(), str(path), str(path), lineterm="", n=1)
            return "\n".join(lines)


def mutants(copy):
    """Return what can be changed: for each place, a list of changes as (path, mutation)."""
    files = sorted(find_modules([copy.collection / folder for folder in MUTATED]))
    places = defaultdict(list)
    with use_db(FOLDER / "mutants.sqlite", WorkDB.Mode.create) as db:
        init(files, db, {})
        for item in db.work_items:
            [mutation] = item.mutations
            if IGNORED.search(mutation.operator_name):
                continue
            path = mutation.module_path.relative_to(copy.collection)
            kind = mutation.operator_name.partition("_")[0]
            places[str(path), mutation.start_pos, mutation.end_pos, kind].append((path, mutation))
    return [sorted(places[place], key=lambda found: (found[1].operator_name, found[1].occurrence)) for place in sorted(places)]


def drawn(copy, places, draw):
    """Yield one change of each place, places and changes in random order, but none that is no Python (``**options`` without its stars)."""
    for changes in draw.sample(places, len(places)):
        for path, mutation in draw.sample(changes, len(changes)):
            if compiles(copy.collection / path, mutation):
                yield path, mutation
                break


def compiles(file, mutation):
    """Return whether a mutant is Python at all."""
    code = mutate_code(file.read_text(), get_operator(mutation.operator_name)(), mutation.occurrence)
    with warnings.catch_warnings(action="ignore"):
        try:
            compile(code, file.name, "exec")
        except SyntaxError:
            return False
    return True


def check(copies):
    """Time the tests, and end the program unless they pass without a mutant and fail without the code."""
    start = time.monotonic()
    with ThreadPoolExecutor(len(copies)) as pool:
        if not all(pool.map(lambda copy: copy.passes(TESTS), copies)):
            sys.exit(f"The unit tests fail without any mutant: python -m pytest {TESTS}")
    seconds = time.monotonic() - start
    for copy in copies:
        copy.seconds = 10 + 2 * seconds
        hidden = copy.collection.rename(copy.collection.with_name("hidden"))
        if copy.passes(TESTS):
            sys.exit(f"The unit tests pass without {copy.collection}: they test something else.")
        hidden.rename(copy.collection)


def run(copies, sample):
    """Test mutants, and print those that survive. Return the numbers of mutants and of those killed, by file; Ctrl-C ends it early."""
    free = SimpleQueue()
    for copy in copies:
        free.put(copy)

    def survivor(path, mutation):
        copy = free.get()
        try:
            return copy.survivor(path, mutation)
        finally:
            free.put(copy)

    total, killed = Counter(), Counter()
    pool = ThreadPoolExecutor(len(copies))
    try:
        tested = {pool.submit(survivor, path, mutation): (path, mutation) for path, mutation in sample}
        for future in as_completed(tested):
            path, mutation = tested[future]
            diff = future.result()
            total[path] += 1
            if diff is None:
                killed[path] += 1
            else:
                print(f"\nSurvived: {path}:{mutation.start_pos[0]}, {mutation.operator_name.partition('/')[2]}\n{diff}", flush=True)
            print(f"{total.total()} of {len(sample)} tested, {killed.total()} killed", file=sys.stderr, end="\r")
    except KeyboardInterrupt:
        print("\nInterrupted")
    finally:
        pool.shutdown(cancel_futures=True)
    return total, killed


def main():
    """Return the exit status."""
    seed = os.environ.get("SEED", "1")
    number = os.environ.get("SAMPLE", "200")
    shutil.rmtree(FOLDER, ignore_errors=True)
    copies = [Copy(FOLDER / str(processor)) for processor in range(os.cpu_count() or 1)]

    def interrupt(_number, _frame):
        for copy in copies:
            copy.end()
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, interrupt)
    signal.signal(signal.SIGTERM, interrupt)
    check(copies)
    places = mutants(copies[0])
    sample = list(islice(drawn(copies[0], places, random.Random(seed)), None if number == "all" else int(number)))
    print(f"{len(sample)} mutants of {len(places)} places, seed {seed}, at most {copies[0].seconds:.0f} s for a run of all unit tests")
    total, killed = run(copies, sample)
    print("\n\n killed  mutants  file")
    for path in sorted(total, key=str):
        print(f"{killed[path]:7d} {total[path]:8d}  {path}")
    share = 100 * killed.total() / max(total.total(), 1)
    print(f"{killed.total():7d} {total.total():8d}  {share:.1f} %")
    return int(share < LEAST or total.total() < len(sample))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
