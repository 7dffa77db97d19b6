# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Jobs as AWX runs them: its own code renders the credential, and ansible-runner runs the playbooks with just that."""

from __future__ import annotations

import base64
import json
import os
import shlex
import subprocess
from pathlib import Path

import ansible_runner
import pytest
import yaml
from awx_plugins.interfaces._temporary_private_api import Credential, ManagedCredentialType
from awx_plugins.interfaces._temporary_private_inject_api import inject_credential
from embedded.collection import ROOT
from embedded.postgres import PostgresServers
from support.playbook import NOT_INHERITED, executable
from support.spellings import found

PASSWORD = "s3cret-of-postgres"
CREDENTIAL_TYPE = yaml.safe_load((ROOT / "playbooks/files/awx_credential_type.yml").read_text())


def injected(folder: Path, **inputs) -> tuple[dict, dict]:
    """What a job finds in its environment, and what AWX stores of it, by AWX's own code."""
    (folder / "env").mkdir(parents=True, exist_ok=True)
    kind = ManagedCredentialType("datasentinel", CREDENTIAL_TYPE["name"], CREDENTIAL_TYPE["kind"], CREDENTIAL_TYPE["inputs"], CREDENTIAL_TYPE["injectors"])
    environment, stored = {}, {}
    inject_credential(kind, Credential(inputs), environment, stored, [], str(folder))
    # The folder is /runner in the job's container; here it is where it is.
    return {name: value.replace("/runner/", f"{folder}/") for name, value in environment.items()}, stored


def job_folder(tmp_path, platform, hosts: dict, name="job", **inputs) -> Path:
    """The private data directory of a job. hosts: of the group postgresql."""
    folder = tmp_path / name
    inputs = inputs or {"url": platform.url, "username": platform.username, "password": platform.password, "ca": platform.ca_path.read_text()}
    credential, _stored = injected(folder, **inputs)
    environment = {key: value for key, value in os.environ.items() if key not in NOT_INHERITED}
    for part in ("inventory", "project"):
        (folder / part).mkdir()
    (folder / "env/envvars").write_text(json.dumps({**environment, **credential}))
    (folder / "inventory/hosts.json").write_text(json.dumps({"postgresql": {"hosts": hosts}}))
    return folder


def hosts(numbers) -> dict:
    variables = {"datasentinel_connection_host": "127.0.0.1", "datasentinel_connection_port": 1, "datasentinel_connection_password": PASSWORD}
    return {f"pg{number}": variables for number in numbers}


@pytest.fixture
def platform(tls_platform):
    tls_platform.reset()
    return tls_platform


def search(folder: Path, platform, *more):
    """Fails if the artifacts of a job hold a secret, besides the file in which the runner notes its own environment."""
    tokens = {call.headers.get("user-token") for call in platform.journal.all()} - {None}
    basic = base64.b64encode(f"{platform.username}:{platform.password}".encode()).decode()
    files = [path for path in (folder / "artifacts").rglob("*") if path.is_file() and path.name != "command"]
    assert files
    for path in files:
        assert found(path.read_text(errors="replace"), PASSWORD, platform.password, basic, *tokens, *more) == [], path


# --- the credential type -----------------------------------------------------------------------------------------


def test_what_a_job_finds_in_its_environment(tmp_path):
    environment, stored = injected(tmp_path, url="https://platform.example.com", token="t0ken", username="u", password="pw-of-u", verify="false", ca="PEM")
    path = environment.pop("DATASENTINEL_CA_PATH")
    assert Path(path).read_text() == "PEM"
    assert environment == {
        "DATASENTINEL_API_URL": "https://platform.example.com",
        "DATASENTINEL_API_TOKEN": "t0ken",
        "DATASENTINEL_API_USERNAME": "u",
        "DATASENTINEL_API_PASSWORD": "pw-of-u",
        "DATASENTINEL_VALIDATE_CERTS": "false",
    }
    assert "t0ken" not in str(stored) and "pw-of-u" not in str(stored)


def test_what_is_not_filled_in_is_not_set_and_certificates_are_verified(tmp_path):
    environment, _stored = injected(tmp_path, url="https://platform.example.com")
    assert environment == {
        "DATASENTINEL_API_URL": "https://platform.example.com",
        "DATASENTINEL_API_TOKEN": "",
        "DATASENTINEL_API_USERNAME": "",
        "DATASENTINEL_API_PASSWORD": "",
        "DATASENTINEL_VALIDATE_CERTS": "true",
        "DATASENTINEL_CA_PATH": "",
    }


# --- jobs --------------------------------------------------------------------------------------------------------


def test_register(tmp_path, platform):
    folder = job_folder(tmp_path, platform, hosts(range(3)))
    run = ansible_runner.run(private_data_dir=str(folder), playbook="datasentinel.platform.register", verbosity=4, quiet=True)
    assert run.status == "successful", run.stdout.read()
    assert platform.store.names() == ["pg0", "pg1", "pg2"] and platform.journal.tokens_minted() == 1
    search(folder, platform)


def test_onboard(tmp_path, platform):
    with PostgresServers(1, bare=True) as (server,):
        host = {
            "ansible_connection": "local",
            "ansible_python_interpreter": "{{ ansible_playbook_python }}",
            "datasentinel_connection_host": server.host,
            "datasentinel_connection_port": server.port,
            "datasentinel_monitoring_user_password": PASSWORD,
            "datasentinel_monitoring_user_login_host": server.host,
            "datasentinel_monitoring_user_login_password": server.superuser_password,
            "datasentinel_monitoring_user_platform_address": "127.0.0.1/32",
        }
        folder = job_folder(tmp_path, platform, {"pg": host})
        run = ansible_runner.run(private_data_dir=str(folder), playbook="datasentinel.platform.onboard", verbosity=4, quiet=True)
        assert run.status == "successful", run.stdout.read()
        assert platform.display("pg")["connected"] is True
        search(folder, platform, server.superuser_password)


def test_slices_at_the_same_moment_register_every_host_once(tmp_path, platform):
    """As AWX does: the hosts are dealt out to three jobs, each sent to a worker and its results sent back."""
    running = []
    for number in range(3):
        folder = job_folder(tmp_path, platform, hosts(range(number, 12, 3)), name=f"slice{number}")
        worker = tmp_path / f"worker{number}"
        worker.mkdir()
        steps = [
            ["transmit", folder, "-p", "datasentinel.platform.register"],
            ["worker", "--private-data-dir", worker],
            ["process", folder],
        ]
        command = " | ".join(shlex.join([*executable("ansible-runner"), *map(str, step)]) for step in steps)
        # What the job folder says reaches the worker; its shell knows nothing of the platform.
        running.append((folder, subprocess.Popen(["bash", "-o", "pipefail", "-c", command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)))
    for _folder, process in running:
        output, _ = process.communicate(timeout=120)
        assert process.returncode == 0, output
    assert platform.store.names() == sorted(hosts(range(12)))
    created = [call.path for call in platform.journal.all() if call.method == "POST" and "/pg-instances/" in call.path]
    assert len(created) == 12 and platform.journal.tokens_minted() == 3
    for folder, _process in running:
        search(folder, platform)
