# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The token of the run as a value, and the tokens of the other commands."""

from __future__ import annotations

import re
import time
from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.datasentinel.platform.plugins.module_utils._commands._token_command import TOKEN
from support.recorded import TOKEN_PATH, URL, jwt

PAIR = {"api_token": None, "api_username": "admin", "api_password": "pässword"}


def test_a_token_is_minted(recorded):
    recorded.mints(jwt(exp=4000000000))
    assert recorded.run(TOKEN, **PAIR) == {
        "changed": False,
        "token": jwt(exp=4000000000),
        "expires_at": "2096-10-02T07:06:40Z",
        "api_url": URL,
        "api_username": "admin",
        "warnings": [],
    }


def test_a_token_that_is_no_jwt_ends_in_24_hours(recorded):
    recorded.mints("opaque")
    ends = datetime.strptime(recorded.run(TOKEN, **PAIR)["expires_at"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
    assert abs(ends - datetime.now(timezone.utc) - timedelta(hours=24)) < timedelta(minutes=1)


def test_a_token_is_minted_once_for_a_run(recorded, memory):
    recorded.mints("one").displays()
    assert recorded.run(TOKEN, memory=memory, **PAIR)["token"] == recorded.run(TOKEN, memory=memory, **PAIR)["token"] == "one"
    assert recorded.run(memory=memory, **PAIR)["changed"] is False


def test_username_and_password_come_before_a_token_of_the_environment(recorded):
    recorded.mints("new")
    assert recorded.run(TOKEN, **{**PAIR, "api_token": "old"})["token"] == "new"


@pytest.mark.parametrize("half", [{}, {"api_username": "u"}, {"api_password": "p"}, {"api_username": "u", "api_password": ""}])
def test_a_given_token_is_handed_on_and_nothing_is_sent(recorded, half):
    result = recorded.run(TOKEN, api_token="given", **half)
    assert (result["token"], result["expires_at"], recorded.calls) == ("given", None, [])


def test_a_given_token_may_tell_when_it_ends(recorded):
    assert recorded.run(TOKEN, api_token=jwt(exp=1764000000))["expires_at"] == "2025-11-24T16:00:00Z"


def test_refused_username_and_password(recorded):
    recorded.expects("POST", TOKEN_PATH, 401)
    result = recorded.run(TOKEN, **PAIR)
    assert result["failed"] is True and result["error"] == {"method": "POST", "url": URL + TOKEN_PATH, "status": 401}
    assert result["msg"] == (
        f"POST {URL}{TOKEN_PATH}: status 401 (expected 201 or 200): nothing came with it. The platform refused api_username and api_password: check them."
    )


def test_no_credentials(recorded):
    assert recorded.run(TOKEN, api_token=None)["msg"].startswith("No access to the platform: give api_token")


def test_warnings_of_the_access_come_too(recorded):
    assert "validate_certs is false" in recorded.run(TOKEN, validate_certs=False)["warnings"][0]


# --- the token of another command --------------------------------------------------------------------------------


def test_a_refused_token_is_replaced_once_and_the_call_repeated(recorded):
    recorded.expects("GET", status=401).mints("new").displays()
    assert recorded.run(**{**PAIR, "api_token": "old"})["changed"] is False
    assert [request.headers.get("user-token") for request in recorded.requests] == ["old", None, "new"]


def test_a_token_that_dies_before_a_write(recorded):
    recorded.mints("one").displays().expects("PUT", status=401).mints("two").expects("PUT", message="Connection updated!").displays(port=1)
    assert recorded.run(port=1, **PAIR)["changed"] is True


def test_a_token_that_cannot_be_renewed_before_a_write_leaves_no_write_in_doubt(recorded):
    recorded.displays().expects("PUT", status=401).expects("POST", TOKEN_PATH, 503)
    result = recorded.run(port=1, api_retries=0, **{**PAIR, "api_token": "old"})
    assert result["failed"] and result["changed"] is False and "may have" not in result["msg"]


@pytest.mark.parametrize("state", ["absent", "present"])
def test_a_404_to_the_token_call_says_nothing_about_the_connection(recorded, state):
    recorded.expects("POST", TOKEN_PATH, 404)
    result = recorded.run(state=state, **PAIR)
    assert result["failed"] and "status 404" in result["msg"] and result["changed"] is False


def test_a_second_refusal_is_final(recorded):
    recorded.expects("GET", status=401).mints("new").expects("GET", status=401, message="never")
    result = recorded.run(**{**PAIR, "api_token": "old"})
    assert result["failed"] and re.search("never.*refused two tokens in a row", result["msg"])


def test_a_task_that_waits_renews_a_token_that_ends(recorded):
    recorded.mints(jwt(exp=time.time() + 300)).displays(connected=False).expects("GET", status=401).mints("two").displays()
    assert recorded.run(wait=True, **PAIR)["connection"]["connected"] is True


def test_no_token_is_minted_for_what_is_refused_before_anything_is_sent(recorded):
    assert recorded.run(port=0, **PAIR)["failed"] and recorded.calls == []
