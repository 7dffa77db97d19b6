# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many connections in one task, under faults: each is judged as it is alone, and what is wrong with one is no trouble of another.

SOAK_CONNECTIONS: how many are kept with a fifth of all calls faulty (1000).
"""

from __future__ import annotations

import asyncio
import os
import time
from collections import Counter, defaultdict

import pytest
from ansible_collections.datasentinel.platform.plugins.module_utils._commands._command import Context, execute
from ansible_collections.datasentinel.platform.plugins.module_utils._commands._connections_command import CONNECTIONS
from ansible_collections.datasentinel.platform.plugins.module_utils._common._run_memory import RunMemory
from ansible_collections.datasentinel.platform.plugins.module_utils._common._secrets import Secrets
from ansible_collections.datasentinel.platform.plugins.module_utils._platform import _retries
from embedded import faults
from faults.test_matrix import MATRIX, PASSWORD, WANTED, check_changed, check_sending, check_text, same

SOAK = int(os.environ.get("SOAK_CONNECTIONS", "1000"))


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Pauses between retries that a test can wait for, and a platform that logs in to nothing."""
    monkeypatch.setattr(_retries, "FIRST_PAUSE", 0.001)
    monkeypatch.setattr("embedded.app.login", lambda connection: None)


@pytest.fixture
def keep(platform):
    """A function that keeps connections in one task of a new run, and returns the result of each by name."""

    def run(connections, **options):
        access = {"api_url": platform.url, "api_username": platform.username, "api_password": platform.password}
        params = {**{name: option.default for name, option in CONNECTIONS.options.items()}, **access, "connections": connections, **options}
        secrets = Secrets()
        secrets.add(platform.password, PASSWORD)
        result = execute(CONNECTIONS, params, Context(secrets, RunMemory()))
        assert [one["name"] for one in result["results"]] == [one["name"] for one in connections]
        return {one["name"]: one for one in result["results"]}

    return run


# --- the matrix --------------------------------------------------------------------------------------------------

#: What takes long, or concerns the token, which is that of all.
_LEFT_OUT = ("401", "hostile-status-401", "expired", "oversize", "oversize-unannounced")
#: All that meets one connection alone and takes no long time.
CASES = [(case.id, *case.values) for case in MATRIX if case.values[2] != "TOKEN" and not case.values[3].impatient and case.values[3].name not in _LEFT_OUT]


def test_each_fault_of_the_matrix_meets_one_connection_alone(platform, keep):
    """All in one task, and among them connections without a fault."""
    connections, planned = [], {}
    for name, situation, position, method, case in CASES:
        if situation.there is not None:
            platform.store.put(name, **situation.there)
        planned[name, method, situation.calls[:position].count(method)] = case.fault
        connections.append({"name": name, "state": situation.state, **WANTED})
        if len(connections) % 10 == 0:
            connections.append({"name": f"fine-{name}", **WANTED})
    seen = Counter()

    async def meet(exchange):
        call = (exchange.name, exchange.call.method)
        seen[call] += 1
        await planned.get((*call, seen[call]), faults.none)(exchange)

    platform.faults.add(meet, times=1_000_000)
    results = keep(connections)

    calls, by_name = platform.journal.all(), defaultdict(list)
    for call in calls:
        by_name[call.path.partition("/pg-instances/")[2].partition("/")[0]].append(call)
    for name, situation, _position, _method, case in CASES:
        try:
            result, end = results[name], platform.display(name)
            check_sending(by_name[name], result, case)
            check_changed(situation, end, by_name[name], result, case)
            check_text(result, case, platform, calls[:1] + by_name[name])
            assert result.get("failed") or same(end, situation.wanted), "the end state is not what was wanted"
        except AssertionError as exc:
            raise AssertionError(f"{name}: {exc}") from exc
    assert {one["action"] for name, one in results.items() if name.startswith("fine-")} == {"created"}
    assert platform.journal.tokens_minted() == 1 and len(CASES) > 300


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("fault", [faults.status(401), faults.expire_token], ids=["401", "expired"])
def test_a_token_that_is_refused_is_renewed_for_all(platform, keep, fault, method):
    platform.faults.add(fault, method, "/pg-instances/db20$")
    results = keep([{"name": f"db{number}", **WANTED} for number in range(40)])
    assert {one["action"] for one in results.values()} == {"created"} and platform.journal.tokens_minted() == 2


