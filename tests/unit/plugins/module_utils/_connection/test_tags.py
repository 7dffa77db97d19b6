# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tags: what users may write, what the platform may return, and what is sent."""

from __future__ import annotations

import random

import pytest
from ansible_collections.datasentinel.platform.plugins.module_utils._common._errors import InvalidInput
from ansible_collections.datasentinel.platform.plugins.module_utils._connection._tags import OF_THE_PLATFORM, custom, merged_text, parse_given, parse_returned
from hypothesis import given
from hypothesis import strategies as st

texts = st.text(st.characters(exclude_categories=["Cc", "Cs"], exclude_characters=",="), max_size=12).map(str.strip)
mappings = st.dictionaries(texts.filter(bool), texts, max_size=6)
#: Tags as somebody may have written them on the platform, by hand or long ago.
written = st.lists(st.text("ab =", max_size=6) | st.sampled_from(["server=x", " pg_version = 16 ", "database", "c=3"]), max_size=6).map(",".join)


def sent(tags):
    """The text of tags that a new connection is created with."""
    return merged_text("", tags, purge=True)


@given(mappings)
def test_what_is_sent_is_what_was_given(tags):
    assert parse_given(sent(tags)) == parse_returned(sent(tags)) == parse_given(tags) == tags


@given(mappings, st.randoms(use_true_random=False))
def test_order_does_not_matter(tags, dice):
    parts = sent(tags).split(",")
    dice.shuffle(parts)
    assert parse_returned(",".join(parts)) == tags


@given(mappings)
def test_spaces_around_keys_and_values_do_not_matter(tags):
    spaced = " , ".join(f" {key} = {value} " for key, value in tags.items())
    assert parse_returned(spaced) == parse_given(spaced) == tags


def test_a_part_without_an_equals_sign_is_a_key_with_an_empty_value():
    assert parse_returned("legacy,a=1,,a=2, ") == {"legacy": "", "a": "2"}


@given(st.text(max_size=40))
def test_whatever_the_platform_returns_is_read(text):
    assert isinstance(parse_returned(text), dict)


@given(st.one_of(st.text(max_size=40), st.dictionaries(st.text(max_size=5), st.one_of(st.text(max_size=5), st.integers(), st.none(), st.lists(st.none())))))
def test_whatever_a_user_gives_is_taken_or_refused_and_then_sent_as_it_was_taken(tags):
    try:
        taken = parse_given(tags)
    except InvalidInput:
        return
    assert parse_returned(sent(taken)) == taken


@pytest.mark.parametrize(
    "tags, taken",
    [
        ({}, {}),
        ("", {}),
        ("  ", {}),
        ({"tier": 1, "share": 0.5, "critical": True, "spare": False}, {"tier": "1", "share": "0.5", "critical": "true", "spare": "false"}),
        ({2026: "year"}, {"2026": "year"}),
        ({" a ": " 1 "}, {"a": "1"}),
        ("a=1,b=", {"a": "1", "b": ""}),
        ({"note": "läuft später"}, {"note": "läuft später"}),
    ],
)
def test_what_is_taken(tags, taken):
    assert parse_given(tags) == taken


@pytest.mark.parametrize(
    "tags, message",
    [
        ("application", "The tag 'application' has no '=': tags are written key=value,key=value."),
        ("a=1,,b=2", "The tag '' has no '='"),
        ("a=1,a=2", "The tag 'a' is given twice."),
        ({"a": 1, " a": 2}, "The tag 'a' is given twice."),
        ("=1", "The tag '=' has an empty key."),
        ("a=b=c", "The value of the tag 'a' holds a comma, an equals sign or a control character, which tags cannot carry."),
        ({"a": "x,y"}, "The value of the tag 'a' holds a comma"),
        ({"a,b": 1}, "The key of the tag 'a,b' holds a comma"),
        ({"a": "line\nbreak"}, "The value of the tag 'a' holds a comma, an equals sign or a control character"),
        ({"a": None}, "The value of the tag 'a' is None: keys are text or numbers, values are text, numbers or booleans."),
        ({"a": ["b"]}, "The value of the tag 'a' is ['b']: keys"),
        (
            {True: "a"},
            "The key of the tag True is True: keys are text or numbers, values are text, numbers or booleans. "
            "YAML reads a bare yes, no, on or off as a boolean: put it in quotes.",
        ),
        (["a=1"], "tags has to be a mapping, or a text like 'application=sales,environment=production', and it is a list."),
        (17, "tags has to be a mapping, or a text like 'application=sales,environment=production', and it is 17."),
    ],
)
def test_what_is_refused_names_the_tag(tags, message):
    with pytest.raises(InvalidInput) as refused:
        parse_given(tags)
    assert str(refused.value).startswith(message)


