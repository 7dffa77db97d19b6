# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Masking: nothing of a secret stays, and nothing else goes."""

from __future__ import annotations

import base64
import json
import random
import time
import unicodedata
from concurrent.futures import ThreadPoolExecutor

import pytest
from ansible_collections.datasentinel.platform.plugins.module_utils._common._secrets import HIDDEN, LONGEST_QUOTED, MASK, Secrets
from hypothesis import given
from hypothesis import strategies as st
from support.spellings import echoed, found

AWKWARD = " p\"a'ss/w&o<r>d  é%\\+\n"


def secrets(*values):
    register = Secrets()
    register.add(*values)
    return register


# --- spellings ---------------------------------------------------------------------------------------------------


def test_every_spelling_is_masked():
    register = secrets(AWKWARD)
    # Blanks around it may stay.
    assert [form for form in echoed(AWKWARD) if register.mask(form).replace("\\n", "").strip(" \n\\") != MASK] == []


@pytest.mark.parametrize(
    "secret, echoed",
    [
        ("it's", "it&#39;s"),
        ("it's", "it&#x27;s"),
        ("it's", "it&apos;s"),
        ("it's", "it''s"),
        ("it's", "it\\u0027s"),
        ('a"b', "a&#34;b"),
        ('a"b', "a&quot;b"),
        ('a"b', 'a""b'),
        ('a"b', 'a\\"b'),
        ('a"b', 'a\\\\\\"b'),
        ("'\"", "&apos;&#34;"),
        ("a<b>&c", "a\\u003cb\\u003e\\u0026c"),
        ("a<b>&c", "a\\u003Cb\\u003E\\u0026c"),
        ("a<b>&c", "a\\\\u003cb\\\\u003e\\\\u0026c"),
        ("a<b>&c", "a&lt;b&gt;&amp;c"),
        ("a/b", "a\\/b"),
        ("a/b", "a\\\\/b"),
        ("a/b<", "a\\/b\\u003c"),
        ("a/b+c", "a%2Fb%2Bc"),
        ("a/b+c", "a%2fb%2bc"),
        ("a b", "a+b"),
        ("é", "\\u00e9"),
        ("é", "\\u00E9"),
        ("é", "%C3%A9"),
        ("\udce9", "%E9"),
        ("half\ud800", "half\ud800"),
        ("pass", base64.b64encode(b"pass").decode()),
        ("???", base64.urlsafe_b64encode(b"???").decode()),
        ("pass", base64.b64encode(b"pass").decode().rstrip("=")),
        ("  a  b ", "a  b"),
        ("  a  b ", "a b"),
        ("a\tb\n", "a b"),
        ("a\tb", "a\\tb"),
        ("a\tb", "a\\\\tb"),
    ],
)
def test_what_real_platforms_make_of_a_secret_is_masked(secret, echoed):
    assert secrets(secret).mask(f"{{{echoed}}}").rstrip("=}") == f"{{{MASK}"


def test_of_two_secrets_where_one_holds_the_other_nothing_stays():
    assert secrets("pass", "password-of-mine").mask("password-of-mine pass") == f"{MASK} {MASK}"


def test_a_secret_that_is_registered_later_is_masked_from_then_on():
    register = secrets("one")
    assert register.mask("one two") == f"{MASK} two"
    register.add("two")
    assert register.mask("one two") == f"{MASK} {MASK}"


def test_thousands_of_secrets_are_all_masked_and_soon(secrets):
    passwords = [f"{random.Random(number).getrandbits(64):x}-w/o'rd" for number in range(2000)]
    secrets.add(*passwords)
    start = time.process_time()
    masked = secrets.mask(" ".join(f"{number}: {password}" for number, password in enumerate(passwords)))
    assert masked == " ".join(f"{number}: {MASK}" for number in range(2000))
    assert time.process_time() - start < 1


@pytest.mark.parametrize("short", ["x", "x?", "x?y", "x?yz"])
def test_a_short_secret_among_many_is_masked_too(secrets, short):
    secrets.add(short, *(f"s3cret-{number:03}" for number in range(400)))
    assert secrets.mask(f"a {short} b") == f"a {MASK} b"
    assert secrets.mask("a b") == "a b"


def test_secrets_may_be_registered_while_others_are_masked(secrets):
    def register(first):
        for number in range(first, 400, 4):
            secrets.add(f"s3cret-{number:03}")
            assert secrets.mask(f"s3cret-{number:03}") == MASK

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(register, range(4)))
    assert secrets.mask(" ".join(f"s3cret-{number:03}" for number in range(400))) == " ".join([MASK] * 400)


@pytest.mark.parametrize("asterisks", ["*", "**", "********", "*" * 7])
def test_a_secret_of_asterisks_does_not_mask_the_mask(asterisks):
    register = secrets(asterisks, "word")
    assert register.mask("word") == register.mask(register.mask("word")) == register.quote("word") == MASK


def test_a_secret_that_holds_a_mask_is_masked():
    assert secrets("ab********cd", "********x").mask("1 ab********cd 2 ********x") == f"1 {MASK} 2 {MASK}"


@pytest.mark.parametrize("blank", [" ", "   ", "\t\n", "\u00a0"])
def test_a_secret_of_blanks_alone_masks_nothing(blank):
    assert secrets(blank).mask(f"a {blank} b+c IA%20") == f"a {blank} b+c IA%20"


def test_a_number_is_masked_as_its_text():
    assert secrets(4711).mask("port 4711") == f"port {MASK}"


def test_nothing_to_mask():
    assert secrets(None, "").mask("text") == "text"


@given(st.text(min_size=1).filter(str.strip), st.text(), st.text())
def test_no_secret_survives_masking(secret, before, after):
    masked = secrets(secret).mask(before + secret + after)
    assert secret not in masked.replace(MASK, "\0") or set(secret) <= {"\0"}


