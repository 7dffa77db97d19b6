# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A command as an ordinary module, where a task is delegated: its result is the command's, in the shape of a module's."""

from __future__ import annotations

import json
import os

import pytest
from ansible.module_utils import basic
from ansible.module_utils.basic import AnsibleModule
from ansible_collections.datasentinel.platform.plugins.module_utils import _module_runner
from ansible_collections.datasentinel.platform.plugins.module_utils._commands._connection_command import CONNECTION
from support.recorded import ACCESS, PASSWORD
from support.runners import module

OPTIONS = {"name": "db1", **ACCESS, "api_retries": 0}


def test_a_result_is_that_of_the_command(recorded):
    recorded.displays().expects("PUT", message="Connection updated!").displays(port=1)
    result = module({**OPTIONS, "port": 1})
    assert (result["changed"], result["msg"], result["connection"]["port"]) == (True, "Connection updated!", 1)
    assert result["diff"]["before"]["port"] == 5433


def test_a_failure_keeps_what_was_done(recorded):
    recorded.displays().expects("PUT", message="Connection updated!").expects("GET", status=500)
    result = module({**OPTIONS, "port": 1})
    assert (result["failed"], result["changed"], result["error"]["status"]) == (True, True, 500)
    assert result["msg"].startswith("Connection 'db1': GET ")


def test_warnings_are_those_of_a_module(recorded, monkeypatch):
    warnings, deprecations = [], []
    monkeypatch.setattr(AnsibleModule, "warn", lambda self, text: warnings.append(text))
    monkeypatch.setattr(AnsibleModule, "deprecate", lambda self, *args, **kwargs: deprecations.append((args, kwargs)))
    recorded.displays(connected=False)
    module(OPTIONS)
    assert warnings == ["Connection 'db1': the platform is not connected to pg1.example.com:5433 as user datasentinel."]
    assert deprecations == [], "as Ansible has for warnings that are part of the result"


def test_check_mode(recorded):
    recorded.displays()
    assert module({**OPTIONS, "port": 1, "_ansible_check_mode": True})["changed"] is True


def test_no_option_is_in_the_result(recorded):
    recorded.displays()
    assert not module({**OPTIONS, "password": PASSWORD}).get("invocation")


@pytest.mark.parametrize("password", ["sentinel", "changed", "true", "name", "e", "db1"])
def test_a_secret_that_is_a_common_word_leaves_the_shape_of_a_result_alone(recorded, password):
    recorded.displays(password=password)
    result = module({**OPTIONS, "password": password})
    assert (result["changed"], result["connection"]["user"], result["connection"]["name"]) == (False, "datasentinel", "db1")


def test_secrets_of_the_options_are_masked_in_messages(recorded):
    recorded.displays().expects("PUT", status=400, message="not n3w-pw")
    result = module({**OPTIONS, "password": "n3w-pw"})
    assert "not ********" in result["msg"] and "n3w-pw" not in json.dumps(result)


def test_requests_that_is_not_there_is_named(monkeypatch):
    monkeypatch.setattr(_module_runner, "REQUESTS_IMPORT_ERROR", "Traceback (most recent call last)")
    result = module(OPTIONS)
    assert result["failed"] is True and "requests" in result["msg"]


def test_variables_count_there_too(recorded, monkeypatch):
    monkeypatch.setenv("DATASENTINEL_API_URL", ACCESS["api_url"])
    monkeypatch.setenv("DATASENTINEL_API_TOKEN", "of-the-environment")
    recorded.displays()
    module({"name": "db1"})
    assert recorded.requests[0].headers["user-token"] == "of-the-environment"


def test_the_hidden_option_is_none_for_users(monkeypatch):
    monkeypatch.setattr(basic, "_ANSIBLE_ARGS", b'{"ANSIBLE_MODULE_ARGS": {}}', raising=False)
    assert _module_runner.argument_spec(CONNECTION) == CONNECTION.argument_spec


def test_proxy_variables_are_handed_on_as_a_hidden_option(recorded, monkeypatch):
    for name in ("https_proxy", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("https_proxy", "http://another")
    recorded.displays().expects("PUT", status=500, message="not pr0xy-pw")
    result = module({**OPTIONS, "port": 1, "_proxy_variables": {"https_proxy": "http://user:pr0xy-pw@127.0.0.1:9"}})
    assert os.environ["https_proxy"].endswith("@127.0.0.1:9")
    assert "not ********" in result["msg"] and "pr0xy-pw" not in json.dumps(result)
