# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many connections in one task: what is refused before anything is sent, and one result for all."""

from __future__ import annotations

import contextlib
import json
import time

import pytest
from ansible_collections.datasentinel.platform.plugins.module_utils._commands import (
    _threads,
)
from ansible_collections.datasentinel.platform.plugins.module_utils._commands._command import (
    Context,
    execute,
)
from ansible_collections.datasentinel.platform.plugins.module_utils._commands._connections_command import (
    CONNECTIONS,
    together,
)
from ansible_collections.datasentinel.platform.plugins.module_utils._commands._options import (
    secret_values,
)
from ansible_collections.datasentinel.platform.plugins.module_utils._common._run_memory import (
    RunMemory,
)
from ansible_collections.datasentinel.platform.plugins.module_utils._common._secrets import (
    Secrets,
)
from support.recorded import ACCESS, PASSWORD, TOKEN_PATH, URL, shown

GIVEN = {"host": "pg1.example.com", "port": 5433, "user": "datasentinel", "password": PASSWORD}


def keep(connections, check_mode=False, memory=None, **options):
    """Return the result of a task for connections, one after the other unless options say otherwise."""
    options = {**ACCESS, "concurrency": 1, "connections": connections, **options}
    secrets = Secrets()
    secrets.add(*secret_values(CONNECTIONS.options, options))
    params = {**{name: option.default for name, option in CONNECTIONS.options.items()}, **options}
    return execute(CONNECTIONS, params, Context(secrets, memory or RunMemory(), check_mode))


@pytest.fixture
def run(recorded):
    """`keep` for a script of exchanges, with the connections as arguments of their own."""
    return lambda *connections, **options: keep(list(connections), **options)


def creates(recorded, name, **changes):
    """Play the creation of a connection."""
    recorded.expects("GET", name, 404).expects("POST", name, 201, message="Connection created!").expects("GET", name, json=shown(tags="", **changes))


def changes(recorded, name, before, *calls, **after):
    """Play a change of a connection from what it was before; calls: pairs of method and path."""
    recorded.expects("GET", name, json=shown(**before))
    for method, path in calls:
        recorded.expects(method, path, message="Done!")
    recorded.expects("GET", name, json=shown(**{**before, **after}))


# --- the result --------------------------------------------------------------------------------------------------


def test_each_connection_is_kept_and_told_of_in_the_order_given(recorded, run):
    creates(recorded, "new")
    changes(recorded, "moved", {"port": 1}, ("PUT", "moved"), port=5433)
    changes(recorded, "off", {}, ("PATCH", "off/disable"), enabled=False)
    recorded.expects("GET", "gone", json=shown()).expects("DELETE", "gone", message="Done!").expects("GET", "gone", 404)
    recorded.expects("GET", "same", json=shown())
    result = run(
        {"name": "new", **GIVEN},
        {"name": "moved", **GIVEN},
        {"name": "off", "state": "disabled"},
        {"name": "gone", "state": "absent"},
        {"name": "same", **GIVEN},
    )
    assert result["changed"] is True and "failed" not in result
    assert [(one["name"], one["action"], one["changed"], one["failed"]) for one in result["results"]] == [
        ("new", "created", True, False),
        ("moved", "updated", True, False),
        ("off", "disabled", True, False),
        ("gone", "deleted", True, False),
        ("same", "unchanged", False, False),
    ]
    assert result["summary"] == {"created": 1, "updated": 1, "enabled": 0, "disabled": 1, "deleted": 1, "unchanged": 1, "failed": 0}
    assert result["msg"] == "5 connections: 1 created, 1 updated, 1 disabled, 1 deleted, 1 unchanged."
    assert [set(one) for one in result["results"]] == [
        {"name", "action", "changed", "failed", "msg", "connection"},
        {"name", "action", "changed", "failed", "msg", "connection"},
        {"name", "action", "changed", "failed", "msg", "connection"},
        {"name", "action", "changed", "failed", "msg"},
        {"name", "action", "changed", "failed", "connection"},
    ]
    assert PASSWORD not in json.dumps(result)


def test_diffs_stand_by_name_and_only_of_what_changes(recorded, run):
    recorded.expects("GET", "same", json=shown())
    changes(recorded, "moved", {"port": 1}, ("PUT", "moved"), port=5433)
    result = run({"name": "same", **GIVEN}, {"name": "moved", **GIVEN})
    [diff] = result["diff"]
    assert (diff["before_header"], diff["after_header"], diff["before"]["port"], diff["after"]["port"]) == ("moved", "moved", 1, 5433)


