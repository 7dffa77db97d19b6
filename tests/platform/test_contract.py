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


class Calls:
    """Calls of the Connection API. Gives the answers' status and JSON."""

    def __init__(self, platform, token=None):
        self._url = platform.url + "/ds-api"
        self._session = requests.Session()
        self._session.headers["user-token"] = platform.token() if token is None else token
        self._session.trust_env = False
        self._session.verify = str(platform.ca_path)

    def __call__(self, method, path, body=None, **more):
        answer = self._session.request(method, self._url + path, json=body, timeout=10, **more)
        return answer.status_code, answer.json()

    def connection(self, method, name="db1", action="", body=None):
        return self(method, f"/pool/pg-instances/{name}{action}", body)


@pytest.fixture
def calls(platform):
    return Calls(platform)


def test_every_row_of_the_contract(calls, postgres):
    body = {"host": postgres.host, "port": postgres.port, "user": postgres.user, "password": postgres.password, "tags": ""}
    assert calls.connection("POST", body=body) == (201, {"status": "Connection created and connected!"})
    status, shown = calls.connection("GET")
    assert status == 200 and shown == {
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
    assert calls.connection("GET")[1] == {**shown, "tags": "a=b", "enabled": False, "connected": False}
    assert calls.connection("PATCH", action="/enable") == (200, {"status": "Connection enabled!"})
    assert calls.connection("GET")[1] == {**shown, "tags": "a=b"}
    assert calls.connection("DELETE") == (200, {"status": "Connection deleted!"})
    assert calls.connection("GET") == (404, {"error": "Connection db1 not found"})


@pytest.mark.parametrize("method, action, body", [("GET", "", None), ("PUT", "", {}), ("PATCH", "/enable", None), ("PATCH", "/disable", None), ("DELETE", "", None)])
def test_what_is_not_there_is_not_found(calls, method, action, body):
    assert calls.connection(method, "nobody", action, body) == (404, {"error": "Connection nobody not found"})


def test_a_second_creation_is_a_conflict(calls):
    assert calls.connection("POST", body=NOBODY)[0] == 201
    assert calls.connection("POST", body={**NOBODY, "port": 2})[0] == 409
    assert calls.connection("GET")[1]["port"] == 1


def test_of_simultaneous_creations_one_succeeds(platform):
    statuses = []
    threads = [threading.Thread(target=lambda: statuses.append(Calls(platform).connection("POST", body=NOBODY)[0])) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [201] + [409] * 7


@pytest.mark.parametrize("field", sorted(NOBODY))
def test_all_five_fields_are_required(calls, field):
    status, said = calls.connection("POST", body={key: value for key, value in NOBODY.items() if key != field})
    assert status == 500 and field in said["error"]


@pytest.mark.parametrize("token, status", [("", 401), ("nonsense", 401)])
def test_a_token_is_needed(platform, token, status):
    assert Calls(platform, token).connection("GET")[0] == status


def test_a_user_without_the_privilege_is_forbidden(platform):
    token = platform.tokens.mint(User("viewer", "", manages=False))
    assert Calls(platform, token).connection("GET")[0] == 403


def test_a_token_expires(platform):
    token = platform.token()
    platform.tokens.expire(token)
    assert Calls(platform, token).connection("GET") == (401, {"error": "Invalid or expired token"})


def test_expiry_is_enforced(tmp_path):
    with Platform(tmp_path / "state", lifetime=-1) as platform:
        assert Calls(platform).connection("GET")[0] == 401


def test_the_token_calls(calls, platform):
    status, answer = calls("POST", "/user-token", auth=(platform.username, platform.password))
    assert status == 201 and list(answer) == ["user-token"]
    status, facts = calls("GET", f"/user-token?token={answer['user-token']}", auth=(platform.username, platform.password))
    assert status == 200 and sorted(facts) == ["email", "expire_time", "organization_name", "user"]
    assert calls("POST", "/user-token", auth=(platform.username, "wrong"))[0] == 401
    assert calls("GET", "/user-token?token=nonsense", auth=(platform.username, platform.password))[0] == 401


def test_health_needs_no_token(platform):
    assert Calls(platform, "")("GET", "/") == (200, {"status": "OK", "message": "Datasentinel backend API up and running", "version": "v2.0.0"})


def test_connections_and_tokens_survive_a_restart(tmp_path):
    with Platform(tmp_path / "state") as platform:
        token = platform.token()
        Calls(platform).connection("POST", body=NOBODY)
    with Platform(tmp_path / "state") as platform:
        assert Calls(platform, token).connection("GET")[1]["tags"] == "application=sales"


def test_connected_is_looked_at_again_on_each_get(calls, postgres):
    body = {"host": postgres.host, "port": postgres.port, "user": postgres.user, "password": "wrong", "tags": ""}
    status, said = calls.connection("POST", body=body)
    assert status == 201 and "not connected" in said["status"] and "wrong" not in said["status"]
    assert calls.connection("GET")[1]["connected"] is False
    with postgres.connect() as superuser:
        superuser.execute("ALTER ROLE datasentinel PASSWORD 'wrong'")
        try:
            assert calls.connection("GET")[1]["connected"] is True
        finally:
            superuser.execute(f"ALTER ROLE datasentinel PASSWORD '{postgres.password}'")


def test_over_https_with_its_own_certificate_authority(tls_platform):
    assert Calls(tls_platform)("GET", "/")[0] == 200
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(tls_platform.url + "/ds-api/", timeout=10)
