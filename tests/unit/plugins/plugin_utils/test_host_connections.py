# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The connections of one host: what its variables and an operation ask for, and their results as one."""

from __future__ import annotations

import pytest
from ansible_collections.datasentinel.platform.plugins.module_utils._common._errors import InvalidInput
from ansible_collections.datasentinel.platform.plugins.plugin_utils._host_connections import OPERATIONS, Item, combined, items_of
from ansible_collections.datasentinel.platform.plugins.plugin_utils._role_variables import INSTANCE, PREFIX

HOST = {"name": "db1", "host": "pg1", "port": 5432, "user": "ds", "state": "present", "password": "s3cret", "tags": {"a": "1", "b": "2"}}
ACCESS = {"api_url": "https://platform.example.com", "api_token": "t", "api_retries": 0, "validate_certs": False}


def options_of(host, instances=None, operation="register", extra_tags=None):
    return [item.options for item in items_of(host, instances, operation, extra_tags)]


def refusal(host, instances=None, operation="register"):
    with pytest.raises(InvalidInput) as refused:
        items_of(host, instances, operation)
    return str(refused.value)


# --- register ----------------------------------------------------------------------------------------------------


def test_a_host_without_instances_is_one_connection():
    assert items_of(HOST, None, "register") == [Item("db1", HOST)]


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_host_with_an_empty_list_of_instances_has_no_connection(operation):
    """Not even one of its own name, which nobody named. A password is not needed for none."""
    assert items_of({"name": "db1", "state": "present"}, [], operation, "a=1") == []


@pytest.mark.parametrize("instances", [None, [{"name": 4711, "port": 1}]])
def test_a_name_that_the_inventory_has_as_a_number_is_a_text(instances):
    [item] = items_of({**HOST, "name": 4711}, instances, "register")
    assert (item.name, item.options["name"]) == ("4711", "4711")


@pytest.mark.parametrize("name", [False, {"a": 1}, ["db1"]])
def test_what_is_no_text_is_no_name(name):
    assert PREFIX + "name has to be a text" in refusal({**HOST, "name": name})
    assert PREFIX + "instances[0].name has to be a text" in refusal(HOST, [{"name": name, "port": 1}])


def test_an_instance_is_merged_over_its_host_and_so_are_its_tags():
    instances = [{"name": "x", "port": 1, "tags": {"b": 3}}, {"name": "y", "port": 2, "host": "pg2", "user": None, "password": "other", "state": " "}]
    assert items_of({**HOST, **ACCESS}, instances, "register") == [
        Item("x", {**HOST, **ACCESS, "name": "x", "port": 1, "tags": {"a": "1", "b": "3"}}),
        Item("y", {**HOST, **ACCESS, "name": "y", "port": 2, "host": "pg2", "password": "other"}),
    ]


@pytest.mark.parametrize("host_tags, own, merged", [("a=1", "b=2", {"a": "1", "b": "2"}), ({}, {"b": 2}, {"b": "2"})])
def test_tags_as_text_are_laid_over_each_other_too(host_tags, own, merged):
    assert options_of({**HOST, "tags": host_tags}, [{"name": "x", "port": 1, "tags": own}])[0]["tags"] == merged


def test_an_instance_of_a_host_without_tags_has_its_own():
    host = {key: value for key, value in HOST.items() if key != "tags"}
    found = options_of(host, [{"name": "x", "port": 1, "tags": {"b": 2}}, {"name": "y", "port": 2}])
    assert found[0]["tags"] == {"b": "2"} and "tags" not in found[1]


def test_a_name_that_is_a_number_is_a_text():
    assert items_of(HOST, [{"name": 17, "port": 1}], "register")[0].name == "17"


@pytest.mark.parametrize("extra", [{"b": "9", "c": 3}, "b=9,c=3"])
def test_extra_tags_are_laid_over_all(extra):
    assert options_of(HOST, [{"name": "x", "port": 1, "tags": {"b": 3}}], extra_tags=extra)[0]["tags"] == {"a": "1", "b": "9", "c": "3"}
    assert options_of(HOST, extra_tags=extra)[0] == {**HOST, "tags": {"a": "1", "b": "9", "c": "3"}}


def test_extra_tags_without_tags_are_added_and_nothing_is_purged():
    host = {key: value for key, value in HOST.items() if key != "tags"}
    assert options_of(host, extra_tags="c=3") == [{**host, "tags": {"c": "3"}, "purge_tags": False}]


