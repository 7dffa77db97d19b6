# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tags: what users may write, what the platform may return, and what is sent."""

from __future__ import annotations

import random

import pytest
from ansible_collections.datasentinel.platform.plugins.module_utils._common._errors import InvalidInput
from ansible_collections.datasentinel.platform.plugins.module_utils._connection._tags import format_tags, parse_given, parse_returned
from hypothesis import given
from hypothesis import strategies as st

texts = st.text(st.characters(exclude_categories=["Cc", "Cs"], exclude_characters=",="), max_size=12).map(str.strip)
mappings = st.dictionaries(texts.filter(bool), texts, max_size=6)


@given(mappings)
def test_parse_and_format_are_inverses(tags):
    assert parse_given(format_tags(tags)) == tags
    assert parse_returned(format_tags(tags)) == tags
    assert parse_given(tags) == tags


@given(mappings, st.randoms(use_true_random=False))
def test_order_does_not_matter(tags, dice):
    parts = format_tags(tags).split(",")
    dice.shuffle(parts)
    assert parse_returned(",".join(parts)) == tags


@given(mappings)
def test_spaces_around_keys_and_values_do_not_matter(tags):
    spaced = " , ".join(f" {key} = {value} " for key, value in tags.items())
    assert parse_returned(spaced) == parse_given(spaced) == tags


@given(st.text(max_size=40))
def test_whatever_the_platform_returns_is_read(text):
    assert isinstance(parse_returned(text), dict)


@given(st.one_of(st.text(max_size=40), st.dictionaries(st.text(max_size=5), st.one_of(st.text(max_size=5), st.integers(), st.none(), st.lists(st.none())))))
def test_whatever_a_user_gives_is_taken_or_refused_and_then_sent_as_it_was_taken(tags):
    try:
        taken = parse_given(tags)
    except InvalidInput:
        return
    assert parse_returned(format_tags(taken)) == taken


@pytest.mark.parametrize(
    "given_tags, taken",
    [
        ({}, {}),
        ("", {}),
        ("  ", {}),
        ({"tier": 1, "share": 0.5, "critical": True, "spare": False}, {"tier": "1", "share": "0.5", "critical": "true", "spare": "false"}),
        ({2026: "year"}, {"2026": "year"}),
        ("a=1,b=", {"a": "1", "b": ""}),
        ({"note": "läuft später"}, {"note": "läuft später"}),
    ],
)
def test_what_is_taken(given_tags, taken):
    assert parse_given(given_tags) == taken


@pytest.mark.parametrize(
    "given_tags, sentence",
    [
        ("application", "The tag 'application' has no '='"),
        ("a=1,,b=2", "The tag '' has no '='"),
        ("a=1,a=2", "The tag 'a' is given twice"),
        ({"a": 1, " a": 2}, "The tag 'a' is given twice"),
        ("=1", "The tag '=' has an empty key"),
        ("a=b=c", "The value of the tag 'a' holds a comma, an equals sign"),
        ({"a": "x,y"}, "The value of the tag 'a' holds a comma"),
        ({"a,b": 1}, "The key of the tag 'a,b' holds a comma"),
        ({"a": "line\nbreak"}, "The value of the tag 'a' holds a comma, an equals sign or a control character"),
        ({"a": None}, "The value of the tag 'a' is None"),
        ({"a": ["b"]}, "The value of the tag 'a' is ['b']"),
        ({True: "a"}, "The key of the tag True is True: keys are text or numbers, values are text, numbers or booleans. YAML reads a bare yes"),
        (["a=1"], "tags has to be a mapping, or a text like 'application=sales,environment=production', and it is a list"),
        (17, "tags has to be a mapping"),
    ],
)
def test_what_is_refused_names_the_tag(given_tags, sentence):
    with pytest.raises(InvalidInput) as refused:
        parse_given(given_tags)
    assert sentence in str(refused.value)


def test_tags_are_sent_in_the_order_given():
    keys = [f"key{number}" for number in range(20)]
    random.Random(1).shuffle(keys)
    assert format_tags({key: "1" for key in keys}) == ",".join(f"{key}=1" for key in keys)
