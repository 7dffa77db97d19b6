# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each state done, done again, checked, checked again: the exact calls, the result, the diff."""

from __future__ import annotations

from support.recorded import PASSWORD, shown

NEEDED = {"host": "pg1.example.com", "port": 5433, "user": "datasentinel", "password": PASSWORD, "tags": {"environment": "production", "application": "sales"}}
MANAGED = {
    "name": "db1",
    "host": "pg1.example.com",
    "port": 5433,
    "user": "datasentinel",
    "tags": {"application": "sales", "environment": "production"},
    "enabled": True,
}
CREATED = {"status": 201, "says": "Connection created and connected!"}
UPDATED = {"says": "Connection updated!"}


def missing(recorded):
    return recorded.expects("GET", status=404, says="not found")


def there(recorded, **changes):
    return recorded.expects("GET", says=shown(**changes))


# --- present: a new connection -----------------------------------------------------------------------------------


def test_create(recorded):
    there(missing(recorded).expects("POST", **CREATED))
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
    there(recorded)
    result = recorded.run(**NEEDED)
    assert result == {
        "changed": False,
        "connection": {**MANAGED, "connected": True, "collection_rate": "low"},
        "diff": {"before": MANAGED, "after": MANAGED},
        "warnings": [],
    }


def test_create_checked(recorded):
    missing(recorded)
    result = recorded.run(check_mode=True, **NEEDED)
    assert result["changed"] is True and "msg" not in result
    assert result["connection"] == {**MANAGED, "connected": None}
    assert result["diff"] == {"before": {}, "after": {**MANAGED, "password": "<hidden>"}}


def test_create_checked_again_when_it_is_there(recorded):
    there(recorded)
    assert recorded.run(check_mode=True, **NEEDED)["changed"] is False


# --- present: a change -------------------------------------------------------------------------------------------


def test_update(recorded):
    there(there(recorded).expects("PUT", **UPDATED), port=9999)
    result = recorded.run(port=9999)
    assert (result["changed"], result["msg"], result["connection"]["port"]) == (True, "Connection updated!", 9999)
    assert result["diff"] == {"before": MANAGED, "after": {**MANAGED, "port": 9999}}


def test_update_again(recorded):
    there(recorded, port=9999)
    assert recorded.run(port=9999)["changed"] is False


def test_update_checked(recorded):
    there(recorded)
    result = recorded.run(check_mode=True, port=9999)
    assert result["changed"] is True
    assert result["diff"] == {"before": MANAGED, "after": {**MANAGED, "port": 9999}}
    assert result["connection"] == {**MANAGED, "port": 9999, "connected": True, "collection_rate": "low"}


def test_check_mode_shows_the_diff_of_the_real_run(recorded):
    wanted = {"port": 1, "tags": {"x": "y"}, "purge_tags": False, "password": "another", "state": "disabled"}
    there(recorded)
    checked = recorded.run(check_mode=True, **wanted)
    there(recorded).expects("PUT", **UPDATED).expects("PATCH", "db1/disable", says="Connection disabled!")
    there(recorded, port=1, tags="x=y,application=sales,environment=production", password="another", enabled=False)
    assert recorded.run(**wanted)["diff"] == checked["diff"]


def test_a_changed_password_shows_as_changed_and_never_as_a_value(recorded):
    there(there(recorded).expects("PUT", **UPDATED), password="another")
    result = recorded.run(password="another")
    assert result["diff"]["before"]["password"] == "<hidden>" and result["diff"]["after"]["password"] == "<hidden, changed>"
    assert PASSWORD not in str(result) and "another" not in str(result)


def test_a_masked_password_is_sent_and_changed_each_time(recorded):
    there(there(recorded, password="****").expects("PUT", **UPDATED), password="****")
    assert recorded.run(password=PASSWORD)["changed"] is True


def test_a_masked_password_is_left_alone_with_on_create(recorded):
    there(recorded, password="****")
    assert recorded.run(password=PASSWORD, update_password="on_create")["changed"] is False


# --- enabled, disabled -------------------------------------------------------------------------------------------


def test_disable(recorded):
    there(there(recorded).expects("PATCH", "db1/disable", says="Connection disabled!"), enabled=False)
    result = recorded.run(state="disabled")
    assert (result["changed"], result["msg"]) == (True, "Connection disabled!")
    assert result["diff"] == {"before": MANAGED, "after": {**MANAGED, "enabled": False}}


def test_disable_again(recorded):
    there(recorded, enabled=False)
    assert recorded.run(state="disabled")["changed"] is False


def test_disable_checked(recorded):
    there(recorded)
    result = recorded.run(check_mode=True, state="disabled")
    assert result["changed"] is True and result["connection"]["enabled"] is False


