# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The HTTP client: what goes out, and which error every wrong response becomes."""

from __future__ import annotations

import base64
import gzip
import json

import pytest
import requests
from ansible_collections.datasentinel.platform.plugins.module_utils._common._secrets import MASK, Secrets
from ansible_collections.datasentinel.platform.plugins.module_utils._http import _client
from ansible_collections.datasentinel.platform.plugins.module_utils._http import _errors as errors
from ansible_collections.datasentinel.platform.plugins.module_utils._http._client import ANY_SUCCESS, USER_AGENT, Client, HeaderAuth
from ansible_collections.datasentinel.platform.plugins.module_utils._http._content import LARGEST_CONTENT
from ansible_collections.datasentinel.platform.plugins.module_utils._http._deadline import Deadline
from support.recorded import SHOWN, URL

AUTH = HeaderAuth("user-token", "t0ken")
CALL = "/ds-api/pool/pg-instances/db1"


@pytest.fixture
def client():
    """A client of the platform that Recorded plays; the token is among its secrets."""
    secrets = Secrets()
    secrets.add("t0ken")
    with Client(URL, True, 5, secrets) as made:
        yield made


@pytest.fixture
def refusal(recorded, client):
    """A function that makes a request, and returns the error for the response described."""

    def make(kind, confidential=False, **response):
        recorded.expects("GET", **response)
        with pytest.raises(errors.ApiError) as refused:
            client.request("GET", CALL, AUTH, confidential=confidential)
        assert refused.value.__class__ is kind, refused.value
        return refused.value

    return make


# --- what goes out -----------------------------------------------------------------------------------------------


def test_headers(recorded, client):
    recorded.expects("PUT")
    client.request("PUT", CALL, AUTH, {"port": 1})
    sent = recorded.requests[0]
    assert sent.headers["user-token"] == "t0ken"
    assert sent.headers["User-Agent"] == USER_AGENT and USER_AGENT.startswith("datasentinel.platform/1.")
    assert sent.headers["Accept"] == sent.headers["Content-Type"] == "application/json"
    assert sent.headers["Accept-Encoding"] == "identity"
    assert sent.body == b'{"port": 1}'


