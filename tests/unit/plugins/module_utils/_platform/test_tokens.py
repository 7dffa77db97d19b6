# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Access tokens: minting one, and knowing when it ends."""

from __future__ import annotations

import base64
import json
from datetime import datetime, timezone

import pytest
from ansible_collections.datasentinel.platform.plugins.module_utils._common._run_memory import RunMemory
from ansible_collections.datasentinel.platform.plugins.module_utils._common._secrets import MASK
from ansible_collections.datasentinel.platform.plugins.module_utils._http import _errors as errors
from ansible_collections.datasentinel.platform.plugins.module_utils._http._client import Client
from ansible_collections.datasentinel.platform.plugins.module_utils._platform._platform_client import PlatformClient
from ansible_collections.datasentinel.platform.plugins.module_utils._platform._reachability import Reachability
from ansible_collections.datasentinel.platform.plugins.module_utils._platform._retries import Retries
from ansible_collections.datasentinel.platform.plugins.module_utils._platform._tokens import NoToken, end_of, expires_at, mint
from hypothesis import given
from hypothesis import strategies as st
from support.recorded import TOKEN_PATH, URL, jwt

UNKNOWN = "eyJ-a-token-that-nobody-registered"


@pytest.fixture
def minted(secrets):
    """A function that mints a token with so many retries, and returns it."""

    def make(retries=0, username="admin", password="pässword"):
        reachability = Reachability(RunMemory(4096), URL)
        with Client(URL, True, 5, secrets) as client:
            return mint(PlatformClient(client, reachability), username, password, secrets, Retries(retries, reachability, lambda seconds: None))

    return make


# --- minting -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [201, 200])
def test_a_token_is_minted_with_basic_authentication(recorded, minted, status):
    recorded.mints("new-token", status)
    assert minted() == "new-token"
    assert base64.b64decode(recorded.requests[0].headers["Authorization"].removeprefix("Basic ")).decode() == "admin:pässword"
    assert recorded.requests[0].body is None


def test_token_and_credentials_are_secrets_from_then_on(recorded, minted, secrets):
    recorded.mints("new-token")
    minted()
    assert secrets.mask(f"new-token {base64.b64encode('admin:pässword'.encode()).decode()}") == f"{MASK} {MASK}"


def test_undecodable_bytes_of_an_environment_variable_are_sent_as_they_are(recorded, minted):
    recorded.mints("new-token")
    minted(password="p\udce4ss")
    assert base64.b64decode(recorded.requests[0].headers["Authorization"].removeprefix("Basic ")) == b"admin:p\xe4ss"


def test_minting_is_retried_after_a_transient_failure(recorded, minted):
    recorded.expects("POST", TOKEN_PATH, 503).expects("POST", TOKEN_PATH, 429).mints("new-token")
    assert minted(retries=2) == "new-token"


def test_minting_stops_where_retries_are_used_up(recorded, minted):
    recorded.expects("POST", TOKEN_PATH, 503).expects("POST", TOKEN_PATH, 503)
    with pytest.raises(NoToken, match="status 503"):
        minted(retries=1)


@pytest.mark.parametrize("status", [400, 403, 404, 500])
def test_minting_stops_at_a_final_failure(recorded, minted, status):
    recorded.expects("POST", TOKEN_PATH, status)
    with pytest.raises(NoToken) as refused:
        minted(retries=3)
    assert str(refused.value).startswith(f"POST {URL}{TOKEN_PATH}: status {status} (expected 201 or 200): nothing came with it.")
    # Not that of a connection, nor of a write.
    assert not isinstance(refused.value, errors.NotFound) and not refused.value.may_have_happened and not refused.value.transient
    assert refused.value.status == status and not refused.value.refused


