# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the platform returns, in our form, and what of it a result shows."""

from __future__ import annotations

import pytest
from ansible_collections.datasentinel.platform.plugins.module_utils._common._secrets import MASK, Secrets
from ansible_collections.datasentinel.platform.plugins.module_utils._connection._connection import Connection, from_platform
from hypothesis import given
from hypothesis import strategies as st
from support.recorded import PASSWORD, json_values, shown


def test_the_example_of_the_contract(secrets):
    connection = from_platform("db1", shown(**{"lock-monitoring-delay": 30}))
    assert connection.public(secrets) == {
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


def test_the_name_is_the_one_asked_for():
    assert from_platform("db2", shown(name="another")).name == "db2"


def test_the_password_is_kept_for_comparing_and_shown_nowhere(secrets):
    connection = from_platform("db1", shown())
    assert connection.password == PASSWORD and connection.password_is_shown
    assert PASSWORD not in repr(connection) + str(connection.public(secrets)) + str(connection.managed()) + connection.who()


@pytest.mark.parametrize("text, number", [("5433", 5433), (" 5433 ", 5433), (5433, 5433), (5433.0, 5433)])
def test_a_port_is_a_number_however_it_is_shown(text, number):
    port = from_platform("db1", shown(port=text)).port
    assert port == number and isinstance(port, int)


@pytest.mark.parametrize("shown_value, value", [(True, True), ("true", True), ("FALSE", False), (False, False)])
@pytest.mark.parametrize("key", ["enabled", "connected"])
def test_a_boolean_is_one_however_it_is_shown(key, shown_value, value):
    assert getattr(from_platform("db1", shown(**{key: shown_value})), key) is value


@pytest.mark.parametrize("key", ["host", "user", "password"])
def test_a_number_is_a_text(key):
    assert getattr(from_platform("db1", shown(**{key: 4711})), key) == "4711"


@pytest.mark.parametrize("text", ["a=1,b=2", "b=2,a=1", " b = 2 , a=1,"])
def test_tags_are_a_mapping_whatever_their_order_and_spaces(text):
    connection = from_platform("db1", shown(tags=text))
    assert connection.tags == {"a": "1", "b": "2"} and connection.tags_text == text


def test_the_platforms_own_tags_are_shown_and_are_no_part_of_a_diff(secrets):
    connection = from_platform("db1", shown(tags="server=x,a=1"))
    assert connection.public(secrets)["tags"] == {"server": "x", "a": "1"}
    assert connection.custom_tags == connection.managed()["tags"] == {"a": "1"}


@pytest.mark.parametrize("key", ["host", "port", "user", "password", "tags_text", "enabled", "connected"])
@pytest.mark.parametrize("gap", [..., None])
def test_what_the_platform_leaves_out_is_not_known(key, gap):
    connection = from_platform("db1", shown(**{key.removesuffix("_text"): gap}))
    assert getattr(connection, key) is None and connection.tags is not None


@pytest.mark.parametrize(
    "key, value, problem",
    [
        ("port", "default", "port is not a number"),
        ("port", True, "port is not a number"),
        ("port", 1.5, "port is not a number"),
        ("port", float("inf"), "port is not a number"),
        ("port", "9" * 5000, "port is not a number"),
        ("port", [5432], "port is not a number"),
        ("host", ["a"], "host is not a text"),
        ("host", True, "host is not a text"),
        ("user", {}, "user is not a text"),
        ("password", [PASSWORD], "password is not a text"),
        ("tags", {"a": "1"}, "tags are not a text"),
        ("enabled", "perhaps", "enabled is neither true nor false"),
        ("connected", 3, "connected is neither true nor false"),
    ],
)
def test_what_cannot_be_names_the_field_and_no_value(key, value, problem):
    with pytest.raises(ValueError) as refused:
        from_platform("db1", shown(**{key: value}))
    assert str(refused.value) == problem


@pytest.mark.parametrize("password, is_shown", [("sentinel", True), ("****", False), ("", False), (None, False)])
def test_a_password_that_is_missing_or_masked_is_not_shown(password, is_shown):
    assert Connection("db1", password=password).password_is_shown is is_shown


# --- what a result shows -----------------------------------------------------------------------------------------


def test_its_own_fields_are_never_masked_even_where_a_secret_is_part_of_them(secrets):
    for value in ("sentinel", "5433", "db1", "true", "sales"):
        secrets.add(value)
    connection = from_platform("db1", shown(note="sentinel"))
    public = connection.public(secrets)
    assert (public["name"], public["user"], public["port"], public["tags"]["application"], public["enabled"]) == ("db1", "datasentinel", 5433, "sales", True)
    assert connection.managed()["user"] == "datasentinel" and connection.who() == "pg1.example.com:5433 as user datasentinel"
    assert public["note"] == MASK


def test_no_further_field_takes_the_place_of_one_of_its_own(secrets):
    connection = Connection("db1", host="pg1", further={"ho-st": 1, "password": "x"})
    assert "password" not in connection.public(secrets)
    assert Connection("db1", host="pg1", further={"host": "other"}).public(secrets)["host"] == "pg1"


def test_everything_is_printable(secrets):
    connection = from_platform("n\u202eame", shown(host="pg1\x1b[2J", user="a\u200bb", tags="k\x07=v\x9b", note="\x1bc"))
    text = "".join(map(str, [connection.public(secrets), connection.managed(), connection.who()]))
    assert text.isprintable() and "\\x" not in text and "\\u" not in text


fields = st.sampled_from(sorted(shown()) + ["new-field", "password_2"])


@given(st.dictionaries(fields | st.text(max_size=5), json_values, max_size=12))
def test_any_object_is_understood_or_refused_as_unreadable(displayed):
    try:
        connection = from_platform("db1", displayed)
    except ValueError:
        return
    public = connection.public(Secrets())
    assert isinstance(public["tags"], dict) and not any("password" in key for key in public)
