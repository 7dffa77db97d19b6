# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The items of a list of connections: what each means, and how it is named where it cannot be."""

from __future__ import annotations

import pytest
from ansible_collections.datasentinel.platform.plugins.module_utils._commands._items import (
    desired_connections,
)
from ansible_collections.datasentinel.platform.plugins.module_utils._common._errors import (
    InvalidInput,
)
from ansible_collections.datasentinel.platform.plugins.module_utils._connection._desired_connection import (
    DesiredConnection,
)

SECRET = "s3cretword"


def refusal(connections, defaults=None, **more):
    """Return the error with which connections are refused."""
    with pytest.raises(InvalidInput) as refused:
        desired_connections(connections, defaults, **more)
    return refused.value


def test_a_name_alone_is_a_connection_with_the_defaults_of_the_options():
    assert desired_connections([{"name": "a"}]) == [DesiredConnection("a")]


def test_no_connections_are_none():
    assert desired_connections([]) == []


def test_every_option_counts_in_the_order_given():
    full = {
        "name": "b",
        "state": "disabled",
        "host": "h",
        "port": 1,
        "user": "u",
        "password": "p",
        "tags": {"a": 1},
        "purge_tags": False,
        "update_password": "on_create",
    }
    assert desired_connections([full, {"name": "a"}]) == [
        DesiredConnection("b", "disabled", "h", 1, "u", "p", {"a": "1"}, purge_tags=False, update_password="on_create"),
        DesiredConnection("a"),
    ]


@pytest.mark.parametrize(
    "option, given, converted",
    [
        ("port", "5433", 5433),
        ("port", 5433.0, 5433),
        ("purge_tags", "no", False),
        ("purge_tags", 1, True),
        ("user", 7, "7"),
        ("password", 12345, "12345"),
        ("tags", "a=1,b=2", {"a": "1", "b": "2"}),
        ("tags", "", {}),
        ("name", 42, "42"),
    ],
)
def test_values_are_converted_as_ansible_converts_options(option, given, converted):
    [desired] = desired_connections([{"name": "a", option: given}])
    value = getattr(desired, option)
    assert value == converted and type(value) is type(converted)


def test_defaults_count_where_an_item_does_not_give_an_option():
    defaults = {"user": "ds", "port": "1", "tags": {"a": 1}}
    assert desired_connections([{"name": "a"}, {"name": "b", "port": 2, "tags": {}}, {"name": "c", "port": None}], defaults) == [
        DesiredConnection("a", user="ds", port=1, tags={"a": "1"}),
        DesiredConnection("b", user="ds", port=2, tags={}),
        DesiredConnection("c", user="ds", port=1, tags={"a": "1"}),
    ]


def test_a_default_of_none_is_not_given():
    assert desired_connections([{"name": "a"}], {"port": None, "state": None}) == [DesiredConnection("a")]


@pytest.mark.parametrize(
    "item, message, option",
    [
        ({}, "connections[1]: it has no name.", "name"),
        ({"name": None}, "connections[1]: it has no name.", "name"),
        ({"name": ""}, "connections[1] (''): name is empty", "name"),
        ({"name": "a/b"}, "connections[1] ('a/b'): name is 'a/b'", "name"),
        ({"name": ["a"]}, "connections[1]: name has to be a text, and it is ['a'].", "name"),
        ({"name": True}, "connections[1] (True): name has to be a text, and it is True.", "name"),
        ("x", "connections[1]: it has to be a mapping", None),
        (None, "connections[1]: it has to be a mapping", None),
        ({"name": "x", "prot": 1, "hots": 2}, "connections[1] ('x') holds hots, prot, which is not known there: it may hold name, state, host", "hots"),
        ({"name": "x", 5: 1}, "connections[1] ('x') holds a key that is not known there: it may hold name, state, host", None),
        ({"name": "x", "password": "half1", "half2": None}, "connections[1] ('x') holds a key that is not known there: it may hold name, state, host", None),
        ({"name": "x", "state": "gone"}, "connections[1] ('x'): state has to be one of present, absent, enabled, disabled, and it is 'gone'.", "state"),
        ({"name": "x", "host": " "}, "connections[1] ('x'): host is empty", "host"),
        ({"name": "x", "host": "h:1"}, "connections[1] ('x'): host is 'h:1'", "host"),
        ({"name": "x", "port": "many"}, "connections[1] ('x'): port has to be a whole number, and it is 'many'.", "port"),
        ({"name": "x", "port": 1.5}, "connections[1] ('x'): port has to be a whole number, and it is 1.5.", "port"),
        ({"name": "x", "port": True}, "connections[1] ('x'): port has to be a whole number, and it is True.", "port"),
        ({"name": "x", "port": 65536}, "connections[1] ('x'): port is 65536", "port"),
        ({"name": "x", "user": {"a": 1}}, "connections[1] ('x'): user has to be a text, and it is {'a': 1}.", "user"),
        ({"name": "x", "purge_tags": "maybe"}, "connections[1] ('x'): purge_tags has to be true or false, and it is 'maybe'.", "purge_tags"),
        ({"name": "x", "update_password": "never"}, "connections[1] ('x'): update_password has to be one of always, on_create", "update_password"),
        ({"name": "x", "tags": "a"}, "connections[1] ('x'): The tag 'a' has no '='", "tags"),
        ({"name": "x", "tags": ["a=1"]}, "connections[1] ('x'): tags has to be a mapping", "tags"),
        ({"name": "x", "tags": {"a": [1]}}, "connections[1] ('x'): The value of the tag 'a' is [1]", "tags"),
    ],
)
def test_a_refusal_names_the_item_and_the_option(item, message, option):
    error = refusal([{"name": "first"}, item])
    assert str(error).startswith(message) and error.option == option


