# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The decision: which writes lead from what is there to the desired state, for every state and situation."""

from __future__ import annotations

import dataclasses

import pytest
from ansible_collections.datasentinel.platform.plugins.module_utils._common._errors import InvalidInput
from ansible_collections.datasentinel.platform.plugins.module_utils._connection._connection import Connection
from ansible_collections.datasentinel.platform.plugins.module_utils._connection._desired_connection import DesiredConnection

NEEDED = {"host": "pg1", "user": "ds", "password": "secret"}
ENABLED = Connection("db1", host="pg1", port=5433, user="ds", password="secret", tags_text="a=1", enabled=True, connected=True)
DISABLED = dataclasses.replace(ENABLED, enabled=False, connected=False)
MASKED = dataclasses.replace(ENABLED, password="****")


def calls(current, **desired):
    return [write.call for write in DesiredConnection("db1", **desired).writes(current)]


def body(current, **desired):
    return DesiredConnection("db1", **desired).writes(current)[0].body


@pytest.mark.parametrize(
    "state, current, expected",
    [
        ("present", None, ["create"]),
        ("present", ENABLED, []),
        ("present", DISABLED, []),
        ("enabled", None, ["create", "enable"]),
        ("enabled", ENABLED, []),
        ("enabled", DISABLED, ["enable"]),
        ("disabled", None, ["create", "disable"]),
        ("disabled", ENABLED, ["disable"]),
        ("disabled", DISABLED, []),
        ("absent", None, []),
        ("absent", ENABLED, ["delete"]),
        ("absent", DISABLED, ["delete"]),
    ],
)
def test_every_state_in_every_situation(state, current, expected):
    assert calls(current, state=state, **NEEDED) == expected


@pytest.mark.parametrize("state, switch", [("present", []), ("enabled", []), ("disabled", ["disable"])])
def test_attributes_that_differ_are_updated_before_the_state_is_switched(state, switch):
    assert calls(ENABLED, state=state, port=1234) == ["update", *switch]


def test_a_switch_alone_writes_no_field():
    assert [(write.call, write.body) for write in DesiredConnection("db1", state="disabled").writes(ENABLED)] == [("disable", None)]


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"host": "pg1"},
        {"port": 5433},
        {"user": "ds"},
        {"password": "secret"},
        {"tags": {"a": "1"}},
        {"tags": {}, "purge_tags": False},
        {"tags": {"a": "1", "server": "x"}},
        {"tags": {"pg_version": "17"}, "purge_tags": False},
    ],
)
def test_nothing_is_written_where_nothing_differs(given):
    assert calls(ENABLED, **given) == []


@pytest.mark.parametrize("given", [{"tags": {"a": "1"}}, {"tags": {"a": "1", "pg_version": "17"}}, {"tags": {}, "purge_tags": False}])
def test_the_platforms_own_tags_are_no_difference(given):
    assert calls(dataclasses.replace(ENABLED, tags_text="server=x,a=1,pg_version=16"), **given) == []


@pytest.mark.parametrize(
    "given, changed",
    [
        ({"host": "pg2"}, {"host": "pg2"}),
        ({"port": 5432}, {"port": 5432}),
        ({"user": "other"}, {"user": "other"}),
        ({"tags": {"b": "2"}}, {"tags": "b=2"}),
        ({"tags": {}}, {"tags": ""}),
        ({"tags": {"b": "2"}, "purge_tags": False}, {"tags": "a=1,b=2"}),
        ({"tags": {"a": "2"}, "purge_tags": False}, {"tags": "a=2"}),
        ({"password": "new"}, {"password": "new"}),
    ],
)
def test_an_update_sends_what_is_there_with_what_is_given_laid_over_it(given, changed):
    assert body(ENABLED, **given) == {"host": "pg1", "port": 5433, "user": "ds", "tags": "a=1", **changed}


@pytest.mark.parametrize("text", ["legacy,a=1,a=2", " a = 1 ,,b=2,", "", "server=x,a=1"])
def test_tags_that_are_not_given_go_back_as_the_very_text_that_was_read(text):
    assert body(dataclasses.replace(ENABLED, tags_text=text), port=1)["tags"] == text


def test_tags_that_are_given_leave_the_platforms_own():
    assert body(dataclasses.replace(ENABLED, tags_text="server=x,a=1"), tags={"b": "2"})["tags"] == "server=x,b=2"


def test_an_update_sends_the_password_only_when_the_task_gives_one():
    assert "password" not in body(ENABLED, port=1)
    assert body(ENABLED, port=1, password="secret")["password"] == "secret"
    assert "password" not in body(ENABLED, port=1, password="other", update_password="on_create")


