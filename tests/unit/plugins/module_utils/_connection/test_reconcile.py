# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bringing a connection into its desired state, on a platform that keeps to no contract. Whole scripts are with the command."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from ansible_collections.datasentinel.platform.plugins.module_utils._connection._desired_connection import DesiredConnection
from ansible_collections.datasentinel.platform.plugins.module_utils._connection._errors import NotEffective
from ansible_collections.datasentinel.platform.plugins.module_utils._connection._progress import Progress
from ansible_collections.datasentinel.platform.plugins.module_utils._connection._reconcile import read, reconcile
from ansible_collections.datasentinel.platform.plugins.module_utils._http import _errors as errors
from support.recorded import PASSWORD, URL, shown


class FakeConnections:
    """A ConnectionApi that shows one state after the other, and takes every write. after: what writes make of the last state."""

    def __init__(self, *states):
        self.states = list(states)
        self.writes = []

    def display(self, name, retries=None, timeout=None):
        return self.states.pop(0)

    def unreadable(self, name, problem):
        return errors.BadResponse("GET", URL, problem)

    def __getattr__(self, call):
        return lambda name, *body: self.writes.append((call, *body)) or f"{call} done"


@pytest.fixture
def outcome():
    """A function that reconciles with a platform that shows these states, and returns the calls and the Progress."""

    def make(*states, check_mode=False, **desired):
        connections, progress = FakeConnections(*states), Progress()
        platform = SimpleNamespace(connections=connections, new_retries=lambda: SimpleNamespace(allow=lambda error: False))
        try:
            reconcile(platform, DesiredConnection("db1", **desired), progress, check_mode)
        except NotEffective as exc:
            return connections.writes, progress, str(exc)
        return connections.writes, progress, None

    return make


def test_nothing_to_do_is_one_read(outcome):
    writes, progress, error = outcome(shown(), port=5433)
    assert (writes, progress.changed, error) == ([], False, None) and progress.before is progress.after


def test_a_change_is_confirmed_by_one_read(outcome):
    writes, progress, error = outcome(shown(), shown(port=1), port=1)
    assert error is None and [call for call, *_rest in writes] == ["update"]
    assert (progress.before.port, progress.after.port, progress.messages) == (5433, 1, ["update done"])


def test_check_mode_sends_nothing(outcome):
    writes, progress, _error = outcome(shown(), check_mode=True, port=1)
    assert (writes, progress.changed, progress.after.port, progress.messages) == ([], True, 1, [])


def test_what_the_platform_shows_and_cannot_be_is_an_error_that_names_the_field():
    platform = SimpleNamespace(connections=FakeConnections(shown(port="default")))
    with pytest.raises(errors.BadResponse, match="the platform shows a connection whose port is not a number. "):
        read(platform, "db1")


RIVAL = "If another job changes the same connection at the same time, let one of them finish first; otherwise the platform's log says more."


@pytest.mark.parametrize(
    "states, desired, message",
    [
        (
            [shown(), shown()],
            {"port": 9, "tags": {}, "password": "another"},
            "The platform answered 'update done', but these did not change as described: port (desired 9, is 5433), "
            "tags (desired {}, is {'application': 'sales', 'environment': 'production'}), password. " + RIVAL,
        ),
        (
            [shown(), shown()],
            {"state": "disabled"},
            f"The platform answered 'disable done', but these did not change as described: enabled (desired False, is True). {RIVAL}",
        ),
        ([shown(), shown()], {"state": "absent"}, f"The platform answered 'delete done', but the connection is still there. {RIVAL}"),
        ([None, None], {"host": "h", "user": "u", "password": "p"}, f"The platform answered 'create done', but the connection was not found. {RIVAL}"),
    ],
)
def test_a_success_without_effect_is_an_error_that_names_the_fields(outcome, states, desired, message):
    _writes, progress, error = outcome(*states, **desired)
    assert (error, progress.changed) == (message, True)


def test_a_success_without_a_message_and_without_effect(outcome, monkeypatch):
    monkeypatch.setattr(FakeConnections, "__getattr__", lambda self, call: lambda name, *body: "")
    assert outcome(shown(), shown(), port=9)[2].startswith(
        "The platform answered with success, but these did not change as described: port (desired 9, is 5433)."
    )


# --- a password that nobody gave ---------------------------------------------------------------------------------

REPLACED = (
    "The update was made, but the password changed as well, although the task did not send one: this platform's update "
    "replaces what it does not get, or another job changed it. Give password, with update_password: always, so that the platform can log in again."
)


@pytest.mark.parametrize("password", ["another", ""])
def test_a_password_that_is_lost_by_an_update_that_replaces_is_an_error(outcome, password):
    _writes, progress, error = outcome(shown(), shown(port=1, password=password), port=1)
    assert error == REPLACED and progress.changed


@pytest.mark.parametrize(
    "before, after, desired",
    [
        (PASSWORD, PASSWORD, {}),
        (PASSWORD, "another", {"password": "another"}),
        (PASSWORD, "****", {}),
        (PASSWORD, None, {}),
        ("****", "another", {}),
        ("****", "", {}),
        (None, "another", {}),
        ("", "another", {}),
    ],
)
def test_a_password_that_was_given_or_cannot_be_compared_is_none(outcome, before, after, desired):
    assert outcome(shown(password=before), shown(port=1, password=after), port=1, **desired)[2] is None


def test_a_connection_that_is_deleted_has_lost_no_password(outcome):
    assert outcome(shown(), None, state="absent")[2] is None
