# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which fields of somebody else's may hold a secret, and what is in them."""

from __future__ import annotations

import time

import pytest
from ansible_collections.datasentinel.platform.plugins.module_utils._common._secret_fields import looks_secret, secrets_in, texts_in

NAMES = ["password", "PassWd", "db-pwd", "client_secret", "user-token", "DSN", "connection string", "connUri", "api-key", "pass\u200bword"]


@pytest.mark.parametrize("name", NAMES)
def test_names_of_secrets(name):
    assert looks_secret(name)


@pytest.mark.parametrize("name", ["host", "user", "connected", "connection", "key", "query-monitoring", ""])
def test_other_names(name):
    assert not looks_secret(name)


def test_secrets_are_found_at_any_depth():
    fields = {"password": "one", "a": [{"token": ["two", {"b": "three"}]}, "no"], "secret": {"c": 4711, "d": True, "e": None, "f": "ab"}}
    assert secrets_in(fields) == ["one", "two", "three", 4711]


def test_texts_are_found_at_any_depth():
    assert texts_in(["one", {"a": "x", "b": [2.5, "", None, False]}]) == ["one", "x", 2.5]


@pytest.mark.parametrize("depth", [990, 100_000])
@pytest.mark.parametrize("wrap", [lambda inner: [inner], lambda inner: {"a": inner}], ids=["list", "object"])
def test_what_is_nested_deeply_is_no_error(depth, wrap):
    value = "s3cret"
    for _level in range(depth):
        value = wrap(value)
    assert secrets_in({"password": value}) == texts_in(value) == ["s3cret"]


def test_the_number_and_the_length_of_secrets_are_bounded():
    assert len(texts_in([f"{number}" for number in range(1000)])) == 100
    assert texts_in(["x" * 60_000, "after it"]) == ["after it"]
    start = time.process_time()
    assert len(secrets_in({"password": [f"{number:05}" * 20 for number in range(100_000)]})) == 100
    assert time.process_time() - start < 2
