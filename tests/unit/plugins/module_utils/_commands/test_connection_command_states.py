# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each state done, done again, checked, checked again: the exact calls, the result, the diff."""

from __future__ import annotations

import pytest
from support.recorded import PASSWORD

NEEDED = {"host": "pg1.example.com", "port": 5433, "user": "datasentinel", "password": PASSWORD, "tags": {"environment": "production", "application": "sales"}}
MANAGED = {
    "name": "db1",
    "host": "pg1.example.com",
    "port": 5433,
    "user": "datasentinel",
    "tags": {"application": "sales", "environment": "production"},
    "enabled": True,
}
CREATED = {"status": 201, "message": "Connection created and connected!"}
UPDATED = {"message": "Connection updated!"}


# --- present: a new connection -----------------------------------------------------------------------------------


def test_create(recorded):
    recorded.lacks().expects("POST", **CREATED).displays()
    result = recorded.run(**NEEDED)
    assert result["changed"] is True
    assert result["msg"] == "Connection created and connected!"
    assert result["connection"] == {**MANAGED, "connected": True, "collection_rate": "low"}
    assert result["diff"] == {"before": {}, "after": {**MANAGED, "password": "<hidden>"}}
    assert recorded.body(1) == {
        "host": "pg1.example.com",
        "port": 5433,
        "user": "datasentinel",
        "password": PASSWORD,
        "tags": "environment=production,application=sales",
    }


def test_create_again(recorded):
    recorded.displays()
    result = recorded.run(**NEEDED)
    assert result == {
        "changed": False,
        "connection": {**MANAGED, "connected": True, "collection_rate": "low"},
        "diff": {"before": MANAGED, "after": MANAGED},
        "warnings": [],
    }


def test_create_checked(recorded):
    recorded.lacks()
    result = recorded.run(check_mode=True, **NEEDED)
    assert result["changed"] is True and "msg" not in result
    assert result["connection"] == {**MANAGED, "connected": None}
    assert result["diff"] == {"before": {}, "after": {**MANAGED, "password": "<hidden>"}}


def test_create_checked_again_when_it_is_there(recorded):
    recorded.displays()
    assert recorded.run(check_mode=True, **NEEDED)["changed"] is False


# --- present: a change -------------------------------------------------------------------------------------------


def test_update(recorded):
    recorded.displays().expects("PUT", **UPDATED).displays(port=9999)
    result = recorded.run(port=9999)
    assert (result["changed"], result["msg"], result["connection"]["port"]) == (True, "Connection updated!", 9999)
    assert result["diff"] == {"before": MANAGED, "after": {**MANAGED, "port": 9999}}


def test_update_again(recorded):
    recorded.displays(port=9999)
    assert recorded.run(port=9999)["changed"] is False


def test_update_checked(recorded):
    recorded.displays()
    result = recorded.run(check_mode=True, port=9999)
    assert result["changed"] is True
    assert result["diff"] == {"before": MANAGED, "after": {**MANAGED, "port": 9999}}
    assert result["connection"] == {**MANAGED, "port": 9999, "connected": True, "collection_rate": "low"}


def test_check_mode_shows_the_diff_of_the_real_run(recorded):
    desired = {"port": 1, "tags": {"x": "y"}, "purge_tags": False, "password": "another", "state": "disabled"}
    recorded.displays()
    checked = recorded.run(check_mode=True, **desired)
    recorded.displays().expects("PUT", **UPDATED).expects("PATCH", "db1/disable", message="Connection disabled!")
    recorded.displays(port=1, tags="x=y,application=sales,environment=production", password="another", enabled=False)
    assert recorded.run(**desired)["diff"] == checked["diff"]


def test_a_changed_password_shows_as_changed_and_never_as_a_value(recorded):
    recorded.displays().expects("PUT", **UPDATED).displays(password="another")
    result = recorded.run(password="another")
    assert result["diff"]["before"]["password"] == "<hidden>" and result["diff"]["after"]["password"] == "<hidden, changed>"
    assert PASSWORD not in str(result) and "another" not in str(result)