def test_nothing_to_do_is_one_call_each_and_no_change(recorded, run):
    recorded.expects("GET", "a", json=shown()).expects("GET", "b", 404)
    result = run({"name": "a", **GIVEN}, {"name": "b", "state": "absent"})
    assert (result["changed"], result["diff"], result["msg"]) == (False, [], "2 connections: 2 unchanged.")


def test_a_list_of_no_connections_is_no_failure_and_does_not_sound_like_work(recorded, run):
    result = run()
    assert (result["msg"], result["changed"], result.get("failed")) == ("The list holds no connection.", False, None) and recorded.calls == []


def test_check_mode_reads_and_tells(recorded, run):
    recorded.expects("GET", "new", 404).expects("GET", "gone", json=shown())
    result = run({"name": "new", **GIVEN}, {"name": "gone", "state": "absent"}, check_mode=True)
    assert result["changed"] is True and result["msg"] == "2 connections: 1 created, 1 deleted." and len(result["diff"]) == 2


def test_one_token_serves_all(recorded, run):
    recorded.mints("one").expects("GET", "a", json=shown()).expects("GET", "b", json=shown())
    run({"name": "a", **GIVEN}, {"name": "b", **GIVEN}, api_token=None, api_username="u", api_password="p")
    assert recorded.calls == [f"POST {TOKEN_PATH}", "GET a", "GET b"]


def test_defaults_and_the_options_of_each(recorded, run):
    recorded.expects("GET", "a", json=shown(tags="x=1", password="other"))
    changes(recorded, "b", {"tags": "x=1"}, ("PUT", "b"), tags="x=1,a=2")
    result = run(
        {"name": "a", "tags": {"x": 1}, "update_password": "on_create"}, {"name": "b", "tags": "a=2", "purge_tags": False}, defaults={**GIVEN, "tags": {"y": 1}}
    )
    assert result["summary"]["unchanged"] == result["summary"]["updated"] == 1
    assert recorded.body(2)["tags"] == "x=1,a=2"


# --- failures ----------------------------------------------------------------------------------------------------


def test_one_that_fails_leaves_the_others_done_and_is_named_with_its_reason(recorded, run):
    recorded.expects("GET", "a", 500, message="no disk")
    creates(recorded, "b")
    result = run({"name": "a", **GIVEN}, {"name": "b", **GIVEN})
    assert result["failed"] is True and result["changed"] is True
    assert result["msg"].startswith(
        f"2 connections: 1 created, 1 failed. Connection 'a': GET {URL}/ds-api/pool/pg-instances/a: status 500 (expected 200): no disk."
    )
    assert result["results"][0]["error"]["status"] == 500 and result["results"][0]["failed"] is True


def test_one_that_fails_half_way_has_changed(recorded, run):
    recorded.expects("GET", "a", 404).expects("POST", "a", 201, message="Connection created!").expects("GET", "a", 500)
    result = run({"name": "a", **GIVEN})
    [one] = result["results"]
    assert result["changed"] is True and (one["action"], one["changed"], one["failed"]) == ("failed", True, True)
    assert "Before that, the platform answered 'Connection created!'." in result["msg"]


def test_of_many_failures_the_first_are_told_with_their_reasons_and_the_others_named(recorded, run):
    for number in range(23):
        recorded.expects("GET", f"db{number}", 403)
    result = run(*({"name": f"db{number}"} for number in range(23)))
    assert result["msg"].startswith("23 connections: 23 failed. Connection 'db0': ") and result["msg"].endswith(" Also failed: db20, db21, db22.")
    assert "Connection 'db19': " in result["msg"] and "Connection 'db20'" not in result["msg"] and len(result["results"]) == 23


def test_failures_that_are_all_told_with_their_reasons_are_not_named_again(recorded, run):
    for number in range(20):
        recorded.expects("GET", f"db{number}", 403)
    result = run(*({"name": f"db{number}"} for number in range(20)))
    assert "Connection 'db19': " in result["msg"] and "Also failed" not in result["msg"]


