# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Jobs as AWX runs them: its own code renders the credential, and ansible-runner runs the playbooks with just that."""

from __future__ import annotations

import base64
import json
import os
import shlex
import shutil
import subprocess
from pathlib import Path

import ansible_runner
import pytest
import yaml
from awx_plugins.interfaces._temporary_private_api import Credential, ManagedCredentialType
from awx_plugins.interfaces._temporary_private_inject_api import inject_credential
from embedded.collection import DEPENDENCIES, ROOT, build
from embedded.postgres import PostgresServers
from support.playbook import NOT_INHERITED, executable, interpreter
from support.spellings import found

PASSWORD = "s3cret-of-postgres"
CREDENTIAL_TYPE = yaml.safe_load((ROOT / "playbooks/files/awx_credential_type.yml").read_text())


def injected(folder: Path, kind: dict, arguments: list, **inputs) -> tuple[dict, dict]:
    """What a job finds in its environment, and what AWX stores of it, by AWX's own code. arguments: to which those of the job are added."""
    (folder / "env").mkdir(parents=True, exist_ok=True)
    environment, stored = {}, {}
    managed = ManagedCredentialType("datasentinel", kind["name"], kind["kind"], kind["inputs"], kind["injectors"])
    inject_credential(managed, Credential(inputs), environment, stored, arguments, str(folder))
    # The folder is /runner in the job's container; here it is where it is.
    return {name: value.replace("/runner/", f"{folder}/") for name, value in environment.items()}, stored


def job_folder(tmp_path, platform, hosts: dict, name="job", **inputs) -> Path:
    """The private data directory of a job. hosts: of the group postgresql."""
    folder = tmp_path / name
    inputs = inputs or {"url": platform.url, "username": platform.username, "password": platform.password, "ca": platform.ca_path.read_text()}
    credential, _stored = injected(folder, CREDENTIAL_TYPE, [], **inputs)
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
    inputs = {"url": "https://platform.example.com", "token": "t0ken", "username": "u", "password": "pw-of-u", "verify": "false", "ca": "PEM"}
    environment, stored = injected(tmp_path, CREDENTIAL_TYPE, [], **inputs)
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
    environment, _stored = injected(tmp_path, CREDENTIAL_TYPE, [], url="https://platform.example.com")
    assert environment == {
        "DATASENTINEL_API_URL": "https://platform.example.com",
        "DATASENTINEL_API_TOKEN": "",
        "DATASENTINEL_API_USERNAME": "",
        "DATASENTINEL_API_PASSWORD": "",
        "DATASENTINEL_VALIDATE_CERTS": "true",
        "DATASENTINEL_CA_PATH": "",
    }


def test_the_password_of_the_monitoring_user_is_a_variable_of_the_job(tmp_path):
    kind = yaml.safe_load((ROOT / "playbooks/files/awx_connection_credential_type.yml").read_text())
    arguments = []
    environment, _stored = injected(tmp_path, kind, arguments, password=PASSWORD)
    assert environment == {} and arguments[0] == "-e"
    file = tmp_path / arguments[1].removeprefix("@/runner/")
    assert yaml.safe_load(file.read_text()) == {"datasentinel_connection_password": PASSWORD}


# --- jobs of a project, with the collections that AWX installs for it, and no other ------------------------------


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """This repository as AWX checks it out, without what only this machine has."""
    folder = tmp_path_factory.mktemp("checkout") / "project"
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(".*", "*.tar.gz", "__pycache__", "output"))
    return folder