def test_a_masked_password_is_sent_and_changed_each_time(recorded):
    recorded.displays(password="****").expects("PUT", **UPDATED).displays(password="****")
    assert recorded.run(password=PASSWORD)["changed"] is True


def test_a_masked_password_is_left_alone_with_on_create(recorded):
    recorded.displays(password="****")
    assert recorded.run(password=PASSWORD, update_password="on_create")["changed"] is False


# --- tags --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["legacy,a=1,a=2", " a = 1 ,,b", "", "server=pg1,a=1"])
def test_tags_that_are_not_given_go_back_as_the_very_text_that_was_read(recorded, text):
    recorded.displays(tags=text).expects("PUT", **UPDATED).displays(tags=text, port=1)
    assert recorded.run(port=1)["changed"] is True
    assert recorded.body(1)["tags"] == text


def test_tags_that_the_platform_sets_itself_are_neither_purged_nor_compared(recorded):
    own = "server=pg1, pg_version = 16"
    recorded.displays(tags=f"a=1,{own}").expects("PUT", **UPDATED).displays(tags=f"b=2,{own}")
    result = recorded.run(tags={"b": "2"})
    assert recorded.body(1)["tags"] == f"{own},b=2"
    assert (result["diff"]["before"]["tags"], result["diff"]["after"]["tags"]) == ({"a": "1"}, {"b": "2"})
    assert result["connection"]["tags"] == {"b": "2", "server": "pg1", "pg_version": "16"}
    recorded.displays(tags=f"b=2,{own}")
    assert recorded.run(tags={"b": "2"})["changed"] is False


def test_tags_that_are_added_leave_the_others_byte_for_byte(recorded):
    recorded.displays(tags=" legacy ,a=1,a=2").expects("PUT", **UPDATED).displays(tags=" legacy ,a=1,a=2,b=3")
    recorded.run(tags={"b": 3}, purge_tags=False)
    assert recorded.body(1)["tags"] == " legacy ,a=1,a=2,b=3"


# --- enabled, disabled -------------------------------------------------------------------------------------------


def test_disable(recorded):
    recorded.displays().expects("PATCH", "db1/disable", message="Connection disabled!").displays(enabled=False)
    result = recorded.run(state="disabled")
    assert (result["changed"], result["msg"]) == (True, "Connection disabled!")
    assert result["diff"] == {"before": MANAGED, "after": {**MANAGED, "enabled": False}}


def test_disable_again(recorded):
    recorded.displays(enabled=False)
    assert recorded.run(state="disabled")["changed"] is False


def test_disable_checked(recorded):
    recorded.displays()
    result = recorded.run(check_mode=True, state="disabled")
    assert result["changed"] is True and result["connection"]["enabled"] is False


def test_enable(recorded):
    recorded.displays(enabled=False).expects("PATCH", "db1/enable", message="Connection enabled!").displays()
    assert recorded.run(state="enabled")["changed"] is True


def test_enable_with_a_change(recorded):
    recorded.displays(enabled=False).expects("PUT", **UPDATED).expects("PATCH", "db1/enable", message="Connection enabled!").displays(port=1)
    assert recorded.run(state="enabled", port=1)["msg"] == "Connection updated! Connection enabled!"


def test_disabled_and_missing_is_created_then_switched(recorded):
    recorded.lacks().expects("POST", **CREATED).expects("PATCH", "db1/disable", message="Connection disabled!").displays(enabled=False)
    result = recorded.run(state="disabled", **NEEDED)
    assert result["changed"] is True and result["connection"]["enabled"] is False


def test_disabled_and_missing_without_enough_to_create_it(recorded):
    recorded.lacks()
    result = recorded.run(state="disabled", host="pg1")
    assert result["failed"] and result["changed"] is False
    assert result["msg"] == (
        "Connection 'db1': It does not exist on the platform, and to create it user and password are missing: give host, user and password."
    )


