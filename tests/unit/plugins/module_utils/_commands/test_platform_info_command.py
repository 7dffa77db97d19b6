# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a platform is there, and lets one in."""

from __future__ import annotations

import pytest
from ansible_collections.datasentinel.platform.plugins.module_utils._commands._platform_info_command import (
    PLATFORM_INFO,
)
from ansible_collections.datasentinel.platform.plugins.module_utils._platform._connection_api import (
    NO_CONNECTION,
)
from ansible_collections.datasentinel.platform.plugins.module_utils._platform._health_api import (
    HEALTH_PATH,
)
from support.recorded import TOKEN_PATH, URL, shown

HEALTH = {"status": "OK", "message": "Datasentinel backend API up and running", "version": "v2.0.0"}
PASSWORD = {"api_token": None, "api_username": "admin", "api_password": "s3cret-pw"}


@pytest.fixture
def info(recorded):
    """A function that runs the command on a platform that is there, and returns the result."""

    def run(**options):
        return recorded.run(PLATFORM_INFO, **options)

    recorded.expects("GET", HEALTH_PATH, json=HEALTH)
    return run


def test_a_platform_that_lets_one_in(recorded, info):
    recorded.expects("GET", NO_CONNECTION, 404)
    assert info() == {"changed": False, **HEALTH, "access": "granted", "api_url": URL, "warnings": []}
    assert recorded.calls == [f"GET {HEALTH_PATH}", f"GET {NO_CONNECTION}"]


def test_a_connection_of_that_name_lets_one_in_as_well(recorded, info):
    recorded.expects("GET", NO_CONNECTION, json=shown())
    assert info()["access"] == "granted"


def test_without_credentials_access_is_not_tried(info):
    result = info(api_token=None)
    assert result["access"] == "not tried" and result["version"] == "v2.0.0" and "reason" not in result


def test_a_token_that_is_refused(recorded, info):
    recorded.expects("GET", NO_CONNECTION, 401)
    result = info()
    assert result["access"] == "refused" and "The platform refused the token." in result["reason"] and "failed" not in result


def test_a_username_and_password_that_are_refused(recorded, info):
    recorded.mints(None, status=401)
    result = info(**PASSWORD)
    assert result["access"] == "refused" and "The platform refused api_username and api_password: check them." in result["reason"]


def test_a_user_without_the_right(recorded, info):
    recorded.expects("GET", NO_CONNECTION, 403, message="no data admin")
    result = info()
    assert result["access"] == "forbidden" and "needs the data admin profile and the admin privilege" in result["reason"]


@pytest.mark.parametrize("status", [500, 404])
def test_a_token_call_that_fails_otherwise_is_a_failure(recorded, info, status):
    recorded.expects("POST", TOKEN_PATH, status)
    result = info(**PASSWORD)
    assert result["failed"] is True and result["error"]["status"] == status and f"{URL}{TOKEN_PATH}" in result["msg"]


@pytest.mark.parametrize("status", [500, 418])
def test_a_look_that_fails_otherwise_is_a_failure(recorded, info, status):
    recorded.expects("GET", NO_CONNECTION, status)
    assert info()["failed"] is True


def test_a_404_that_is_not_the_apis_lets_nobody_in(recorded, info):
    recorded.expects("GET", NO_CONNECTION, 404, body="<html>")
    result = info()
    assert result["failed"] is True and "does not tell whether the connection exists" in result["msg"]


def test_a_platform_that_is_not_there_is_a_failure(recorded):
    recorded.expects("GET", HEALTH_PATH, 500)
    assert recorded.run(PLATFORM_INFO)["failed"] is True


def test_what_the_platform_shows_is_masked_and_bounded(recorded):
    recorded.expects("GET", HEALTH_PATH, json={"version": 2, "message": "hello t0ken-of-the-test\x1b[2J" + "x" * 1000}).expects("GET", NO_CONNECTION, 404)
    result = recorded.run(PLATFORM_INFO)
    assert "version" not in result and "status" not in result
    assert result["message"].startswith("hello ********?[2J") and len(result["message"]) == 300


def test_a_reason_holds_no_secret(recorded, info):
    recorded.expects("GET", NO_CONNECTION, 403, message="t0ken-of-the-test is not allowed")
    assert "t0ken-of-the-test" not in str(info())


def test_unverified_certificates_draw_their_warning(recorded, info):
    recorded.expects("GET", NO_CONNECTION, 404)
    assert "validate_certs is false" in info(validate_certs=False)["warnings"][0]


def test_the_address_is_checked_before_anything_is_sent(recorded):
    assert recorded.run(PLATFORM_INFO, api_url="https://x/?y")["failed"] is True and recorded.calls == []
