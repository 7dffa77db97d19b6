# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Real runs of ansible-playbook with the installed collection."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import yaml
from support import forked, module_python
from support.settings import SETTINGS

#: Seconds for a run.
PATIENCE = 120
MODULE = "datasentinel.platform.datasentinel_connection"
#: What decides about certificates in whoever's shell the tests are run from.
NOT_INHERITED = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")


@dataclass
class Outcome:
    """A finished run. returncode: of ansible-playbook. output: all that it printed. lines: what the recorder noted."""

    returncode: int
    output: str
    lines: list[dict]

    def results(self, task: str, items: bool = False) -> dict:
        """The results of a task by host; with items: a list of them, one for each item."""
        # Some versions of Ansible take "failed" out of what they hand to callbacks.
        found = [
            (line["host"], {**line["result"], "failed": line["status"] == "failed"}) for line in self.lines if line["task"] == task and line["item"] is items
        ]
        return [result for _host, result in found] if items else dict(found)

    def __getitem__(self, task: str) -> dict:
        """The result of a task that ran on one host."""
        results = self.results(task)
        assert len(results) == 1, f"{task!r} ran on {sorted(results)}:\n{self.output}"
        return next(iter(results.values()))

    def changed(self) -> list[bool]:
        """Which tasks changed something, in order."""
        return [bool(line["result"].get("changed")) for line in self.lines if not line["item"]]

    def succeeded(self) -> Outcome:
        """Itself, if no task failed."""
        assert self.returncode == 0, self.output
        return self


class Ansible:
    """ansible-playbook in a folder of its own, with a home, an inventory and an environment of its own.

    Every run finds the hosts localhost and bastion: the second counts as another host.
    """

    def __init__(self, folder: Path, environment: dict | None = None):
        self._folder = folder
        self.environment = {
            **{name: value for name, value in os.environ.items() if name not in NOT_INHERITED},
            "HOME": str(folder),
            **SETTINGS,
            "ANSIBLE_ASYNC_DIR": str(folder / "async"),
            "RECORDER_FILE": str(folder / "recorded"),
            **(environment or {}),
        }

    def run(self, playbook, *options: str, inventory: dict | None = None, variables: dict | None = None, environment: dict | None = None) -> Outcome:
        """Run a playbook: a name of the collection's, or a list of plays.

        inventory: groups, in YAML's form.
        """
        recorded = Path(self.environment["RECORDER_FILE"])
        recorded.unlink(missing_ok=True)
        command = self.command(playbook, *options, inventory=inventory, variables=variables)
        whole = {**self.environment, **(environment or {})}
        if forked.possible(whole, self._folder):
            returncode, output = forked.run(command[1:], self._folder, whole, PATIENCE)
        else:
            with self._start(command, whole) as process:
                try:
                    output, _errors = process.communicate(timeout=PATIENCE)
                except BaseException:
                    stop(process)
                    raise
            returncode = process.returncode
        lines = recorded.read_text().splitlines() if recorded.exists() else []
        return Outcome(returncode, output, [json.loads(line) for line in lines])

    def start(self, playbook, *options: str, inventory: dict | None = None, variables: dict | None = None, environment: dict | None = None) -> subprocess.Popen:
        """Start what `run` runs, in a session of its own; to be ended with `stop`."""
        return self._start(self.command(playbook, *options, inventory=inventory, variables=variables), {**self.environment, **(environment or {})})

    def command(self, playbook, *options: str, inventory: dict | None = None, variables: dict | None = None) -> list[str]:
        """Return the command that `run` runs."""
        if not isinstance(playbook, str):
            playbook = self._write("playbook.yml", playbook)
        python = {"ansible_python_interpreter": interpreter()}
        # Set by tests/tools/test-all: another Python, as other hosts have one.
        another = os.environ.get("BASTION_PYTHON")
        there = {"ansible_python_interpreter": started(self._folder, another) if another else interpreter()}
        ours = {"all": {"hosts": {"localhost": {"ansible_connection": "local", **python}, "bastion": {"ansible_connection": "bastion", **there}}}}
        command = [*executable("ansible-playbook"), playbook, "-i", self._write("inventory.yml", ours)]
        if inventory:
            command += ["-i", self._write("more.yml", inventory)]
        if variables:
            command += ["-e", "@" + self._write("variables.yml", variables)]
        return [*command, *options]

    def _start(self, command, environment):
        return subprocess.Popen(
            command,
            cwd=self._folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def tasks(self, *tasks: dict, hosts="localhost", play: dict | None = None, **more) -> Outcome:
        """Runs one play of these tasks."""
        return self.run([{"hosts": hosts, "gather_facts": False, **(play or {}), "tasks": list(tasks)}], **more)

    def _write(self, name: str, content) -> str:
        path = self._folder / name
        path.write_text(yaml.dump(content, sort_keys=False, Dumper=Dumper))
        return str(path)


def interpreter() -> str:
    """A Python for modules: the one that runs the tests."""
    return module_python.path()


def started(folder: Path, path: str) -> str:
    """Another Python for modules.

    Ansible does not quote its path: up to 2.18 for no module, and on none for an asynchronous one. So where that of the checkout holds a
    space, it is a script in the folder.
    """
    if " " not in path:
        return path
    script = folder / "bastion-python"
    script.write_text(f'#!/bin/sh\nexec {shlex.quote(path)} "$@"\n')
    script.chmod(0o755)
    return str(script)


def stop(process: subprocess.Popen):
    """End a run with all its workers."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def wait_for(condition, seconds: float, pause: float = 0.05) -> bool:
    """Return whether a condition comes true in time. pause: seconds between two looks at it."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
    return True


def access_by_password(platform) -> dict:
    """The variables of the environment that let a run in to a platform with a username and password."""
    return {"DATASENTINEL_API_URL": platform.url, "DATASENTINEL_API_USERNAME": platform.username, "DATASENTINEL_API_PASSWORD": platform.password}


def executable(name: str) -> list[str]:
    """The command that runs a tool of this environment."""
    return [sys.executable, str(Path(sys.executable).with_name(name))]


class Vault(str):
    """The text of an inline !vault value."""


class Dumper(yaml.SafeDumper):
    """YAML with !vault values."""


Dumper.add_representer(Vault, lambda dumper, text: dumper.represent_scalar("!vault", str(text), style="|"))
Dumper.ignore_aliases = lambda *_: True


def task(title: str, keywords: dict | None = None, module: str = MODULE, /, **options) -> dict:
    """A task of the collection: its name, further keywords, the module, and the module's options."""
    return {"name": title, module: options, **(keywords or {})}
