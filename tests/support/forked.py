# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ansible-playbook without its start, which takes longer than most of what tests have it do: forked from a process that has Ansible loaded.

That process has the settings of `support.settings`. Most other settings Ansible reads when it uses them; runs for which that is not so are started.
"""

from __future__ import annotations

import atexit
import contextlib
import multiprocessing
import os
import runpy
import signal
import sys
import tempfile
from pathlib import Path

from support.settings import READ_BY_RUNS, SETTINGS

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["support.loaded"])


def possible(environment: dict, folder: Path) -> bool:
    """Return whether a run in this folder and environment does the same, forked, as one that is started."""
    return _settings(environment) == {**_settings(os.environ), **SETTINGS} and not (folder / "ansible.cfg").exists()


def _settings(environment):
    """What is read as soon as Python or Ansible is loaded."""
    names = ("ANSIBLE_", "LANG", "LC_", "PYTHON")
    return {name: value for name, value in environment.items() if name.startswith(names) and name not in READ_BY_RUNS}


def run(command: list[str], folder: Path, environment: dict, seconds: float) -> tuple[int, str]:
    """Return the exit status and the output of a command of Ansible: the path of its script, and its arguments.

    Raises:
        TimeoutError: it did not end in time; it was killed.
    """
    with tempfile.NamedTemporaryFile(prefix="output-") as output:
        process = _context.Process(target=_child, args=(command, str(folder), environment, output.name, _packed()))
        process.start()
        process.join(seconds)
        if process.exitcode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.join()
            raise TimeoutError(f"{command} did not end within {seconds} s:\n{Path(output.name).read_text()}")
        return process.exitcode, Path(output.name).read_text()


def _packed():
    """Return the folder of the modules that Ansible has packed to be sent to hosts, for later runs of this process; it goes with the collection."""
    folder = Path(os.environ["DATASENTINEL_TEST_COLLECTIONS"]) / f"packed-by-{os.getpid()}"
    folder.mkdir(exist_ok=True)
    return folder


def _child(command, folder, environment, output, packed):
    os.setsid()
    for path, flags, numbers in ((os.devnull, os.O_RDONLY, (0,)), (output, os.O_WRONLY | os.O_APPEND, (1, 2))):
        opened = os.open(path, flags)
        for number in numbers:
            os.dup2(opened, number)
        os.close(opened)
    # What is killed has written what it printed.
    sys.stdout.reconfigure(line_buffering=True)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    # As Python does it for a script. The path of the process that runs the tests holds the collection as well.
    sys.path[:] = [str(Path(command[0]).parent), *(entry for entry in sys.path if entry != str(packed.parent))]
    sys.argv = command
    # What is to be done at the end of the process that this one is forked from is not for this one.
    atexit._clear()
    from support import loaded

    settings = loaded.read_settings(loaded.SETTINGS_OF_A_RUN)
    # As in one run: what is packed once is used again.
    Path(settings["DEFAULT_LOCAL_TMP"], "ansiballz_cache").symlink_to(packed)
    try:
        runpy.run_path(command[0], run_name="__main__")
    finally:
        # multiprocessing leaves these out.
        atexit._run_exitfuncs()