def test_an_update_leaves_out_what_the_platform_did_not_show():
    assert body(Connection("db1", host="pg1"), port=1) == {"host": "pg1", "port": 1}


def test_a_creation_sends_all_five_fields_and_port_5432_if_none_is_given():
    assert body(None, **NEEDED) == {"host": "pg1", "port": 5432, "user": "ds", "password": "secret", "tags": ""}
    assert body(None, port=1, tags={"x": "y"}, **NEEDED) == {"host": "pg1", "port": 1, "user": "ds", "password": "secret", "tags": "x=y"}


def test_port_5432_is_no_default_for_an_update():
    assert body(ENABLED, host="pg2")["port"] == 5433


def test_a_creation_sends_the_password_also_with_on_create():
    assert body(None, update_password="on_create", **NEEDED)["password"] == "secret"


@pytest.mark.parametrize("state", ["present", "enabled", "disabled"])
@pytest.mark.parametrize("missing, named", [(["host"], "host is"), (["user", "password"], "user and password are"), (["host", "user"], "host and user are")])
def test_too_little_to_create_it_names_what_is_missing(state, missing, named):
    with pytest.raises(InvalidInput) as refused:
        DesiredConnection("db1", state=state, **{key: value for key, value in NEEDED.items() if key not in missing}).writes(None)
    assert str(refused.value) == f"It does not exist on the platform, and to create it {named} missing: give host, user and password."


@pytest.mark.parametrize("state", ["enabled", "disabled"])
def test_nothing_given_to_create_it_says_that_there_is_nothing_to_switch(state):
    with pytest.raises(InvalidInput) as refused:
        DesiredConnection("db1", state=state, port=1).merged_into(None)
    assert str(refused.value) == (
        f"It does not exist on the platform, so it cannot be {state}. Register it first: by the playbook register, "
        "or a task that gives host, user and password."
    )


@pytest.mark.parametrize("current", [MASKED, dataclasses.replace(ENABLED, password=None), dataclasses.replace(ENABLED, password="")])
def test_a_password_that_the_platform_does_not_show_is_sent_once(current):
    desired = DesiredConnection("db1", password="secret")
    assert [write.body["password"] for write in desired.writes(current)] == ["secret"]
    assert desired.writes(current, password_was_sent=True) == []


def test_a_password_that_the_platform_does_not_show_is_no_difference():
    assert DesiredConnection("db1", password="secret").differences(MASKED) == {}


def test_a_password_that_the_platform_does_not_show_is_left_alone_with_on_create():
    assert calls(MASKED, password="secret", update_password="on_create") == []


def test_a_password_that_is_really_shown_and_differs_is_never_taken_for_sent():
    assert DesiredConnection("db1", password="new").writes(ENABLED, password_was_sent=True)


def test_a_password_that_looks_like_a_mask_and_is_the_one_given_is_not_sent():
    assert calls(MASKED, password="****") == []


@pytest.mark.parametrize(
    "current, desired, changes",
    [
        (ENABLED, {"state": "absent", "password": "new"}, False),
        (None, NEEDED, True),
        (ENABLED, {}, False),
        (ENABLED, {"password": "secret"}, False),
        (ENABLED, {"password": "new"}, True),
        (ENABLED, {"password": "new", "update_password": "on_create"}, False),
    ],
)
def test_whether_the_password_changes(current, desired, changes):
    assert DesiredConnection("db1", **desired).changes_password(current) is changes


def test_merged_into_is_what_check_mode_shows():
    assert DesiredConnection("db1", state="absent").merged_into(ENABLED) is None
    assert DesiredConnection("db1", state="disabled", port=1).merged_into(ENABLED) == dataclasses.replace(ENABLED, port=1, enabled=False)
    created = DesiredConnection("db1", **NEEDED).merged_into(None)
    assert (created.port, created.tags, created.enabled, created.connected) == (5432, {}, True, None)
    assert DesiredConnection("db1", state="disabled", **NEEDED).merged_into(None).enabled is False


def test_differences_name_the_fields_and_hide_the_password():
    assert DesiredConnection("db1", port=1, password="new", state="disabled", tags={"b": "2"}).differences(ENABLED) == {
        "port": (1, 5433),
        "password": (None, None),
        "enabled": (False, True),
        "tags": ({"b": "2"}, {"a": "1"}),
    }


def test_no_password_shows_in_a_repr():
    assert "s3cret" not in repr(DesiredConnection("db1", host="h", user="u", password="s3cret").writes(None)) + repr(
        DesiredConnection("db1", password="s3cret")
    )
