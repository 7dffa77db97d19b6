# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""awx_setup.yml against a recording stand-in of AWX's API: the right objects; run again, nothing, whatever people did in between."""

from __future__ import annotations

import contextlib
import copy
import os
import socket
import threading
import time
from pathlib import Path

import pytest
import uvicorn
import yaml
from embedded.collection import ROOT
from support.controller import HIDDEN, Controller
from support.playbook import Ansible

FILES = ROOT / "playbooks/files"
TEMPLATES = ["audit", "deregister", "disable", "enable", "maintenance", "offboard", "onboard", "ping", "register", "register_file"]
IMAGE = "registry.example.com/datasentinel-ee:1"
VARIABLES = {
    "datasentinel_awx_project_url": "https://git.example.com/monitoring.git",
    "datasentinel_awx_platform_url": "https://platform.example.com",
    "datasentinel_awx_platform_username": "automation",
    "datasentinel_awx_platform_password": "s3cret-of-the-platform",
    "datasentinel_awx_connection_password": "s3cret-of-postgresql",
    "datasentinel_awx_credentials": ["Hosts"],
    "datasentinel_awx_execution_environment": IMAGE,
}
#: Where collections are: this one, and those of others.
ALL = os.environ["ANSIBLE_COLLECTIONS_PATH"].split(os.pathsep)
#: What a template has besides the credential of the platform.
PASSWORD, HOSTS = "Datasentinel PostgreSQL user", "Hosts"