def test_netrc_neither_adds_nor_replaces_credentials(recorded, client, monkeypatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine platform.example.com login u password from-netrc\n")
    monkeypatch.setenv("NETRC", str(netrc))
    recorded.expects("GET")
    client.request("GET", CALL, AUTH)
    assert "Authorization" not in recorded.requests[0].headers


@pytest.mark.parametrize("verify", [True, False, "/some/ca.pem"])
def test_verification_goes_with_each_request_so_that_no_variable_overrides_it(recorded, monkeypatch, verify):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/the/environments/ca.pem")
    recorded.expects("GET")
    with Client(URL, verify, 5, Secrets()) as client:
        client.request("GET", CALL, AUTH)
    # True means: as requests verifies by itself, for which the variable counts.
    assert recorded.requests[0].req_kwargs["verify"] == ("/the/environments/ca.pem" if verify is True else verify)


@pytest.mark.parametrize(
    "usual, given, used",
    [(5, None, (5, 5)), (5, 2, (2, 2)), (5, 60, (5, 5)), (60, None, (10, 60))],
    ids=["usual", "less", "more", "a connection is made in ten seconds or never"],
)
def test_timeouts(recorded, usual, given, used):
    recorded.expects("GET")
    with Client(URL, True, usual, Secrets()) as client:
        client.request("GET", CALL, AUTH, timeout=given)
    assert recorded.requests[0].req_kwargs["timeout"] == used


@pytest.mark.parametrize("total, used", [(None, 2.0), (1.0, 1.0), (5.0, 2.0)], ids=["usual", "less", "more"])
def test_all_of_a_request_takes_twice_the_timeout_at_most(recorded, monkeypatch, total, used):
    recorded.expects("GET")
    started = []
    monkeypatch.setattr(Deadline, "start", lambda self, *seconds: started.append(seconds))
    with Client(URL, True, 1.0, Secrets()) as client:
        client.request("GET", CALL, AUTH, total=total)
    assert started == [(1.0, used)]


def test_the_header_of_a_basic_authentication():
    request = requests.Request("POST", URL, auth=HeaderAuth("Authorization", "Basic " + base64.b64encode(b"u:p").decode())).prepare()
    assert request.headers["Authorization"] == "Basic dTpw"


def test_the_url_of_a_path(client):
    assert client.url("/ds-api/") == f"{URL}/ds-api/"


def test_one_connection_serves_all_requests(listen):
    def respond_twice(listener, connection):
        while listener.read_head(connection):
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    server = listen(respond_twice)
    with Client(server.url, True, 5, Secrets()) as client:
        for _turn in range(2):
            assert client.request("GET", CALL, AUTH).json() == {}
    assert len(server.heads) == 2 and server.accepted == 1


def test_credentials_of_proxies_are_secrets(recorded, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://user:pr0xy-pw@proxy.example.com")
    secrets = Secrets()
    with Client(URL, True, 5, secrets):
        assert secrets.mask("pr0xy-pw") == MASK


# --- what comes back ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [200, 201, 202, 203, 204, 206])
def test_any_success_can_be_expected(recorded, client, status):
    recorded.expects("PUT", status=status)
    assert client.request("PUT", CALL, AUTH, expected=ANY_SUCCESS).status == status


@pytest.mark.parametrize(
    "status, kind, transient, may_have_happened",
    [
        (400, errors.StatusError, False, False),
        (401, errors.Unauthorized, False, False),
        (403, errors.Forbidden, False, False),
        (404, errors.NotFound, False, False),
        (409, errors.Conflict, False, False),
        (422, errors.StatusError, False, False),
        (429, errors.TooManyRequests, True, False),
        (500, errors.ServerError, False, True),
        (501, errors.ServerError, False, True),
        (502, errors.GatewayError, True, True),
        (503, errors.GatewayError, True, True),
        (504, errors.GatewayError, True, True),
        (599, errors.ServerError, False, True),
        (202, errors.BadResponse, False, True),
        (302, errors.Redirected, False, True),
        (399, errors.Redirected, False, True),
    ],
)
def test_every_status_is_an_error_of_its_kind(refusal, status, kind, transient, may_have_happened):
    error = refusal(kind, status=status, message="no")
    assert (error.transient, error.may_have_happened, error.no_response) == (transient, may_have_happened, False)
    assert error.structured()["error"]["status"] == status
    assert str(error).startswith(f"GET {URL}{CALL}: status {status}")


def test_an_error_quotes_the_platforms_message_and_tells_what_to_do(refusal):
    error = refusal(errors.Forbidden, status=403, message="not you")
    assert str(error) == (
        f"GET {URL}{CALL}: status 403 (expected 200): not you. The platform user needs the data admin profile and the admin privilege to manage connections."
    )
    assert error.structured() == {"error": {"method": "GET", "url": URL + CALL, "status": 403, "detail": "not you"}}


@pytest.mark.parametrize("expected, described", [((200,), "200"), ((201, 200), "201 or 200"), (ANY_SUCCESS, "2xx")])
def test_an_error_names_the_expected_status(recorded, client, expected, described):
    recorded.expects("GET", status=418)
    with pytest.raises(errors.StatusError, match=rf"status 418 \(expected {described}\): nothing came with it\."):
        client.request("GET", CALL, AUTH, expected=expected)


def test_of_a_response_without_a_message_an_error_names_the_kind(refusal):
    error = refusal(errors.ServerError, status=500, json=SHOWN)
    assert f"status 500 (expected 200): a JSON object ({len(json.dumps(SHOWN))} bytes) came with it." in str(error)
    assert error.detail is None and "detail" not in error.structured()["error"]


def test_the_platforms_message_is_masked_before_it_is_cut(refusal):
    error = refusal(errors.ServerError, status=500, message="x" * 290 + " t0ken " + "y" * 280_000)
    assert "t0k" not in str(error) and len(error.detail) == 300


def test_the_platforms_message_is_printable(refusal):
    assert refusal(errors.StatusError, status=400, message="\x1b[31mred\u202e").detail == "?[31mred?"


def test_a_page_is_named_by_its_title(refusal):
    error = refusal(errors.GatewayError, status=503, body="<html><title>Maintenance</title><body>later</body></html>")
    assert error.detail == "a page titled 'Maintenance'"


def test_a_redirect_is_not_followed_and_the_error_names_its_target(recorded, refusal):
    error = refusal(errors.Redirected, status=307, headers={"Location": "https://elsewhere.example.com/t0ken?t=secret"})
    assert recorded.calls == ["GET db1"]
    assert f"status 307, a redirect to https://elsewhere.example.com/{MASK}. Redirects are not followed" in str(error) and "secret" not in str(error)


@pytest.mark.parametrize("location, target", [("https://x:8443/a?b", "https://x:8443"), ("/a", "another path"), ("", "nowhere")])
def test_a_redirect_of_a_confidential_call_is_named_by_its_host(refusal, location, target):
    error = refusal(errors.Redirected, confidential=True, status=302, headers={"Location": location})
    assert f"a redirect to {target}. " in str(error)


@pytest.mark.parametrize(
    "body",
    [
        b'{"error": "not unkn0wn-pw", "password": "unkn0wn-pw"}',
        b'{"error": "not unkn0wn-pw", "password": "unkn0wn-pw", "password": "another"}',
        b'{"error": "not unkn0wn-pw", "a": [{"db_pwd": "unkn0wn-pw", "db_pwd": 1, "db_pwd": 2}], "a": 1}',
        b'{"error": "not unkn0wn-pw", "password": %sunkn0wn-pw"%s}' % (b"[" * 600 + b'"', b"]" * 600),
    ],
    ids=["beside", "twice", "below-twice", "deep"],
)
def test_a_secret_that_comes_with_a_message_is_masked_in_it(refusal, body):
    assert refusal(errors.ServerError, status=500, body=body).detail == f"not {MASK}"


def test_a_secret_that_comes_with_the_message_of_a_success_is_known(recorded):
    secrets = Secrets()
    with Client(URL, True, 5, secrets) as client:
        recorded.expects("PUT", json={"status": "updated unkn0wn-pw", "password": "unkn0wn-pw"})
        client.json_object("PUT", CALL, client.request("PUT", CALL, AUTH))
    assert secrets.mask("updated unkn0wn-pw") == f"updated {MASK}"


def test_a_redirect_to_nowhere(refusal):
    assert "a redirect to nowhere" in str(refusal(errors.Redirected, status=302))


def test_retry_after_goes_with_the_error(refusal):
    assert refusal(errors.GatewayError, status=503, headers={"Retry-After": "17"}).retry_after == 17.0


@pytest.mark.parametrize("body, from_api", [(b"", True), (b'{"error": "no"}', True), (b"[]", True), (b"<html>", False), (b"Not Found", False)])
def test_a_404_knows_whether_it_can_be_the_apis(refusal, body, from_api):
    assert refusal(errors.NotFound, status=404, body=body).from_api is from_api


@pytest.mark.parametrize(
    "response",
    [
        {"status": 202, "json": {"user-token": "unknown-token"}},
        {"status": 409, "json": {"error": "unknown-token"}},
        {"status": 500, "body": b"<title>unknown-token</title>"},
        {"status": 302, "headers": {"Location": "https://x/?token=unknown-token"}},
        {"status": 302, "headers": {"Location": "https://x/session/unknown-token"}},
        {"status": 302, "headers": {"Location": "/unknown-token"}},
    ],
)
def test_nothing_of_a_confidential_response_is_quoted(recorded, client, response):
    recorded.expects("GET", **response)
    with pytest.raises(errors.ApiError) as refused:
        client.request("GET", CALL, AUTH, confidential=True)
    assert "unknown-token" not in str(refused.value) + str(refused.value.structured())


@pytest.mark.parametrize("announced", [True, False])
def test_a_response_over_one_mebibyte_is_refused(refusal, announced):
    error = refusal(errors.BadResponse, body=b" " * (LARGEST_CONTENT + 1), auto_calculate_content_length=announced)
    assert "the response is larger than 1024 KiB and was not read to its end" in str(error)


@pytest.mark.parametrize("length", ["9" * 11, "1048577"])
def test_a_response_that_announces_too_much_is_not_read(refusal, length):
    assert "larger than 1024 KiB" in str(refusal(errors.BadResponse, body=b"{}", headers={"Content-Length": length}))


@pytest.mark.parametrize("length", ["", "²", "-1", "many"])
def test_a_length_that_is_none_does_not_matter(recorded, client, length):
    recorded.expects("GET", body=b"{}", headers={"Content-Length": length})
    assert client.request("GET", CALL, AUTH).json() == {}


def test_a_response_of_one_mebibyte_is_read(recorded, client):
    recorded.expects("GET", body=b" " * (LARGEST_CONTENT - 2) + b"{}")
    assert client.request("GET", CALL, AUTH).json() == {}


@pytest.mark.parametrize(
    "body, problem",
    [
        (b"<!DOCTYPE html><title>Log in</title>", "an HTML page (36 bytes) came back (status 200) where a JSON object was expected: a page titled 'Log in'."),
        (b'{"name": "half', "broken JSON (14 bytes) came back (status 200) where a JSON object was expected."),
        (b"[1]", "a JSON list (3 bytes) came back"),
        (b'"text"', "a JSON string (6 bytes) came back"),
        (b"", "nothing came back"),
        (b"null", "a JSON null (4 bytes) came back"),
        (b"[" * 100_000, "broken JSON (100000 bytes) came back"),
    ],
)
def test_what_is_no_json_object_is_named_by_its_kind(recorded, client, body, problem):
    recorded.expects("GET", body=body)
    with pytest.raises(errors.BadResponse) as refused:
        client.json_object("GET", CALL, client.request("GET", CALL, AUTH))
    assert f"GET {URL}{CALL}: {problem}" in str(refused.value)


def test_what_is_no_json_object_is_not_quoted_where_it_is_confidential(recorded, client):
    recorded.expects("GET", body=b"<title>unknown-token</title>")
    with pytest.raises(errors.BadResponse) as refused:
        client.json_object("GET", CALL, client.request("GET", CALL, AUTH), confidential=True)
    assert "unknown-token" not in str(refused.value) + str(refused.value.structured())


# --- no response at all ------------------------------------------------------------------------------------------


def test_an_exception_becomes_an_error_that_does_not_quote_it(refusal):
    error = refusal(errors.ApiError, body=ValueError("bad header s3cret"))
    assert str(error) == f"GET {URL}{CALL}: the request could not be made (ValueError). Check api_url, ca_path and the proxy variables."


@pytest.mark.parametrize("response", [{"body": requests.exceptions.ReadTimeout("slow")}, {"body": b" " * (LARGEST_CONTENT + 1)}], ids=["timeout", "too large"])
def test_a_connection_that_was_given_up_is_not_used_again(recorded, client, response):
    recorded.expects("GET").expects("GET", **response).expects("GET")
    client.request("GET", CALL, AUTH)
    session = client._session
    with pytest.raises(errors.ApiError):
        client.request("GET", CALL, AUTH)
    assert client._session is None
    client.request("GET", CALL, AUTH)
    assert client._session not in (None, session)


def test_a_response_that_follows_an_informational_one_is_not_that_to_the_next_request(listen):
    def hint_first(listener, connection):
        while listener.read_head(connection):
            status = b"103 Early Hints" if len(listener.heads) == 1 else b"200 OK\r\nContent-Length: 2"
            connection.sendall(b"HTTP/1.1 %s\r\n\r\n" % status + (b"" if len(listener.heads) == 1 else b"{}"))

    server = listen(hint_first)
    with Client(server.url, True, 5, Secrets()) as client:
        with pytest.raises(errors.BadResponse, match="status 103"):
            client.request("GET", CALL, AUTH)
        client.request("GET", CALL, AUTH)
        client.request("GET", CALL, AUTH)
    assert server.accepted == 2, "a connection that one came on is not used again, any other is"


def lost(listener, connection):
    connection.recv(4096)


def test_http_to_a_port_that_speaks_https_is_an_error_of_its_own(listen):
    server = listen(lost, tls=True)
    url = server.url.replace("https://", "http://")
    with Client(url, True, 5, Secrets()) as client, pytest.raises(errors.WrongScheme) as refused:
        client.request("GET", CALL, AUTH)
    assert str(refused.value) == (
        f"GET {url}{CALL}: the connection was closed, since http:// was spoken to a port that speaks https. This port speaks https: write https:// in api_url."
    )
    assert not refused.value.may_have_happened and server.heads == []


def test_a_connection_that_is_lost_is_not_taken_for_the_wrong_scheme(listen):
    server = listen(lost)
    with Client(server.url, True, 5, Secrets()) as client, pytest.raises(errors.ConnectionLost):
        client.request("GET", CALL, AUTH)


def test_a_port_that_has_responded_is_not_asked_whether_it_speaks_https(recorded, client, monkeypatch):
    monkeypatch.setattr(_client, "speaks_tls", lambda url: pytest.fail("asked"))
    gone = requests.exceptions.ConnectionError("gone")
    with Client("http://platform.example.com", True, 5, Secrets()) as http_client:
        for body in (b"{}", gone):
            recorded._mock.add("GET", "http://platform.example.com" + CALL, body=body)
        http_client.request("GET", CALL, AUTH)
        with pytest.raises(errors.ConnectionLost):
            http_client.request("GET", CALL, AUTH)


def test_tls_is_made_anew_with_the_same_authorities_after_a_connection_was_closed(listen, authority):
    def respond_and_close(listener, connection):
        listener.read_head(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")

    server = listen(respond_and_close, tls=True)  # as proxies do, and servers after a pause
    with Client(server.url, authority[0], 5, Secrets()) as client:
        for _turn in range(3):
            assert client.request("GET", CALL, AUTH).json() == {}
    assert server.accepted == 3


def test_a_response_that_is_compressed_again_and_again_is_not_decompressed(refusal):
    bomb = gzip.compress(gzip.compress(b" " * 50_000_000))
    error = refusal(errors.BadResponse, body=bomb, headers={"Content-Encoding": "gzip, gzip"})
    assert "the response is compressed, and cannot be decompressed" in str(error)


def test_a_write_whose_response_cannot_be_decompressed_may_have_happened(refusal):
    error = refusal(errors.BadResponse, body=b"no gzip", headers={"Content-Encoding": "gzip"})
    assert error.may_have_happened and "the response is compressed, and cannot be decompressed. Something between" in str(error)
