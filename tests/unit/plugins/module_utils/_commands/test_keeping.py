# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keeping one connection in its desired state: what was done, in a word and as a result."""

from __future__ import annotations

import dataclasses

import pytest
from ansible_collections.datasentinel.platform.plugins.module_utils._commands._keeping import Keeping
from ansible_collections.datasentinel.platform.plugins.module_utils._connection._connection import from_platform
from ansible_collections.datasentinel.platform.plugins.module_utils._connection._desired_connection import DesiredConnection
from support.recorded import shown

THERE = from_platform("db1", shown())
MOVED = dataclasses.replace(THERE, port=1)
DISABLED = dataclasses.replace(THERE, enabled=False)
FAILED = {"failed": True, "changed": False, "msg": "No."}


@pytest.fixture
def keeping():
    """A function that returns a Keeping that has done this."""

    def make(before=None, after=None, wrote=True, failed=None, password_changes=False):
        made = Keeping(DesiredConnection("db1"), check_mode=False)
        made.failed = failed
        progress = made.progress
        progress.before, progress.after, progress.wrote, progress.password_changes = before, after, wrote, password_changes
        return made

    return make


@pytest.mark.parametrize(
    "done, action",
    [
        ({"after": THERE}, "created"),
        ({"before": THERE}, "deleted"),
        ({"before": THERE, "after": MOVED}, "updated"),
        ({"before": THERE, "after": THERE, "password_changes": True}, "updated"),
        ({"before": THERE, "after": DISABLED}, "disabled"),
        ({"before": DISABLED, "after": THERE}, "enabled"),
        ({"before": DISABLED, "after": MOVED}, "updated"),
        ({"before": THERE, "after": THERE, "wrote": False}, "unchanged"),
        ({"wrote": False}, "unchanged"),
        ({"before": THERE, "after": MOVED, "failed": {"failed": True}}, "failed"),
    ],
)
def test_what_was_done_in_a_word(keeping, done, action):
    assert keeping(**done).action() == action


@pytest.mark.parametrize(
    "state, check_mode, expected",
    [("present", False, True), ("enabled", False, True), ("disabled", False, False), ("absent", False, False), ("present", True, False)],
)
def test_what_the_platform_is_expected_to_connect_to(state, check_mode, expected):
    assert Keeping(DesiredConnection("db1", state=state), check_mode).to_be_connected is expected


# --- the result --------------------------------------------------------------------------------------------------


def test_what_was_done_is_told_with_what_it_is_now(keeping, secrets):
    done = keeping(THERE, MOVED)
    done.progress.messages += ["Updated!", "Enabled!"]
    result = done.result(secrets)
    assert (result["changed"], result["msg"], result["connection"]["port"], result["diff"]["after"]["port"]) == (True, "Updated! Enabled!", 1, 1)
    assert "failed" not in result and "password" not in result["connection"]


def test_what_is_gone_is_not_shown(keeping, secrets):
    result = keeping(THERE, None).result(secrets)
    assert "connection" not in result and result["diff"]["after"] == {}


def test_a_failure_before_anything_was_done_shows_nothing_but_itself(keeping, secrets):
    assert keeping(THERE, THERE, wrote=False, failed=FAILED).result(secrets) == {**FAILED, "changed": False, "warnings": []}


def test_a_failure_after_something_was_done_shows_that_too(keeping, secrets):
    result = keeping(THERE, MOVED, failed=FAILED).result(secrets)
    assert (result["failed"], result["changed"], result["msg"], result["connection"]["port"]) == (True, True, "No.", 1)


def test_a_bug_of_ours_loses_nothing_of_what_was_done(keeping, secrets, monkeypatch):
    monkeypatch.setattr(type(THERE), "public", lambda *args: {}["x"])
    result = keeping(THERE, MOVED).result(secrets)
    assert (result["failed"], result["changed"]) == (True, True) and "bug in the collection: KeyError" in result["msg"]


def test_tags_of_the_platform_draw_a_warning(keeping, secrets):
    done = keeping(THERE, THERE, wrote=False)
    done.desired = DesiredConnection("db1", tags={"server": "a", "owner": "b", "database": "c"})
    [warning] = done.result(secrets)["warnings"]
    assert warning.startswith("Connection 'db1': the platform sets the tags database, server itself")


@pytest.mark.parametrize(
    "after, state, failed, warned",
    [
        ({"connected": False}, "present", None, True),
        ({"connected": False}, "enabled", None, True),
        ({"connected": False, "enabled": False}, "present", None, False),
        ({"connected": False}, "disabled", None, False),
        ({"connected": False}, "present", {"failed": True}, False),
        ({"connected": None}, "present", None, False),
        ({"connected": True}, "present", None, False),
    ],
)
def test_a_connection_that_the_platform_does_not_reach_draws_a_warning(keeping, secrets, after, state, failed, warned):
    done = keeping(None, dataclasses.replace(THERE, **after), failed=failed)
    done.desired = DesiredConnection("db1", state)
    done.progress.messages.append("Created, no route")
    expected = "Connection 'db1': the platform is not connected to pg1.example.com:5433 as user datasentinel. The platform's message: Created, no route"
    assert done.result(secrets)["warnings"] == ([expected] if warned else [])


@pytest.mark.parametrize("message", ["Connection created and connected!", "Connection updated!", "Connection enabled!", "Updated"])
def test_that_a_write_went_well_is_no_reason(keeping, secrets, message):
    done = keeping(None, dataclasses.replace(THERE, connected=False))
    done.progress.messages.append(message)
    assert done.result(secrets)["warnings"] == ["Connection 'db1': the platform is not connected to pg1.example.com:5433 as user datasentinel."]


@pytest.mark.parametrize("message", ["Connection refused", "Connection updated, not connected: timeout", "Timeout!"])
def test_a_reason_is_quoted_as_it_came(keeping, secrets, message):
    done = keeping(None, dataclasses.replace(THERE, connected=False))
    done.progress.messages += ["Connection updated!", message]
    assert done.result(secrets)["warnings"][0].endswith(f"as user datasentinel. The platform's message: {message}")
