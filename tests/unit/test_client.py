# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The HTTP client: what goes out, and which error every wrong answer becomes."""

from __future__ import annotations

import base64
import ssl

import pytest
import requests
import urllib3
from ansible_collections.datasentinel.platform.plugins.module_utils._common import _errors as errors
from ansible_collections.datasentinel.platform.plugins.module_utils._http._client import LARGEST_ANSWER, USER_AGENT, Client, HeaderAuth
from ansible_collections.datasentinel.platform.plugins.module_utils._common._secrets import Secrets
from ansible_collections.datasentinel.platform.plugins.module_utils._platform._settings import Settings
from support.recorded import URL

AUTH = HeaderAuth("user-token", "t0ken")


def ask(recorded, method="GET", settings=None, secret="t0ken", body=None):
    secrets = Secrets()
    secrets.add(secret)
    with Client(settings or Settings(URL, token="t0ken", timeout=5), secrets) as client:
        return client.request(method, "/ds-api/pool/pg-instances/db1", AUTH, body)


def refusal(recorded, kind, **answer):
    recorded.expects("GET", **answer)
    with pytest.raises(errors.ApiError) as refused:
        ask(recorded)
    assert type(refused.value) is kind, refused.value
    return refused.value


# --- what goes out -----------------------------------------------------------------------------------------------


def test_headers(recorded):
    recorded.expects("PUT", says="ok")
    ask(recorded, "PUT", body={"port": 1})
    sent = recorded.requests[0]
    assert sent.headers["user-token"] == "t0ken"
    assert sent.headers["User-Agent"] == USER_AGENT and USER_AGENT.startswith("datasentinel.platform/1.")
    assert sent.headers["Accept"] == sent.headers["Content-Type"] == "application/json"
    assert sent.body == b'{"port": 1}'


def test_netrc_neither_adds_nor_replaces_credentials(recorded, monkeypatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine platform.example.com login u password from-netrc\n")
    monkeypatch.setenv("NETRC", str(netrc))
    recorded.expects("GET", says={})
    ask(recorded)
    assert "Authorization" not in recorded.requests[0].headers


@pytest.mark.parametrize("verify", [True, False, "/some/ca.pem"])
def test_verification_goes_with_each_request_so_that_no_variable_overrides_it(recorded, monkeypatch, verify):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/the/environments/ca.pem")
    recorded.expects("GET", says={})
    ask(recorded, settings=Settings(URL, token="t0ken", verify=verify))
    # True means: as requests verifies by itself, for which the variable counts.
    assert recorded.requests[0].req_kwargs["verify"] == ("/the/environments/ca.pem" if verify is True else verify)


# --- what comes back ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "status, kind, passing, may_have_happened",
    [
        (400, errors.StatusError, False, False),
        (401, errors.Unauthorized, False, False),
        (403, errors.Forbidden, False, False),
        (404, errors.NotFound, False, False),
        (409, errors.Conflict, False, False),
        (422, errors.StatusError, False, False),
        (429, errors.TooManyRequests, True, False),
        (500, errors.ServerError, False, True),
        (501, errors.StatusError, False, False),
        (502, errors.GatewayError, True, True),
        (503, errors.GatewayError, True, True),
        (504, errors.GatewayError, True, True),
        (202, errors.BadResponse, False, True),
        (302, errors.Redirected, False, False),
    ],
)
def test_every_status_is_an_error_of_its_kind(recorded, status, kind, passing, may_have_happened):
    error = refusal(recorded, kind, status=status, says="what the platform says")
    assert (error.transient, error.may_have_happened) == (passing, may_have_happened)
    assert error.structured()["error"]["status"] == status
    assert f"GET {URL}/ds-api/pool/pg-instances/db1: status {status}" in str(error)


def test_an_error_quotes_what_the_platform_said_and_says_what_to_do(recorded):
    error = refusal(recorded, errors.Forbidden, status=403, says="not you")
    assert str(error) == (
        f"GET {URL}/ds-api/pool/pg-instances/db1: status 403 (expected 200): not you. "
        "The platform user needs the data admin profile and the admin privilege to manage connections."
    )
    assert error.structured() == {"error": {"method": "GET", "url": f"{URL}/ds-api/pool/pg-instances/db1", "status": 403, "detail": "not you"}}


def test_an_error_without_a_body(recorded):
    error = refusal(recorded, errors.StatusError, status=418)
    assert "status 418 (expected 200), without a word." in str(error)


def test_what_the_platform_said_is_masked_before_it_is_cut(recorded):
    error = refusal(recorded, errors.ServerError, status=500, says="x" * 290 + " t0ken " + "y" * 5000)
    assert "t0k" not in str(error) and len(error.detail) == 300


def test_a_page_is_named_by_its_title(recorded):
    error = refusal(recorded, errors.GatewayError, status=503, body="<html><title>Maintenance</title><body>later</body></html>")
    assert error.detail == "a page titled 'Maintenance'"


def test_a_redirect_is_not_followed_and_says_where_it_leads(recorded):
    error = refusal(recorded, errors.Redirected, status=307, headers={"Location": "https://elsewhere.example.com/?t=t0ken"})
    assert recorded.calls == ["GET db1"]
    assert "a redirect to https://elsewhere.example.com/?t=********" in str(error) and "not followed" in str(error)


