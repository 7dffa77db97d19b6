# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes whose outcome is unknown, or that met a race: read again, decide anew, tell the truth."""

from __future__ import annotations

import pytest
import requests
from support.recorded import PASSWORD

NEEDED = {"host": "pg1.example.com", "port": 5433, "user": "datasentinel", "password": PASSWORD}
LOST = {"body": requests.exceptions.ConnectionError("lost")}
GATEWAY = {"status": 503, "message": "no upstream"}
unknown = pytest.mark.parametrize("unknown", [LOST, GATEWAY, {"status": 502}, {"status": 504}, {"body": requests.exceptions.ReadTimeout("slow")}])


# --- GET is retried -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("failure", [LOST, {"status": 429}, {"status": 502}, {"status": 503}, {"status": 504}])
def test_a_read_is_retried(recorded, failure):
    recorded.expects("GET", **failure).expects("GET", **failure).expects("GET", **failure).displays()
    assert recorded.run()["changed"] is False
    assert len(recorded.pauses) == 3


def test_a_read_is_given_up_after_api_retries(recorded):
    recorded.expects("GET", **GATEWAY).expects("GET", **GATEWAY)
    result = recorded.run(api_retries=1)
    assert result["failed"] and "status 503 (expected 200): no upstream" in result["msg"] and result["changed"] is False


@pytest.mark.parametrize("status", [400, 403, 500])
def test_final_failures_are_not_retried(recorded, status):
    recorded.expects("GET", status=status, message="no")
    assert recorded.run()["error"]["status"] == status and recorded.pauses == []


def test_retry_after_is_honoured_and_capped(recorded):
    recorded.expects("GET", status=503, headers={"Retry-After": "7"}).expects("GET", status=429, headers={"Retry-After": "3600"}).displays()
    recorded.run()
    assert recorded.pauses == [7.0, 60.0]


# --- create ------------------------------------------------------------------------------------------------------


@unknown
def test_a_creation_whose_response_was_lost_is_seen_to_have_happened(recorded, unknown):
    recorded.lacks().expects("POST", **unknown).displays()
    result = recorded.run(**NEEDED)
    assert result["changed"] is True and "failed" not in result
    assert result["diff"]["before"] == {} and result["diff"]["after"]["port"] == 5433


@unknown
def test_a_creation_that_did_not_happen_is_sent_again_after_a_look(recorded, unknown):
    recorded.lacks().expects("POST", **unknown).lacks().expects("POST", status=201, message="created").displays()
    assert recorded.run(**NEEDED)["changed"] is True


@unknown
def test_a_creation_that_was_carried_out_only_after_the_look_is_that_of_this_task(recorded, unknown):
    recorded.lacks().expects("POST", **unknown).lacks().expects("POST", status=409, message="exists").displays()
    result = recorded.run(**NEEDED)
    assert result["changed"] is True and result["diff"]["before"] == {}


def test_a_creation_that_may_have_come_late_and_meets_a_conflict_at_the_last_try_may_have_happened(recorded):
    recorded.lacks().expects("POST", **GATEWAY).lacks().expects("POST", status=409, message="exists")
    result = recorded.run(api_retries=1, **NEEDED)
    assert result["failed"] and result["changed"] is True and "The create that was sent may have taken effect" in result["msg"]


def test_a_creation_that_met_a_rival_goes_on_from_what_the_rival_made(recorded):
    recorded.lacks().expects("POST", status=409, message="exists").displays(port=1).expects("PUT", message="Connection updated!").displays()
    result = recorded.run(**NEEDED)
    assert result["changed"] is True and (result["diff"]["before"]["port"], result["diff"]["after"]["port"]) == (1, 5433)


def test_a_rival_that_made_just_the_same_leaves_nothing_to_do_and_nothing_changed(recorded):
    recorded.lacks().expects("POST", status=409, message="exists").displays()
    result = recorded.run(**NEEDED)
    assert result["changed"] is False and result["diff"]["before"] == result["diff"]["after"]


def test_a_creation_whose_outcome_stays_unknown_may_have_happened(recorded):
    recorded.lacks().expects("POST", **GATEWAY)
    result = recorded.run(api_retries=0, **NEEDED)
    assert result["failed"] and result["changed"] is True
    assert "The create that was sent may have taken effect all the same: run the task again, it reads first." in result["msg"]


def test_a_creation_that_the_platform_refused_is_final(recorded):
    recorded.lacks().expects("POST", status=400, message="no such host")
    result = recorded.run(**NEEDED)
    assert result["changed"] is False and "no such host" in result["msg"] and "may have" not in result["msg"]


def test_a_creation_after_429_is_known_not_to_have_happened(recorded):
    recorded.lacks().expects("POST", status=429).lacks().expects("POST", status=429)
    result = recorded.run(api_retries=1, **NEEDED)
    assert result["failed"] and result["changed"] is False


# --- update ------------------------------------------------------------------------------------------------------


@unknown
def test_an_update_whose_response_was_lost(recorded, unknown):
    recorded.displays().expects("PUT", **unknown).displays(port=1)
    assert recorded.run(port=1)["changed"] is True


@unknown
def test_an_update_that_did_not_happen_is_sent_again_after_a_look(recorded, unknown):
    recorded.displays().expects("PUT", **unknown).displays().expects("PUT", message="Connection updated!").displays(port=1)
    assert recorded.run(port=1)["changed"] is True