# --- values ------------------------------------------------------------------------------------------------------


def test_texts_of_any_depth_are_masked_keys_too():
    masked = secrets("s3cret").mask_values({"s3cret": ["a s3cret", {"b": ("s3cret", None)}]})
    assert masked == {MASK: [f"a {MASK}", {"b": [MASK, None]}]}


def test_numbers_that_are_a_secret_are_masked_and_no_others():
    assert secrets("4711").mask_values([4711, 47110, 4711.0]) == [MASK, 47110, 4711.0]


@pytest.mark.parametrize("word", ["True", "true", "1", "None"])
def test_booleans_and_none_stay_whatever_the_secret_is(word):
    assert secrets(word).mask_values([True, None]) == [True, None]


# --- quoting -----------------------------------------------------------------------------------------------------


def test_a_quoted_text_is_masked():
    assert secrets("s3cret").quote("login failed for s3cret") == f"login failed for {MASK}"


@pytest.mark.parametrize(
    "text, quoted",
    [
        ('{"password": "unknown-pw"}', f'{{"password": {MASK}}}'),
        ("DSN postgresql://ds:unknown-pw@pg1/db", f"DSN postgresql://{MASK}@pg1/db"),
        ("see token=unknown-pw&x=1", f"see token={MASK}&x=1"),
    ],
)
def test_what_looks_like_a_secret_is_redacted_although_nobody_registered_it(secrets, text, quoted):
    assert secrets.quote(text) == quoted


def test_a_quoted_text_is_printable_and_on_one_line(secrets):
    assert secrets.quote(" one\r\n\ttwo\x1b[31m\u202e\u200bthree ") == "one two?[31m??three"


def test_a_quoted_text_is_shortened_last_so_that_no_half_of_a_secret_is_left():
    quoted = secrets("s3cret").quote("x" * 294 + "s3cret" + "y" * 5000)
    assert quoted == "x" * 294 + "*****…" and len(quoted) == 300


def test_a_quoted_text_is_as_long_as_asked_for(secrets):
    assert secrets.quote("x" * 50, limit=50) == "x" * 50
    assert secrets.quote("x" * 51, limit=50) == "x" * 49 + "…"


UNITS = ["password", "token=", '"secret": "', "//a:b", "://", "\\", "pass\\\\\\\\", "\u202e", "s3cret", "a", "-", '"pwd" : \'']
GROUPS = ["password: [", '"password": {"', "password "]


@pytest.mark.parametrize("unit", UNITS + GROUPS)
def test_quoting_takes_linear_time(unit):
    start = time.process_time()
    secrets("s3cret").quote(unit * (1_000_000 // len(unit)))
    assert time.process_time() - start < 1.5


shapes = st.sampled_from(
    [
        str,
        repr,
        json.dumps,
        lambda text: json.dumps({"error": {"detail": text}}),
        lambda text: json.dumps(json.dumps({"user": text})),
        lambda text: f"<b>{text}</b>",
        lambda text: f"postgresql://ds:{text}@host",
        lambda text: f"\x1b[1m{text}\u202e",
        lambda text: text * 60,
    ]
)
secret_texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cf"]), min_size=4, max_size=16).filter(lambda text: len(set(text)) > 3)


@given(secret_texts, shapes, st.text(max_size=300), st.text(max_size=300))
def test_whatever_a_secret_stands_in_it_is_not_quoted(secret, shape, before, after):
    quoted = secrets(secret).quote(before + shape(secret) + after)
    assert found(quoted.replace(MASK, "\0"), secret) == []


@pytest.mark.parametrize("position", range(LONGEST_QUOTED - 12, LONGEST_QUOTED + 2))
def test_a_secret_where_a_text_is_cut_is_masked_as_a_whole(position):
    assert secrets("s3cret-alpha").safe("." * position + "s3cret-alpha and more") in ("." * position + MASK, "." * LONGEST_QUOTED, "." * position)


def test_what_stands_beyond_the_cut_does_not_move_up():
    assert secrets("s3cret-alpha-omega").safe("s3cret-alpha-omega" * 10, 100) == MASK * 6


def test_long_texts_are_quoted_soon_however_many_secrets_there_are(secrets):
    secrets.add(*(f"{number}-alpha-of-many" for number in range(20)))
    start = time.process_time()
    for _error in range(20):
        secrets.quote("1-alpha-of-many password=x //" * 30_000)
    assert time.process_time() - start < 2


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
@pytest.mark.parametrize("given", ["NFC", "NFD"])
def test_letters_and_accents_count_composed_or_apart(secrets, given, form):
    secrets.add(unicodedata.normalize(given, "Größe-Élan9"))
    assert secrets.mask(unicodedata.normalize(form, "not Größe-Élan9 here")) == "not ******** here"


@pytest.mark.parametrize("echoed", ["one two three", "one\ntwo\n   three", "one\u00a0two\u2003three", "one\r\n\ttwo three", "one\\ntwo three"])
@pytest.mark.parametrize("secret", ["one two three", "one\ntwo three", " one\u00a0two\u00a0three"])
def test_a_passphrase_is_masked_whatever_became_of_its_blanks(secret, echoed):
    for shown in (secrets(secret).safe(f"it is {echoed}, not\nless"), secrets(secret).quote(f"it is {echoed}, not\nless")):
        assert shown in (f"it is {MASK}, not less", HIDDEN)


@pytest.mark.parametrize("echoed", ["two  words", "two\nwords", "two\t words", "two\r\nwords"])
def test_a_secret_that_is_wrapped_or_spaced_out_is_not_quoted(echoed):
    assert "two words" not in secrets("two words").quote(f"refused: {echoed}")
