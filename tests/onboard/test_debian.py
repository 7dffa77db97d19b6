# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Debian's PostgreSQL 15, as on a host: through the local socket, as the system user postgres, by su."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import psycopg
import pytest
from support.playbook import Ansible, access_by_password

BINARIES = Path("/usr/lib/postgresql/15/bin")
PASSWORD = "s3cret-of-monitoring"

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
    subprocess.run(["/usr/bin/python3", "-m", "venv", path / "venv"], check=True)
    packages = ["psycopg[binary]==3.3.9"]
    subprocess.run([path / "venv/bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages], check=True, stderr=subprocess.DEVNULL)
    yield path
    shutil.rmtree(path)


@pytest.fixture
def cluster(folder):
    """The port of a running cluster, whose socket is in the folder."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    home = folder / str(port)
    home.mkdir()
    shutil.chown(home, "postgres")
    as_postgres(BINARIES / "initdb", "-D", home / "data", "--auth-local=peer", "--auth-host=scram-sha-256", "--no-sync")
    options = f"-p {port} -c unix_socket_directories={home} -c listen_addresses=127.0.0.1 -c fsync=off -c shared_preload_libraries=pg_stat_statements"
    as_postgres(BINARIES / "pg_ctl", "-D", home / "data", "-l", home / "log", "-w", "-o", options, "start")
    yield port, home
    as_postgres(BINARIES / "pg_ctl", "-D", home / "data", "-m", "fast", "-w", "stop")


def test_onboard_through_the_socket(tmp_path, platform, folder, cluster):
    port, home = cluster
    ansible = Ansible(tmp_path, access_by_password(platform))
    host = {
        "ansible_connection": "local",
        "ansible_become_method": "su",
        "ansible_python_interpreter": str(folder / "venv/bin/python"),
        "datasentinel_connection_host": "127.0.0.1",
        "datasentinel_connection_port": port,
        "datasentinel_monitoring_user_password": PASSWORD,
        "datasentinel_monitoring_user_login_unix_socket": str(home),
        "datasentinel_monitoring_user_platform_address": "127.0.0.1/32",
    }
    hosts = {"postgresql": {"hosts": {"pg15": host}}}

    ansible.run("datasentinel.platform.onboard", "--check", inventory=hosts).succeeded()
    assert platform.store.names() == []
    first = ansible.run("datasentinel.platform.onboard", "-vvv", inventory=hosts).succeeded()
    assert platform.display("pg15")["connected"] is True and PASSWORD not in first.output
    assert not any(ansible.run("datasentinel.platform.onboard", inventory=hosts).succeeded().changed())
    with psycopg.connect(host="127.0.0.1", port=port, user="datasentinel", password=PASSWORD, dbname="postgres") as watcher:
        assert watcher.execute("SELECT count(*) FROM pg_stat_statements").fetchone()[0] > 0
    ansible.run("datasentinel.platform.offboard", "-e", "datasentinel_hosts=postgresql", "-e", "datasentinel_drop_user=true", inventory=hosts).succeeded()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(host="127.0.0.1", port=port, user="datasentinel", password=PASSWORD, dbname="postgres")
