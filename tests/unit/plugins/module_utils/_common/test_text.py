# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Text of somebody else's: what reaches no terminal, and what is cut."""

from __future__ import annotations

import unicodedata

import pytest
from ansible_collections.datasentinel.platform.plugins.module_utils._common._text import REDACTED, has_control, printable, redact, shorten
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    "raw, shown",
    [
        ("plain text, größer 100 %", "plain text, größer 100 %"),
        ("bell\x07 null\x00 delete\x7f", "bell? null? delete?"),
        ("\x1b[2J\x1b]0;title\x07", "?[2J?]0;title?"),
        ("\x9b31m", "?31m"),
        ("\u202egnp.exe\u202c \u2066x\u2069 \u200e", "?gnp.exe? ?x? ?"),
        ("zero\u200bwidth\u200d\ufeff\u2060", "zero?width???"),
        ("soft\u00adhyphen", "soft?hyphen"),
        ("line\u2028paragraph\u2029", "line?paragraph?"),
        ("half\ud800", "half?"),
        ("tag\U000e0041", "tag?"),
        ("tab\tline\nreturn\r", "tab line return "),
    ],
    ids=["text", "control", "escape", "C1", "bidirectional", "zero-width", "soft hyphen", "separators", "surrogate", "tag", "blanks"],
)
def test_no_character_that_drives_a_terminal_or_hides_something_is_printable(raw, shown):
    assert printable(raw) == shown


@given(st.text(st.characters()))
def test_printable_text_holds_no_such_character_and_keeps_its_length(text):
    shown = printable(text)
    assert len(shown) == len(text)
    assert not {unicodedata.category(character) for character in shown} & {"Cc", "Cf", "Cs", "Zl", "Zp"}


@pytest.mark.parametrize("text, holds", [("a b", False), ("é\u200b", False), ("a\nb", True), ("\x00", True), ("\x7f", True), ("\x85", True), ("\ud800", True)])
def test_control_characters(text, holds):
    assert has_control(text) is holds


@pytest.mark.parametrize(
    "text, redacted",
    [
        ('"password": "x"', '"password": %s'),
        ('"password":"x y, z", "user": "u"', '"password":%s, "user": "u"'),
        ("'db_passwd': 'x', 'a': 1", "'db_passwd': %s, 'a': 1"),
        ('"pwd": "quote \\" inside"', '"pwd": %s'),
        ('{\\"password\\": \\"x\\"', '{\\"password\\": \\%s'),
        ('"password": "cut in the mid', '"password": %s'),
        ('"api_token": 4711}', '"api_token": %s}'),
        ("token=abc.def-ghi&x=1", "token=%s&x=1"),
        ("Secret : abc, user: ds", "Secret : %s, user: ds"),
        ("client-secret-id=abc;x", "client-secret-id=%s;x"),
        ("PGPASSWORD=abc psql", "PGPASSWORD=%s psql"),
        ("postgresql://ds:pw@pg1/db", "postgresql://%s@pg1/db"),
        ("//user:pw@pg1", "//%s@pg1"),
        ("https://token@pg1 and http://a:b@c", "https://%s@pg1 and http://%s@c"),
        ("https://a:p@ss@pg1/x", "https://%s@pg1/x"),
        ('"password": ["x", "y"], "a": 1', '"password": %s, "a": 1'),
        ('{"password": {"value": "x", "b": ["]", "}", {"c": "y"}]}, "a": 1}', '{"password": %s, "a": 1}'),
        ("passwords=(x, y) a", "passwords=%s a"),
        ('{\\"password\\": [\\"x\\"], \\"a\\": 1}', '{\\"password\\": %s, \\"a\\": 1}'),
        ('"passwords": [["x"], ["y', '"passwords": %s'),
        ("ALTER ROLE ds PASSWORD 'x y' VALID", "ALTER ROLE ds PASSWORD %s VALID"),
        ("Password E'x\\'y'", "Password %s"),
        ('"name": "password", "value": "x", "a": 1', '"name": "password", "value": %s, "a": 1'),
        ("<a name='password' value='x'/>", "<a name='password' value=%s/>"),
        ("password:\n  - x\n", "password:\n  - %s\n"),
    ],
)
def test_what_looks_like_a_secret_is_redacted(text, redacted):
    assert redact(text) == redacted.replace("%s", REDACTED)


@pytest.mark.parametrize(
    "text",
    [
        "the password is wrong",
        "password authentication failed for user 'ds'",
        "no password supplied (see pg_hba.conf)",
        'the password of "ds" expired',
        "the field 'password' is required",
        "the token is 24 hours old [expired]",
        "password",
        "user@example.com",
        "https://pg1/@x",
        "status: ok",
        "/a//b c@d",
    ],
)
def test_what_does_not_look_like_a_secret_stays(text):
    assert redact(text) == text


@pytest.mark.parametrize("text, short", [(" a \n b ", "a b"), ("x" * 10, "x" * 10), ("x" * 11, "x" * 9 + "…"), ("", "")])
def test_text_is_shortened_to_one_line(text, short):
    assert shorten(text, 10) == short


def test_text_is_shortened_to_300_characters_by_default():
    assert len(shorten("x" * 400)) == len(shorten("x" * 300)) == 300
