# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Access to the platform: what is taken, what is refused before anything is sent, and with which sentence."""

from __future__ import annotations

import pytest
from ansible_collections.datasentinel.platform.plugins.module_utils._common._errors import InvalidInput
from ansible_collections.datasentinel.platform.plugins.module_utils._platform._settings import settings_from


def params(**given):
    return {"api_url": "https://platform.example.com", "api_token": "token", "validate_certs": True, "api_timeout": 30.0, "api_retries": 3, **given}


@pytest.mark.parametrize(
    "given, used",
    [
        ("https://platform.example.com", "https://platform.example.com"),
        ("https://platform.example.com/", "https://platform.example.com"),
        (" https://platform.example.com:8443/monitoring// ", "https://platform.example.com:8443/monitoring"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("http://127.0.0.1", "http://127.0.0.1"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_urls_that_are_taken_without_a_warning(given, used):
    settings, warnings = settings_from(params(api_url=given))
    assert (settings.api_url, warnings) == (used, [])


@pytest.mark.parametrize("url", ["http://platform.example.com", "http://10.1.2.3:8080"])
def test_http_beyond_loopback_draws_a_warning(url):
    assert "without https" in settings_from(params(api_url=url))[1][0]


@pytest.mark.parametrize(
    "url, sentence",
    [
        ("", "api_url is empty"),
        ("platform.example.com", "only http:// and https:// are possible"),
        ("ftp://platform.example.com", "only http:// and https:// are possible"),
        ("https://", "not the address of a platform"),
        ("https://platform.example.com?x=1", "not the address of a platform"),
        ("https://platform.example.com#x", "not the address of a platform"),
        ("https://plat form.example.com", "not the address of a platform"),
        ("https://platform.example.com\\@other", "api_url"),
        ("https://platform.example.com:port", "api_url is not a URL"),
        ("https://[::1", "api_url is not a URL"),
    ],
)
def test_urls_that_are_refused(url, sentence):
    with pytest.raises(InvalidInput) as refused:
        settings_from(params(api_url=url))
    assert sentence in str(refused.value)


def test_a_password_in_the_url_is_refused_and_not_repeated():
    with pytest.raises(InvalidInput) as refused:
        settings_from(params(api_url="https://admin:s3cret@platform.example.com"))
    assert "api_username and api_password" in str(refused.value) and "s3cret" not in str(refused.value)


def test_no_credentials_names_the_options_and_the_variables():
    with pytest.raises(InvalidInput) as refused:
        settings_from(params(api_token=None))
    for word in ("api_token", "api_username", "api_password", "DATASENTINEL_API_TOKEN", "DATASENTINEL_API_USERNAME", "DATASENTINEL_API_PASSWORD"):
        assert word in str(refused.value)


@pytest.mark.parametrize("given, missing", [("api_username", "api_password"), ("api_password", "api_username")])
def test_half_a_credential_names_the_other_half(given, missing):
    with pytest.raises(InvalidInput, match=f"{given} is given without {missing}"):
        settings_from(params(api_token=None, **{given: "x"}))


@pytest.mark.parametrize("half", ["api_username", "api_password"])
def test_a_ready_token_needs_no_other_half(half):
    assert not settings_from(params(**{half: "x"}))[0].can_mint


def test_the_token_wins_and_username_and_password_stand_by():
    settings = settings_from(params(api_username="u", api_password="p"))[0]
    assert (settings.token, settings.can_mint) == ("token", True)


@pytest.mark.parametrize(
    "given, sentence",
    [
        ({"api_token": "two words"}, "api_token holds a space"),
        ({"api_token": "line\nbreak"}, "api_token holds a space"),
        ({"api_token": "tokén"}, "api_token holds a space, a line break or another character"),
        ({"api_username": "a:b", "api_password": "p"}, "api_username holds a colon"),
        ({"api_username": "a", "api_password": "p\n"}, "api_password holds a control character"),
        ({"ca_path": "/no/such/file.pem"}, "/no/such/file.pem"),
        ({"api_timeout": 0.0}, "api_timeout is 0.0"),
        ({"api_timeout": float("nan")}, "api_timeout is nan"),
        ({"api_timeout": float("inf")}, "api_timeout is inf"),
        ({"api_retries": -1}, "api_retries is -1"),
    ],
)
def test_other_values_that_are_refused(given, sentence):
    with pytest.raises(InvalidInput) as refused:
        settings_from(params(**given))
    assert sentence in str(refused.value)


def test_verification():
    assert settings_from(params())[0].verify is True
    assert settings_from(params(ca_path=__file__))[0].verify == __file__
    assert settings_from(params(ca_path="/no/such/file.pem", validate_certs=False))[0].verify is False


def test_nothing_secret_shows_in_a_repr():
    assert "s3cret" not in repr(settings_from(params(api_token="s3cret", api_username="u", api_password="s3cret"))[0])


MINTED = {"token": "minted", "api_url": "https://platform.example.com", "api_username": "u"}
PAIR = {"api_token": None, "api_username": "u", "api_password": "p"}


def test_the_token_of_the_run_is_used():
    assert settings_from(params(**PAIR), MINTED)[0].token == "minted"


@pytest.mark.parametrize(
    "given",
    [
        {**PAIR, "api_url": "https://another.example.com"},
        {**PAIR, "api_username": "somebody-else"},
        {"api_token": "token"},
    ],
)
def test_the_token_of_the_run_goes_to_no_other_platform_user_or_task(given):
    assert settings_from(params(**given), MINTED)[0].token != "minted"
