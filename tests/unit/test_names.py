# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names of connections: which are refused, and how the others travel in a URL."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from ansible_collections.datasentinel.platform.plugins.module_utils._platform._connection_api import ConnectionApi, check_name
from ansible_collections.datasentinel.platform.plugins.module_utils._common._errors import InvalidInput
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize("name", ["", " ", "\t", ".", "..", "a/b", "/", "a\\b", "a\nb", "a\x00b", "a\x7fb", "\ud800"])
def test_refused(name):
    with pytest.raises(InvalidInput, match="^name is "):
        check_name(name)


@pytest.mark.parametrize(
    "name, segment",
    [
        ("sales-production", "sales-production"),
        ("a b", "a%20b"),
        ("a?b#c", "a%3Fb%23c"),
        ("100%", "100%25"),
        ("größe", "gr%C3%B6%C3%9Fe"),
        ("...", "..."),
        ("a,b;c:d@e", "a%2Cb%3Bc%3Ad%40e"),
    ],
)
def test_everything_else_is_percent_encoded(name, segment):
    check_name(name)
    assert ConnectionApi._path(name) == f"/ds-api/pool/pg-instances/{segment}"


@given(st.text(max_size=30))
def test_a_name_that_is_not_refused_arrives_as_it_was_given_and_in_one_segment(name):
    try:
        check_name(name)
    except InvalidInput:
        return
    segment = ConnectionApi._path(name).removeprefix("/ds-api/pool/pg-instances/")
    assert unquote(segment) == name
    assert segment.isascii() and not set(segment) & set("/?#\\ ")
