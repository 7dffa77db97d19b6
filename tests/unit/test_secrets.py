# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Masking: nothing of a secret stays, and nothing else goes."""

from __future__ import annotations

import html
import json
from urllib.parse import quote, quote_plus

import pytest
from ansible_collections.datasentinel.platform.plugins.module_utils._common._secrets import MASK, Secrets
from hypothesis import given
from hypothesis import strategies as st

AWKWARD = "p\"a'ss/w&o<rd é%\\+\n"


def secrets(*values):
    register = Secrets()
    register.add(*values)
    return register


@pytest.mark.parametrize("spelling", [str, json.dumps, lambda text: json.dumps(text, ensure_ascii=False), repr, quote, quote_plus, html.escape])
def test_every_spelling_is_masked(spelling):
    spelled = spelling(AWKWARD).strip("\"'") if spelling in (json.dumps, repr) else spelling(AWKWARD)
    masked = secrets(AWKWARD).mask(f"before {spelled} after")
    assert masked.startswith("before ") and masked.endswith(" after") and "w" not in masked.replace("before", "").strip()


def test_percent_encoding_in_lower_case_is_masked():
    assert secrets("a/b+c").mask("see a%2fb%2bc") == f"see {MASK}"


def test_of_two_secrets_where_one_holds_the_other_nothing_stays():
    assert secrets("pass", "password-of-mine").mask("password-of-mine pass") == f"{MASK} {MASK}"


def test_a_secret_of_asterisks_does_not_mask_the_mask():
    assert secrets("*", "word").mask("word") == MASK


def test_nothing_to_mask():
    assert secrets(None, "").mask("text") == "text"


@pytest.mark.parametrize("word", ["changed", "true", "false", "failed", "name", "e", "0", "1", "status", "5432", "200"])
def test_a_secret_that_is_a_common_word_leaves_the_shape_of_a_result_alone(word):
    result = {"changed": True, "failed": False, "connection": {"name": "x", "port": 5432, "enabled": None}, "error": {"status": 200}, "items": [True]}
    masked = secrets(word).mask_result(result)
    assert masked == result


def test_numbers_that_are_a_secret_are_masked_except_ports_and_statuses():
    assert secrets("4711").mask_result({"extra": 4711, "port": 4711, "status": 4711, "list": [4711, 1]}) == {
        "extra": MASK,
        "port": 4711,
        "status": 4711,
        "list": [MASK, 1],
    }


@given(st.text(min_size=1), st.text(), st.text())
def test_no_secret_survives_masking(secret, before, after):
    masked = secrets(secret).mask(before + secret + after)
    assert secret not in masked.replace(MASK, "\0") or set(secret) <= {"\0"}
