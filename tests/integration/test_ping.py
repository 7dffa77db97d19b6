# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether the platform is there and lets one in: datasentinel_platform_info and the playbook ping."""

from __future__ import annotations

import pytest
from support.playbook import Ansible, access_by_password, task

INFO = "datasentinel.platform.datasentinel_platform_info"
NONE = {"DATASENTINEL_API_USERNAME": "", "DATASENTINEL_API_PASSWORD": ""}


@pytest.fixture
def ansible(tmp_path, platform):
    """ansible-playbook, with a user and password in its environment."""
    return Ansible(tmp_path, access_by_password(platform))


@pytest.mark.parametrize(
    "environment, access, words",
    [
        ({}, "granted", "and lets you manage connections."),
        ({"DATASENTINEL_API_PASSWORD": "wrong"}, "refused", "The platform refused api_username and api_password"),
        ({"DATASENTINEL_API_USERNAME": "viewer"}, "forbidden", "needs the data admin profile and the admin privilege"),
        (NONE, "not tried", "no credentials were given: set DATASENTINEL_API_TOKEN"),
    ],
)
def test_access(ansible, platform, runner, environment, access, words):
    result = ansible.tasks(task("read", runner, INFO), environment=environment).succeeded()["read"]
    assert (result["access"], result["version"], result["status"], result["changed"]) == (access, "v2.0.0", "OK", False)
    outcome = ansible.run("datasentinel.platform.ping", environment=environment)
    assert (outcome.returncode == 0) is (access == "granted")
    assert words in " ".join(outcome.output.replace("\\n", " ").split()) and f"{platform.url} is there (version v2.0.0)" in outcome.output


@pytest.mark.parametrize(
    "variables, environment, words",
    [
        ({"api_url": "http://127.0.0.1:9"}, {}, "no connection to 127.0.0.1:9"),
        ({"api_password": "wrong"}, {}, "The platform refused api_username and api_password"),
        ({"api_token": "dead"}, NONE, "does not let you in"),
        ({"api_timeout": 0}, {}, "api_timeout is 0"),
    ],
    ids=lambda value: next(iter(value), "") if isinstance(value, dict) else "",
)
def test_the_playbook_takes_its_access_from_the_roles_variables(ansible, variables, environment, words):
    given = {f"datasentinel_connection_{name}": value for name, value in {"api_retries": 0, **variables}.items()}
    outcome = ansible.run("datasentinel.platform.ping", variables=given, environment=environment)
    assert outcome.returncode != 0 and words in " ".join(outcome.output.replace("\\n", " ").split()), outcome.output


def test_what_is_false_of_them_is_given(ansible, tls_platform):
    """Nobody knows the certificate of this platform."""
    access = {**access_by_password(tls_platform), "DATASENTINEL_API_RETRIES": "0"}
    assert ansible.run("datasentinel.platform.ping", environment=access).returncode != 0
    ansible.run("datasentinel.platform.ping", variables={"datasentinel_connection_validate_certs": False}, environment=access).succeeded()


@pytest.mark.parametrize("empty", ["", None])
def test_what_is_empty_of_them_is_not_given(ansible, empty):
    names = ("api_url", "api_token", "api_username", "api_password", "validate_certs", "ca_path", "api_timeout", "api_retries")
    ansible.run("datasentinel.platform.ping", variables={f"datasentinel_connection_{name}": empty for name in names}).succeeded()


def test_a_platform_that_is_not_there_fails(ansible):
    outcome = ansible.run("datasentinel.platform.ping", environment={"DATASENTINEL_API_URL": "http://127.0.0.1:9", "DATASENTINEL_API_RETRIES": "0"})
    assert outcome.returncode != 0 and "no connection to 127.0.0.1:9" in outcome.output
