# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playground: an embedded platform and two real PostgreSQL servers, to try out the collection from a second terminal.

Everything runs on free ports of the loopback until Ctrl-C or SIGTERM, and is then stopped and removed.
"""

from __future__ import annotations

import shlex
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from urllib.request import getproxies

import yaml
from embedded.collection import DEPENDENCIES, install
from embedded.postgres import PostgresServers
from embedded.server import Platform
from steps import console, run, step, stop

INVENTORY_COMMENT = """\
# Two PostgreSQL servers on this machine. pg-ready can be registered at once; pg-bare has no monitoring user yet,
# so the playbook onboard prepares it first.
---
"""


def main():
    """Run the playground. Returns the exit status."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="datasentinel-playground-")))

        step("Building the collection and installing it from its tarball")
        collections = install(folder / "collections")

        step("Starting two PostgreSQL servers and the embedded platform")
        [ready] = stack.enter_context(PostgresServers(1))
        [bare] = stack.enter_context(PostgresServers(1, bare=True))
        platform = stack.enter_context(Platform(state=folder / "platform.sqlite", tls=True, ca_dir=folder))
        console.print(f"  PostgreSQL [bold]pg-ready[/] on {ready.host}:{ready.port}, ready to be monitored")
        console.print(f"  PostgreSQL [bold]pg-bare[/] on {bare.host}:{bare.port}, without monitoring user and extension")
        console.print(f"  Platform on {platform.url}")
        inventory = write_inventory(folder, {"pg-ready": ready, "pg-bare": bare})
        console.print(f"  Inventory of both in {inventory}", soft_wrap=True)

        step("Paste these lines into a second terminal")
        console.print()
        show(f'export PATH={shlex.quote(str(Path(sys.executable).parent))}:"$PATH"')
        variables = {"ANSIBLE_COLLECTIONS_PATH": f"{collections}:{DEPENDENCIES}", **platform.environment()}
        if getproxies().keys() - {"no"}:
            variables["no_proxy"] = platform.host
        for name, value in variables.items():
            show(f"export {name}={shlex.quote(value)}")

        step("Then try, for example")
        console.print()
        for example in ("register -i {} --limit pg-ready", "onboard -i {} --limit pg-bare", "audit -i {}"):
            show(f"ansible-playbook datasentinel.platform.{example.format(shlex.quote(str(inventory)))}")

        console.print("\nRunning until Ctrl-C. Then everything is stopped and removed.")
        stop.wait()
    console.print("\nEverything was stopped and removed.")
    return 0


def write_inventory(folder, servers):
    """Write an inventory of servers by name. Returns its path."""
    group = {
        "ansible_connection": "local",
        "ansible_python_interpreter": "{{ ansible_playbook_python }}",
        "datasentinel_connection_user": "datasentinel",
        "datasentinel_connection_tags": {"application": "playground", "environment": "test"},
        "datasentinel_monitoring_user_password": "{{ datasentinel_connection_password }}",
        "datasentinel_monitoring_user_platform_address": "127.0.0.1/32",
        "datasentinel_monitoring_user_login_host": "{{ ansible_host }}",
        "datasentinel_monitoring_user_login_port": "{{ datasentinel_connection_port }}",
        "datasentinel_monitoring_user_login_user": "postgres",
    }
    hosts = {
        name: {
            "ansible_host": server.host,
            "datasentinel_connection_port": server.port,
            "datasentinel_connection_password": server.password,
            "datasentinel_monitoring_user_login_password": server.superuser_password,
        }
        for name, server in servers.items()
    }
    path = folder / "inventory.yml"
    path.write_text(INVENTORY_COMMENT + yaml.safe_dump({"postgresql": {"vars": group, "hosts": hosts}}, sort_keys=False))
    return path


def show(line):
    """Print a line of shell as it is, never wrapped, so that it can be copied."""
    console.print(line, soft_wrap=True, markup=False, emoji=False, style="cyan")


if __name__ == "__main__":
    run(main)
