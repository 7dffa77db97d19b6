# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The address of a platform: what is taken, and what is refused before anything is sent."""

from __future__ import annotations

import pytest
from ansible_collections.datasentinel.platform.plugins.module_utils._common._errors import InvalidInput
from ansible_collections.datasentinel.platform.plugins.module_utils._platform._api_url import checked_url, comparable_url
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    "given_url, used",
    [
        ("https://platform.example.com", "https://platform.example.com"),
        ("https://platform.example.com/", "https://platform.example.com"),
        (" https://platform.example.com:8443/monitoring// ", "https://platform.example.com:8443/monitoring"),
        ("https://platform.example.com/ds-api", "https://platform.example.com"),
        ("https://platform.example.com/ds-api/", "https://platform.example.com"),
        ("https://platform.example.com/monitoring//ds-api", "https://platform.example.com/monitoring"),
        ("https://platform.example.com/my-ds-api", "https://platform.example.com/my-ds-api"),
        ("https://platform.example.com/ds-api/x", "https://platform.example.com/ds-api/x"),
        ("https://ds-api", "https://ds-api"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("http://sub.localhost", "http://sub.localhost"),
        ("http://127.0.0.1", "http://127.0.0.1"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_what_is_taken_without_a_warning(given_url, used):
    assert checked_url(given_url) == (used, [])


@pytest.mark.parametrize("call", ["/ds-api/user-token", "/ds-api/pool/pg-instances", "/prefix/ds-api/pool/pg-instances/db1"])
def test_the_address_of_a_call_is_refused(call):
    with pytest.raises(InvalidInput, match="which is the address of a call of the API: leave out /ds-api and what follows"):
        checked_url("https://platform.example.com" + call)


@pytest.mark.parametrize(
    "url", ["http://platform.example.com", "http://db.example.com", "http://10.1.2.3:8080", "http://[2001:db8::1]", "http://localhost.example.com"]
)
def test_http_beyond_loopback_draws_a_warning(url):
    assert checked_url(url) == (url, [f"api_url is {url}: without https, tokens and passwords travel readable for anybody on the way."])


ADVICE = "It looks like https://platform.example.com, with a port or a path prefix where there is one."


@pytest.mark.parametrize(
    "url, message",
    [
        ("", f"api_url is empty. {ADVICE} Or set DATASENTINEL_API_URL."),
        (" / ", f"api_url is empty. {ADVICE} Or set DATASENTINEL_API_URL."),
        ("platform.example.com", f"api_url is 'platform.example.com': only http:// and https:// are possible. {ADVICE}"),
        ("ftp://platform.example.com", f"api_url is 'ftp://platform.example.com': only http:// and https:// are possible. {ADVICE}"),
        ("https://", f"api_url is 'https://', which is not the address of a platform. {ADVICE}"),
        ("https:///path", f"api_url is 'https:///path', which is not the address of a platform. {ADVICE}"),
        ("https://plat form.example.com", f"api_url is 'https://plat form.example.com', which holds a space, a backslash or a control character. {ADVICE}"),
        ("https://platform\\x", f"api_url is 'https://platform\\\\x', which holds a space, a backslash or a control character. {ADVICE}"),
        ("https://platform\x1b[2J", f"api_url is 'https://platform\\x1b[2J', which holds a space, a backslash or a control character. {ADVICE}"),
        ("https://platform:port", f"api_url is not a URL (Port could not be cast to integer value as 'port'). {ADVICE}"),
        ("https://platform:99999", f"api_url is not a URL (Port out of range 0-65535). {ADVICE}"),
        ("https://[::1", f"api_url is not a URL (Invalid IPv6 URL). {ADVICE}"),
    ],
)
def test_what_is_refused_tells_what_it_should_look_like(url, message):
    with pytest.raises(InvalidInput) as refused:
        checked_url(url)
    assert str(refused.value) == message


@pytest.mark.parametrize(
    "url", ["https://platform/#/", "https://platform/#", "https://platform#x", "https://platform?", "https://platform/?token=s3cret", "https://platform/a?#"]
)
def test_a_query_or_fragment_is_refused_even_with_nothing_behind_and_not_quoted(url):
    with pytest.raises(InvalidInput) as refused:
        checked_url(url)
    assert str(refused.value) == f"api_url is more than an address: leave out the ? or # and what follows. {ADVICE}"


@pytest.mark.parametrize(
    "url",
    [
        "https://admin:s3cret@platform.example.com",
        "admin:s3cret@platform.example.com",
        "https://platform.example.com/admin:s3cret@x",
        "https://platform.example.com?s3cret@",
        "ftp://s3cret@platform",
        "@s3cret",
        "https://[s3cret@",
        "s3cret\n@",
    ],
)
def test_an_at_sign_anywhere_is_refused_and_nothing_is_quoted(url):
    with pytest.raises(InvalidInput) as refused:
        checked_url(url)
    assert str(refused.value) == "api_url holds an @, and so perhaps a user and password: give them as api_username and api_password instead."


@pytest.mark.parametrize("url", ["https://platform.example.com", " https://platform.example.com/", "https://platform.example.com/ds-api/"])
def test_spellings_of_one_address_compare_equal(url):
    assert comparable_url(url) == "https://platform.example.com"


@pytest.mark.parametrize("url", ["", "platform", "https://[::1", "https://a:b@platform"])
def test_what_is_refused_compares_as_it_is(url):
    assert comparable_url(url) == url


@given(st.text(max_size=20) | st.text("htps:/@?#[]ds-ai.1 ", max_size=20).map("https://".__add__))
def test_any_text_is_taken_or_refused_and_what_is_taken_stays_as_it_is(text):
    try:
        url, _warnings = checked_url(text)
    except InvalidInput:
        return
    assert url.startswith(("http", "HTTP")) and not set(url) & set("?#@ ") and not url.endswith("/")
