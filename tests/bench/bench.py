# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How fast the collection is: 200 hosts that cannot be reached, forks 10, against the embedded platform.

`make bench` prints times, ratios, peak memory and calls a host; it fails where a ratio misses what is to be reached.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import yaml
from embedded.collection import install
from embedded.server import Platform
from rich import box
from rich.console import Console
from rich.table import Table

HOSTS = 200
FORKS = 10
#: What is to be reached: at most, or at least.
REGISTER_TO_NOOP = 2.5
URI_TO_REGISTER = 12
MEMORY_TO_NOOP = 1.3
#: The cost of one host among 200, in those of one among 50; a little is start-up and noise.
GROWTH = 1.25
console = Console(highlight=False, width=100)


@dataclass
class Run:
    """seconds: wall-clock. megabytes: peak resident memory of the largest process. calls: to the platform. tokens: minted."""

    seconds: float
    megabytes: float
    calls: int
    tokens: int


def main():
    """Runs the benchmark. Gives the exit status."""
    with tempfile.TemporaryDirectory(prefix="datasentinel-bench-") as name:
        folder = Path(name)
        install(folder / "collections")
        write_playbooks(folder)
        with Platform(folder / "state.sqlite") as platform:
            return report(measure(folder, platform))


def measure(folder, platform):
    """The runs by name."""
    bench = Bench(folder, platform)
    runs = {"one no-op task": bench.run("noop.yml"), "register, first": bench.run("register.yml"), "register, again": bench.run("register.yml")}
    platform.reset()
    runs["register, first, 50 hosts"] = bench.run("register.yml", hosts=50)
    platform.reset()
    runs["uri tasks, first"] = bench.run("uri.yml")
    runs["uri tasks, again"] = bench.run("uri.yml")
    return runs