@contextlib.contextmanager
def running(awx: Controller, folder: Path, **environment):
    """Run a stand-in. Yields what starts awx_setup against it."""
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(awx.app(), log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    awx.playbooks = awx.playbooks or [f"playbooks/{name}.yml" for name in TEMPLATES]
    address = f"http://127.0.0.1:{bound.getsockname()[1]}"
    access = {"CONTROLLER_HOST": address, "CONTROLLER_OAUTH_TOKEN": "t0ken-of-awx", "CONTROLLER_VERIFY_SSL": "false"}
    # The modules of awx.awx load the system's authorities for each request, also for one by HTTP: a third of the time.
    environment |= {"SSL_CERT_FILE": os.devnull, "SSL_CERT_DIR": os.devnull}
    ansible = Ansible(folder, {**access, "ANSIBLE_PIPELINING": "true", **environment})

    def setup(*options, **variables):
        return ansible.run("datasentinel.platform.awx_setup", *options, variables={**VARIABLES, **variables})

    yield setup
    server.should_exit = server.force_exit = True
    thread.join(10)
    bound.close()


def names(template: str) -> str:
    return f"Datasentinel {template}"


def test_it_makes_everything_and_what_people_did_then_stays(tmp_path):
    """One test, since each run of the playbook takes seconds."""
    controller = Controller()
    controller.credential("Hosts", "Machine", username="ansible")
    with running(controller, tmp_path) as setup:
        first = setup("-vvv").succeeded()
        assert not any(secret in first.output for secret in ("s3cret-of-the-platform", "s3cret-of-postgresql", "t0ken-of-awx"))
        check_credentials(controller)
        check_templates(controller)
        check_labels_and_descriptions(controller)
        check_surveys(controller)
        check_schedule(controller)

        change_by_hand(controller)
        # Of the other templates there is nothing more to see, and each takes half a second.
        controller.playbooks = [f"playbooks/{name}.yml" for name in ("audit", "deregister", "onboard", "register")]
        before = copy.deepcopy((controller.objects, controller.surveys, controller.links))
        controller.calls.clear()
        again = setup().succeeded()
        assert controller.calls == [] and not any(again.changed())
        assert (controller.objects, controller.surveys, controller.links) == before
        assert "Datasentinel audit keeps the credentials that it has, and was not given Datasentinel:" in again.output


def check_credentials(controller):
    for file in ("awx_credential_type.yml", "awx_connection_credential_type.yml"):
        kind = yaml.safe_load((FILES / file).read_text())
        made = controller.get("credential_types", kind["name"])
        assert {field: made[field] for field in kind} == kind
    posted = [body["inputs"] for method, path, body in controller.calls if (method, path) == ("POST", "credentials/")]
    access = {"url": "https://platform.example.com", "username": "automation", "password": "s3cret-of-the-platform", "verify": "true"}
    assert posted == [access, {"password": "s3cret-of-postgresql"}]


def check_templates(controller):
    """Every template runs its playbook, in the image, with the credentials that it needs."""
    image = controller.get("execution_environments", "Datasentinel")
    assert image["image"] == IMAGE
    assert sorted(controller.names("job_templates")) == [names(template) for template in TEMPLATES]
    for template in TEMPLATES:
        made = controller.get("job_templates", names(template))
        assert made["playbook"] == f"playbooks/{template}.yml" and (ROOT / made["playbook"]).is_file()
        assert made["execution_environment"] == image["id"] and made["ask_credential_on_launch"] is True
        to_connect = [PASSWORD] if template in ("audit", "onboard", "register", "register_file") else []
        assert controller.linked(names(template), "credentials") == ["Datasentinel", *to_connect, HOSTS]


def check_labels_and_descriptions(controller):
    """A template tells what its job does."""
    labels = {template: controller.linked(names(template), "labels") for template in TEMPLATES}
    assert {template for template in TEMPLATES if labels[template] == ["removes connections"]} == {"deregister", "offboard"}
    assert {template for template in TEMPLATES if labels[template] == ["changes nothing"]} == {"audit", "ping"}
    assert {len(of_template) for of_template in labels.values()} == {1}
    assert all(controller.get("job_templates", names(template))["description"].endswith(".") for template in TEMPLATES)


def check_surveys(controller):
    """Questions start empty, and are required where connections are removed or the playbook has no default."""
    surveys = {template: controller.survey(names(template)) for template in TEMPLATES}
    assert {question["default"] for survey in surveys.values() for question in survey.values()} == {""}
    hosts, tags = "datasentinel_hosts", "datasentinel_connection_extra_tags"
    assert {template: list(survey) for template, survey in surveys.items()} == {
        **{template: [hosts] for template in ("audit", "deregister", "disable", "enable", "offboard")},
        **{template: [hosts, tags] for template in ("onboard", "register")},
        "maintenance": [hosts, "datasentinel_maintenance_tasks"],
        "register_file": ["datasentinel_file"],
        "ping": [],
    }
    required = {template for template, survey in surveys.items() for question in survey.values() if question["required"]}
    assert required == {"deregister", "maintenance", "offboard", "register_file"}
    # AWX refuses an empty answer where there is a minimum.
    assert all(question.get("min") == 1 for template in required for question in surveys[template].values())
    assert [controller.get("job_templates", names(template))["survey_enabled"] for template in TEMPLATES] == [template != "ping" for template in TEMPLATES]


def check_schedule(controller):
    schedule = controller.get("schedules", "Datasentinel nightly audit")
    assert schedule["unified_job_template"] == controller.get("job_templates", names("audit"))["id"]
    assert "job_type" not in schedule and "FREQ=DAILY" in schedule["rrule"]


def change_by_hand(controller):
    """What people do in AWX."""
    controller.attach(names("onboard"), "credentials", controller.credential("Passwords", "Vault", vault_password="x"))
    # Another credential of the same type in the place of ours: AWX allows one of each type.
    audit = controller.get("job_templates", names("audit"))["id"]
    controller.links[audit, "credentials"].remove(controller.get("credentials", "Datasentinel")["id"])
    controller.attach(names("audit"), "credentials", controller.credential("Staging", "Datasentinel Platform", url="https://staging.example.com"))
    controller.attach(names("audit"), "labels", controller.make("labels", name="ours", organization=1))
    controller.survey(names("register"))["datasentinel_hosts"].update(default="staging", question_name="Which?")
    own = {"question_name": "Ticket", "variable": "ticket", "type": "text", "required": True, "default": "{{ 1 }}", "new_question": True}
    controller.surveys[audit]["spec"].insert(0, own)
    controller.surveys[audit]["name"] = "A name"
    controller.get("job_templates", names("register")).update(description="Ours", ask_limit_on_launch=False, survey_enabled=False, limit="!old")
    controller.get("schedules", "Datasentinel nightly audit").update(rrule="DTSTART:20260101T040000Z RRULE:FREQ=WEEKLY", enabled=False)


def test_what_is_missing_is_added_and_what_a_variable_names_is_set(tmp_path):
    """On Automation Platform 2.5, where somebody began by hand, and the project has one playbook and could not be synchronized."""
    controller = Controller("/api/controller/")
    controller.playbooks = ["playbooks/register.yml", "playbooks/other.yml"]
    kind = yaml.safe_load((FILES / "awx_credential_type.yml").read_text())
    controller.make("credential_types", **{**kind, "injectors": {}, "managed": False})
    access = controller.credential("Datasentinel", kind["name"], url="https://platform.example.com/", token="t0ken-of-the-platform", ca="PEM")
    controller.credential("Passwords", "Vault", vault_password="x")
    project = controller.make("projects", name="Datasentinel", organization=1, scm_url="https://git.example.com/old.git", scm_branch="live")
    project["status"] = "failed"
    register = controller.make("job_templates", name=names("register"), organization=1, project=project["id"], playbook="playbooks/register.yml")
    tags = {"question_name": "Tags", "variable": "datasentinel_connection_extra_tags", "type": "text", "required": True, "default": "a=b"}
    controller.surveys[register["id"]] = {"name": "", "description": "", "spec": [tags]}

    with running(controller, tmp_path, CONTROLLER_OPTIONAL_API_URLPATTERN_PREFIX="/api/controller/") as setup:
        outcome = setup(datasentinel_awx_credentials="Passwords", datasentinel_awx_platform_verify="", datasentinel_awx_wait="").succeeded()
    assert controller.get("credential_types", kind["name"])["injectors"] == kind["injectors"]
    assert (project["scm_url"], project["scm_branch"]) == (VARIABLES["datasentinel_awx_project_url"], "live")
    assert ("POST", f"projects/{project['id']}/update/", {}) in controller.calls
    # What a person filled in stays, and so do the secrets, which AWX does not show. Of what is empty nothing is made, least of all "do not verify".
    assert access["inputs"] == {"url": "https://platform.example.com", "token": HIDDEN, "ca": "PEM"}
    assert controller.secrets[access["id"]] == {"token": "t0ken-of-the-platform"}

    survey = controller.survey(names("register"))
    assert list(survey) == ["datasentinel_connection_extra_tags", "datasentinel_hosts"] and survey["datasentinel_connection_extra_tags"] == tags
    assert controller.linked(names("register"), "labels") == ["writes to the platform"]
    assert controller.linked(names("register"), "credentials") == ["Datasentinel", PASSWORD, "Passwords"]
    assert register["execution_environment"] == controller.get("execution_environments", "Datasentinel")["id"]
    assert "description" not in register and "survey_enabled" not in register
    assert controller.names("job_templates") == [names("register")] and controller.names("schedules") == []
    assert "No template was made for audit, onboard," in outcome.output


def test_the_credentials_of_one_platform_are_not_sent_to_another(tmp_path):
    controller = Controller()
    kind = yaml.safe_load((FILES / "awx_credential_type.yml").read_text())
    controller.make("credential_types", **{**kind, "managed": False})
    access = controller.credential("Datasentinel", kind["name"], url="https://old.example.com", username="old", password="s3cret-of-old")
    before = copy.deepcopy((controller.objects, controller.secrets))
    controller.playbooks = ["playbooks/audit.yml"]
    with running(controller, tmp_path) as setup:
        outcome = setup(datasentinel_awx_credentials=[])
        assert outcome.returncode == 2 and controller.calls == [] and (controller.objects, controller.secrets) == before
        said = " ".join(outcome.output.split())
        assert "is for https://old.example.com, and datasentinel_awx_platform_url is https://platform.example.com, where jobs would send" in said
        nothing = {"datasentinel_awx_platform_username": "", "datasentinel_awx_platform_password": ""}
        renew = {"datasentinel_awx_credentials": [], "datasentinel_awx_update_secrets": "true"}
        assert setup(**renew, **nothing).returncode == 2 and controller.calls == []
        setup(**renew).succeeded()
        made = {"url": "https://platform.example.com", "username": "automation", "password": HIDDEN}
        assert (access["inputs"], controller.secrets[access["id"]]) == (made, {"password": "s3cret-of-the-platform"})

        # Another spelling of the same platform; and what is not given stays, as where PostgreSQL's password alone is renewed.
        same = "https://platform.example.com/ds-api/"
        setup(**renew, **nothing, datasentinel_awx_platform_url=same).succeeded()
        assert (access["inputs"], controller.secrets[access["id"]]) == ({**made, "url": same}, {"password": "s3cret-of-the-platform"})


@pytest.mark.parametrize(
    "given, collections, message",
    [
        ({"datasentinel_awx_project_url": ""}, ALL, "Give datasentinel_awx_project_url"),
        ({}, ALL[:1], "needs the collection awx.awx: install it with 'ansible-galaxy collection install awx.awx'"),
        ({"datasentinel_awx_credentials": "Nobody"}, ALL, "datasentinel_awx_credentials names 'Nobody', and AWX has no credential of that name"),
    ],
)
def test_what_is_missing_is_named(tmp_path, given, collections, message):
    controller = Controller()
    with running(controller, tmp_path, ANSIBLE_COLLECTIONS_PATH=os.pathsep.join(collections)) as setup:
        outcome = setup(**given)
    assert outcome.returncode != 0 and message in outcome.output and controller.calls == []


def test_how_to_be_let_in_is_told(tmp_path):
    with running(Controller(), tmp_path, CONTROLLER_HOST="http://127.0.0.1:9") as setup:
        outcome = setup()
    assert outcome.returncode == 2 and "CONTROLLER_HOST, its address, and CONTROLLER_OAUTH_TOKEN, a token" in " ".join(outcome.output.split())
