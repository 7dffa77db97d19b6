# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One connection: what is refused before anything is sent, and what a failure tells. States and races have files of their own."""

from __future__ import annotations

import json

import pytest
from ansible_collections.datasentinel.platform.plugins.module_utils._commands import _connection_command, _keeping
from ansible_collections.datasentinel.platform.plugins.module_utils._common._errors import InvalidInput
from ansible_collections.datasentinel.platform.plugins.module_utils._connection._connection import Connection
from ansible_collections.datasentinel.platform.plugins.module_utils._http._client import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.recorded import ACCESS, PASSWORD, TOKEN_PATH, URL, Recorded, json_values, shown
from support.spellings import found

NEEDED = {"host": "pg1.example.com", "port": 5433, "user": "datasentinel", "password": PASSWORD}
PAIR = {"api_token": None, "api_username": "admin", "api_password": "pässword"}


# --- refused before anything is sent -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "options, message",
    [
        ({"name": " "}, "name is empty"),
        ({"name": ".."}, "name is '..'"),
        ({"name": "a/b"}, "name is 'a/b': it must not be '.' or '..', nor hold '/', '\\' or a control character."),
        ({"port": 0}, "port is 0: it has to be a number from 1 to 65535."),
        ({"host": "pg1:5433"}, "host is 'pg1:5433', which is more than a host name or an address: write host: pg1 and port: 5433."),
        ({"user": " "}, "user is empty"),
        ({"password": ""}, "password is empty"),
        ({"tags": "application"}, "The tag 'application' has no '='"),
        ({"tags": ["a=b"]}, "tags has to be a mapping"),
        ({"wait_timeout": 0}, "wait_timeout is 0: it has to be a number of seconds, 1 or more."),
        ({"api_url": "platform"}, "api_url is 'platform'"),
        ({"api_url": "https://platform/#/"}, "api_url is more than an address: leave out the ? or #"),
        ({"api_token": None}, "No access to the platform"),
        ({"ca_path": "/no/such.pem"}, "ca_path: there is no file /no/such.pem"),
        ({"port": 0, **PAIR}, "port is 0"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_sent(recorded, options, message):
    result = recorded.run(**options)
    assert result["msg"].startswith(f"Connection {options.get('name', 'db1')!r}: {message}")
    assert {**result, "msg": ""} == {"failed": True, "changed": False, "msg": ""}
    assert recorded.calls == []


@pytest.mark.parametrize("wait_timeout", [1, 3600])
def test_any_other_wait_timeout_is_taken(recorded, wait_timeout):
    recorded.displays()
    assert "failed" not in recorded.run(wait_timeout=wait_timeout)


# --- warnings ----------------------------------------------------------------------------------------------------


def test_tags_that_the_platform_sets_itself_draw_a_warning(recorded):
    recorded.displays(tags="server=x,database=y")
    assert recorded.run(tags={"server": "x", "database": "y"})["warnings"] == [
        "Connection 'db1': the platform sets the tags database, server itself: what a task gives for them may not last."
    ]


def test_warnings_of_the_access_come_too_also_where_the_task_fails(recorded):
    recorded.displays().expects("GET", status=500)
    for _turn in range(2):
        assert "validate_certs is false" in recorded.run(validate_certs=False)["warnings"][0]


# --- every error names the connection ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "response, message",
    [
        ({"body": "<html>Hello</html>"}, "an HTML page (18 bytes) came back (status 200) where a JSON object was expected"),
        ({"body": '{"name": '}, "broken JSON (9 bytes) came back (status 200)"),
        ({"json": ["db1"]}, "a JSON list (7 bytes) came back"),
        ({"json": shown(port="default")}, "the platform shows a connection whose port is not a number"),
        ({"json": {"status": "OK"}}, "the response (status 200) is no connection: it has no host"),
        ({"status": 302, "headers": {"Location": "https://login.example.com"}}, "status 302, a redirect to https://login.example.com"),
        ({"status": 403, "message": "no"}, "status 403 (expected 200): no. The platform user needs the data admin profile and the admin privilege"),
        ({"body": ConnectionRefusedError(111, "Connection refused")}, "the connection was lost"),
    ],
)
def test_a_response_that_cannot_be(recorded, response, message):
    recorded.expects("GET", **response)
    result = recorded.run(api_retries=0)
    assert result["failed"] is True and result["changed"] is False
    assert result["msg"].startswith(f"Connection 'db1': GET {URL}/ds-api/pool/pg-instances/db1: {message}")
    assert result["error"]["method"] == "GET" and result["error"]["url"] == recorded.requests[0].url


def test_a_token_that_cannot_be_minted(recorded):
    recorded.expects("POST", TOKEN_PATH, 404)
    result = recorded.run(state="absent", **PAIR)
    assert result["msg"].startswith(f"Connection 'db1': POST {URL}{TOKEN_PATH}: status 404") and result["changed"] is False


def test_what_was_done_before_is_told(recorded):
    recorded.displays().expects("PUT", message="Connection updated!").expects("GET", status=500)
    assert recorded.run(port=1)["msg"].endswith("The platform's log says more. Before that, the platform answered 'Connection updated!'.")


def test_a_bug_of_ours(recorded, monkeypatch):
    monkeypatch.setattr(_keeping, "reconcile", lambda *args: {}["x"])
    assert recorded.run()["msg"].startswith("Connection 'db1': This is a bug in the collection: KeyError in test_connection_command.py:")


# --- what was written is reported, whatever happens after it -----------------------------------------------------


def breaks(*args, **options):
    raise KeyError("broken")


def test_an_unexpected_exception_after_a_write_keeps_what_was_done(recorded, monkeypatch):
    recorded.displays().expects("PUT", message="Connection updated!")
    request = Client.request

    def breaks_after_the_write(client, method, path, auth, **options):
        if method == "GET" and len(recorded.calls) == 2:
            raise KeyError("broken")
        return request(client, method, path, auth, **options)

    monkeypatch.setattr(Client, "request", breaks_after_the_write)
    result = recorded.run(port=1)
    assert result["failed"] is True and result["changed"] is True
    assert "This is a bug in the collection: KeyError" in result["msg"]
    assert "connection" not in result and "diff" not in result, "it was not read since"


def test_an_unexpected_exception_before_a_write_changed_nothing(recorded, monkeypatch):
    monkeypatch.setattr(_keeping, "reconcile", breaks)
    result = recorded.run(port=1)
    assert (result["failed"], result["changed"], "connection" in result) == (True, False, False)


def test_an_unexpected_exception_while_waiting_keeps_what_was_done(recorded, monkeypatch):
    monkeypatch.setattr(_keeping, "wait_until_connected", breaks)
    recorded.displays().expects("PUT", message="Connection updated!").displays(port=1)
    result = recorded.run(port=1, wait=True)
    assert (result["failed"], result["changed"], result["connection"]["port"]) == (True, True, 1)


@pytest.mark.parametrize("step", ["public", "managed", "who"])
def test_an_unexpected_exception_in_the_report_keeps_what_was_done(recorded, monkeypatch, step):
    monkeypatch.setattr(Connection, step, breaks)
    recorded.displays().expects("PUT", message="Connection updated!").displays(port=1, connected=False)
    result = recorded.run(port=1)
    assert result["failed"] is True and result["changed"] is True


@pytest.mark.parametrize("retry_after", ["²", "soon", "9" * 400, "Wed, 99 Oct 2015 07:28:00 GMT"])
def test_a_bad_retry_after_keeps_what_was_done(recorded, retry_after):
    recorded.displays().expects("PUT", message="Connection updated!").expects("GET", status=503, headers={"Retry-After": retry_after}).displays(port=1)
    result = recorded.run(port=1)
    assert (result["changed"], "failed" in result) == (True, False) and recorded.pauses[0] <= 60


def test_a_write_that_may_have_taken_effect_counts_as_a_change(recorded):
    recorded.lacks().expects("POST", body="<html>")
    result = recorded.run(**NEEDED)
    assert result["failed"] is True and result["changed"] is True
    assert "The create that was sent may have taken effect all the same: run the task again, it reads first." in result["msg"]


# --- bounds and secrets ------------------------------------------------------------------------------------------


def test_a_message_of_280000_characters_is_cut(recorded):
    recorded.displays().expects("PUT", message="x" * 280_000).displays(port=1)
    result = recorded.run(port=1)
    assert result["changed"] is True and len(result["msg"]) == 300


def test_a_field_that_is_nested_300_deep_does_not_swallow_the_failure(recorded):
    deep = json.loads("[" * 300 + "]" * 300)
    recorded.displays(deep=deep).expects("PUT", message="Connection updated!").displays(deep=deep)
    result = recorded.run(port=1)
    assert result["failed"] is True and result["changed"] is True and "these did not change as described" in result["msg"]
    assert len(json.dumps(result)) < 5000


def test_a_password_that_is_part_of_the_user_garbles_nothing_but_free_text(recorded):
    recorded.displays(password="sentinel").expects("PUT", message="datasentinel updated").displays(port=1, password="sentinel")
    result = recorded.run(port=1, password="sentinel")
    assert result["connection"]["user"] == result["diff"]["before"]["user"] == "datasentinel"
    assert result["msg"] == "data******** updated"


def test_a_password_that_the_platform_shows_is_masked_in_its_later_messages(recorded):
    recorded.displays().expects("PUT", status=400, message=f"cannot log in with {PASSWORD}")
    result = recorded.run(port=1)
    assert "cannot log in with ********" in result["msg"] and result["error"]["detail"] == "cannot log in with ********"


def test_nothing_of_the_platforms_reaches_a_terminal_raw(recorded):
    recorded.displays(note="\x1b[2J", tags="a\u202e=b").expects("PUT", message="\x1b[31mred\x9b\u200b").displays(port=1)
    result = recorded.run(port=1)
    assert json.dumps(result, ensure_ascii=False).isprintable() and result["msg"] == "?[31mred??"


HOSTILE = {
    "the connection as an error": lambda whole: {"status": 500, "json": whole},
    "the connection as a conflict": lambda whole: {"status": 409, "json": whole},
    "an error that is an object": lambda whole: {"status": 400, "json": {"error": whole}},
    "a list": lambda whole: {"json": [whole]},
    "JSON in JSON": lambda whole: {"json": json.dumps(whole)},
    "trailing text": lambda whole: {"body": json.dumps(whole) + " trailing"},
    "a raw tab": lambda whole: {"body": json.dumps(whole).replace("db1", "d\tb1")},
    "Latin-1": lambda whole: {"body": json.dumps({**whole, "note": "é"}, ensure_ascii=False).encode("latin-1")},
    "truncated": lambda whole: {"body": json.dumps(whole)[:-2]},
    "another success": lambda whole: {"status": 203, "json": whole},
    "a part": lambda whole: {"status": 206, "json": whole},
    "a page": lambda whole: {"body": f"<html><body>{json.dumps(whole)}</body></html>"},
    "a page with a title": lambda whole: {"status": 502, "body": f"<title>password={whole['password']}</title>"},
    "a redirect": lambda whole: {"status": 302, "headers": {"Location": f"https://ds:{whole['password']}@pg1/?password={whole['password']}"}},
    "a message that looks like it": lambda whole: {"status": 400, "message": json.dumps(whole)},
    "a message with a URL": lambda whole: {"status": 400, "message": f"cannot connect to postgresql://ds:{whole['password']}@pg1"},
}


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_a_password_that_nobody_knows_yet_is_not_quoted(recorded, method, hostile):
    stored = "unknown-yet"
    if method != "GET":
        recorded.lacks() if method == "POST" else recorded.displays(password="*****")
    recorded.expects(method, **hostile(shown(password=stored)))
    result = recorded.run(state="absent" if method == "DELETE" else "present", api_retries=0, **{**NEEDED, "port": 1})
    assert result["failed"] is True and result["msg"].startswith("Connection 'db1': ") and URL in result["msg"]
    assert found(json.dumps(result), stored) == []


KNOWN = 'kn"own/secret'
values = st.recursive(
    json_values | st.sampled_from([KNOWN, f"x {KNOWN}", json.dumps(KNOWN), f"postgresql://u:{KNOWN}@h"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["error", "status", "message", "note", KNOWN]), inner, max_size=3),
    max_leaves=5,
)
bodies = st.dictionaries(st.sampled_from(["note", "error", "status", "details", KNOWN]), values, max_size=3).map(lambda more: {**shown(), **more}) | values


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from([200, 201, 400, 404, 409, 500]), bodies, st.booleans())
def test_a_known_secret_is_in_no_result_whatever_the_platform_responds(status, body, broken):
    content = json.dumps(body)
    with Recorded(complete=False) as recorded:
        recorded.expects("GET", status=status, body=content[:-1] if broken else content)
        for method in ("POST", "PUT"):
            recorded.expects(method, status=status, body=content)
        result = recorded.run(**{**NEEDED, "password": KNOWN}, api_retries=0)
    assert found(json.dumps(result), KNOWN) == []


def test_options_that_are_secret_are_masked_in_messages(recorded):
    recorded.expects("GET", status=400, message=f"{ACCESS['api_token']} and n3w-pw")
    assert "******** and ********." in recorded.run(password="n3w-pw")["msg"]


def test_the_message_of_invalid_input_is_masked(recorded, monkeypatch):
    def refuses(params):
        raise InvalidInput("not n3w-pw")

    monkeypatch.setattr(_connection_command, "desired_from", refuses)
    assert recorded.run(password="n3w-pw")["msg"] == "Connection 'db1': not ********"
