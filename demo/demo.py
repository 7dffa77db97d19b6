# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The demo: three real PostgreSQL servers, registered on an embedded platform by the collection as users install it.

Starts everything it needs on free ports of the loopback, and stops it, however it ends.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from embedded.collection import install
from embedded.postgres import PostgresServers
from embedded.server import Platform
from rich.console import Console
from rich.table import Table

HERE = Path(__file__).resolve().parent
NAMES = ("sales-production", "shared-crm", "shared-billing")
console = Console(highlight=False)


def main():
    """Runs the demo. Gives the exit status: 0 if all went as it should."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    started = time.monotonic()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="datasentinel-demo-")))

        step("Building the collection and installing it from its tarball")
        collections = install(folder / "collections")

        step("Starting three PostgreSQL servers and the embedded platform")
        servers = list(stack.enter_context(PostgresServers(count=3, directory=folder / "postgresql")))
        platform = stack.enter_context(Platform(state=folder / "platform.sqlite", tls=True, ca_dir=folder))
        for name, server in zip(NAMES, servers):
            console.print(f"  PostgreSQL [bold]{name}[/] on {server.host}:{server.port}")
        console.print(f"  Platform on {platform.url}, certificate authority in {platform.ca_path}")

        (folder / "demo.json").write_text(json.dumps({"demo_servers": [vars_of(server) for server in servers]}))
        (folder / "demo.json").chmod(0o600)
        register = Register(collections, platform, folder / "demo.json")

        step("Registering every PostgreSQL host of the inventory")
        register.run()
        show(platform)

        step("Again: nothing is left to do")
        recap = register.run()
        if recap["changed"] or recap["failures"]:
            raise SystemExit("The second run should have changed nothing, and it did.")
        if not all(platform.display(name)["connected"] for name in NAMES):
            raise SystemExit("Not every connection is connected, see the table above.")
        console.print(f"\n[bold green]Done[/] in {time.monotonic() - started:.0f} seconds: 3 connections, second run [bold]changed=0[/].")
    console.print("[dim]Everything that was started is stopped. Next: read README.md, copy the inventory in demo/inventory.[/]")
    return 0


class Register:
    """Runs of the playbook datasentinel.platform.register against a platform, with the example inventory."""

    def __init__(self, collections, platform, extra_vars):
        self._stats = extra_vars.with_name("stats.json")
        self._command = ["ansible-playbook", "datasentinel.platform.register", "-i", str(HERE / "inventory"), "-e", f"@{extra_vars}"]
        self._environment = {
            **os.environ,
            "ANSIBLE_COLLECTIONS_PATH": str(collections),
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_FORCE_COLOR": str(sys.stdout.isatty()),
            "ANSIBLE_CALLBACKS_ENABLED": "datasentinel_stats",
            "ANSIBLE_CALLBACK_PLUGINS": str(HERE / "callback"),
            "DATASENTINEL_STATS": str(self._stats),
            "DATASENTINEL_API_URL": platform.url,
            "DATASENTINEL_API_USERNAME": platform.username,
            "DATASENTINEL_API_PASSWORD": platform.password,
            "DATASENTINEL_CA_PATH": str(platform.ca_path),
        }

    def run(self):
        """Runs it once. Gives the sums of the recap, as a mapping. Raises SystemExit if the playbook fails."""
        if subprocess.run(self._command, env=self._environment, check=False).returncode:
            raise SystemExit("The playbook failed, see above.")
        return json.loads(self._stats.read_text())


def vars_of(server):
    return {"host": server.host, "port": server.port, "user": server.user, "password": server.password}


def step(title):
    console.print()
    console.rule(f"[bold]{title}", align="left")


def show(platform):
    """Prints the connections as the platform shows them, less the password."""
    table = Table(title="The connections, as the platform shows them", title_justify="left")
    for column in ("name", "host", "port", "user", "tags", "enabled", "connected"):
        table.add_column(column, justify="right" if column == "port" else "left")
    for name in NAMES:
        shown = platform.display(name)
        table.add_row(*(mark(shown[column.header]) for column in table.columns))
    console.print(table)


def mark(value):
    return {True: "[green]true[/]", False: "[red]false[/]"}.get(value, str(value).replace(",", "\n")) if isinstance(value, (bool, str)) else str(value)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        console.print("\nInterrupted: everything that was started is stopped.")
        sys.exit(130)