@pytest.mark.parametrize(
    "header, seconds", [("17", 17.0), ("0", 0.0), ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0), ("soon", None), ("", None), ("-5", None), ("9" * 400, 999999.0)]
)
def test_retry_after(recorded, header, seconds):
    assert refusal(recorded, errors.GatewayError, status=503, headers={"Retry-After": header}).retry_after == seconds


@pytest.mark.parametrize(
    "status, body, from_api", [(404, b"", True), (404, b'{"error": "no"}', True), (404, b"[]", True), (404, b"<html>", False), (404, b"Not Found", False)]
)
def test_a_404_knows_whether_it_can_be_the_apis(recorded, status, body, from_api):
    assert refusal(recorded, errors.NotFound, status=status, body=body).from_api is from_api


@pytest.mark.parametrize("announced", [True, False])
def test_an_answer_over_one_mebibyte_is_refused(recorded, announced):
    size = LARGEST_ANSWER + 1
    error = refusal(recorded, errors.BadResponse, body=b" " * size, auto_calculate_content_length=announced)
    assert "larger than 1024 KiB" in str(error)


def test_an_answer_of_one_mebibyte_is_read(recorded):
    recorded.expects("GET", body=b" " * (LARGEST_ANSWER - 2) + b"{}")
    assert ask(recorded).json() == {}


@pytest.mark.parametrize(
    "content, what",
    [
        (b"<!DOCTYPE html><p>hello", "an HTML page came back (status 200) where a JSON object was expected: <!DOCTYPE"),
        (b'{"name": "half', "broken JSON (Unterminated string"),
        (b"\xff\xfe", "broken JSON ("),
        (b"[1]", "a list came back"),
        (b'"text"', "a plain value came back"),
        (b"", "nothing came back"),
        (b"null", "nothing came back"),
        (b"[" * 100_000, "broken JSON ("),
    ],
)
def test_what_is_no_json_object_says_what_came_instead(recorded, content, what):
    recorded.expects("GET", body=content)
    with Client(Settings(URL, token="t0ken"), Secrets()) as client:
        answer = client.request("GET", "/ds-api/pool/pg-instances/db1", AUTH)
        with pytest.raises(errors.BadResponse) as refused:
            client.object_in("GET", "/ds-api/pool/pg-instances/db1", answer)
    assert what in str(refused.value)


# --- no answer at all --------------------------------------------------------------------------------------------


def wrapped(reason):
    """As requests and urllib3 wrap it."""
    return requests.exceptions.ConnectionError(urllib3.exceptions.MaxRetryError(None, "/", reason))


CERTIFICATE = ssl.SSLCertVerificationError(1, "certificate verify failed")
CERTIFICATE.verify_message = "self-signed certificate"


@pytest.mark.parametrize(
    "exception, kind, sentence",
    [
        (wrapped(urllib3.exceptions.NewConnectionError(None, "refused")), errors.Unreachable, "Check api_url"),
        (requests.exceptions.ConnectTimeout(urllib3.exceptions.ConnectTimeoutError(None, "slow")), errors.Unreachable, "Check api_url"),
        (requests.exceptions.ReadTimeout("slow"), errors.TimedOut, "no answer within 5 seconds"),
        (requests.exceptions.ConnectionError(urllib3.exceptions.ReadTimeoutError(None, "/", "slow")), errors.TimedOut, "no answer within 5 seconds"),
        (requests.exceptions.ConnectionError(urllib3.exceptions.ProtocolError("aborted", ConnectionResetError(104, "reset"))), errors.ConnectionLost, "lost"),
        (requests.exceptions.ChunkedEncodingError("cut"), errors.ConnectionLost, "lost"),
        (requests.exceptions.SSLError(CERTIFICATE), errors.TlsFailure, "(self-signed certificate). If the platform uses a private certificate authority"),
        (requests.exceptions.SSLError(ssl.SSLError(1, "wrong version number")), errors.TlsFailure, "no TLS connection"),
        (requests.exceptions.InvalidProxyURL("bad proxy"), errors.ApiError, "(InvalidProxyURL: bad proxy)"),
        (OSError("Could not find a suitable TLS CA certificate bundle"), errors.ApiError, "Check api_url, ca_path"),
        (UnicodeError("label too long"), errors.ApiError, "label too long"),
    ],
)
def test_every_exception_becomes_an_error_of_its_kind(recorded, exception, kind, sentence):
    assert sentence in str(refusal(recorded, kind, body=exception))


def test_no_secret_in_what_an_exception_says(recorded):
    assert "t0ken" not in str(refusal(recorded, errors.ApiError, body=ValueError("bad header t0ken")))


@pytest.mark.parametrize("kind, may", [(errors.Unreachable, False), (errors.TlsFailure, False), (errors.TimedOut, True), (errors.ConnectionLost, True)])
def test_only_what_was_sent_may_have_happened(kind, may):
    assert kind("PUT", URL, "problem").may_have_happened is may


def test_the_header_of_a_basic_authentication():
    request = requests.Request("POST", URL, auth=HeaderAuth("Authorization", "Basic " + base64.b64encode(b"u:p").decode())).prepare()
    assert request.headers["Authorization"] == "Basic dTpw"
