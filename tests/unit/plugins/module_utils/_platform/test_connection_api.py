# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Connection API as Python calls: one for each row of the contract."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from ansible_collections.datasentinel.platform.plugins.module_utils._common._errors import InvalidInput
from ansible_collections.datasentinel.platform.plugins.module_utils._common._run_memory import RunMemory
from ansible_collections.datasentinel.platform.plugins.module_utils._common._secrets import MASK
from ansible_collections.datasentinel.platform.plugins.module_utils._http import _errors as errors
from ansible_collections.datasentinel.platform.plugins.module_utils._platform._connection_api import ConnectionApi, check_name, is_mask
from ansible_collections.datasentinel.platform.plugins.module_utils._platform._platform import Platform
from ansible_collections.datasentinel.platform.plugins.module_utils._platform._settings import Settings
from hypothesis import given
from hypothesis import strategies as st
from support.recorded import PASSWORD, URL, shown

BODY = {"host": "pg1", "port": 5432, "user": "ds", "password": "pw", "tags": ""}
WRITES = [
    ("POST", "db1", "create", [BODY]),
    ("PUT", "db1", "update", [{"port": 1}]),
    ("PATCH", "db1/enable", "enable", []),
    ("PATCH", "db1/disable", "disable", []),
    ("DELETE", "db1", "delete", []),
]


@pytest.fixture
def platform(secrets):
    with Platform(Settings(URL, token="t0ken", retries=0), secrets, RunMemory()) as made:
        yield made


@pytest.fixture
def api(platform):
    return platform.connections


# --- names -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["", " ", "\t"])
def test_a_name_that_is_empty(name):
    with pytest.raises(InvalidInput, match="^name is empty: it is the identifier of the connection on the platform.$"):
        check_name(name)


@pytest.mark.parametrize("name", [".", "..", "a/b", "/", "a\\b", "a\nb", "a\x00b", "a\x7fb", "\ud800"])
def test_a_name_that_no_url_carries(name):
    with pytest.raises(InvalidInput) as refused:
        check_name(name)
    assert str(refused.value) == f"name is {name!r}: it must not be '.' or '..', nor hold '/', '\\' or a control character."


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


# --- display -----------------------------------------------------------------------------------------------------


def test_display_returns_the_connection_as_the_platform_shows_it(recorded, api):
    recorded.displays()
    assert api.display("db1") == shown()
    assert recorded.requests[0].headers["user-token"] == "t0ken"


@pytest.mark.parametrize("body", [b"", b'{"error": "not found"}', b"[]", b"null"])
def test_a_404_of_the_apis_own_means_not_found(recorded, api, body):
    recorded.expects("GET", status=404, body=body)
    assert api.display("db1") is None


@pytest.mark.parametrize("body, title", [(b"<html><title>nginx</title>", " (a page titled 'nginx')"), (b"404 page not found", "")])
def test_a_404_of_anything_else_is_an_error(recorded, api, body, title):
    recorded.expects("GET", status=404, body=body)
    with pytest.raises(errors.ApiError) as refused:
        api.display("db1")
    assert not isinstance(refused.value, errors.NotFound) and refused.value.status == 404
    assert str(refused.value) == (
        f"GET {URL}/ds-api/pool/pg-instances/db1: status 404 came with something that is not the API's JSON, so it does not tell whether the "
        f"connection exists{title}. Check that api_url is the address of a Datasentinel platform, with the path prefix where it has one."
    )


@pytest.mark.parametrize("body", [{}, {"status": "OK"}, {"error": "no such connection"}, shown(host=...), shown(host=None)])
def test_a_200_without_a_host_is_no_connection(recorded, api, body):
    recorded.expects("GET", json=body)
    with pytest.raises(errors.BadResponse) as refused:
        api.display("db1")
    assert f"GET {URL}/ds-api/pool/pg-instances/db1: the response (status 200) is no connection: it has no host." in str(refused.value)