def test_extra_tags_over_no_tags_at_all_purge_the_others():
    assert options_of({**HOST, "tags": {}}, extra_tags="c=3") == [{**HOST, "tags": {"c": "3"}}]


@pytest.mark.parametrize("nothing", [None, "", {}])
def test_no_extra_tags_leave_the_others_alone(nothing):
    assert options_of(HOST, extra_tags=nothing) == [HOST]


@pytest.mark.parametrize("instances, hint", [(None, ""), ([{"name": "db1", "port": 1}], f" (there, or in its item of {PREFIX}instances)")])
def test_a_password_is_needed_to_register(instances, hint):
    assert refusal({**HOST, "password": None}, instances) == (
        f"{PREFIX}password is not set: the connection 'db1' needs the password of its PostgreSQL user{hint}."
    )


@pytest.mark.parametrize("state", ["absent", "enabled", "disabled"])
def test_no_password_is_needed_for_another_state(state):
    assert options_of({"name": "db1", "state": state}) == [{"name": "db1", "state": state}]


# --- the other operations ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "operation, by_state",
    [
        ("deregister", {"present": "absent", "absent": "absent", "enabled": "absent", "disabled": "absent"}),
        ("disable", {"present": "disabled", "absent": None, "enabled": "disabled", "disabled": "disabled"}),
        ("enable", {"present": "enabled", "absent": None, "enabled": "enabled", "disabled": None}),
        ("pause", {"present": "disabled", "absent": None, "enabled": "disabled", "disabled": "disabled"}),
        ("resume", {"present": "enabled", "absent": None, "enabled": "enabled", "disabled": "enabled"}),
    ],
)
def test_the_state_that_an_operation_leads_to(operation, by_state):
    for desired, state in by_state.items():
        (item,) = items_of({**HOST, "state": desired}, None, operation)
        if state is None:
            assert item.left_alone == f"Connection 'db1': left alone, since the inventory wants it {desired}."
        else:
            assert (item.options["state"], item.left_alone) == (state, "")


@pytest.mark.parametrize("operation", [name for name in OPERATIONS if name != "register"])
def test_an_operation_sends_name_and_state_and_nothing_else(operation):
    host = {**HOST, **ACCESS, "wait": True, "wait_timeout": 5, "purge_tags": False, "update_password": "always"}
    (options,) = options_of(host, operation=operation)
    assert options == {**ACCESS, "name": "db1", "state": options["state"], "wait": True, "wait_timeout": 5}


@pytest.mark.parametrize("operation", [name for name in OPERATIONS if name != "register"])
def test_an_operation_needs_no_password(operation):
    assert options_of({"name": "db1", **ACCESS}, operation=operation)[0]["name"] == "db1"


def test_an_operation_takes_no_extra_tags():
    assert "tags" not in options_of(HOST, operation="enable", extra_tags="c=3")[0]


def test_each_instance_by_its_own_state():
    instances = [{"name": "x", "port": 1, "state": "absent"}, {"name": "y", "port": 2}, {"name": "z", "port": 3, "state": "disabled"}]
    found = items_of(HOST, instances, "enable")
    assert [bool(item.left_alone) for item in found] == [True, False, True] and found[1].options["state"] == "enabled"


@pytest.mark.parametrize("operation", ["remove", ["pause"], {"enable": 1}])
def test_an_unknown_operation(operation):
    assert refusal(HOST, operation=operation) == f"{PREFIX}operation is {operation!r}: it has to be one of {', '.join(OPERATIONS)}."


@pytest.mark.parametrize("state", ["there", ["present"], {"present": 1}])
def test_an_unknown_state(state):
    assert refusal({**HOST, "state": state}, operation="disable") == f"{PREFIX}state is {state!r}: it has to be one of present, absent, enabled, disabled."


# --- what cannot be ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "instances, message",
    [
        ({}, f"{PREFIX}instances has to be a list, with one item for each PostgreSQL cluster of the host."),
        ({"name": "x"}, f"{PREFIX}instances has to be a list, with one item for each PostgreSQL cluster of the host."),
        ("x", f"{PREFIX}instances has to be a list, with one item for each PostgreSQL cluster of the host."),
        (["x"], f"{PREFIX}instances[0] has to be a mapping with name and port."),
        ([{"name": "x", "port": 1}, {"port": 1}], f"{PREFIX}instances[1] (without a name) lacks name."),
        ([{"name": "x"}], f"{PREFIX}instances[0] (x) lacks port."),
        ([{"name": " ", "port": ""}], f"{PREFIX}instances[0] (without a name) lacks name and port."),
        ([{"name": "x", "port": 1, "prot": 2}], f"{PREFIX}instances[0] holds prot, which is not known there: it may hold {', '.join(INSTANCE)}."),
        (
            [{"name": "x", "port": 1}, {"name": "y", "port": 2}, {"name": "x", "port": 3}],
            f"The name 'x' stands twice in {PREFIX}instances: each connection of the platform has a name of its own.",
        ),
    ],
)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_wrong_instance_is_refused_for_every_operation(instances, message, operation):
    assert refusal(HOST, instances, operation) == message


