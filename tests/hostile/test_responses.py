# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every call of a task x every hostile response x both runners: no secret, nothing that drives a terminal, bounds, and the truth."""

from __future__ import annotations

import re
import time
import tracemalloc
from dataclasses import dataclass, field

import pytest
from ansible_collections.datasentinel.platform.plugins.module_utils._platform import _retries
from embedded import faults
from hostile.checks import check
from hostile.responses import ENDLESS, FOREIGN, GIVEN, RESPONSES, STORED
from hostile.selection import FULL, some
from support.runners import RUNNERS

THERE = {"host": "127.0.0.1", "port": 1, "user": "ds", "password": STORED, "tags": "a=1"}
#: Seconds: what a task with no patience allows for a response, and what any case may take.
IMPATIENT = 0.15
LONGEST = 10
#: Bytes, of the embedded platform and the task together.
MOST_MEMORY = 32 * 1024 * 1024


@dataclass(frozen=True)
class Call:
    """A call that meets a hostile response.

    kind: read, write or token, for which a response may be a success. method, path, nth: of the call. options: of the task.
    there: the connection before. The task knows of no password but its own, since the platform masks that of the connection.
    """

    name: str
    kind: str
    method: str
    nth: int = 1
    options: dict = field(default_factory=dict)
    there: dict | None = field(default_factory=lambda: THERE)

    @property
    def path(self):
        return "/user-token$" if self.kind == "token" else "/pg-instances/db1"


KEPT = {"password": GIVEN, "update_password": "on_create"}
CALLS = [
    Call("first-read", "read", "GET", options={**KEPT, "port": 2}),
    Call("confirming-read", "read", "GET", 2, {**KEPT, "port": 2}),
    Call("create", "write", "POST", options={**THERE, "password": GIVEN}, there=None),
    Call("update", "write", "PUT", options={**KEPT, "port": 2}),
    Call("disable", "write", "PATCH", options={**KEPT, "state": "disabled"}),
    Call("delete", "write", "DELETE", options={**KEPT, "state": "absent"}),
    Call("token", "token", "POST", options={**KEPT, "port": 2}),
]


def cases(calls, responses, every):
    for call, response, runner in some(calls, responses, RUNNERS, every=every):
        works = [True]
        if call.kind == "write" and response.refusal:
            works = [False]
        elif call.kind == "write" and "write" in response.succeeds and not response.raw:
            works = [True, False]
        for work in works:
            yield pytest.param(call, response, work, runner, id=f"{call.name}-{response.name}-{runner}{'' if work else '-undone'}")


CASES = list(cases(CALLS, RESPONSES, 5))
#: What has no end, or swells, is read in the same way for every call.
ENDLESS_CASES = list(cases([call for call in CALLS if call.name in ("first-read", "update", "token")], ENDLESS, 4))


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Pauses between retries that a test can wait for."""
    monkeypatch.setattr(_retries, "FIRST_PAUSE", 0.001)


@pytest.mark.parametrize("call, response, work, runner", CASES)
def test_a_hostile_response(platform, call, response, work, runner):
    run(platform, runner, call, response, work)


@pytest.mark.parametrize("call, response, work, runner", ENDLESS_CASES)
def test_a_response_without_end(platform, call, response, work, runner):
    tracemalloc.start()
    try:
        run(platform, runner, call, response, work)
        assert tracemalloc.get_traced_memory()[1] < MOST_MEMORY
    finally:
        tracemalloc.stop()


def run(platform, runner, call, response, work):
    """Run a task whose call meets that response, and check all that has to hold."""
    if call.there is not None:
        platform.store.put("db1", **call.there)
    before = settled(platform)
    struck = []
    platform.faults.add(response.fault(work, struck), call.method, call.path, call.nth)
    platform.faults.add(faults.masked_password, "GET", times=100)

    started = time.monotonic()
    result = RUNNERS[runner](
        {
            "api_url": platform.url,
            "api_username": platform.username,
            "api_password": platform.password,
            "api_timeout": IMPATIENT if response.endless else 10,
            "api_retries": 1,
            "name": "db1",
            **call.options,
        }
    )
    assert time.monotonic() - started < LONGEST

    assert struck, "the call was not made"
    tokens = {made["user-token"] for made in struck if "user-token" in made} | {one.headers.get("user-token") for one in platform.journal.all()} - {None}
    check(result, STORED, GIVEN, FOREIGN, platform.password, *tokens)
    after = settled(platform)
    assert result["changed"] or after == before, "changed: false, and yet it is another one"
    if not result.get("failed"):
        assert call.kind in response.succeeds, f"it should have failed: {result}"
        assert result["changed"] is (after != before)
        assert after != before, "a success, and nothing was done"
    else:
        check_message(result, call, response, work, platform)
        if after == before and result["changed"]:
            assert "may have taken effect" in result["msg"] or not work, result["msg"]


def settled(platform):
    """The connection as it is stored, without what changes by itself."""
    connection = platform.display("db1")
    return connection and {key: value for key, value in connection.items() if key != "connected"}


def check_message(result, call, response, work, platform):
    """Assert that a failure names the request, says what came back and, where something may have been done, that too."""
    if not work and "but " in result["msg"]:
        assert re.search("did not change as described|is still there|was not found", result["msg"]), result["msg"]
        return
    path = "/ds-api/user-token" if call.kind == "token" else "/ds-api/pool/pg-instances/db1" + ("/disable" if call.method == "PATCH" else "")
    where = {"method": call.method, "url": platform.url + path}
    assert where.items() <= result["error"].items(), result
    assert f"{call.method} {platform.url}{path}: " in result["msg"], result["msg"]
    confidential = r"status \d+ \(expected 201 or 200\): |came back \(status|no usable user-token|a redirect to (https://127.0.0.1:9|another path)\. "
    assert re.search(f"{response.says}|{confidential}" if call.kind == "token" else response.says, result["msg"]), result["msg"]


def test_the_number_of_cases(record_property):
    count = len(CASES + ENDLESS_CASES)
    record_property("cases", count)
    print(f"{count} cases")
    assert count > (1900 if FULL else 350)
