# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Debian's PostgreSQL 15, as on a host: through the local socket, as the system user postgres, by su."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest

from .conftest import changes, listed, monitoring

BINARIES = Path("/usr/lib/postgresql/15/bin")

if not BINARIES.is_dir() or os.geteuid() != 0 or not any(entry.pw_name == "postgres" for entry in pwd.getpwall()):
    pytest.skip("needs root, and Debian's PostgreSQL 15 with its system user", allow_module_level=True)


def as_postgres(*command):
    account = {"user": "postgres", "group": "postgres", "extra_groups": [], "cwd": "/"}
    subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT, **account)


@pytest.fixture(scope="module")
def folder():
    """A folder that the user postgres may enter, with a Python that it may run."""
    path = Path(tempfile.mkdtemp(prefix="debian-postgresql-"))
    path.chmod(0o755)
    # Debian's own Python: root's others are closed to the user postgres.
    subprocess.run(["/usr/bin/python3", "-m", "venv", "--without-pip", path / "venv"], check=True)
    [target] = path.glob("venv/lib/python*/site-packages")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target", target, "--python-version", target.parent.name[6:]]
    subprocess.run([*pip, "--only-binary=:all:", f"psycopg[binary]=={psycopg.__version__}"], check=True, stderr=subprocess.DEVNULL)
    yield path
    shutil.rmtree(path)


@pytest.fixture
def cluster(folder):
    """The port and the folder of a running cluster, whose socket is in the folder."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    home = folder / str(port)
    home.mkdir()
    shutil.chown(home, "postgres")
    as_postgres(BINARIES / "initdb", "-D", home / "data", "--auth-local=peer", "--auth-host=scram-sha-256", "--no-sync")
    options = f"-p {port} -c unix_socket_directories={home} -c listen_addresses=127.0.0.1 -c fsync=off"
    as_postgres(BINARIES / "pg_ctl", "-D", home / "data", "-l", home / "log", "-w", "-o", options, "start")
    yield port, home
    as_postgres(BINARIES / "pg_ctl", "-D", home / "data", "-m", "fast", "-w", "stop")


def test_onboard_through_the_socket_with_a_restart_by_pg_ctl(platform, onboard, offboard, host, folder, cluster):
    port, home = cluster
    server = SimpleNamespace(host="127.0.0.1", port=port, superuser_password=None)
    hba = home / "data/pg_hba.conf"
    before = hba.read_bytes()
    variables = host(
        server,
        ansible_become_method="su",
        ansible_python_interpreter=str(folder / "venv/bin/python"),
        # What is empty is not given.
        datasentinel_monitoring_user_login_host="",
        datasentinel_monitoring_user_become_user="",
        datasentinel_monitoring_user_login_unix_socket=str(home),
        datasentinel_monitoring_user_manage_preload=True,
        datasentinel_monitoring_user_restart=True,
        # The port is that of the cluster, also where the host has another.
        datasentinel_connection_port=1,
        datasentinel_connection_instances=[{"name": "pg15", "port": port}],
        datasentinel_monitoring_user_restart_command=f"{BINARIES}/pg_ctl -D {folder}/{{{{ datasentinel_monitoring_user_port | default('') }}}}/data "
        f"-l {home}/log -m fast -w restart",
    )
    started = (home / "data/postmaster.pid").read_text()

    foreseen = onboard("--check", pg15=variables).succeeded()
    assert platform.store.names() == [] and (home / "data/postmaster.pid").read_text() == started
    first = onboard(pg15=variables).succeeded()
    # The restart by the command is foreseen by a task of its own.
    assert [task.replace("Foresee the restart", "Restart PostgreSQL") for _host, task in changes(foreseen)] == [task for _host, task in changes(first)]
    assert listed(first) == ["pg15: connected"] and (home / "data/postmaster.pid").read_text() != started
    with monitoring(server) as watcher:
        assert watcher.execute("SELECT count(*) FROM pg_stat_statements").fetchone()[0] > 0
    status = hba.stat()
    assert (pwd.getpwuid(status.st_uid).pw_name, stat.S_IMODE(status.st_mode)) == ("postgres", 0o600)

    assert changes(onboard(pg15=variables).succeeded()) == []
    offboard(pg15=variables).succeeded()
    assert hba.read_bytes() == before
    with pytest.raises(psycopg.OperationalError):
        monitoring(server)