def test_enable(recorded):
    there(there(recorded, enabled=False).expects("PATCH", "db1/enable", says="Connection enabled!"))
    assert recorded.run(state="enabled")["changed"] is True


def test_enable_with_a_change(recorded):
    there(there(recorded, enabled=False).expects("PUT", **UPDATED).expects("PATCH", "db1/enable", says="Connection enabled!"), port=1)
    assert recorded.run(state="enabled", port=1)["msg"] == "Connection updated! Connection enabled!"


def test_disabled_and_missing_is_created_then_switched(recorded):
    there(missing(recorded).expects("POST", **CREATED).expects("PATCH", "db1/disable", says="Connection disabled!"), enabled=False)
    result = recorded.run(state="disabled", **NEEDED)
    assert result["changed"] is True and result["connection"]["enabled"] is False


def test_disabled_and_missing_without_enough_to_create_it(recorded):
    missing(recorded)
    result = recorded.run(state="disabled", host="pg1")
    assert result["failed"] and result["changed"] is False
    assert result["msg"] == "The connection 'db1' does not exist on the platform, and to create it user and password are missing: give host, user and password."


# --- absent ------------------------------------------------------------------------------------------------------


def test_delete(recorded):
    missing(there(recorded).expects("DELETE", says="Connection deleted!"))
    result = recorded.run(state="absent")
    assert (result["changed"], result["msg"]) == (True, "Connection deleted!")
    assert "connection" not in result and result["diff"] == {"before": MANAGED, "after": {}}


def test_delete_again(recorded):
    missing(recorded)
    result = recorded.run(state="absent")
    assert result == {"changed": False, "diff": {"before": {}, "after": {}}, "warnings": []}


def test_delete_checked(recorded):
    there(recorded)
    result = recorded.run(check_mode=True, state="absent")
    assert result["changed"] is True and "connection" not in result and result["diff"]["after"] == {}


def test_a_404_with_a_page_is_not_absence(recorded):
    recorded.expects("GET", status=404, body="<html><title>nginx</title></html>", content_type="text/html")
    result = recorded.run(state="absent")
    assert result["failed"] and "does not say whether the connection exists (a page titled 'nginx')" in result["msg"]
    assert "api_url" in result["msg"]


# --- success that was none ---------------------------------------------------------------------------------------


def test_an_update_that_did_not_take_effect_names_the_fields(recorded):
    there(there(recorded).expects("PUT", **UPDATED))
    result = recorded.run(port=9999, tags={}, password="another")
    assert result["failed"] and result["changed"] is True
    assert "did not take over: port (wanted 9999, is 5433), tags (wanted {}, is {'application': 'sales', 'environment': 'production'}), password." in result["msg"]
    assert "another" not in str(result).replace("another job", "")


def test_a_creation_that_left_nothing(recorded):
    missing(missing(recorded).expects("POST", **CREATED))
    assert "but there is no connection 'db1'" in recorded.run(**NEEDED)["msg"]


def test_a_deletion_that_left_it(recorded):
    there(there(recorded).expects("DELETE", says="Connection deleted!"))
    assert "but the connection 'db1' is still there" in recorded.run(state="absent")["msg"]


# --- wait --------------------------------------------------------------------------------------------------------


def test_wait_polls_until_it_is_connected(recorded):
    there(there(there(recorded, connected=False), connected=False))
    result = recorded.run(wait=True)
    assert result["changed"] is False and result["connection"]["connected"] is True
    assert recorded.pauses == [1.0, 2.0]


def test_wait_takes_no_call_if_it_is_connected(recorded):
    there(recorded)
    recorded.run(wait=True)


def test_wait_goes_on_over_a_passing_failure(recorded):
    there(there(recorded, connected=False).expects("GET", status=503))
    assert recorded.run(wait=True)["connection"]["connected"] is True


def test_wait_stops_at_a_final_failure(recorded):
    there(recorded, connected=False).expects("GET", status=500, says="broken")
    assert "status 500" in recorded.run(wait=True)["msg"]


def test_wait_for_a_disabled_connection_fails_at_once(recorded):
    there(recorded, enabled=False, connected=False)
    assert "is disabled, so the platform does not connect it" in recorded.run(wait=True)["msg"]


def test_wait_ends_when_the_connection_is_deleted_meanwhile(recorded):
    missing(there(recorded, connected=False))
    assert "is gone: it was deleted while this task waited" in recorded.run(wait=True)["msg"]


def test_wait_has_no_effect_in_check_mode_or_for_disabled_and_absent(recorded):
    there(recorded, connected=False)
    recorded.run(check_mode=True, wait=True)
    there(recorded, enabled=False, connected=False)
    recorded.run(state="disabled", wait=True)
    missing(recorded)
    recorded.run(state="absent", wait=True)
    assert recorded.pauses == []
