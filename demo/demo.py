# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The demo: three real PostgreSQL servers, registered on an embedded platform by the collection as users install it.

Starts everything it needs on free ports of the loopback, and stops it, however it ends.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from embedded.collection import install
from embedded.postgres import PostgresServers
from embedded.server import Platform
from rich import box
from rich.table import Table
from steps import console, run, step, stop

HERE = Path(__file__).resolve().parent
NAMES = ("sales-production", "shared-crm", "shared-billing")


def main():
    """Run the demo. Returns the exit status: 0 if everything succeeded."""
    started = time.monotonic()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="datasentinel-demo-")))

        step("Building the collection and installing it from its tarball")
        collections = install(folder / "collections")

        step("Starting three PostgreSQL servers and the embedded platform")
        servers = list(stack.enter_context(PostgresServers(count=3)))
        platform = stack.enter_context(Platform(state=folder / "platform.sqlite", tls=True, ca_dir=folder))
        for name, server in zip(NAMES, servers):
            console.print(f"  PostgreSQL [bold]{name}[/] on {server.host}:{server.port}")
        console.print(f"  Platform on {platform.url}, with a certificate of its own authority")

        stop.check()
        (folder / "demo.json").write_text(json.dumps({"demo_servers": [vars_of(server) for server in servers]}))
        (folder / "demo.json").chmod(0o600)
        register = Register(folder, collections, platform, folder / "demo.json")

        step("Registering every PostgreSQL host of the inventory")
        register.run()
        show(platform)

        step("Again: nothing is left to do")
        if register.run():
            raise SystemExit("The second run should have changed nothing, and it did.")
        if not all(platform.display(name)["connected"] for name in NAMES):
            raise SystemExit("Not every connection is connected, see the table above.")
        console.print(f"\n[bold green]Done[/] in {time.monotonic() - started:.0f} seconds: 3 connections, second run [bold]changed=0[/].")
    console.print("[dim]Everything that was started is stopped. Next: read README.md, copy the inventory in demo/inventory.[/]")
    return 0


class Register:
    """Runs of the playbook datasentinel.platform.register against a platform, with the example inventory."""

    def __init__(self, folder, collections, platform, extra_vars):
        # By its own Python: the first line of a script breaks where a path is long or holds a space.
        playbook = [sys.executable, str(Path(sys.executable).with_name("ansible-playbook"))]
        self._command = [*playbook, "datasentinel.platform.register", "-i", str(HERE / "inventory"), "-e", f"@{extra_vars}"]
        self._environment = {
            **os.environ,
            "ANSIBLE_HOME": str(folder / "ansible"),
            "ANSIBLE_COLLECTIONS_PATH": str(collections),
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_FORCE_COLOR": str(console.is_terminal),
            "no_proxy": platform.host,
            **platform.environment(),
        }

    def run(self):
        """Run it once and print its output. Returns how many tasks changed something. Raises SystemExit if it fails."""
        changed = 0
        with subprocess.Popen(self._command, env=self._environment, stdout=subprocess.PIPE, text=True) as playbook, stop.ends(playbook):
            for line in playbook.stdout:
                sys.stdout.write(line)
                sys.stdout.flush()
                changed += sum(int(count) for count in re.findall(r"\bok=.*\bchanged=(\d+)", line))
        if playbook.returncode:
            raise SystemExit("The playbook failed, see above.")
        return changed


def vars_of(server):
    return {"host": server.host, "port": server.port, "user": server.user, "password": server.password}


def show(platform):
    """Print the connections as the platform shows them, without user and password."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for column in ("name", "address", "tags", "enabled", "connected"):
        table.add_column(column, no_wrap=True)
    for name in NAMES:
        connection = platform.display(name)
        address = f"{connection['host']}:{connection['port']}"
        table.add_row(name, address, connection["tags"].replace(",", "\n"), mark(connection["enabled"]), mark(connection["connected"]))
    console.print("\nThe connections, as the platform shows them:\n")
    console.print(table)


def mark(truth):
    return "[green]true[/]" if truth else "[red]false[/]"


if __name__ == "__main__":
    run(main)
