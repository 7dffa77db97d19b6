# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Access to the platform: what is taken, what is refused before anything is sent, and with which message."""

from __future__ import annotations

import pytest
from ansible_collections.datasentinel.platform.plugins.module_utils._common._errors import InvalidInput
from ansible_collections.datasentinel.platform.plugins.module_utils._platform._settings import Settings, settings_from


def params(**given):
    return {"api_url": "https://platform.example.com", "api_token": "token", "validate_certs": True, "api_timeout": 30.0, "api_retries": 3, **given}


def refusal(**given):
    with pytest.raises(InvalidInput) as refused:
        settings_from(params(**given))
    return str(refused.value)


PAIR = {"api_username": "u", "api_password": "p"}


def test_a_token_is_enough():
    assert settings_from(params()) == (Settings("https://platform.example.com", token="token", verify=True, timeout=30.0, retries=3), [])


def test_all_options():
    settings, warnings = settings_from(params(api_url="http://127.0.0.1/x/ds-api/", ca_path=__file__, api_timeout=0.5, api_retries=0, **PAIR))
    assert (settings, warnings) == (Settings("http://127.0.0.1/x", "token", "u", "p", __file__, 0.5, 0), [])


def test_no_credentials_names_the_options_and_the_variables():
    assert refusal(api_token=None) == (
        "No access to the platform: give api_token, or api_username and api_password, or set "
        "DATASENTINEL_API_TOKEN, or DATASENTINEL_API_USERNAME and DATASENTINEL_API_PASSWORD."
    )


def test_where_no_credentials_are_needed_none_may_be_given():
    settings, _warnings = settings_from(params(api_token=None), credentials_needed=False)
    assert not settings.has_credentials and not settings.can_mint
    assert settings_from(params())[0].has_credentials and settings_from(params(api_token=None, **PAIR))[0].has_credentials


@pytest.mark.parametrize("blank", ["", " ", "\t"])
def test_a_blank_credential_is_none(blank):
    assert settings_from(params(api_token=blank, **PAIR))[0].token is None
    assert refusal(api_token=blank, api_username=blank, api_password=blank).startswith("No access to the platform")


@pytest.mark.parametrize("given, missing", [("api_username", "api_password"), ("api_password", "api_username")])
def test_half_a_credential_names_the_other_half(given, missing):
    assert refusal(api_token=None, **{given: "x"}) == f"{given} is given without {missing}: give both (DATASENTINEL_{missing.upper()})."


@pytest.mark.parametrize("half", ["api_username", "api_password"])
def test_a_ready_token_needs_no_other_half(half):
    settings = settings_from(params(**{half: "x"}))[0]
    assert not settings.can_mint and settings.token == "token" and settings.username is settings.password is None


def test_the_token_wins_and_username_and_password_stand_by():
    settings = settings_from(params(**PAIR))[0]
    assert (settings.token, settings.can_mint) == ("token", True)


@pytest.mark.parametrize(
    "given, message",
    [
        ({"api_token": "two words"}, "api_token holds a space, a line break or another character that no token has: was it copied whole, and alone?"),
        ({"api_token": "line\nbreak"}, "api_token holds a space"),
        ({"api_token": "tokén"}, "api_token holds a space"),
        ({"api_username": "a:b", "api_password": "p"}, "api_username holds a colon or a control character, which HTTP Basic authentication cannot carry."),
        ({"api_username": "a\x00", "api_password": "p"}, "api_username holds a colon or a control character"),
        ({"api_username": "a", "api_password": "p\n"}, "api_password holds a control character, which HTTP Basic authentication cannot carry."),
        ({"ca_path": "/no/such.pem"}, "ca_path: there is no file /no/such.pem here, where the task runs. It has to hold the CA certificates in PEM form."),
        ({"ca_path": "/"}, "ca_path: there is no file / here"),
        ({"api_timeout": 0.0}, "api_timeout is 0.0: it has to be a number of seconds above 0, at most a day (86400)."),
        ({"api_timeout": 1e300}, "api_timeout is 1e+300"),
        ({"api_timeout": -1.0}, "api_timeout is -1.0"),
        ({"api_timeout": float("nan")}, "api_timeout is nan"),
        ({"api_timeout": float("inf")}, "api_timeout is inf"),
        ({"api_retries": -1}, "api_retries is -1: it has to be 0 to 1000."),
        ({"api_retries": 1001}, "api_retries is 1001: it has to be 0 to 1000."),
    ],
)
def test_what_is_refused(given, message):
    assert refusal(**given).startswith(message)


@pytest.mark.parametrize("given", [{"api_token": "s3cr t"}, {"api_username": "u", "api_password": "s3cr\nt"}])
def test_a_secret_that_is_refused_is_not_quoted(given):
    assert "s3cr" not in refusal(**given)


def test_verification():
    assert settings_from(params())[0].verify is True
    assert settings_from(params(ca_path=""))[0].verify is True
    assert settings_from(params(ca_path=__file__))[0].verify == __file__
    assert settings_from(params(ca_path="/no/such/file.pem", validate_certs=False))[0].verify is False


def test_no_verification_draws_a_warning():
    assert settings_from(params(validate_certs=False))[1] == [
        "validate_certs is false: whoever stands between here and https://platform.example.com can read and change everything. Give ca_path instead."
    ]


def test_warnings_of_the_url_come_too():
    warnings = settings_from(params(api_url="http://platform.example.com", validate_certs=False))[1]
    assert len(warnings) == 2 and "without https" in warnings[0]


def test_nothing_secret_shows_in_a_repr():
    assert "s3cret" not in repr(settings_from(params(api_token="s3cret", api_username="u", api_password="s3cret"))[0])
