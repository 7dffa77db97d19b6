# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ansible's data as plain data."""

from __future__ import annotations

import json

import pytest
from ansible.utils.unsafe_proxy import wrap_var
from ansible_collections.datasentinel.platform.plugins.plugin_utils._plain import plain
from hypothesis import given
from support.recorded import json_values


class Text(str):
    """A text of Ansible's, which keeps itself where it can."""

    def itself(self):
        return self

    __str__ = itself


class Number(int):
    """As an integer with a tag."""


class Fraction(float):
    """As a float with a tag."""


class Vault:
    """As an inline !vault value before ansible-core 2.19."""

    def __str__(self):
        return "decrypted"


def types_in(value):
    """The types in a value, however it is nested."""
    if isinstance(value, dict):
        return {dict}.union(*(types_in(item) for pair in value.items() for item in pair))
    if isinstance(value, list):
        return {list}.union(*map(types_in, value))
    return {type(value)}


@pytest.mark.parametrize("given_value, expected", [(Text("a"), "a"), (Number(7), 7), (Fraction(0.5), 0.5), (Vault(), "decrypted"), (None, None), (True, True)])
def test_one_value(given_value, expected):
    assert plain(given_value) == expected and type(plain(given_value)) is type(expected)


def test_values_of_any_depth_keys_too():
    value = plain({Text("a"): (Number(1), [Vault(), {Text("b"): Text("c")}])})
    assert value == {"a": [1, ["decrypted", {"b": "c"}]]}
    assert types_in(value) == {dict, list, str, int}


def test_what_ansible_marks_as_unsafe():
    value = plain(wrap_var({"a": ["{{ x }}", 1]}))
    assert value == {"a": ["{{ x }}", 1]} and types_in(value) == {dict, list, str, int}


@given(json_values)
def test_plain_data_stays_as_it_is(value):
    assert json.dumps(plain(value)) == json.dumps(value)
