# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fields of a connection that nobody here knows: passed on, without what looks like a secret, and within bounds."""

from __future__ import annotations

import json
import time

import pytest
from ansible_collections.datasentinel.platform.plugins.module_utils._common._secrets import MASK, Secrets
from ansible_collections.datasentinel.platform.plugins.module_utils._connection._further_fields import safe_fields
from hypothesis import given
from hypothesis import strategies as st
from support.recorded import json_values

SECRET_NAMES = [
    "PASSWORD",
    "old-password",
    "password_hash",
    "passwd",
    "db_pwd",
    "pass",
    "pass-phrase",
    "client_secret",
    "api-token",
    "credentials",
    "dsn",
    "connection-string",
    "conninfo",
    "connection_url",
    "ConnectionURI",
    "api_key",
    "private-key",
    "accesskey",
]


def nested(depth, innermost="innermost"):
    value = innermost
    for _turn in range(depth):
        value = {"level": [value]}
    return value


def test_values_of_all_types_are_passed_on_by_our_names(secrets):
    fields = {"query-monitoring": True, "delay": 30, "share": 0.5, "note": "ünïcode", "nothing": None, "list": [1, {"inner-name": "x"}]}
    assert safe_fields(fields, secrets) == {**{key.replace("-", "_"): fields[key] for key in list(fields)[:5]}, "list": [1, {"inner_name": "x"}]}


@pytest.mark.parametrize("name", SECRET_NAMES)
def test_what_looks_like_a_secret_is_left_out_at_any_depth(secrets, name):
    fields = {name: "s3cret", "settings": [{"a": 1, name: {"x": "s3cret"}}], "b": 2}
    assert safe_fields(fields, secrets) == {"settings": [{"a": 1}], "b": 2}


@pytest.mark.parametrize("name", ["query-monitoring", "connected-since", "key", "monkey", "connections", "max_connections"])
def test_what_does_not_is_passed_on(secrets, name):
    assert list(safe_fields({name: 1}, secrets).values()) == [1]


def test_known_secrets_are_masked_in_values_names_and_numbers(secrets):
    secrets.add("s3cret", 4711)
    assert safe_fields({"a s3cret": ["s3cret", 4711, 4712, True]}, secrets) == {f"a {MASK}": [MASK, MASK, 4712, True]}


def test_what_looks_like_a_secret_in_a_text_is_redacted(secrets):
    assert safe_fields({"url": "postgresql://ds:unknown@pg1/db", "log": "password=unknown"}, secrets) == {
        "url": f"postgresql://{MASK}@pg1/db",
        "log": f"password={MASK}",
    }


def test_names_and_values_are_printable(secrets):
    assert safe_fields({"na\x1bme": ["va\u202elue"]}, secrets) == {"na?me": ["va?lue"]}


@pytest.mark.parametrize("name", ["changed", "failed", "ansible_facts", "_ansible_no_log", "invocation", "", "__class__", "{{ lookup('pipe', 'id') }}"])
def test_names_of_ansibles_own_are_names_like_any_other(secrets, name):
    assert safe_fields({name: "x"}, secrets) == {name: "x"}


def test_what_is_nested_too_deeply_is_left_out(secrets):
    found = json.dumps(safe_fields({"deep": nested(3), "deeper": nested(300, "x")}, secrets))
    assert "innermost" in found and "(left out: nested too deeply)" in found and len(found) < 500


@pytest.mark.parametrize("value", [[], {}, [[[[[[]]]]]]])
def test_what_is_not_nested_too_deeply_stays(secrets, value):
    assert safe_fields({"a": value}, secrets) == {"a": value}


def test_a_text_of_a_thousand_characters_stays_and_a_longer_one_is_cut(secrets):
    assert safe_fields({"a": "x" * 1000, "b": "x" * 280_000}, secrets) == {"a": "x" * 1000, "b": "x" * 999 + "…"}


def test_more_than_five_hundred_items_are_left_out(secrets):
    assert len(safe_fields({"a": list(range(2000)), "b": 1}, secrets)["a"]) == 499
    assert len(safe_fields({f"field{number}": 1 for number in range(2000)}, secrets)) == 500


@pytest.mark.parametrize(
    "fields",
    [
        {"a": "x" * 1_000_000},
        {"a": "pass" * 250_000},
        {"a" * 1_000_000: 1},
        {"a": [[]] * 300_000},
        {f"name{number}": number for number in range(60_000)},
        {"a": "\u202e" * 300_000},
    ],
    ids=["text", "text like secrets", "name", "list", "names", "unprintable"],
)
def test_a_mebibyte_of_anything_is_bounded_in_time_and_size(secrets, fields):
    start = time.process_time()
    assert len(json.dumps(safe_fields(fields, secrets))) < 600_000
    assert time.process_time() - start < 1


UNKNOWN = "a-secret-of-nobodys"
KNOWN = "a-known-secret"


@given(
    st.dictionaries(
        st.sampled_from(SECRET_NAMES + ["field", "data", KNOWN]),
        st.recursive(
            json_values | st.sampled_from([KNOWN, f"x{KNOWN}y", f"password: {UNKNOWN}"]),
            lambda inner: (
                st.lists(inner, max_size=2)
                | st.dictionaries(st.sampled_from(SECRET_NAMES), st.just(UNKNOWN) | inner, max_size=2)
                | st.dictionaries(st.sampled_from(["field", KNOWN]), inner, max_size=2)
            ),
            max_leaves=6,
        ),
        max_size=5,
    )
)
def test_no_secret_of_any_object_is_in_it(fields):
    secrets = Secrets()
    secrets.add(KNOWN)
    found = json.dumps(safe_fields(fields, secrets))
    assert KNOWN not in found and UNKNOWN not in found


def test_no_half_of_a_secret_is_left_where_a_text_is_cut(secrets):
    secrets.add("0123456789" * 4)
    # After masking, what is looked at is shorter than what is shown.
    found = safe_fields({"a": "x" * 20 + "0123456789" * 4 * 200}, secrets)["a"]
    assert "01234567" not in found
