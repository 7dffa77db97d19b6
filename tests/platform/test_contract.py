# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The embedded platform keeps the contract."""

from __future__ import annotations

import threading

import pytest
import requests
from embedded.server import Platform
from embedded.tokens import User

NOBODY = {"host": "127.0.0.1", "port": 1, "user": "datasentinel", "password": "sentinel", "tags": "application=sales"}


def test_every_row_of_the_contract(calls, postgres):
    body = {"host": postgres.host, "port": postgres.port, "user": postgres.user, "password": postgres.password, "tags": ""}
    assert calls.connection("POST", body=body) == (201, {"status": "Connection created and connected!"})
    status, displayed = calls.connection("GET")
    assert status == 200 and displayed == {
        "name": "db1",
        **body,
        "enabled": True,
        "connected": True,
        "collection-rate": "low",
        "samples": False,
        "lock-monitoring": True,
        "lock-monitoring-delay": 30,
        "table-monitoring": True,
        "query-monitoring": True,
        "query-monitoring-optimize": False,
        "query-monitoring-min-calls": 2,
        "query-monitoring-min-time": 1,
    }
    assert calls.connection("PUT", body={"tags": "a=b"}) == (200, {"status": "Connection updated!"})
    assert calls.connection("PATCH", action="/disable") == (200, {"status": "Connection disabled!"})
    assert calls.connection("GET")[1] == {**displayed, "tags": "a=b", "enabled": False, "connected": False}
    assert calls.connection("PATCH", action="/enable") == (200, {"status": "Connection enabled!"})
    assert calls.connection("GET")[1] == {**displayed, "tags": "a=b"}
    assert calls.connection("DELETE") == (200, {"status": "Connection deleted!"})
    assert calls.connection("GET") == (404, {"error": "Connection db1 not found"})


@pytest.mark.parametrize(
    "method, action, body", [("GET", "", None), ("PUT", "", {}), ("PATCH", "/enable", None), ("PATCH", "/disable", None), ("DELETE", "", None)]
)
def test_what_is_not_there_is_not_found(calls, method, action, body):
    assert calls.connection(method, "nobody", action, body) == (404, {"error": "Connection nobody not found"})


def test_a_second_creation_is_a_conflict(calls):
    assert calls.connection("POST", body=NOBODY)[0] == 201
    assert calls.connection("POST", body={**NOBODY, "port": 2})[0] == 409
    assert calls.connection("GET")[1]["port"] == 1


def test_of_simultaneous_creations_one_succeeds(platform, calls_of):
    statuses = []
    threads = [threading.Thread(target=lambda: statuses.append(calls_of(platform).connection("POST", body=NOBODY)[0])) for _turn in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [201] + [409] * 7


@pytest.mark.parametrize("field", sorted(NOBODY))
def test_all_five_fields_are_required(calls, field):
    status, response = calls.connection("POST", body={key: value for key, value in NOBODY.items() if key != field})
    assert status == 500 and field in response["error"]


@pytest.mark.parametrize("token, status", [("", 401), ("nonsense", 401)])
def test_a_token_is_needed(platform, calls_of, token, status):
    assert calls_of(platform, token).connection("GET")[0] == status


def test_a_user_without_the_privilege_is_forbidden(platform, calls_of):
    token = platform.tokens.mint(User("viewer", "", manages=False))
    assert calls_of(platform, token).connection("GET")[0] == 403


def test_a_token_expires(platform, calls_of):
    token = platform.token()
    platform.tokens.expire(token)
    assert calls_of(platform, token).connection("GET") == (401, {"error": "Invalid or expired token"})


def test_expiry_is_enforced(tmp_path, calls_of):
    with Platform(tmp_path / "state", lifetime=-1) as platform:
        assert calls_of(platform).connection("GET")[0] == 401


def test_a_token_is_minted_with_basic(calls, platform):
    status, response = calls("POST", "/user-token", auth=(platform.username, platform.password))
    assert status == 201 and list(response) == ["user-token"]
    assert platform.tokens.claims(response["user-token"])["sub"] == platform.username
    assert calls("POST", "/user-token", auth=(platform.username, "wrong"))[0] == 401
    assert calls("POST", "/user-token")[0] == 401


def test_a_tokens_details_are_read_with_or_without_basic(calls, platform):
    path = f"/user-token?token={platform.token()}"
    right, wrong = (platform.username, platform.password), (platform.username, "wrong")
    status, details = calls("GET", path, auth=right)
    assert status == 200 and sorted(details) == ["email", "expire_time", "organization_name", "user"]
    assert calls("GET", path) == (200, details)
    assert calls("GET", path, auth=wrong)[0] == 401
    for auth in (right, None):
        assert calls("GET", "/user-token?token=nonsense", auth=auth) == (401, {"error": "Invalid or expired token"})


def test_health_needs_no_token(platform, calls_of):
    assert calls_of(platform, "")("GET", "/") == (200, {"status": "OK", "message": "Datasentinel backend API up and running", "version": "v2.0.0"})


def test_connections_and_tokens_survive_a_restart(tmp_path, calls_of):
    with Platform(tmp_path / "state") as platform:
        token = platform.token()
        calls_of(platform).connection("POST", body=NOBODY)
    with Platform(tmp_path / "state") as platform:
        assert calls_of(platform, token).connection("GET")[1]["tags"] == "application=sales"


def test_connected_is_looked_at_again_on_each_get(calls, postgres):
    body = {"host": postgres.host, "port": postgres.port, "user": postgres.user, "password": "wrong", "tags": ""}
    status, response = calls.connection("POST", body=body)
    assert status == 201 and "not connected" in response["status"] and "wrong" not in response["status"]
    assert calls.connection("GET")[1]["connected"] is False
    with postgres.connect() as superuser:
        superuser.execute("ALTER ROLE datasentinel PASSWORD 'wrong'")
        try:
            assert calls.connection("GET")[1]["connected"] is True
        finally:
            superuser.execute(f"ALTER ROLE datasentinel PASSWORD '{postgres.password}'")


@pytest.mark.parametrize("host", ["pg-sales.example.com", "PG.EXAMPLE.ORG", "nowhere.invalid"])
def test_a_name_for_examples_is_never_looked_up(calls, monkeypatch, host):
    monkeypatch.setattr("embedded.login.psycopg.connect", lambda **_parameters: pytest.fail("looked up"))
    status, body = calls.connection("POST", body={**NOBODY, "host": host})
    assert (status, body["status"]) == (201, f"Connection created, not connected: failed to resolve host '{host}': it is a name for examples")


def test_over_https_with_its_own_certificate_authority(tls_platform, calls_of):
    assert calls_of(tls_platform)("GET", "/")[0] == 200
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(tls_platform.url + "/ds-api/", timeout=10)
