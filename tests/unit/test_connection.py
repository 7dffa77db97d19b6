# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the platform returns, in our form."""

from __future__ import annotations

import pytest
from ansible_collections.datasentinel.platform.plugins.module_utils._connection._connection import Connection, from_platform, is_mask
from hypothesis import given
from hypothesis import strategies as st
from support.recorded import json_values, shown


def test_the_example_of_the_contract():
    connection = from_platform("db1", shown(**{"lock-monitoring-delay": 30}))
    assert connection.public() == {
        "name": "db1",
        "host": "pg1.example.com",
        "port": 5433,
        "user": "datasentinel",
        "tags": {"application": "sales", "environment": "production"},
        "enabled": True,
        "connected": True,
        "collection_rate": "low",
        "lock_monitoring_delay": 30,
    }


def test_the_password_is_kept_for_comparing_but_shown_nowhere():
    connection = from_platform("db1", shown())
    assert connection.password == shown()["password"] and connection.password_is_shown
    assert shown()["password"] not in repr(connection) + str(connection.public()) + str(connection.managed())


@pytest.mark.parametrize("key", ["PASSWORD", "old-password", "password_hash"])
def test_no_field_that_sounds_like_a_password_is_passed_on(key):
    assert "x" not in str(from_platform("db1", shown(**{key: "xxx"})).extra)


@pytest.mark.parametrize("text, number", [("5433", 5433), (" 5433 ", 5433), (5433, 5433), (5433.0, 5433)])
def test_a_port_is_a_number_however_it_is_shown(text, number):
    port = from_platform("db1", shown(port=text)).port
    assert port == number and isinstance(port, int)


@pytest.mark.parametrize("text", ["a=1,b=2", "b=2,a=1", " b = 2 , a=1,"])
def test_tags_are_a_mapping_whatever_their_order_and_spaces(text):
    assert from_platform("db1", shown(tags=text)).tags == {"a": "1", "b": "2"}


@pytest.mark.parametrize("key", ["host", "port", "user", "password", "tags", "enabled", "connected"])
@pytest.mark.parametrize("gap", [..., None])
def test_what_the_platform_leaves_out_is_not_known(key, gap):
    value = getattr(from_platform("db1", shown(**{key: gap})), key)
    assert value == {} if key == "tags" else value is None


@pytest.mark.parametrize(
    "key, value, problem",
    [
        ("port", "default", "port is not a number"),
        ("port", True, "port is not a number"),
        ("port", 1.5, "port is not a number"),
        ("port", [5432], "port is not a number"),
        ("host", ["a"], "host is not a text"),
        ("user", {}, "user is not a text"),
        ("tags", {"a": "1"}, "tags are not a text"),
        ("enabled", "perhaps", "enabled is neither true nor false"),
        ("connected", 3, "connected is neither true nor false"),
    ],
)
def test_what_cannot_be_names_the_field(key, value, problem):
    with pytest.raises(ValueError, match=problem):
        from_platform("db1", shown(**{key: value}))


@pytest.mark.parametrize("password, masked", [("********", True), ("*", True), ("xxxxx", True), ("•••", True), ("aaaa", False), ("**a**", False), ("sentinel", False)])
def test_masks(password, masked):
    assert is_mask(password) is masked
    assert Connection("db1", password=password).password_is_shown is not masked


@pytest.mark.parametrize("password", ["", None])
def test_a_password_that_is_missing_is_not_shown(password):
    assert not Connection("db1", password=password).password_is_shown


fields = st.sampled_from(sorted(shown()) + ["new-field", "password_2"])


@given(st.dictionaries(fields | st.text(max_size=5), json_values, max_size=12))
def test_any_object_is_understood_or_refused_as_unreadable(answer):
    try:
        connection = from_platform("db1", answer)
    except ValueError:
        return
    assert isinstance(connection.tags, dict) and "password" not in connection.public()
