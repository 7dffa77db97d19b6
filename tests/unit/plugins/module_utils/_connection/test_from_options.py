# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the options of a task to the desired state: what is refused before anything is sent, and with which message."""

from __future__ import annotations

import pytest
from ansible_collections.datasentinel.platform.plugins.module_utils._common._errors import InvalidInput
from ansible_collections.datasentinel.platform.plugins.module_utils._connection._desired_connection import DesiredConnection
from ansible_collections.datasentinel.platform.plugins.module_utils._connection._from_options import check_host, desired_from
from hypothesis import given
from hypothesis import strategies as st


def options(**given_options):
    defaults = {"host": None, "port": None, "user": None, "password": None, "tags": None}
    return {"name": "db1", "state": "present", **defaults, "purge_tags": True, "update_password": "always", **given_options}


def refusal(**given_options):
    with pytest.raises(InvalidInput) as refused:
        desired_from(options(**given_options))
    return str(refused.value)


def test_what_is_not_given_is_none():
    assert desired_from(options()) == DesiredConnection("db1")


def test_all_options():
    given_options = options(host="pg1", port=1, user="u", password="p", tags="a=1", state="disabled", purge_tags=False, update_password="on_create", wait=True)
    assert desired_from(given_options) == DesiredConnection("db1", "disabled", "pg1", 1, "u", "p", {"a": "1"}, False, "on_create")


@pytest.mark.parametrize("tags", ["", {}])
def test_no_tags_are_not_the_same_as_tags_that_are_not_given(tags):
    assert desired_from(options(tags=tags)).tags == {}


def test_names_and_tags_are_checked():
    assert refusal(name="a/b").startswith("name is 'a/b': it must not")
    assert refusal(tags="a").startswith("The tag 'a' has no '='")


def test_what_is_too_long_to_be_read_again_is_refused():
    for key, most in (("host", 1000), ("user", 1000), ("password", 10000)):
        assert refusal(**{key: "x" * (most + 1)}) == f"{key} is longer than {most} characters."
        desired_from(options(**{key: "x" * most}))


@pytest.mark.parametrize("key", ["host", "user", "password"])
@pytest.mark.parametrize("value", ["", " ", "a\nb", "\x00", "\ud800"])
def test_a_text_that_is_empty_or_holds_a_control_character(key, value):
    assert refusal(**{key: value}) == f"{key} is empty, or holds a control character: leave it out to keep what is there."


@pytest.mark.parametrize("port", [0, -1, 65536, True])
def test_a_port_out_of_range(port):
    assert refusal(port=port) == f"port is {port}: it has to be a number from 1 to 65535."


@pytest.mark.parametrize("port", [1, 65535])
def test_a_port_in_range(port):
    assert desired_from(options(port=port)).port == port


@pytest.mark.parametrize(
    "host", ["pg1", "pg1.example.com", "PG_1.example.com.", "10.0.0.1", "::1", "fe80::1%eth0", "2001:db8::1", "größe.example", "300.1.1.1"]
)
def test_a_host_that_is_taken(host):
    assert desired_from(options(host=host)).host == host


@pytest.mark.parametrize(
    "host, instead",
    [
        ("https://pg1.example.com", "host: pg1.example.com"),
        ("postgresql://pg1.example.com:5433/postgres", "host: pg1.example.com and port: 5433"),
        ("pg1.example.com:5433", "host: pg1.example.com and port: 5433"),
        ("pg1.example.com/path", "host: pg1.example.com"),
        ("pg1?sslmode=require", "host: pg1"),
        (" pg1 ", "host: pg1"),
        ("[::1]", "host: ::1"),
        ("[2001:db8::1]:5433", "host: 2001:db8::1 and port: 5433"),
        ("https://[::1]:5433/", "host: ::1 and port: 5433"),
        ("10.0.0.1:5432", "host: 10.0.0.1 and port: 5432"),
    ],
)
def test_a_host_with_more_is_told_what_to_write_instead(host, instead):
    with pytest.raises(InvalidInput) as refused:
        check_host(host)
    assert str(refused.value) == f"host is {host!r}, which is more than a host name or an address: write {instead}."


@pytest.mark.parametrize("host", ["two words", "pg1:", "a:b:c", "[]", ":5432", "://", "/var/run/postgresql", "[::1", "pg1:port", "pg1 5432", "a\\b"])
def test_a_host_that_cannot_be_is_told_what_it_has_to_be(host):
    with pytest.raises(InvalidInput) as refused:
        check_host(host)
    assert str(refused.value) == f"host is {host!r}: it has to be a host name or an address, without a scheme, a port or a space."


@pytest.mark.parametrize("host", ["postgresql://ds:s3cret@pg1/postgres", "ds:s3cret@pg1", "s3cret@"])
def test_a_host_with_an_at_sign_is_not_quoted(host):
    with pytest.raises(InvalidInput) as refused:
        check_host(host)
    assert str(refused.value) == "host holds an @: write the name or address of the server alone, and user and password as options of their own."


@given(st.text(max_size=20) | st.text("ab.:/[]% 1@", max_size=12))
def test_any_host_is_taken_or_refused_and_what_is_advised_is_taken(host):
    try:
        check_host(host)
    except InvalidInput as exc:
        advised = str(exc).rpartition("write host: ")[2].removesuffix(".").partition(" and port")[0]
        if "write host: " in str(exc):
            check_host(advised)
    else:
        assert not set(host) & set(" /@[]")