def test_a_token_that_has_been_good_meanwhile_is_renewed_again(platform, keep):
    """One task is as long as all those of the role together, and each of these may renew it."""
    for nth in (10, 50, 90):
        platform.faults.add(faults.expire_token, "GET", "/pg-instances/", nth)
    results = keep([{"name": f"db{number}", **WANTED} for number in range(60)], concurrency=1)
    assert {one["action"] for one in results.values()} == {"created"} and platform.journal.tokens_minted() == 4


@pytest.mark.parametrize("status, text", [(401, "refused api_username and api_password"), (500, "status 500"), (403, "status 403")])
def test_a_token_that_cannot_be_minted_fails_all_and_sends_nothing_more(platform, keep, status, text):
    platform.faults.add(faults.status(status), "POST", "/user-token", times=1000)
    results = keep([{"name": f"db{number}", **WANTED} for number in range(40)])
    assert all(text in one["msg"] and one["action"] == "failed" for one in results.values()) and platform.journal.methods() == []
    assert status != 401 or platform.journal.tokens_minted() == 1


@pytest.mark.parametrize("concurrency", [1, 8])
def test_a_platform_that_stops_in_the_middle_costs_few_retries(platform, keep, concurrency):
    count, lasts = 100, 120
    platform.faults.add(faults.drop_before, nth=lasts + 1, times=1_000_000)
    results = keep([{"name": f"db{number}", **WANTED} for number in range(count)], concurrency=concurrency)
    actions = Counter(one["action"] for one in results.values())
    assert actions.keys() == {"created", "failed"} and actions["created"] < count / 2
    # Those under way, and the one that follows the first to fail, may use up their retries before the second has; the others are tried once.
    retries = 3 * (concurrency + 1)
    assert len(platform.journal.all()) <= lasts + actions["failed"] + retries
    platform.faults.clear()
    assert {one["action"] for one in keep([{"name": f"db{number}", **WANTED} for number in range(count)]).values()} == {"created", "unchanged"}


# --- what the platform sees at once ------------------------------------------------------------------------------


@pytest.mark.parametrize("concurrency", [1, 8])
def test_a_platform_never_sees_more_at_once_than_allowed(platform, keep, concurrency):
    under_way, most = 0, 0

    async def count(exchange):
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.01)
        await faults.none(exchange)
        under_way -= 1

    platform.faults.add(count, times=1_000_000)
    keep([{"name": f"db{number}", **WANTED} for number in range(40)], concurrency=concurrency)
    assert most == concurrency


@pytest.mark.parametrize("status", [429, 503])
def test_a_platform_that_is_busy_is_left_alone_by_all(platform, keep, monkeypatch, status):
    arrivals, busy = [], []
    add = platform.journal.add

    def note(call):
        arrivals.append(time.monotonic())
        add(call)

    async def refuse(exchange):
        await faults.status(status, retry_after="1")(exchange)
        busy.append(time.monotonic())

    monkeypatch.setattr(platform.journal, "add", note)
    platform.faults.add(refuse, "GET", nth=20)
    results = keep([{"name": f"db{number}", **WANTED} for number in range(40)])
    assert {one["action"] for one in results.values()} == {"created"}
    # What was under way already goes on; then nobody sends for a second.
    after = [moment - busy[0] for moment in arrivals if moment > busy[0]]
    assert len(after) > 20 and not [seconds for seconds in after if 0.3 < seconds < 0.9]


# --- soak --------------------------------------------------------------------------------------------------------


def test_a_fifth_of_all_calls_faulty(platform, keep):
    """Every connection is made once and right after at most two runs, and none is changed without a word of it."""
    kinds = [*(faults.status(code) for code in (429, 502, 503)), faults.status_after(503), faults.status_after(504), faults.drop_before, faults.drop_after]
    connections = [{"name": f"db{number:05}", **WANTED, "port": 1 + number} for number in range(SOAK)]
    platform.faults.at_random(0.2, seed=20, faults=kinds)
    made, right = set(), set()
    for _run in range(2):
        results = keep(connections, api_retries=5, concurrency=16)
        new = set(platform.store.names()) - made
        assert all(results[name]["changed"] for name in new)
        made |= new
        right |= {name for name, one in results.items() if not one["failed"]}
        if len(right) == SOAK:
            break
    assert len(right) == SOAK and all(same(platform.display(one["name"]), {**WANTED, "port": one["port"]}) for one in connections)
    calls = platform.journal.all()
    posts = [call.path for call in calls if call.method == "POST" and "/pg-instances/" in call.path and call.status == 201]
    assert len(posts) == len(set(posts)), "a connection was made twice"
    assert sum(call.status is None or call.status >= 429 for call in calls) > 0.15 * len(calls), "the faults did not strike"