@pytest.mark.parametrize("count, end", [(220, "db218, db219."), (221, "db218, db219, and 1 more, see results."), (3000, "db219, and 2,780 more, see results.")])
def test_of_thousands_of_failures_so_many_are_named_and_the_rest_counted(count, end):
    failed = {"action": "failed", "changed": False, "failed": True, "msg": "No."}
    message = together([{"name": f"db{number}", **failed} for number in range(count)], [])["msg"]
    assert message.endswith(end) and "\n" not in message and message.count("db") == 200


def test_of_many_warnings_the_first_are_shown_and_the_rest_counted(recorded, run):
    for number in range(22):
        recorded.expects("GET", f"db{number}", json=shown(connected=False))
    warnings = run(*({"name": f"db{number}", **GIVEN} for number in range(22)), validate_certs=False)["warnings"]
    assert "validate_certs is false" in warnings[0] and len(warnings) == 22 and warnings[-1] == "and 2 more warnings like these."
    assert warnings[1].startswith("Connection 'db0': the platform is not connected to pg1.example.com:5433")


@pytest.mark.parametrize(
    "options, message",
    [
        ({"connections": None}, "Give connections, or the path of a file as src."),
        ({"connections": [{"name": "a"}, {"name": "a"}]}, "The name 'a' stands twice, in connections[0] ('a') and connections[1] ('a')"),
        ({"connections": [{"name": "a", "port": 0}]}, "connections[0] ('a'): port is 0"),
        ({"defaults": {"hots": 1}}, "defaults holds hots"),
        ({"concurrency": 0}, "concurrency is 0: it has to be a number from 1 to 64."),
        ({"concurrency": 65}, "concurrency is 65: it has to be a number from 1 to 64."),
        ({"wait_timeout": 0}, "wait_timeout is 0: it has to be a number of seconds, 1 or more."),
        ({"api_url": "ftp://x"}, "api_url is 'ftp://x'"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_sent(recorded, options, message):
    result = keep(**{"connections": [{"name": "first"}], **options})
    assert result["failed"] is True and result["changed"] is False and result["msg"].startswith(message) and "results" not in result
    assert recorded.calls == []


@pytest.mark.parametrize("concurrency", [1, 64])
def test_the_bounds_of_concurrency(recorded, run, concurrency):
    recorded.expects("GET", "a", json=shown())
    assert run({"name": "a", **GIVEN}, concurrency=concurrency)["msg"] == "1 connection: 1 unchanged."


# --- secrets -----------------------------------------------------------------------------------------------------


def test_a_message_holds_no_password_of_any_item(recorded, run):
    recorded.expects("GET", "a", 500, message="refused for an0ther-pw and pw-of-3 and of-the-defaults")
    recorded.expects("GET", "b", json=shown(connected=False)).expects("GET", "c", 500)
    result = run(
        {"name": "a", "password": "an0ther-pw"},
        {"name": "b"},
        {"name": "c", "password": "pw-of-3"},
        defaults={"password": "of-the-defaults", "update_password": "on_create"},
    )
    assert "refused for ******** and ******** and ********" in result["msg"]
    assert not [secret for secret in ("an0ther-pw", "pw-of-3", "of-the-defaults") if secret in json.dumps(result)]


class Echo(contextlib.nullcontext):
    """A Platform in memory whose every message is the password that it was sent."""

    def __init__(self, settings, secrets, memory, sleep, *_shared):
        super().__init__(self)
        self.connections = self
        self._secrets = secrets
        self._stored = {}

    def new_retries(self):
        return None

    def display(self, name, retries=None, timeout=None):
        return self._stored.get(name)

    def create(self, name, body):
        self._stored[name] = {**body, "enabled": True, "connected": False}
        return self._secrets.quote("Created with %s, not connected" % body["password"])


def test_thousands_of_passwords_are_masked_and_cost_little_more_than_one(memory, monkeypatch):
    """With passwords that begin alike, as generated ones do."""
    monkeypatch.setattr(_threads, "Platform", Echo)
    passwords = [f"s3cret-of-all-{number:05}" for number in range(5000)]

    def seconds(given):
        connections = [{"name": f"db{number}", "host": "h", "user": "u", "password": one} for number, one in enumerate(given)]
        start = time.process_time()
        result = keep(connections, memory=memory)
        took = time.process_time() - start
        text = json.dumps(result)
        assert result["summary"]["created"] == len(given) and "s3cret-of-all" not in text
        assert text.count("Created with ********, not connected") >= len(given)
        return took

    assert seconds(passwords) < 10 * 5 * seconds(passwords[:1] * 1000)
