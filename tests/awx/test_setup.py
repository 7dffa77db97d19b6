# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""awx_setup.yml against a recording stand-in of AWX's API: the right objects; run again, nothing."""

from __future__ import annotations

import socket
import threading
import time

import pytest
import uvicorn
import yaml
from embedded.collection import ROOT
from support.controller import Controller
from support.playbook import Ansible

VARIABLES = {
    "datasentinel_awx_project_url": "https://git.example.com/monitoring.git",
    "datasentinel_awx_platform_url": "https://platform.example.com",
    "datasentinel_awx_platform_username": "automation",
    "datasentinel_awx_platform_password": "s3cret-of-the-platform",
}


@pytest.fixture
def controller():
    """A running stand-in. Its url is in the attribute of that name."""
    awx = Controller()
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.bind(("127.0.0.1", 0))
    awx.url = f"http://127.0.0.1:{bound.getsockname()[1]}"
    server = uvicorn.Server(uvicorn.Config(awx.app(), log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield awx
    server.should_exit = server.force_exit = True
    thread.join(10)
    bound.close()


def test_setup(tmp_path, controller):
    ansible = Ansible(tmp_path, {"CONTROLLER_HOST": controller.url, "CONTROLLER_OAUTH_TOKEN": "t0ken-of-awx", "CONTROLLER_VERIFY_SSL": "false"})

    def setup(*options):
        return ansible.run("datasentinel.platform.awx_setup", *options, variables=VARIABLES)

    first = setup("-vvv").succeeded()
    kind = yaml.safe_load((ROOT / "playbooks/files/awx_credential_type.yml").read_text())
    made = controller.get("credential_types", "Datasentinel Platform")
    assert (made["inputs"], made["injectors"]) == (kind["inputs"], kind["injectors"])
    posted = next(body for method, path, body in controller.calls if (method, path) == ("POST", "credentials/"))
    assert posted["inputs"] == {"url": "https://platform.example.com", "username": "automation", "password": "s3cret-of-the-platform", "verify": "true"}
    assert posted["credential_type"] == made["id"]
    assert controller.get("projects", "Datasentinel")["scm_url"] == VARIABLES["datasentinel_awx_project_url"]
    assert controller.names("inventories") == ["PostgreSQL"]

    templates = {name: controller.get("job_templates", name) for name in controller.names("job_templates")}
    assert sorted(templates) == [f"Datasentinel {name}" for name in ("audit", "deregister", "disable", "enable", "onboard", "register")]
    for name, template in templates.items():
        assert template["playbook"] == f"playbooks/{name.split()[1]}.yml" and (ROOT / template["playbook"]).is_file()
        assert controller.links[f"job_templates/{template['id']}/credentials"] == [controller.get("credentials", "Datasentinel")["id"]]
    surveys = {name: controller.surveys[f"job_templates/{template['id']}/survey_spec"]["spec"] for name, template in templates.items()}
    hosts = ("datasentinel_hosts", True, "postgresql")
    tags = ("datasentinel_connection_extra_tags", False, "")
    assert {name.split()[1]: [(asked["variable"], asked["required"], asked["default"]) for asked in survey] for name, survey in surveys.items()} == {
        "audit": [hosts],
        "deregister": [("datasentinel_hosts", True, "")],
        "disable": [hosts],
        "enable": [hosts],
        "onboard": [hosts, tags],
        "register": [hosts, tags],
    }
    schedule = controller.get("schedules", "Datasentinel nightly check")
    assert (schedule["unified_job_template"], schedule["job_type"]) == (templates["Datasentinel register"]["id"], "check")
    assert "s3cret-of-the-platform" not in first.output

    controller.calls.clear()
    again = setup().succeeded()
    assert not any(again.changed()) and controller.calls == []


def test_what_is_missing_is_named(tmp_path, controller):
    outcome = Ansible(tmp_path, {"CONTROLLER_HOST": controller.url}).run("datasentinel.platform.awx_setup")
    assert "Give datasentinel_awx_project_url" in outcome.output and controller.calls == []