@pytest.mark.parametrize("status", [201, 202, 203, 204, 206])
def test_another_success_is_no_connection(recorded, api, status):
    recorded.expects("GET", status=status, body=b"")
    with pytest.raises(errors.BadResponse, match=f"status {status} \\(expected 200\\)"):
        api.display("db1")


@pytest.mark.parametrize("kind, status", [(errors.GatewayError, 503), (errors.TooManyRequests, 429)])
def test_a_transient_failure_is_retried_where_retries_are_given(recorded, api, platform, kind, status):
    recorded.expects("GET", status=status)
    with pytest.raises(kind):
        api.display("db1")
    allowed = []
    retries = platform.new_retries()
    retries.allow = lambda error: allowed.append(type(error)) is None
    recorded.expects("GET", status=status).displays()
    assert api.display("db1", retries) == shown() and allowed == [kind]


def test_a_final_failure_is_not_retried(recorded, api, platform):
    retries = platform.new_retries()
    retries.allow = lambda error: pytest.fail("retried")
    recorded.expects("GET", status=500)
    with pytest.raises(errors.ServerError):
        api.display("db1", retries)


@pytest.mark.parametrize("password", [PASSWORD, 4711, [PASSWORD], {"value": [PASSWORD]}])
def test_a_password_that_is_shown_is_a_secret_from_then_on(recorded, api, secrets, password):
    recorded.displays(password=password)
    api.display("db1")
    assert secrets.mask(f"{PASSWORD} 4711") != f"{PASSWORD} 4711"


@pytest.mark.parametrize("password", ["********", "x", True, None, "", [], ...])
def test_a_mask_is_no_secret(recorded, api, secrets, password):
    recorded.displays(password=password)
    api.display("db1")
    assert secrets.mask("x ** True None") == "x ** True None"


@pytest.mark.parametrize(
    "password, masked", [("********", True), ("*", True), ("xxxxx", True), ("•••", True), ("aaaa", False), ("**a**", False), ("sentinel", False), ("", False)]
)
def test_masks(password, masked):
    assert is_mask(password) is masked


# --- writes ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method, path, call, body", WRITES)
def test_a_write_returns_the_platforms_message(recorded, api, method, path, call, body):
    recorded.expects(method, path, message="Done!")
    assert getattr(api, call)("db1", *body) == "Done!"
    assert recorded.calls == [f"{method} {path}"]
    assert not body or recorded.body(0) == body[0]


@pytest.mark.parametrize("status", [200, 201, 202, 204])
@pytest.mark.parametrize("method, path, call, body", WRITES)
def test_a_write_may_be_any_success_without_a_body(recorded, api, method, path, call, body, status):
    recorded.expects(method, path, status)
    assert getattr(api, call)("db1", *body) == ""


@pytest.mark.parametrize("response", [{"body": b"<html><title>Log in</title>"}, {"json": ["db1"]}, {"body": b"OK"}])
def test_a_write_that_something_else_responds_to_is_an_error_that_may_have_happened(recorded, api, response):
    recorded.expects("PUT", **response)
    with pytest.raises(errors.BadResponse, match="where a JSON object was expected") as refused:
        api.update("db1", {})
    assert refused.value.may_have_happened


def test_the_platforms_message_is_safe_to_be_shown(recorded, api, secrets):
    secrets.add("s3cret")
    recorded.expects("PUT", message='s3cret \x1b[31m "password": "other"')
    assert api.update("db1", {}) == f'{MASK} ?[31m "password": {MASK}'


@pytest.mark.parametrize("method, path, call, body", WRITES)
def test_a_write_is_not_retried(recorded, api, method, path, call, body):
    recorded.expects(method, path, 503)
    with pytest.raises(errors.GatewayError):
        getattr(api, call)("db1", *body)


def test_what_cannot_be_a_connection_names_the_call(api):
    error = api.unreadable("a b", "the port is no number")
    assert str(error).startswith(f"GET {URL}/ds-api/pool/pg-instances/a%20b: the port is no number. ") and error.status == 200
