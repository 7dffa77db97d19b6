# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""datasentinel_connection_info and datasentinel_token."""

from __future__ import annotations

import json

from support.playbook import task

INFO = "datasentinel.platform.datasentinel_connection_info"
TOKEN = "datasentinel.platform.datasentinel_token"
THERE = {"host": "127.0.0.1", "port": 1, "user": "datasentinel", "password": "s3cret-of-it", "tags": "a=b"}


def test_info(ansible, platform, runner):
    for name in ("db1", "db,2"):
        platform.store.put(name, **THERE)
    outcome = ansible.tasks(
        task("one", runner, INFO, name="db,2"),
        task("many", {**runner, "check_mode": True}, INFO, name=["db,2", "missing", "db1"]),
        task("none", runner, INFO, name=[]),
    ).succeeded()
    assert outcome.changed() == [False, False, False]
    assert [connection["name"] for connection in outcome["one"]["connections"]] == ["db,2"]
    assert [connection["name"] for connection in outcome["many"]["connections"]] == ["db,2", "db1"]
    assert outcome["many"]["connections"][1]["tags"] == {"a": "b"}
    assert outcome["none"]["connections"] == []
    assert "s3cret-of-it" not in json.dumps(outcome.lines) + outcome.output
    assert platform.journal.methods() == ["GET"] * 4


def test_a_token_for_the_play(ansible, platform, runner):
    platform.store.put("db1", **THERE)
    outcome = ansible.run(
        [
            {
                "hosts": "localhost",
                "gather_facts": False,
                "tasks": [
                    task("mint", {**runner, "register": "minted"}, TOKEN, api_username=platform.username, api_password=platform.password),
                    task("use", runner, name="db1", api_token="{{ minted.token }}"),
                    {"ansible.builtin.assert": {"that": ["minted.expires_at is match('^2[0-9-]+T[0-9:]+Z$')", "not minted.changed"], "quiet": True}},
                ],
            }
        ],
        "-vvv",
        environment={"DATASENTINEL_API_TOKEN": ""},
    ).succeeded()
    assert platform.journal.said() == ["POST user-token", "GET db1"]
    token = platform.journal.all()[1].headers["user-token"]
    assert token not in outcome.output and token not in json.dumps(outcome.lines)


def test_a_token_is_also_minted_in_check_mode(ansible, platform, runner):
    outcome = ansible.tasks(
        task("mint", {**runner, "check_mode": True}, TOKEN, api_username=platform.username, api_password=platform.password),
        environment={"DATASENTINEL_API_TOKEN": ""},
    )
    assert outcome.succeeded().changed() == [False] and platform.journal.tokens_minted() == 1


def test_a_token_that_is_refused_says_why(ansible, platform, runner):
    outcome = ansible.tasks(task("mint", runner, TOKEN, api_username="admin", api_password="wrong-one"), environment={"DATASENTINEL_API_TOKEN": ""})
    assert "The platform refused api_username and api_password" in outcome["mint"]["msg"]