@pytest.mark.parametrize("state", ["enabled", "disabled"])
def test_a_switch_of_what_is_missing_creates_nothing(recorded, state):
    recorded.lacks()
    result = recorded.run(state=state)
    assert result["failed"] and result["changed"] is False
    assert result["msg"] == (
        f"Connection 'db1': It does not exist on the platform, so it cannot be {state}. Register it first: by the playbook register, "
        "or a task that gives host, user and password."
    )


# --- absent ------------------------------------------------------------------------------------------------------


def test_delete(recorded):
    recorded.displays().expects("DELETE", message="Connection deleted!").lacks()
    result = recorded.run(state="absent")
    assert (result["changed"], result["msg"]) == (True, "Connection deleted!")
    assert "connection" not in result and result["diff"] == {"before": MANAGED, "after": {}}


def test_delete_again(recorded):
    recorded.lacks()
    result = recorded.run(state="absent")
    assert result == {"changed": False, "diff": {"before": {}, "after": {}}, "warnings": []}


def test_delete_checked(recorded):
    recorded.displays()
    result = recorded.run(check_mode=True, state="absent")
    assert result["changed"] is True and "connection" not in result and result["diff"]["after"] == {}


def test_a_404_with_a_page_is_not_absence(recorded):
    recorded.expects("GET", status=404, body="<html><title>nginx</title></html>", content_type="text/html")
    result = recorded.run(state="absent")
    assert result["failed"] and "it does not tell whether the connection exists (a page titled 'nginx')" in result["msg"]
    assert "api_url" in result["msg"]


# --- success that was none ---------------------------------------------------------------------------------------


def test_an_update_that_did_not_take_effect_names_the_fields(recorded):
    recorded.displays().expects("PUT", **UPDATED).displays()
    result = recorded.run(port=9999, tags={}, password="n3w-pw")
    assert result["failed"] and result["changed"] is True
    assert result["msg"] == (
        "Connection 'db1': The platform answered 'Connection updated!', but these did not change as described: port (desired 9999, is 5433), "
        "tags (desired {}, is {'application': 'sales', 'environment': 'production'}), password. "
        "If another job changes the same connection at the same time, let one of them finish first; otherwise the platform's log says more."
    )
    assert "n3w-pw" not in str(result)


def test_a_creation_that_left_nothing(recorded):
    recorded.lacks().expects("POST", **CREATED).lacks()
    assert "but the connection was not found" in recorded.run(**NEEDED)["msg"]


def test_a_deletion_that_left_it(recorded):
    recorded.displays().expects("DELETE", message="Connection deleted!").displays()
    assert "but the connection is still there" in recorded.run(state="absent")["msg"]


def test_a_password_that_an_update_replaced_is_an_error(recorded):
    recorded.displays().expects("PUT", **UPDATED).displays(port=1, password="")
    result = recorded.run(port=1)
    assert result["failed"] and result["changed"] is True
    assert result["msg"].startswith("Connection 'db1': The update was made, but the password changed as well, although the task did not send one")
    assert PASSWORD not in str(result)


# --- success in other forms --------------------------------------------------------------------------------------


@pytest.mark.parametrize("success", [{"status": 200}, {"status": 202}, {"status": 204}, {"status": 200, "json": {}}, {"status": 201, "json": {"code": 1}}])
def test_a_write_without_a_message_is_confirmed_by_the_read(recorded, success):
    recorded.displays().expects("PUT", **success).displays(port=1)
    result = recorded.run(port=1)
    assert result["changed"] is True and "failed" not in result and "msg" not in result


@pytest.mark.parametrize("success", [{"status": 200}, {"status": 202}, {"status": 204}])
def test_a_write_without_a_message_and_without_effect_is_an_error(recorded, success):
    recorded.displays().expects("DELETE", **success).displays()
    assert "The platform answered with success, but the connection is still there." in recorded.run(state="absent")["msg"]