def test_an_update_of_a_connection_that_was_deleted_meanwhile_creates_it(recorded):
    recorded.displays().expects("PUT", status=404, message="gone").lacks().expects("POST", status=201, message="created")
    recorded.displays(port=1)
    assert recorded.run(**{**NEEDED, "port": 1})["changed"] is True


def test_an_update_of_a_connection_that_was_deleted_meanwhile_without_enough_to_create_it(recorded):
    recorded.displays().expects("PUT", status=404, message="gone").lacks()
    result = recorded.run(port=1)
    assert result["failed"] and "host, user and password" in result["msg"] and result["changed"] is False


def test_a_hidden_password_whose_update_was_lost_is_sent_once_more(recorded):
    recorded.displays(password="***").expects("PUT", **LOST).displays(password="***").expects("PUT", message="Connection updated!")
    recorded.displays(password="***")
    assert recorded.run(password=PASSWORD)["changed"] is True


@pytest.mark.parametrize("shown_password, changed", [("***", True), (PASSWORD, False)])
def test_a_lost_update_of_a_password_leaves_a_trace_only_where_the_password_is_shown(recorded, shown_password, changed):
    recorded.displays(password=shown_password).expects("PUT", **LOST).displays(password=shown_password).expects("PUT", status=400, message="no")
    result = recorded.run(password="n3w-pw")
    assert result["failed"] and result["changed"] is changed


def test_an_update_that_the_platform_broke_off_may_have_happened(recorded):
    recorded.displays().expects("PUT", status=500, message="broken")
    result = recorded.run(port=1)
    assert result["failed"] and result["changed"] is True and "The update that was sent may have taken effect" in result["msg"]


# --- enable, disable ---------------------------------------------------------------------------------------------


@unknown
def test_a_disable_whose_response_was_lost(recorded, unknown):
    recorded.displays().expects("PATCH", "db1/disable", **unknown).displays(enabled=False)
    assert recorded.run(state="disabled")["changed"] is True


@pytest.mark.parametrize("call", ["enable", "disable"])
def test_a_switch_of_a_connection_that_was_deleted_meanwhile_says_that_it_is_gone(recorded, call):
    recorded.displays(enabled=call == "disable").expects("PATCH", f"db1/{call}", status=404, message="gone").lacks()
    result = recorded.run(state=f"{call}d")
    assert result["failed"] and f"It does not exist on the platform, so it cannot be {call}d." in result["msg"] and result["changed"] is False


def test_an_enable_that_fails_after_an_update_tells_what_was_done(recorded):
    recorded.displays(enabled=False).expects("PUT", message="Connection updated!").expects("PATCH", "db1/enable", status=403, message="no")
    result = recorded.run(state="enabled", port=1)
    assert result["failed"] and result["changed"] is True
    assert "Before that, the platform answered 'Connection updated!'." in result["msg"]


def test_an_update_is_not_repeated_when_the_enable_after_it_was_lost(recorded):
    recorded.displays(enabled=False).expects("PUT", message="Connection updated!").expects("PATCH", "db1/enable", **GATEWAY)
    recorded.displays(enabled=False, port=1).expects("PATCH", "db1/enable", message="Connection enabled!").displays(port=1)
    assert recorded.run(state="enabled", port=1)["changed"] is True


# --- delete ------------------------------------------------------------------------------------------------------


@unknown
def test_a_delete_whose_response_was_lost(recorded, unknown):
    recorded.displays().expects("DELETE", **unknown).lacks()
    assert recorded.run(state="absent")["changed"] is True


@unknown
def test_a_delete_that_was_carried_out_only_after_the_look_is_that_of_this_task(recorded, unknown):
    recorded.displays().expects("DELETE", **unknown).displays().expects("DELETE", status=404, message="gone").lacks()
    result = recorded.run(state="absent")
    assert result["changed"] is True and result["diff"]["before"]["port"] == 5433


def test_a_switch_that_left_no_trace_has_not_deleted_the_connection(recorded):
    recorded.displays(enabled=False).expects("PATCH", "db1/enable", **GATEWAY).displays(enabled=False)
    recorded.expects("PATCH", "db1/enable", status=404, message="gone").lacks()
    result = recorded.run(state="enabled")
    assert result["failed"] and "It does not exist on the platform" in result["msg"] and result["changed"] is False


def test_a_delete_that_finds_nothing_is_done(recorded):
    recorded.displays().expects("DELETE", status=404, message="gone").lacks()
    result = recorded.run(state="absent")
    assert "failed" not in result and result["changed"] is False


# --- the confirming read -----------------------------------------------------------------------------------------


def test_the_confirming_read_is_retried(recorded):
    recorded.displays().expects("PUT", message="Connection updated!").expects("GET", **GATEWAY).displays(port=1)
    assert recorded.run(port=1)["changed"] is True


def test_a_confirming_read_that_fails_tells_what_was_done(recorded):
    recorded.displays().expects("PUT", message="Connection updated!").expects("GET", status=500, message="broken")
    result = recorded.run(port=1)
    assert result["failed"] and result["changed"] is True
    assert "Before that, the platform answered 'Connection updated!'." in result["msg"]


def test_all_steps_before_the_confirmation_share_the_retries(recorded):
    recorded.expects("GET", **GATEWAY).displays().expects("PUT", **GATEWAY)
    recorded.displays().expects("PUT", **GATEWAY)
    assert recorded.run(port=1, api_retries=2)["failed"]
    assert len(recorded.pauses) == 2
