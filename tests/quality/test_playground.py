# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playground (`make platform`): what it prints is enough for a second terminal, and it leaves nothing behind."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import threading

import pytest
import requests
import yaml
from embedded.collection import ROOT
from support.processes import running_from

#: Seconds for it to start, and to stop.
PATIENCE = 60


@pytest.fixture
def playground(temporary):
    """A running playground, and the lines that it has printed by the time it is ready; ended by Ctrl-C."""
    process = subprocess.Popen(
        [sys.executable, ROOT / "demo/playground.py"],
        cwd="/",
        env={**os.environ, "TMPDIR": str(temporary), "PYTHONPATH": str(ROOT / "tests"), "COLUMNS": "40"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    bound = threading.Timer(PATIENCE, os.killpg, [process.pid, signal.SIGTERM])
    bound.start()
    lines = []
    try:
        for line in process.stdout:
            lines.append(line.rstrip("\n"))
            if "until Ctrl-C" in line:
                break
        bound.cancel()
        assert len(running_from(temporary)) >= 2, "the PostgreSQL servers should run by now"
        yield lines
    finally:
        bound.cancel()
        os.killpg(process.pid, signal.SIGINT)
        output, _errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0 and "Everything was stopped and removed" in output, "\n".join([*lines, output])
    assert running_from(temporary) == []


def test_a_second_terminal_plays_with_what_is_printed(playground, tmp_path):
    exports = [line for line in playground if line.startswith("export ")]
    access = dict(shlex.split(line)[1].split("=", 1) for line in exports)
    register, onboard, audit = (shlex.split(line) for line in playground if line.startswith("ansible-playbook "))

    # As any client would, before the collection does.
    session = requests.Session()
    session.trust_env, session.verify = False, access["DATASENTINEL_CA_PATH"]
    url = access["DATASENTINEL_API_URL"] + "/ds-api"
    minted = session.post(url + "/user-token", auth=(access["DATASENTINEL_API_USERNAME"], access["DATASENTINEL_API_PASSWORD"]), timeout=10)
    assert minted.status_code == 201, minted.text

    assert [command[1].rpartition(".")[2] for command in (register, onboard, audit)] == ["register", "onboard", "audit"]
    with open(register[register.index("-i") + 1], encoding="utf-8") as inventory:
        hosts = yaml.safe_load(inventory)["postgresql"]["hosts"]
    assert set(hosts) == {"pg-ready", "pg-bare"}

    done = subprocess.run(
        ["bash", "-e", "-c", "\n".join([*exports, shlex.join(register)])],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "LANG": "C.UTF-8"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    session.headers["user-token"] = minted.json()["user-token"]
    displayed = session.get(url + "/pool/pg-instances/pg-ready", timeout=10).json()
    assert displayed["connected"] is True and displayed["port"] == hosts["pg-ready"]["datasentinel_connection_port"]
