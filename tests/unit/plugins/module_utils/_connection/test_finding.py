# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is found of one connection: which finding wins, what the message says, and what is listed beside it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.datasentinel.platform.plugins.module_utils._connection._connection import (
    Connection,
)
from ansible_collections.datasentinel.platform.plugins.module_utils._connection._desired_connection import (
    DesiredConnection,
)
from ansible_collections.datasentinel.platform.plugins.module_utils._connection._finding import (
    FINDINGS,
    finding_of,
    unknown,
)

PASSWORD = "s3cret-of-postgres"
CURRENT = Connection("db1", "pg1", 5432, "ds", PASSWORD, "a=1,pg_version=18", enabled=True, connected=True)
DESIRED = DesiredConnection("db1", "present", "pg1", 5432, "ds", PASSWORD, {"a": "1"})


def found(desired=None, current=None):
    """Return kind, message and the fields that differ, for changes to DESIRED and CURRENT."""
    finding = finding_of(replace(DESIRED, **(desired or {})), replace(CURRENT, **(current or {})))
    return finding.kind, finding.message, [one["field"] for one in finding.differences]


def test_what_is_as_it_should_be():
    assert found() == ("ok", "It is as the inventory wants it.", [])


def test_every_finding_is_known_and_ok_is_the_last():
    assert sorted(FINDINGS) == ["differs", "disabled", "not_connected", "not_registered", "ok", "unknown", "unwanted"] and FINDINGS[-1] == "ok"


@pytest.mark.parametrize("state", ["present", "enabled", "disabled"])
def test_what_is_not_there_is_not_registered(state):
    finding = finding_of(replace(DESIRED, state=state), None)
    assert (finding.kind, finding.message, finding.connection) == ("not_registered", "It is not on the platform.", None)


def test_what_is_wanted_absent():
    assert finding_of(replace(DESIRED, state="absent"), None).kind == "ok"
    assert found({"state": "absent"}) == ("unwanted", "It is on the platform, and the inventory wants it absent.", [])
    assert found({"state": "absent"}, {"enabled": False, "port": 1})[0] == "unwanted"


@pytest.mark.parametrize("state", ["present", "enabled"])
def test_what_the_platform_does_not_show_is_not_taken_for_well(state):
    message = "The platform does not show whether it is connected to pg1:5432 as user ds."
    assert found({"state": state}, {"connected": None}) == ("unknown", message, [])
    kind, message, fields = found({"state": state}, {"connected": None, "port": 1})
    assert (kind, fields) == ("unknown", ["port"]) and message.endswith("It also differs: port is 1, and the inventory has 5432.")
    assert found({"state": "disabled"}, {"connected": None, "enabled": False})[0] == "ok"
    assert found({"state": state}, {"connected": None, "enabled": False})[0] == "disabled"


@pytest.mark.parametrize("state", ["present", "enabled"])
def test_a_disabled_server_is_a_finding_unless_the_inventory_wants_it_so(state):
    kind, message, fields = found({"state": state}, {"enabled": False, "connected": False})
    assert (kind, fields) == ("disabled", ["enabled"]) and message == "Its monitoring is disabled, and the inventory does not want it so."
    assert found({"state": "disabled"}, {"enabled": False, "connected": False}) == ("ok", "It is disabled, as the inventory wants it.", [])


def test_a_server_that_is_monitored_although_the_inventory_wants_it_disabled():
    kind, message, fields = found({"state": "disabled"}, {"connected": False})
    assert (kind, fields) == ("differs", ["enabled"]) and message == "It differs: enabled is true, and the inventory has false."


def test_not_connected_says_host_port_and_user():
    assert found(current={"connected": False}) == ("not_connected", "The platform is not connected to pg1:5432 as user ds.", [])


@pytest.mark.parametrize("current, kind", [({"enabled": False}, "disabled"), ({"connected": False}, "not_connected")])
def test_the_worst_finding_wins_and_the_differences_are_told_all_the_same(current, kind):
    found_kind, message, fields = found(current={**current, "port": 1})
    assert found_kind == kind and "port" in fields and message.endswith("It also differs: port is 1, and the inventory has 5432.")


def test_each_difference_is_named_with_both_values():
    finding = finding_of(DESIRED, replace(CURRENT, host="other", user="who", tags_text="a=2,b=3,pg_version=18"))
    assert finding.differences == [
        {"field": "host", "platform": "other", "inventory": "pg1"},
        {"field": "user", "platform": "who", "inventory": "ds"},
        {"field": "tags", "platform": {"a": "2", "b": "3"}, "inventory": {"a": "1"}},
    ]
    assert finding.message == (
        "It differs: host is other, and the inventory has pg1; user is who, and the inventory has ds; "
        "the tag a is 2, and the inventory has 1, the tag b=3 is not in the inventory."
    )


def test_tags_that_are_missing_and_tags_that_may_be_more():
    assert found({"tags": {"a": "1", "c": "2"}})[1] == "It differs: the tag c=2 is missing."
    assert found({"tags": {}, "purge_tags": False})[0] == "ok" and found({"tags": None})[0] == "ok"


def test_of_a_password_only_that_it_differs():
    finding = finding_of(DESIRED, replace(CURRENT, password="an0ther"))
    assert finding.kind == "differs" and finding.message == "It differs: the password is another one."
    assert finding.differences == [{"field": "password", "platform": None, "inventory": None}]
    assert found({"update_password": "on_create"}, {"password": "an0ther"})[0] == "ok"


@pytest.mark.parametrize("shown", ["********", None, ""])
def test_a_password_that_is_not_shown_cannot_be_compared_and_is_no_finding(shown):
    assert found(current={"password": shown})[:2] == (
        "ok",
        "It is as the inventory wants it. The platform does not show the password, so it cannot be compared.",
    )
    assert "compared" not in found({"password": None}, {"password": shown})[1]


def test_nothing_that_drives_a_terminal_is_in_a_message_or_a_difference():
    finding = finding_of(DESIRED, replace(CURRENT, host="\x1b[2J\u202e", tags_text="\x1b=\u202e"))
    assert not set("\x1b\u202e") & set(finding.message + str(finding.differences))


def test_what_could_not_be_read():
    assert (unknown("why").kind, unknown("why").message, unknown("why").connection) == ("unknown", "why", None)
