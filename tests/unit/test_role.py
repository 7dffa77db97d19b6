# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role's runner: variables to options, and results to one."""

from __future__ import annotations

import pytest
from ansible_collections.datasentinel.platform.plugins.module_utils._common._errors import InvalidInput
from ansible_collections.datasentinel.platform.plugins.plugin_utils._role_variables import combined, connections, given_options

HOST = {"name": "db1", "host": "pg1", "password": "s3cret", "tags": {"a": "1", "b": "2"}}


def test_only_what_is_set_is_an_option():
    variables = {"datasentinel_connection_host": "pg1", "datasentinel_connection_port": 0, "other": 1}
    assert given_options(["host", "port", "user"], variables.get) == {"host": "pg1", "port": 0}


def test_a_host_without_instances_is_one_connection():
    assert connections(HOST, None, None) == connections(HOST, [], None) == [HOST]


def test_an_instance_is_merged_into_its_host_and_so_are_its_tags():
    found = connections(HOST, [{"name": "x", "port": 1, "tags": {"b": 3}}, {"name": "y", "port": 2, "host": "pg2", "user": None}], None)
    assert found == [
        {"name": "x", "port": 1, "host": "pg1", "password": "s3cret", "tags": {"a": "1", "b": "3"}},
        {"name": "y", "port": 2, "host": "pg2", "password": "s3cret", "tags": {"a": "1", "b": "2"}},
    ]


def test_tags_as_text_are_merged_into_each_other_too():
    assert connections({**HOST, "tags": "a=1"}, [{"name": "x", "port": 1, "tags": "b=2"}], None)[0]["tags"] == {"a": "1", "b": "2"}


@pytest.mark.parametrize("extra", [{"b": "9", "c": 3}, "b=9,c=3"])
def test_extra_tags_are_merged_into_all(extra):
    found = connections(HOST, [{"name": "x", "port": 1, "tags": {"b": 3}}], None, extra)
    assert found[0]["tags"] == {"a": "1", "b": "9", "c": "3"}
    assert connections(HOST, None, None, extra)[0]["tags"] == {"a": "1", "b": "9", "c": "3"}


@pytest.mark.parametrize("nothing", [None, "", {}])
def test_no_extra_tags_leave_the_others_alone(nothing):
    assert connections(HOST, None, None, nothing)[0]["tags"] == HOST["tags"]


@pytest.mark.parametrize("own, override, state", [("present", "disabled", "disabled"), ("absent", "enabled", "absent"), ("disabled", None, "disabled")])
def test_the_overriding_state_does_not_bring_back_what_shall_be_gone(own, override, state):
    assert connections({**HOST, "state": own}, None, override)[0]["state"] == state


@pytest.mark.parametrize("state", [None, "present"])
def test_a_password_is_needed_to_register(state):
    host = {"name": "db1", **({"state": state} if state else {})}
    with pytest.raises(InvalidInput, match="^datasentinel_connection_password is not set: the connection 'db1' needs"):
        connections(host, None, None)


@pytest.mark.parametrize("state", ["absent", "enabled", "disabled"])
def test_no_password_is_needed_for_what_is_there(state):
    assert connections({"name": "db1"}, None, state)


@pytest.mark.parametrize(
    "instances, sentence",
    [
        ({"name": "x"}, "datasentinel_connection_instances has to be a list"),
        (["x"], r"datasentinel_connection_instances\[0\] has to be a mapping"),
        ([{"name": "x", "port": 1}, {"port": 1}], r"datasentinel_connection_instances\[1\] \(without a name\) lacks name"),
        ([{"name": "x"}], r"datasentinel_connection_instances\[0\] \(x\) lacks port"),
        ([{"name": "x", "port": 1, "prot": 2}], r"datasentinel_connection_instances\[0\] holds prot, which is not known there: it may hold name, port, host"),
    ],
)
def test_a_wrong_instance_says_which(instances, sentence):
    with pytest.raises(InvalidInput, match=sentence):
        connections(HOST, instances, None)


def test_one_result_stays_as_it_is():
    result = {"changed": False, "connection": {}}
    assert combined(["db1"], [result]) is result


def test_several_results_become_one():
    done = {"changed": True, "connection": {"name": "a"}, "diff": {"before": {}, "after": {"x": 1}}, "msg": "created", "warnings": ["w"]}
    same = {"changed": False, "connection": {"name": "b"}, "diff": {"before": {}, "after": {}}}
    assert combined(["a", "b"], [done, same]) == {
        "changed": True,
        "connections": [{"name": "a"}, {"name": "b"}],
        "diff": [
            {"before": {}, "after": {"x": 1}, "before_header": "a", "after_header": "a"},
            {"before": {}, "after": {}, "before_header": "b", "after_header": "b"},
        ],
        "msg": "a: created",
        "warnings": ["w"],
    }


def test_of_several_results_the_failed_ones_speak():
    done = {"changed": True, "connection": {"name": "a"}, "msg": "created"}
    failed = [{"failed": True, "changed": False, "msg": text, "error": {"status": status}} for text, status in (("no", 500), ("never", 403))]
    result = combined(["a", "b", "c"], [done, *failed])
    assert (result["failed"], result["changed"], result["msg"], result["error"]) == (True, True, "b: no c: never", {"status": 500})
    assert result["connections"] == [{"name": "a"}]