def test_of_several_mistakes_the_first_is_named():
    assert str(refusal([{"name": "a", "port": 0}, {"name": ""}])).startswith("connections[0] ('a'): port is 0")


@pytest.mark.parametrize("other", ["a", "A "])
def test_only_the_very_same_name_stands_twice(other):
    connections = [{"name": "a"}, {"name": "b"}, {"name": other}]
    if other != "a":
        assert len(desired_connections(connections)) == 3
        return
    assert str(refusal(connections)).startswith("The name 'a' stands twice, in connections[0] ('a') and connections[2] ('a')")


def test_a_number_and_its_text_are_the_same_name():
    assert "The name '7' stands twice" in str(refusal([{"name": 7}, {"name": "7"}]))


@pytest.mark.parametrize("connections", [None, "a", {"name": "a"}, 5])
def test_anything_but_a_list_is_refused(connections):
    assert str(refusal(connections)) == "connections has to be a list of mappings, one for each connection."


@pytest.mark.parametrize("connections", [[], [{"name": "a"}]])
def test_defaults_that_are_not_known_are_refused_also_without_connections(connections):
    assert str(refusal(connections, {"usr": 1})).startswith("defaults holds usr, which is not known there")


@pytest.mark.parametrize("defaults", ["user", ["user"], 5])
def test_defaults_that_are_no_mapping_are_refused(defaults):
    assert str(refusal([{"name": "a"}], defaults)).startswith("defaults has to be a mapping")


def test_labels_name_the_items_in_place_of_their_numbers():
    assert str(refusal([{"name": "a", "port": 0}], labels=["f.csv, line 2"])).startswith("f.csv, line 2: port is 0")
    columns = ["name", "port", "tags.b"]
    assert str(refusal([{"name": "a", "port": 0}], labels=["f.csv, line 2"], columns=columns)).startswith("f.csv, line 2, column port: port is 0")
    of_a_tag = refusal([{"name": "a", "port": "b", "tags": {"b": "1"}}], labels=["f.csv, line 2"], columns=columns)
    assert str(of_a_tag).startswith("f.csv, line 2, column port: port has to be"), "also where what it quotes is the key of a tag"
    assert "in f.csv, line 2 and f.csv, line 3" in str(refusal([{"name": "a"}] * 2, labels=["f.csv, line 2", "f.csv, line 3"]))


def test_a_default_is_no_part_of_the_password_before_its_empty_cell():
    error = refusal([{"name": "a", "password": "pw"}], {"port": 0}, labels=["f.csv, line 2"], columns=["name", "password", "port"])
    assert str(error).startswith("f.csv, line 2, column port: port is 0")


@pytest.mark.parametrize("password", [[SECRET], {SECRET: 1}, {"a": [SECRET]}, f"{SECRET}\n", f"{SECRET}\0", b"s3cretword"])
@pytest.mark.parametrize("place", ["item", "defaults"])
def test_a_refusal_quotes_nothing_of_a_password(password, place):
    item, defaults = ({"password": password}, {}) if place == "item" else ({}, {"password": password})
    error = refusal([{"name": "a", **item}], defaults)
    assert str(error).startswith("connections[0] ('a'): password ") and SECRET not in str(error)


def test_a_mistake_beside_a_password_quotes_nothing_of_it():
    for mistake in ({"port": "x"}, {"hots": 1}, {"state": "x"}, {"tags": 5}):
        assert SECRET not in str(refusal([{"name": "a", "password": SECRET, **mistake}]))
    assert SECRET not in str(refusal([{"name": "a"}], f"password={SECRET}")) + str(refusal([f"password={SECRET}"]))