def test_a_name_that_is_a_number_and_one_that_is_its_text_are_the_same():
    assert "stands twice" in refusal(HOST, [{"name": 17, "port": 1}, {"name": "17", "port": 2}])


# --- results -----------------------------------------------------------------------------------------------------

DONE = {"changed": True, "connection": {"name": "pg-a"}, "diff": {"before": {}, "after": {"x": 1}}, "msg": "created", "warnings": ["w"]}
SAME = {"changed": False, "connection": {"name": "pg-b"}, "diff": {"before": {}, "after": {}}, "deprecations": [{"msg": "d"}]}
BROKEN = {"failed": True, "changed": False, "msg": "Connection 'pg-c': no", "error": {"status": 500}}


def items(*names):
    return [Item(name, {}) for name in names]


def test_one_result_stays_as_it_is_besides_results():
    assert combined(items("pg-a"), [DONE]) == {
        **DONE,
        "results": [{"name": "pg-a", "changed": True, "failed": False, "msg": "created", "connection": {"name": "pg-a"}}],
    }


def test_several_results_become_one():
    assert combined(items("pg-a", "pg-b"), [DONE, SAME]) == {
        "changed": True,
        "connections": [{"name": "pg-a"}, {"name": "pg-b"}],
        "diff": [
            {"before": {}, "after": {"x": 1}, "before_header": "pg-a", "after_header": "pg-a"},
            {"before": {}, "after": {}, "before_header": "pg-b", "after_header": "pg-b"},
        ],
        "msg": "pg-a: created",
        "results": [
            {"name": "pg-a", "changed": True, "failed": False, "msg": "created", "connection": {"name": "pg-a"}},
            {"name": "pg-b", "changed": False, "failed": False, "connection": {"name": "pg-b"}},
        ],
        "warnings": ["w"],
        "deprecations": [{"msg": "d"}],
    }


def test_the_message_of_several_results_is_that_of_the_failed_ones():
    result = combined(items("pg-a", "pg-c", "pg-d"), [DONE, BROKEN, {**BROKEN, "msg": "never", "error": {"status": 403}}])
    assert (result["failed"], result["changed"], result["msg"], result["error"]) == (True, True, "Connection 'pg-c': no pg-d: never", {"status": 500})
    assert result["connections"] == [{"name": "pg-a"}]
    assert [(entry["name"], entry["changed"], entry["failed"]) for entry in result["results"]] == [
        ("pg-a", True, False),
        ("pg-c", False, True),
        ("pg-d", False, True),
    ]


def test_a_host_that_was_not_reached_is_unreachable_as_a_whole():
    assert combined(items("pg-a", "pg-b"), [DONE, {"unreachable": True, "changed": False, "msg": "gone"}])["unreachable"] is True


def test_a_module_that_broke_before_it_said_so_has_changed_nothing():
    result = combined(items("pg-a", "pg-b"), [{"failed": True, "msg": "MODULE FAILURE"}, SAME])
    assert result["changed"] is result["results"][0]["changed"] is False


def test_several_results_of_nothing():
    assert combined(items("pg-a", "pg-b"), [{"changed": False}] * 2) == {
        "changed": False,
        "results": [{"name": name, "changed": False, "failed": False} for name in ("pg-a", "pg-b")],
    }


def test_no_connections_are_said_to_be_none():
    message = f"The host has no connections, since {PREFIX}instances is an empty list: nothing to do."
    assert combined([], []) == {"changed": False, "msg": message, "results": []}


def test_a_message_is_named_also_where_the_name_is_part_of_a_word():
    assert combined(items("on", "pg1"), [{"changed": True, "msg": "Connection updated!"}, {"changed": True, "msg": "moved to pg12"}])["msg"] == (
        "on: Connection updated! pg1: moved to pg12"
    )
