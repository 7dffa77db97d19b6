# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every state checked, done, done again, checked again, through both runners; with exactly the calls of the budget."""

from __future__ import annotations

import pytest
from support.playbook import task

PASSWORD = "s3cret-of-db1"
NEEDED = {"host": "127.0.0.1", "port": 1, "user": "datasentinel", "password": PASSWORD, "tags": {"application": "sales"}}
THERE = {**NEEDED, "tags": "application=sales"}
MANAGED = {"name": "db1", "host": "127.0.0.1", "port": 1, "user": "datasentinel", "tags": {"application": "sales"}, "enabled": True}


@pytest.mark.parametrize(
    "there, options, writes, before, after",
    [
        pytest.param(None, NEEDED, ["POST"], {}, {**MANAGED, "password": "<hidden>"}, id="create"),
        pytest.param({}, {"port": 2, "tags": {}}, ["PUT"], MANAGED, {**MANAGED, "port": 2, "tags": {}}, id="update"),
        pytest.param({}, {"state": "disabled"}, ["PATCH"], MANAGED, {**MANAGED, "enabled": False}, id="disable"),
        pytest.param({"enabled": False}, {"state": "enabled"}, ["PATCH"], {**MANAGED, "enabled": False}, MANAGED, id="enable"),
        pytest.param(None, {**NEEDED, "state": "disabled"}, ["POST", "PATCH"], {}, {**MANAGED, "enabled": False, "password": "<hidden>"}, id="create-disabled"),
        pytest.param(
            {}, {"password": "another"}, ["PUT"], {**MANAGED, "password": "<hidden>"}, {**MANAGED, "password": "<hidden, changed>"}, id="change-password"
        ),
        pytest.param({}, {"state": "absent"}, ["DELETE"], MANAGED, {}, id="delete"),
    ],
)
def test_a_state(ansible, platform, runner, there, options, writes, before, after):
    if there is not None:
        platform.store.put("db1", **THERE)
        platform.store.put("db1", **there)
    checked = {**runner, "check_mode": True}
    outcome = ansible.tasks(
        task("checked", checked, name="db1", **options),
        task("done", runner, name="db1", **options),
        task("done again", runner, name="db1", **options),
        task("checked again", checked, name="db1", **options),
        play={"diff": True},
    ).succeeded()

    assert outcome.changed() == [True, True, False, False]
    assert platform.journal.methods() == ["GET"] + ["GET", *writes, "GET"] + ["GET"] + ["GET"]
    assert outcome["checked"]["diff"] == outcome["done"]["diff"] == {"before": before, "after": after}
    assert outcome["done again"]["diff"]["before"] == outcome["done again"]["diff"]["after"]
    assert PASSWORD not in outcome.output and "another" not in outcome.output
    shown = platform.display("db1")
    if options.get("state") == "absent":
        assert shown is None and "connection" not in outcome["done"]
    else:
        expected = {key: value for key, value in after.items() if key != "password"}
        assert {key: outcome["done"]["connection"][key] for key in expected} == expected
        assert shown["enabled"] is after["enabled"] and shown["port"] == after["port"]
        assert shown["password"] == options.get("password", PASSWORD)


def test_the_diff_that_is_printed(ansible, platform):
    platform.store.put("db1", **THERE)
    output = ansible.tasks(task("change", name="db1", port=2), play={"diff": True}).succeeded().output
    assert '-    "port": 1' in output and '+    "port": 2' in output


def test_what_is_omitted_is_left_alone(ansible, platform, runner):
    platform.store.put("db1", **{**THERE, "enabled": False})
    outcome = ansible.tasks(task("change", runner, name="db1", user="other")).succeeded()
    shown = platform.display("db1")
    assert outcome["change"]["changed"] and shown == {**shown, **THERE, "user": "other", "enabled": False}


def test_names_are_sent_as_they_are(ansible, platform, runner):
    name = "größe 100%?#+,;"
    ansible.tasks(task("create", runner, name=name, **NEEDED)).succeeded()
    assert platform.store.names() == [name]


def test_each_access_call_is_used(ansible, platform, runner):
    """All six calls of the Connection API and the token call."""
    access = {"api_username": platform.username, "api_password": platform.password}
    ansible.tasks(
        task("create", runner, name="db1", **access, **NEEDED),
        task("update", runner, name="db1", port=2, **access),
        task("disable", runner, name="db1", state="disabled", **access),
        task("enable", runner, name="db1", state="enabled", **access),
        task("delete", runner, name="db1", state="absent", **access),
        environment={"DATASENTINEL_API_TOKEN": ""},
    ).succeeded()
    assert set(platform.journal.said()) == {"POST user-token", "GET db1", "POST db1", "PUT db1", "PATCH db1/disable", "PATCH db1/enable", "DELETE db1"}
