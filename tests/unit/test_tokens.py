# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tokens: minting, their end, and one new token after a 401."""

from __future__ import annotations

import base64
import json
import re
from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.datasentinel.platform.plugins.module_utils._commands._all import CONNECTION, TOKEN
from ansible_collections.datasentinel.platform.plugins.module_utils._platform._tokens import expires_at
from support.recorded import URL, shown

MINT = "/ds-api/user-token"
PAIR = {"api_token": None, "api_username": "admin", "api_password": "pässword"}


def jwt(**claims):
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in ({"alg": "none"}, claims, "signature"))


def test_a_token_is_minted_with_basic_authentication(recorded):
    recorded.expects("POST", MINT, 201, {"user-token": jwt(exp=1764000000)})
    result = recorded.run(TOKEN, **PAIR)
    assert base64.b64decode(recorded.requests[0].headers["Authorization"].removeprefix("Basic ")).decode() == "admin:pässword"
    assert result == {
        "changed": False,
        "token": jwt(exp=1764000000),
        "expires_at": "2025-11-24T16:00:00Z",
        "api_url": URL,
        "api_username": "admin",
        "warnings": [],
    }


@pytest.mark.parametrize("token", ["opaque", "a.b.c", "a.e30.c", "a.bnVsbA.c", jwt(exp="soon"), jwt(exp=1e300), jwt(exp=None)])
def test_a_token_that_is_no_jwt_ends_in_24_hours(token):
    ends = datetime.strptime(expires_at(token), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
    assert abs(ends - datetime.now(timezone.utc) - timedelta(hours=24)) < timedelta(minutes=1)
    assert expires_at(token, just_minted=False) is None


def test_a_given_token_is_handed_on_and_nothing_is_sent(recorded):
    result = recorded.run(TOKEN, api_token="given")
    assert (result["token"], result["expires_at"], recorded.calls) == ("given", None, [])


@pytest.mark.parametrize("answer", [{}, {"user-token": ""}, {"user-token": None}, {"user-token": ["x"]}, {"user-token": "two words"}, {"user-token": "tokén"}])
def test_an_answer_without_a_usable_token(recorded, answer):
    recorded.expects("POST", MINT, 201, answer)
    assert "holds no usable user-token" in recorded.run(TOKEN, **PAIR)["msg"]


def test_refused_username_and_password(recorded):
    recorded.expects("POST", MINT, 401, "Wrong user or password")
    result = recorded.run(TOKEN, **PAIR)
    assert result["msg"] == f"POST {URL}{MINT}: status 401 (expected 201 or 200): Wrong user or password. The platform refused api_username and api_password: check them."
    assert result["error"]["status"] == 401


def test_minting_is_tried_again_after_a_passing_failure(recorded):
    recorded.expects("POST", MINT, 503).expects("POST", MINT, 201, {"user-token": "t"})
    assert recorded.run(TOKEN, **PAIR)["token"] == "t"
    assert len(recorded.pauses) == 1


def test_minting_stops_at_a_final_failure(recorded):
    recorded.expects("POST", MINT, 500, "broken")
    assert "status 500 (expected 201 or 200): broken" in recorded.run(TOKEN, **PAIR)["msg"]


@pytest.mark.parametrize("state", ["absent", "present"])
def test_a_404_to_the_token_call_says_nothing_about_the_connection(recorded, state):
    recorded.expects("POST", MINT, 404, "no such route")
    result = recorded.run(CONNECTION, state=state, **PAIR)
    assert result["failed"] and "status 404" in result["msg"] and result["changed"] is False


def test_a_token_that_cannot_be_renewed_before_a_write_leaves_no_write_in_doubt(recorded):
    recorded.expects("GET", says=shown()).expects("PUT", status=401).expects("POST", MINT, 503)
    result = recorded.run(CONNECTION, port=1, api_retries=0, **{**PAIR, "api_token": "old"})
    assert result["failed"] and result["changed"] is False and "may have" not in result["msg"]


def test_a_refused_token_without_username_and_password(recorded):
    recorded.expects("GET", status=401, says="expired")
    result = recorded.run(CONNECTION, port=1)
    assert "The platform refused the token. Tokens live 24 hours: mint a new one, or give api_username and api_password." in result["msg"]


def test_a_refused_token_is_replaced_once_and_the_call_repeated(recorded):
    recorded.expects("GET", status=401).expects("POST", MINT, 201, {"user-token": "new"}).expects("GET", says=shown())
    assert recorded.run(CONNECTION, **{**PAIR, "api_token": "old"})["changed"] is False
    assert [request.headers.get("user-token") for request in recorded.requests] == ["old", None, "new"]


def test_a_token_that_dies_before_a_write(recorded):
    recorded.expects("POST", MINT, 201, {"user-token": "one"}).expects("GET", says=shown()).expects("PUT", status=401)
    recorded.expects("POST", MINT, 201, {"user-token": "two"}).expects("PUT", says="Connection updated!").expects("GET", says=shown(port=1))
    assert recorded.run(CONNECTION, port=1, **PAIR)["changed"] is True


def test_a_second_refusal_is_final(recorded):
    recorded.expects("GET", status=401).expects("POST", MINT, 201, {"user-token": "new"}).expects("GET", status=401, says="never")
    result = recorded.run(CONNECTION, **{**PAIR, "api_token": "old"})
    assert result["failed"] and re.search("never.*refused two tokens in a row", result["msg"])


def test_no_token_is_minted_for_what_is_refused_before_anything_is_sent(recorded):
    assert recorded.run(CONNECTION, port=0, **PAIR)["failed"] and recorded.calls == []
