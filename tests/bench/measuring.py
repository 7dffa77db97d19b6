# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The runs themselves."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

from embedded.collection import install
from rich.progress import Progress
from support.playbook import NOT_INHERITED, stop
from support.settings import PLUGINS

from .access import HTTP, environment, write_bundle
from .machine import about_run
from .options import Options
from .plan import plan
from .platform_process import PlatformProcess
from .results import AGAIN, Case, Measurement, Results
from .ways import WAYS, write_files

FORKS = 10
#: Seconds for one run of a command.
PATIENCE = 3600
#: Of the environment, what would change what is measured: without compiled files, Python compiles Ansible in every run.
LEFT_OUT = ("ANSIBLE_", "DATASENTINEL_", "COVERAGE", "PYTHON")
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


def measure(options: Options, folder: Path, save: Path, console) -> Results:
    """Measure all rows, in turn, as often as there are rounds.

    Args:
        folder: for temporary files.
        save: the file that holds, after each row, what is measured so far.
        console: shows the progress.
    """
    with Bench(options, folder) as bench:
        results = Results(about_run(options, FORKS, bench.authorities))
        cases = plan(options)
        with Progress(console=console, transient=True) as progress:
            warming = progress.add_task("Warming up", total=None)
            # So that a round of many minutes does not end at the last way, and files that Python compiles are there.
            for core, way in dict.fromkeys((case.core, case.way) for case in cases):
                bench.measure(Case(core, way, HTTP, 0, 1))
            progress.remove_task(warming)
            todo = progress.add_task("", total=options.rounds * len(cases))
            for number in range(1, options.rounds + 1):
                for case in cases:
                    progress.update(todo, description=f"Round {number}: {WAYS[case.way].title}, {case.size:,}")
                    if results.longest(case) <= options.long:
                        measured = bench.measure(case)
                        for phase, measurement in measured.items():
                            results.add(case, phase, measurement)
                        results.save(save)
                        console.print(_line(number, case, measured))
                    progress.advance(todo)
        return results


def _line(number, case, measured):
    seconds = ", ".join(f"{phase} {measurement.seconds:.1f} s" for phase, measurement in measured.items())
    return f"Round {number}: {case.size:,}, {WAYS[case.way].title}, {case.access}, {case.ms} ms, ansible-core {case.core}: {seconds}"


class Bench:
    """Measures cases; a context manager that starts and stops the platforms. authorities: how many the bundle holds."""

    def __init__(self, options: Options, folder: Path):
        self._options = options
        self._folder = folder
        self._stack = ExitStack()
        inherited = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED and not name.startswith(LEFT_OUT)}
        self._environment = {
            **{name: value for name, value in inherited.items() if name.lower() not in PROXIES},
            "HOME": str(folder),
            "ANSIBLE_COLLECTIONS_PATH": str(folder / "collections"),
            "ANSIBLE_CONNECTION_PLUGINS": str(PLUGINS / "connection"),
            "ANSIBLE_FORKS": str(FORKS),
        }

    def __enter__(self):
        install(self._folder / "collections")
        self._http, self._https = (self._stack.enter_context(PlatformProcess(tls, self._folder)) for tls in (False, True))
        self._bundle = self._folder / "bundle.pem"
        self.authorities = write_bundle(self._bundle, self._https.ca_path)
        return self

    def __exit__(self, *exc_info):
        self._stack.close()

    def measure(self, case: Case) -> dict[str, Measurement]:
        """Measure the phases of a case, the first of them on a platform without connections."""
        folder = self._folder / str(case.size)
        write_files(folder, case.size)
        platform = self._http if case.access == HTTP else self._https
        variables = {**self._environment, **environment(case.access, platform, self._bundle)}
        way = WAYS[case.way]
        measurements = {}
        for phase in way.phases:
            platform.begin(case.ms, afresh=phase != AGAIN)
            used = self._run(way.command(self._options.cores[case.core]), folder, variables)
            measurements[phase] = Measurement(**used, **platform.end())
        return measurements

    @staticmethod
    def _run(command, folder, variables):
        output = folder / "output"
        command = [sys.executable, "-I", "-S", str(Path(__file__).with_name("measured.py")), str(output), *command]
        # A session of its own, to be ended with all of its processes.
        process = subprocess.Popen(command, cwd=folder, env=variables, stdout=subprocess.PIPE, text=True, start_new_session=True)
        try:
            used = json.loads(process.communicate(timeout=PATIENCE)[0])
        except BaseException:
            stop(process)
            raise
        if used.pop("status"):
            raise SystemExit(f"{' '.join(command[5:])} failed:\n{output.read_text(errors='replace')[-3000:]}")
        return used
