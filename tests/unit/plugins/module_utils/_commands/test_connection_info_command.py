# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading connections by name: those that exist, and the names of those that do not."""

from __future__ import annotations

import threading

import pytest
from ansible_collections.datasentinel.platform.plugins.module_utils._commands import _connection_info_command, _threads
from ansible_collections.datasentinel.platform.plugins.module_utils._commands._command import Context, execute
from ansible_collections.datasentinel.platform.plugins.module_utils._commands._connection_info_command import CONNECTION_INFO
from ansible_collections.datasentinel.platform.plugins.module_utils._commands._options import ACCESS as ACCESS_OPTIONS
from ansible_collections.datasentinel.platform.plugins.module_utils._commands._options import typed
from support.recorded import ACCESS, PASSWORD, TOKEN_PATH, URL, shown


@pytest.fixture(autouse=True)
def one_at_a_time(monkeypatch):
    """A script of exchanges has one order."""
    monkeypatch.setattr(_connection_info_command, "CONCURRENCY", 1)


def test_connections_come_in_the_order_asked_for_and_missing_names_apart(recorded):
    recorded.expects("GET", "b", json=shown()).expects("GET", "no", 404).expects("GET", "7", json=shown()).expects("GET", "a", 404)
    result = recorded.run(CONNECTION_INFO, name=["b", "no", 7, "a"])
    assert [connection["name"] for connection in result["connections"]] == ["b", "7"]
    assert (result["missing"], result["changed"], result["warnings"]) == (["no", "a"], False, [])


def test_one_name(recorded):
    recorded.displays()
    result = recorded.run(CONNECTION_INFO, name="db1")
    assert result["connections"][0]["host"] == "pg1.example.com" and result["missing"] == []


def test_no_names_are_no_calls(recorded):
    assert recorded.run(CONNECTION_INFO, name=[]) == {"changed": False, "connections": [], "missing": [], "warnings": []}


def test_no_password_is_returned_nor_left_in_a_field_of_a_connection_that_was_read_before(recorded):
    recorded.expects("GET", "a", json=shown(note=f"copied with {PASSWORD}", password="****")).expects("GET", "b", json=shown())
    result = recorded.run(CONNECTION_INFO, name=["a", "b"])
    assert result["connections"][0]["note"] == "copied with ********" and PASSWORD not in str(result)


@pytest.mark.parametrize(
    "name, message",
    [
        ([""], "name is empty"),
        (["a", "b/c"], "name is 'b/c'"),
        ([["a"]], "name has to be one name or a list of names, and it holds ['a']."),
        ({"a": 1}, "name has to be one name or a list of names, and it holds {'a': 1}."),
        (True, "name has to be one name or a list of names, and it holds True."),
        ([None], "name has to be one name or a list of names, and it holds None."),
    ],
)
def test_a_name_that_cannot_be_is_refused_before_anything_is_sent(recorded, name, message):
    assert recorded.run(CONNECTION_INFO, name=name)["msg"].startswith(message)
    assert recorded.calls == []


def test_a_read_is_retried(recorded):
    recorded.expects("GET", status=503).displays()
    assert len(recorded.run(CONNECTION_INFO, name="db1")["connections"]) == 1 and len(recorded.pauses) == 1


def test_retries_are_counted_for_each_name(recorded):
    for name in ("a", "b"):
        recorded.expects("GET", name, 503).expects("GET", name, json=shown())
    assert len(recorded.run(CONNECTION_INFO, name=["a", "b"], api_retries=1)["connections"]) == 2


def test_an_error_names_the_connection(recorded):
    recorded.expects("GET", "a", json=shown()).expects("GET", "b", 500, message="broken")
    result = recorded.run(CONNECTION_INFO, name=["a", "b", "c"], validate_certs=False)
    assert result["failed"] is True and result["changed"] is False and "connections" not in result
    assert result["msg"].startswith(f"Connection 'b': GET {URL}/ds-api/pool/pg-instances/b: status 500 (expected 200): broken.")
    assert result["error"]["status"] == 500 and "validate_certs is false" in result["warnings"][0]


def test_a_404_with_a_page_is_no_missing_connection(recorded):
    recorded.expects("GET", status=404, body="<html>")
    assert recorded.run(CONNECTION_INFO, name="db1")["failed"] is True


def test_a_bug_of_ours_is_a_failed_result(recorded, monkeypatch):
    monkeypatch.setattr(_connection_info_command, "read", lambda *args: {}["x"])
    assert "This is a bug in the collection: KeyError" in recorded.run(CONNECTION_INFO, name="db1")["msg"]


def test_one_token_serves_all_names(recorded):
    recorded.mints("one").expects("GET", "a", json=shown()).expects("GET", "b", json=shown())
    recorded.run(CONNECTION_INFO, name=["a", "b"], api_token=None, api_username="u", api_password="p")
    assert [call for call in recorded.calls if call.startswith("POST")] == [f"POST {TOKEN_PATH}"]


def test_long_work_shows_how_many_have_been_read(recorded, memory, secrets, monkeypatch):
    monkeypatch.setattr(_threads, "PROGRESS", 0.05)
    shown_first = threading.Event()
    lines = []

    def progress(line):
        lines.append(line)
        shown_first.set()

    def slow(platform, name, retries):
        if name == "b":
            shown_first.wait(10)

    monkeypatch.setattr(_connection_info_command, "read", slow)
    execute(CONNECTION_INFO, {**typed(ACCESS_OPTIONS, ACCESS), "name": ["a", "b"]}, Context(secrets, memory, progress=progress))
    assert lines[0] == "1 of 2 connections read"