@pytest.mark.parametrize("state", ["present", "absent", "enabled", "disabled"])
@pytest.mark.parametrize("body", [{"status": "OK", "message": "up and running", "version": "v2.0.0"}, {"error": "no such connection"}, {}])
def test_a_200_that_is_no_connection_is_an_error_for_every_state(recorded, state, body):
    recorded.expects("GET", json=body)
    result = recorded.run(state=state, **NEEDED)
    assert result["failed"] and result["changed"] is False
    assert "the response (status 200) is no connection: it has no host" in result["msg"]


# --- warnings ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["present", "enabled"])
def test_a_connection_that_the_platform_does_not_reach_draws_a_warning_with_its_message(recorded, state):
    refused = {"status": 201, "message": "Created, but: connection refused"}
    recorded.lacks().expects("POST", **refused)
    if state == "enabled":
        recorded.expects("PATCH", "db1/enable", message="Connection enabled!")
    recorded.displays(connected=False)
    assert recorded.run(state=state, **NEEDED)["warnings"] == [
        "Connection 'db1': the platform is not connected to pg1.example.com:5433 as user datasentinel. The platform's message: Created, but: connection refused"
    ]


def test_so_does_one_that_is_up_to_date(recorded):
    recorded.displays(connected=False)
    result = recorded.run()
    assert result["warnings"] == ["Connection 'db1': the platform is not connected to pg1.example.com:5433 as user datasentinel."]
    assert result["changed"] is False


@pytest.mark.parametrize(
    "displayed, options",
    [
        ({"connected": True}, {}),
        ({"connected": ...}, {}),
        ({"connected": False, "enabled": False}, {}),
        ({"connected": False, "enabled": False}, {"state": "disabled"}),
        ({"connected": False}, {"check_mode": True}),
    ],
    ids=["connected", "not known", "disabled", "to be disabled", "check mode"],
)
def test_no_warning_where_the_platform_has_not_failed_to_connect(recorded, displayed, options):
    recorded.displays(**displayed)
    assert recorded.run(**options)["warnings"] == []


def test_a_task_that_fails_draws_no_warning_of_the_same(recorded):
    recorded.displays(connected=False).expects("GET", status=500)
    result = recorded.run(wait=True)
    assert result["failed"] and result["warnings"] == []


# --- wait --------------------------------------------------------------------------------------------------------


def test_wait_polls_until_it_is_connected(recorded):
    recorded.displays(connected=False).displays(connected=False).displays()
    result = recorded.run(wait=True)
    assert result["changed"] is False and result["connection"]["connected"] is True
    assert recorded.pauses == [1.0, 2.0]


def test_wait_takes_no_call_if_it_is_connected(recorded):
    recorded.displays()
    recorded.run(wait=True)


def test_wait_goes_on_over_a_transient_failure(recorded):
    recorded.displays(connected=False).expects("GET", status=503).displays()
    assert recorded.run(wait=True)["connection"]["connected"] is True


def test_wait_stops_at_a_final_failure(recorded):
    recorded.displays(connected=False).expects("GET", status=500, message="broken")
    assert "status 500" in recorded.run(wait=True)["msg"]


def test_wait_for_a_disabled_connection_fails_at_once(recorded):
    recorded.displays(enabled=False, connected=False)
    assert "It is disabled (pg1.example.com:5433 as user datasentinel), so the platform does not connect to it" in recorded.run(wait=True)["msg"]


def test_wait_ends_when_the_connection_is_deleted_meanwhile(recorded):
    recorded.displays(connected=False).lacks()
    assert "It is gone: it was deleted while this task waited" in recorded.run(wait=True)["msg"]


def test_wait_has_no_effect_in_check_mode_or_for_disabled_and_absent(recorded):
    recorded.displays(connected=False)
    recorded.run(check_mode=True, wait=True)
    recorded.displays(enabled=False, connected=False)
    recorded.run(state="disabled", wait=True)
    recorded.lacks()
    recorded.run(state="absent", wait=True)
    assert recorded.pauses == []
