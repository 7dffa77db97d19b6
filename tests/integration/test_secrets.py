# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No secret in what a run prints at -vvv, or hands to callbacks, whatever happens."""

from __future__ import annotations

import base64
import json

import pytest
from embedded import faults
from support.playbook import task
from support.spellings import found

PASSWORD = "pä\"s's/w&o<r d\\%+"
OLD_PASSWORD = "the-old-0ne"


@pytest.fixture
def searched(ansible, platform):
    """Runs tasks at -vvv. Gives the outcome, after a search for every secret that was in play."""

    def run(*tasks, environment=None):
        # As variables: Ansible itself prints lines of a playbook beside an error, with whatever is written there.
        variables = {"password": PASSWORD, "old_password": OLD_PASSWORD, "api_password": platform.password}
        play = {"hosts": "localhost", "gather_facts": False, "tasks": list(tasks)}
        outcome = ansible.run([play], "-vvv", "--diff", variables=variables, environment=environment)
        tokens = {call.headers.get("user-token") for call in platform.journal.all()} - {None}
        secrets = [PASSWORD, OLD_PASSWORD, platform.password, *tokens]
        secrets += [base64.b64encode(f"{platform.username}:{platform.password}".encode()).decode()]
        text = outcome.output + json.dumps(outcome.lines) + json.dumps(outcome.lines, ensure_ascii=False)
        assert found(text, *secrets) == []
        assert "Traceback" not in text
        return outcome

    return run


def given(**more):
    return {"name": "db1", "host": "127.0.0.1", "port": 1, "user": "ds", "password": "{{ password }}", **more}


def test_create_change_and_wait(searched, platform, runner):
    platform.store.put("db2", host="127.0.0.1", port=1, user="ds", password=OLD_PASSWORD)
    minting = {"api_username": platform.username, "api_password": "{{ api_password }}"}
    outcome = searched(
        task("create", runner, **given(**minting)),
        task("change", runner, name="db2", password="{{ password }}", **minting),
        task("wait", {**runner, "ignore_errors": True}, **given(wait=True, wait_timeout=1, **minting)),
        task("bad", {**runner, "ignore_errors": True}, **given(port=0)),
        environment={"DATASENTINEL_API_TOKEN": ""},
    )
    assert outcome.changed() == [True, True, False, False]
    assert platform.display("db1")["password"] == platform.display("db2")["password"] == PASSWORD


@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
def test_a_platform_that_echoes_everything(searched, platform, runner, method):
    if method == "PUT":
        platform.store.put("db1", host="127.0.0.1", port=1, user="ds", password=OLD_PASSWORD)
    platform.faults.add(faults.echo(500), method)
    outcome = searched(task("fail", {**runner, "ignore_errors": True}, **given()))
    assert "status 500" in outcome["fail"]["msg"] and "********" in outcome["fail"]["msg"]


def test_a_token_call_that_echoes_everything(searched, platform, runner):
    platform.faults.add(faults.echo(500), "POST", "user-token")
    outcome = searched(
        task("fail", {**runner, "ignore_errors": True}, **given(api_username=platform.username, api_password="{{ api_password }}")),
        environment={"DATASENTINEL_API_TOKEN": ""},
    )
    assert "status 500 (expected 201 or 200): a JSON object (" in outcome["fail"]["msg"] and "detail" not in outcome["fail"]["error"]


def test_items_of_a_loop_that_hold_passwords(searched, platform, runner):
    items = [{"name": name, "password": "{{ password }}"} for name in ("db1", "db2")]
    options = {**given(), "name": "{{ item.name }}", "password": "{{ item.password }}"}
    outcome = searched(task("create", {**runner, "loop": items}, **options), task("again", {**runner, "loop": items}, **options))
    assert platform.store.names() == ["db1", "db2"] and outcome.changed() == [True, False]


def test_mistakes_in_the_options_of_secrets(searched, runner):
    outcome = searched(
        task("list", {**runner, "ignore_errors": True}, **given(password=["{{ password }}"], port=70000)),
        task("unknown", {**runner, "ignore_errors": True}, **given(port="{{ password }}")),
        task("url", {**runner, "ignore_errors": True}, **given(api_url="https://admin:{{ old_password }}@platform.example.com")),
        task("token", {**runner, "ignore_errors": True}, **given(api_token="{{ password }}")),
    )
    assert outcome.changed() == [False] * 4


@pytest.mark.parametrize("word", ["changed", "true", "e", "1", "ok"])
def test_a_password_that_is_a_common_word_leaves_results_whole(ansible, platform, runner, word):
    outcome = ansible.tasks(
        task("create", {**runner, "register": "created"}, **given(password=word)),
        task("fail", {**runner, "register": "failed", "ignore_errors": True}, **given(name="a/b", password=word)),
        # What is registered: in what is displayed, Ansible itself masks such words from 2.22 on.
        {
            "name": "look",
            "ansible.builtin.assert": {
                "that": [
                    "created.changed is true and created.connection.enabled is true",
                    "created.connection.port == 1",
                    "failed.failed is true and failed.changed is false",
                ]
            },
        },
    )
    assert outcome.returncode == 0, outcome.output