def test_tags_are_sent_in_the_order_given():
    keys = [f"key{number}" for number in range(20)]
    random.Random(1).shuffle(keys)
    assert sent(dict.fromkeys(keys, "1")) == ",".join(f"{key}=1" for key in keys)


# --- over the tags that are there --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "current, tags, merged",
    [
        ("legacy,a=1,a=2", {"b": "3"}, "legacy,a=1,a=2,b=3"),
        (" a = 1 , b=2", {"c": "3"}, " a = 1 , b=2,c=3"),
        ("a=1,b=2", {"a": "9"}, "b=2,a=9"),
        ("a=1,b=2,a=3", {"a": "9"}, "b=2,a=9"),
        ("a=1,,b=2,", {"c": "3"}, "a=1,b=2,c=3"),
        ("a=1", {}, "a=1"),
        ("", {"a": "1"}, "a=1"),
    ],
)
def test_tags_that_are_added_leave_the_other_parts_as_they_were_written(current, tags, merged):
    assert merged_text(current, tags, purge=False) == merged


@pytest.mark.parametrize("current, merged", [("legacy,a=1,b=2", "a=9"), ("", "a=9"), (" a = 9 ", "a=9")])
def test_tags_that_replace_the_others(current, merged):
    assert merged_text(current, {"a": "9"}, purge=True) == merged


def test_no_tags_clear_all_but_the_platforms_own():
    assert merged_text("a=1, pg_version = 16,b=2,server=x", {}, purge=True) == " pg_version = 16,server=x"


@pytest.mark.parametrize("purge", [True, False])
@pytest.mark.parametrize("key", sorted(OF_THE_PLATFORM))
def test_a_tag_that_the_platform_has_set_goes_back_as_it_came_whatever_is_given(key, purge):
    assert merged_text(f"{key} = theirs", {key: "ours", "a": "1"}, purge) == f"{key} = theirs,a=1"


@pytest.mark.parametrize("purge", [True, False])
def test_one_that_the_platform_has_not_set_is_sent_as_given(purge):
    assert merged_text("", {"server": "ours"}, purge) == "server=ours"


@given(written, mappings)
def test_what_is_added_is_there_and_nothing_else_is_changed(current, tags):
    merged = merged_text(current, tags, purge=False)
    ours = {key: value for key, value in tags.items() if key not in OF_THE_PLATFORM}
    assert custom(parse_returned(merged)) == {**custom(parse_returned(current)), **ours}
    kept = [part for part in current.split(",") if part.strip() and part.partition("=")[0].strip() not in ours]
    assert merged.split(",")[: len(kept)] == kept or not kept


@given(written, mappings)
def test_what_replaces_the_others_leaves_the_platforms_own(current, tags):
    merged = parse_returned(merged_text(current, tags, purge=True))
    own = {key: value for key, value in parse_returned(current).items() if key in OF_THE_PLATFORM}
    assert merged == {**tags, **own}


def test_the_tags_of_the_platform_are_those_of_the_manual():
    assert {"pg_instance", "pg_version", "server", "database"} == OF_THE_PLATFORM
    assert custom({"server": "x", "a": "1", "pg_version": "16"}) == {"a": "1"}
