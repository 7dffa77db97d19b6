# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The unit tests in a copy of their own, run again and again by forks of a process that has imported what they use.

The functions are called in a worker process of a pool, which keeps its copy: `open_copy` first.
"""

from __future__ import annotations

import importlib
import os
import shutil
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

import coverage
import pytest
from embedded.collection import ROOT, install

TESTS = "tests/unit"
COLLECTION = "collections/ansible_collections/datasentinel/platform"
#: What takes long to import. Nothing of the collection, which each fork imports as it is then.
IMPORTED = ("ansible.playbook.task", "ansible.template", "ansible.utils.display", "hypothesis", "requests", "responses", "trustme", "yaml")
#: How pytest ends where a test failed, or where the tests could not even be imported.
_FAILED = (pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.INTERRUPTED, pytest.ExitCode.USAGE_ERROR)

_folder = None
_child = None


def open_copy(folders):
    """Make a copy of the tests, with the collection installed beside them, in a folder from a queue, and go there."""
    global _folder
    _folder = Path(folders.get())
    (_folder / "tmp").mkdir(parents=True)
    shutil.copytree(ROOT / "tests", _folder / "tests", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pytest.ini", _folder)
    install(_folder / "collections")
    os.environ.update({"DATASENTINEL_TEST_COLLECTIONS": str(_folder / "collections"), "TMPDIR": str(_folder / "tmp")})
    os.chdir(_folder)
    # Ctrl-C is for the main process, which ends its workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _end)
    sys.path[:] = [str(_folder / "tests"), *(entry for entry in sys.path if not entry.startswith(str(ROOT / "tests")))]
    for name in [name for name in sys.modules if name.partition(".")[0] == "embedded"]:
        del sys.modules[name]
    # It prepares the environment before Ansible is imported.
    importlib.import_module("conftest")
    for name in IMPORTED:
        importlib.import_module(name)
    assert not any(name.startswith("ansible_collections.datasentinel") for name in sys.modules)


def collection():
    """Return the collection in the copy."""
    return _folder / COLLECTION


def passes(tests, seconds):
    """Return whether tests pass: True, False, or None if they take longer. tests: node ids, in the order to run them, or None for all."""
    return _forked(lambda: pytest.main(_arguments(tests), plugins=[_Chosen(tests)] if tests else []), seconds)


def measured(seconds):
    """Run all tests. Return the seconds of each, and the tests that run a line: {test: seconds}, {path: {line: [test, …]}}.

    A test runs a line if its fixtures do. What runs while files are imported belongs to no test. Raise RuntimeError if one fails.
    """
    measure = coverage.Coverage(data_file="covered", config_file=False, include=[str(collection() / "plugins/*")])
    times = _Times(measure)

    def run():
        sys.dont_write_bytecode = False  # of the tests, for the runs to come; Ansible itself keeps none of collections
        measure.start()
        status = pytest.main(_arguments(None), plugins=[times])
        measure.stop()
        measure.save()
        Path("seconds").write_text("".join(f"{seconds} {test}\n" for test, seconds in times.seconds.items()))
        return status

    if not _forked(run, seconds):
        raise RuntimeError("The unit tests fail without any mutant:\n" + Path("output").read_text(errors="replace"))
    pairs = [line.split(" ", 1) for line in Path("seconds").read_text().splitlines()]
    data = coverage.CoverageData("covered")
    data.read()
    lines = {
        str(Path(file).relative_to(collection().resolve())): {line: [test for test in tests if test] for line, tests in data.contexts_by_lineno(file).items()}
        for file in data.measured_files()
    }
    return {test: float(seconds) for seconds, test in pairs}, lines


def fails_without_code(seconds):
    """Return whether the tests fail where there is no collection."""
    hidden = collection().rename(collection().with_name("hidden"))
    try:
        return passes(None, seconds) is False
    finally:
        hidden.rename(collection())


def _arguments(tests):
    files = sorted({test.partition("::")[0] for test in tests}) if tests else [TESTS]
    return ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *files]


class _Chosen:
    """A plugin of pytest: runs these tests alone, in this order."""

    def __init__(self, tests):
        self._places = {test: place for place, test in enumerate(tests)}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items):
        items[:] = sorted((item for item in items if item.nodeid in self._places), key=lambda item: self._places[item.nodeid])


class _Times:
    """A plugin of pytest: notes what each test takes, and tells a Coverage whose lines are run."""

    def __init__(self, measure):
        self._measure = measure
        self.seconds = {}

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item):
        self._measure.switch_context(item.nodeid)
        start = time.monotonic()
        yield
        self.seconds[item.nodeid] = time.monotonic() - start
        self._measure.switch_context("")


def _forked(run, seconds):
    """Call run in a fork, with its output in a file. Return whether the exit status that it returns is success, None if it takes longer."""
    global _child
    _child = child = os.fork()
    if child == 0:
        status = pytest.ExitCode.INTERNAL_ERROR
        try:
            os.setsid()
            signal.signal(signal.SIGINT, signal.default_int_handler)
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            output = os.open("output", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
            os.dup2(output, 1)
            os.dup2(output, 2)
            sys.dont_write_bytecode = True
            status = run()
        finally:
            os._exit(status)
    end = time.monotonic() + seconds
    status = None
    try:
        while status is None and time.monotonic() < end:
            ended, code = os.waitpid(child, os.WNOHANG)
            if ended:
                status = os.waitstatus_to_exitcode(code)
            else:
                time.sleep(0.01)
    finally:
        _child = None
        _kill_group(child)
        if status is None:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
    if status not in (None, pytest.ExitCode.OK, *_FAILED) and status >= 0:
        raise RuntimeError(f"pytest ended with status {status} in {_folder}")
    return None if status is None else status == pytest.ExitCode.OK


def _kill_group(child):
    """Kill all that a fork has started, and the fork itself once it is the leader of a group."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child, signal.SIGKILL)


def _end(_number, _frame):
    """End the process, and what it has forked."""
    if _child is not None:
        _kill_group(_child)
    os._exit(1)