def synchronize(project: Path, folder: Path) -> Path:
    """Install the collections of a project as AWX does, in its working folder and into one of the job's own. Returns that folder."""
    collections = folder / "requirements_collections"
    # What would come from Galaxy is there already; everything else is installed, and the command is AWX's but for --offline.
    shutil.copytree(DEPENDENCIES / "ansible_collections/community/postgresql", collections / "ansible_collections/community/postgresql")
    done = subprocess.run(
        [*executable("ansible-galaxy"), "collection", "install", "-r", str(project / "collections/requirements.yml"), "--offline"],
        cwd=project,
        env={**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(collections), "HOME": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert "datasentinel.platform:1.0.0 was installed successfully" in done.stdout, done.stdout
    return collections


def project_job(folder: Path, project: Path, collections: Path):
    """Make a job folder one of a project: its files, and its collections as the only ones."""
    shutil.rmtree(folder / "project")
    shutil.copytree(project, folder / "project", ignore=shutil.ignore_patterns(".git"))
    environment = json.loads((folder / "env/envvars").read_text())
    (folder / "env/envvars").write_text(json.dumps({**environment, "ANSIBLE_COLLECTIONS_PATH": str(collections), "HOME": str(folder)}))


def answers_left_alone(template: str) -> dict:
    """The variables of a job where nobody touched the survey: AWX hands over the defaults."""
    templates = yaml.safe_load((ROOT / "playbooks/files/awx_templates.yml").read_text())
    return {question["variable"]: question["default"] for one in templates if one["name"] == template for question in one["questions"]}


def run(folder: Path, playbook: str, **options):
    return ansible_runner.run(private_data_dir=str(folder), playbook=f"playbooks/{playbook}.yml", extravars=answers_left_alone(playbook), quiet=True, **options)


def test_jobs_in_a_checkout_of_this_repository_with_surveys_left_alone(tmp_path, platform, checkout):
    collections = synchronize(checkout, tmp_path)
    with PostgresServers(1, bare=True) as (server,):
        host = {
            "ansible_connection": "local",
            "ansible_python_interpreter": interpreter(),
            "datasentinel_connection_host": server.host,
            "datasentinel_connection_port": server.port,
            "datasentinel_connection_password": PASSWORD,
            "datasentinel_monitoring_user_password": PASSWORD,
            "datasentinel_monitoring_user_login_host": server.host,
            "datasentinel_monitoring_user_login_password": server.superuser_password,
            "datasentinel_monitoring_user_platform_address": "127.0.0.1/32",
        }
        folder = job_folder(tmp_path, platform, {"pg": host, "other": {}})
        # What the inventory wants is outranked by no answer that is left alone.
        inventory = json.loads((folder / "inventory/hosts.json").read_text())
        (folder / "inventory/hosts.json").write_text(json.dumps({**inventory, "all": {"vars": {"datasentinel_hosts": "pg"}}}))
        project_job(folder, checkout, collections)
        onboard = run(folder, "onboard", verbosity=4)
        assert onboard.status == "successful", onboard.stdout.read()
        assert platform.display("pg")["connected"] is True
        for playbook in ("register", "audit"):
            again = run(folder, playbook)
            assert again.status == "successful" and again.stats["changed"] == {}, again.stdout.read()
        platform.store.put("pg", port=1)
        assert run(folder, "audit").status == "failed"
        assert run(folder, "deregister").status == "failed" and platform.store.names() == ["pg"]
        search(folder, platform, server.superuser_password)


@pytest.mark.parametrize("source", ["git", "a tarball"])
def test_register_in_the_project_of_the_page(tmp_path, platform, checkout, page, source):
    """docs/awx.md to the letter: its commands and files make the project; only addresses and passwords are others."""
    project = tmp_path / "project"
    project.mkdir()
    shell(page.shell("import_playbook:"), project)
    (project / "vault-password").write_text("of the vault")
    encrypt = page.shell("encrypt_string").replace("--ask-vault-password", "--vault-password-file vault-password")
    shell(encrypt, project, text=PASSWORD)
    for title in ("inventory/hosts.yml", "collections/requirements.yml"):
        (project / title).write_text(page.file(title))
    requirements = page.file("collections/requirements.yml, from git" if source == "git" else "collections/requirements.yml, from a tarball")
    if source == "git":
        requirements = requirements.replace("https://git.example.com/datasentinel.platform.git", f"git+file://{repository(checkout, tmp_path)}")
    else:
        build(project / "collections")
    (project / "collections/requirements.yml").write_text(requirements)

    folder = job_folder(tmp_path, platform, {})
    project_job(folder, project, synchronize(project, tmp_path))
    # AWX reads the inventory like this, without the vault's password, and hands it to jobs as a script.
    listed = shell("ansible-inventory -i inventory/hosts.yml --list --export", project)
    assert PASSWORD not in listed
    (folder / "inventory/hosts.json").unlink()
    script = folder / "inventory/hosts"
    script.write_text(f"#!/bin/sh\ncat <<'END'\n{listed}\nEND\n")
    script.chmod(0o755)
    register = run(folder, "register", cmdline=f"--vault-password-file {project / 'vault-password'}")
    assert register.status == "successful", register.stdout.read()
    assert platform.store.names() == ["pg-sales"] and platform.display("pg-sales")["password"] == PASSWORD
    search(folder, platform)


def shell(commands: str, folder: Path, text: str = "") -> str:
    """Run commands of the page in a folder. Returns what they print."""
    environment = {**os.environ, "HOME": str(folder)}
    done = subprocess.run(["bash", "-euc", commands], cwd=folder, env=environment, input=text, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def repository(checkout: Path, folder: Path) -> Path:
    """Make a git repository of the checkout, with the branch main."""
    copy = folder / "platform.git"
    shutil.copytree(checkout, copy)
    shell("git init -q -b main . && git add -A && git -c user.name=A -c user.email=a@example.com commit -qm All", copy)
    return copy


# --- slices ------------------------------------------------------------------------------------------------------


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
        output, _errors = process.communicate(timeout=120)
        assert process.returncode == 0, output
    assert platform.store.names() == sorted(hosts(range(12)))
    created = [call.path for call in platform.journal.all() if call.method == "POST" and "/pg-instances/" in call.path]
    assert len(created) == 12 and platform.journal.tokens_minted() == 3
    for folder, _process in running:
        search(folder, platform)