class Bench:
    """Measured runs of ansible-playbook."""

    def __init__(self, folder, platform):
        self._folder = folder
        self._platform = platform
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "DATASENTINEL_", "COVERAGE"))},
            "HOME": str(folder),
            "ANSIBLE_COLLECTIONS_PATH": str(folder / "collections"),
            "ANSIBLE_FORKS": str(FORKS),
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "DATASENTINEL_API_URL": platform.url,
            "DATASENTINEL_API_USERNAME": platform.username,
            "DATASENTINEL_API_PASSWORD": platform.password,
        }

    def run(self, playbook, hosts=HOSTS):
        """Runs a playbook on so many hosts, and gives a Run."""
        self._platform.journal.clear()
        inventory = {"postgresql": {"hosts": {f"pg{number:03}": {"ansible_host": f"240.0.{number // 256}.{number % 256}"} for number in range(hosts)}}}
        inventory["postgresql"]["vars"] = {
            # The platform really retries to log in: an address where that fails at once.
            "datasentinel_connection_host": "127.0.0.1",
            "datasentinel_connection_port": 1,
            "datasentinel_connection_password": "s3cret",
            "datasentinel_connection_tags": {"environment": "bench"},
        }
        (self._folder / "inventory.yml").write_text(yaml.safe_dump(inventory))
        started = time.monotonic()
        command = [sys.executable, str(Path(sys.executable).with_name("ansible-playbook")), "-i", "inventory.yml", playbook]
        process = subprocess.Popen(command, cwd=self._folder, env=self._environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        errors = process.stderr.read()
        _pid, status, usage = os.wait4(process.pid, 0)
        if status:
            raise SystemExit(f"{playbook} failed: {errors.decode()}")
        megabytes = usage.ru_maxrss / (1024 if sys.platform != "darwin" else 1024 * 1024)
        journal = self._platform.journal
        return Run(time.monotonic() - started, megabytes, len(journal.methods()), journal.tokens_minted())


def report(runs):
    """Prints the runs and their ratios. Gives 0 if all is reached, else 1."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(f"{HOSTS} hosts, forks {FORKS}")
    for column in ("seconds", "peak MB", "calls a host", "tokens"):
        table.add_column(column, justify="right")
    for name, run in runs.items():
        hosts = 50 if "50" in name else HOSTS
        table.add_row(name, f"{run.seconds:.1f}", f"{run.megabytes:.0f}", f"{run.calls / hosts:.2f}", str(run.tokens))
    console.print(table)

    noop, first, again, uri = runs["one no-op task"], runs["register, first"], runs["register, again"], runs["uri tasks, first"]
    # What 150 more hosts cost, a host, in what 50 cost with all that starting up takes.
    growth = (first.seconds - runs["register, first, 50 hosts"].seconds) / (HOSTS - 50) / (runs["register, first, 50 hosts"].seconds / 50)
    goals = [
        ("register, first / no-op", first.seconds / noop.seconds, "<=", REGISTER_TO_NOOP),
        ("register, again / no-op", again.seconds / noop.seconds, "<=", REGISTER_TO_NOOP),
        ("uri tasks / register, first", uri.seconds / first.seconds, ">=", URI_TO_REGISTER),
        ("uri tasks / register, again", runs["uri tasks, again"].seconds / again.seconds, ">=", URI_TO_REGISTER),
        ("peak memory, register / no-op", max(first.megabytes, again.megabytes) / noop.megabytes, "<=", MEMORY_TO_NOOP),
        ("calls a host, first", first.calls / HOSTS, "<=", 3),
        ("calls a host, again", again.calls / HOSTS, "<=", 1),
        ("tokens a run", max(first.tokens, again.tokens), "<=", 1),
        ("a host among 200 / among 50", growth, "<=", GROWTH),
    ]
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("ratio", "measured", "to reach", ""):
        table.add_column(column, justify="left" if column == "ratio" else "right")
    missed = 0
    for name, measured, sign, goal in goals:
        reached = measured <= goal if sign == "<=" else measured >= goal
        missed += not reached
        table.add_row(name, f"{measured:.2f}", f"{sign} {goal:g}", "[green]reached[/]" if reached else "[red]missed[/]")
    console.print(table)
    return 1 if missed else 0


def write_playbooks(folder):
    """The playbooks that are compared."""
    register = [{"name": "Register", "ansible.builtin.import_playbook": "datasentinel.platform.register"}]
    noop = [{"hosts": "postgresql", "gather_facts": False, "tasks": [{"name": "Nothing", "ansible.builtin.meta": "noop"}, {"name": "No-op", "ansible.builtin.assert": {"that": True, "quiet": True}}]}]
    for name, playbook in {"register": register, "noop": noop, "uri": [uri_play()]}.items():
        (folder / f"{name}.yml").write_text(yaml.safe_dump(playbook, sort_keys=False))


def uri_play():
    """The same work with ansible.builtin.uri: idempotent, with one token for the run."""
    url = "{{ lookup('ansible.builtin.env', 'DATASENTINEL_API_URL') }}/ds-api/"
    connection = url + "pool/pg-instances/{{ inventory_hostname }}"
    token = {"user-token": "{{ minted.json['user-token'] }}"}
    body = {
        "host": "{{ datasentinel_connection_host }}",
        "port": "{{ datasentinel_connection_port | int }}",
        "user": "datasentinel",
        "password": "{{ datasentinel_connection_password }}",
        "tags": "environment=bench",
    }

    def uri(name, register, when=None, once=False, **options):
        task = {"name": name, "ansible.builtin.uri": {"headers": token, "body_format": "json", **options}, "register": register, "delegate_to": "localhost"}
        return {**task, **({"when": when} if when else {}), **({"run_once": True} if once else {})}

    def credential(name):
        return "{{ lookup('ansible.builtin.env', 'DATASENTINEL_API_%s') }}" % name

    basic = {"url_username": credential("USERNAME"), "url_password": credential("PASSWORD"), "force_basic_auth": True, "headers": {}}
    differs = "found.json | dict2items | selectattr('key', 'in', wanted.keys()) | items2dict != wanted"
    return {
        "hosts": "postgresql",
        "gather_facts": False,
        "vars": {"wanted": body, "ansible_python_interpreter": sys.executable},
        "tasks": [
            uri("Token", "minted", once=True, url=url + "user-token", method="POST", status_code=201, **basic),
            uri("Read", "found", url=connection, status_code=[200, 404]),
            uri("Create", "created", when="found.status == 404", url=connection, method="POST", status_code=201, body="{{ wanted }}"),
            uri("Change", "changed", when=["found.status == 200", differs], url=connection, method="PUT", body="{{ wanted }}"),
            uri("Confirm", "confirmed", when="created is not skipped or changed is not skipped", url=connection),
        ],
    }


if __name__ == "__main__":
    if resource.getrlimit(resource.RLIMIT_NOFILE)[0] < 256:
        sys.exit("Too few open files are allowed here: ulimit -n 1024.")
    sys.exit(main())