def test_refused_username_and_password(recorded, minted):
    recorded.expects("POST", TOKEN_PATH, 401, message="Wrong user or password")
    with pytest.raises(NoToken) as refused:
        minted(retries=3)
    assert str(refused.value) == (
        f"POST {URL}{TOKEN_PATH}: status 401 (expected 201 or 200): a JSON object (35 bytes) came with it. "
        "The platform refused api_username and api_password: check them."
    )
    assert refused.value.refused and refused.value.status == 401


@pytest.mark.parametrize("json", [{}, {"user-token": ""}, {"user-token": None}, {"user-token": ["x"]}, {"user-token": "two words"}, {"user-token": "tokén"}])
def test_a_response_without_a_usable_token(recorded, minted, json):
    recorded.expects("POST", TOKEN_PATH, 201, json=json)
    with pytest.raises(NoToken, match="the response holds no usable user-token"):
        minted()


@pytest.mark.parametrize(
    "response",
    [
        {"status": 202, "json": {"user-token": UNKNOWN}},
        {"status": 203, "json": {"user-token": UNKNOWN}},
        {"status": 409, "json": {"error": UNKNOWN}},
        {"status": 409, "json": {"status": UNKNOWN, "user-token": UNKNOWN}},
        {"status": 401, "json": {"error": f"replaced by {UNKNOWN}"}},
        {"status": 500, "body": UNKNOWN},
        {"status": 201, "body": UNKNOWN},
        {"status": 201, "json": UNKNOWN},
        {"status": 201, "json": [UNKNOWN]},
        {"status": 201, "json": {"token": UNKNOWN}},
        {"status": 201, "json": {"user-token": {"value": UNKNOWN}}},
        {"status": 201, "json": {"user-token": f"Bearer {UNKNOWN}"}},
        {"status": 201, "body": json.dumps({"user-token": UNKNOWN})[:-1]},
        {"status": 201, "body": f"<title>{UNKNOWN}</title>"},
        {"status": 302, "headers": {"Location": f"https://elsewhere.example.com/?token={UNKNOWN}"}},
        {"status": 307, "headers": {"Location": f"https://{UNKNOWN}@elsewhere.example.com/#{UNKNOWN}"}},
    ],
)
def test_nothing_that_came_back_is_quoted(recorded, minted, response):
    recorded.expects("POST", TOKEN_PATH, **response)
    with pytest.raises(NoToken) as refused:
        minted()
    assert UNKNOWN not in str(refused.value) + str(refused.value.structured())


def test_no_response_is_known_as_such(recorded, minted):
    recorded.expects("POST", TOKEN_PATH, body=TimeoutError("timed out"))
    with pytest.raises(NoToken, match="no response within 5 seconds") as refused:
        minted()
    assert refused.value.no_response


# --- the end of a token ------------------------------------------------------------------------------------------


def test_a_jwt_holds_its_end():
    assert end_of(jwt(exp=1764000000)) == datetime(2025, 11, 24, 16, 0, tzinfo=timezone.utc)
    assert expires_at(jwt(exp=1764000000)) == expires_at(jwt(exp=1764000000.9), minted_at=1.0) == "2025-11-24T16:00:00Z"


NO_JWT = ["opaque", "a.b.c", "a.e30.c", "a.bnVsbA.c", "a." + "W1tb" * 50_000 + ".c", jwt(exp="soon"), jwt(exp=1e300), jwt(exp=None), jwt(exp=[1]), ""]


@pytest.mark.parametrize("token", NO_JWT)
def test_a_token_that_is_no_jwt_ends_24_hours_after_it_was_minted(token):
    assert end_of(token) is None and expires_at(token, minted_at=1764000000) == "2025-11-25T16:00:00Z"


def test_when_a_token_ends_that_is_no_jwt_and_was_not_minted_here_nobody_knows():
    assert expires_at("opaque") is None


@given(st.text(max_size=30) | st.binary(max_size=30).map(lambda claims: f"a.{base64.urlsafe_b64encode(claims).decode()}.c"))
def test_any_token_has_an_end_or_none(token):
    end = end_of(token)
    assert end is None or end.tzinfo is timezone.utc
