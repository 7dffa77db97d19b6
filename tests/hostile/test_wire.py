# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Responses that are broken on the wire, at random."""

from __future__ import annotations

import random

import pytest
from ansible_collections.datasentinel.platform.plugins.module_utils._platform import _retries
from embedded import faults
from hostile.checks import check
from hostile.responses import FOREIGN, GIVEN, STORED, whole
from hostile.selection import some
from support.runners import RUNNERS

THERE = {"host": "127.0.0.1", "port": 1, "user": "ds", "password": STORED, "tags": "a=1"}
SEEDS = 20


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Pauses between retries that a test can wait for."""
    monkeypatch.setattr(_retries, "FIRST_PAUSE", 0.001)


def broken(dice):
    """For `faults.bytes_instead`: a response with the object in which a few bytes are changed, left out, doubled or cut off."""
    lines = ["Transfer-Encoding: chunked", "Content-Encoding: gzip", "Location: /x", f"X-Secret: {FOREIGN}", "Connection: close", "Content-Type: text/html"]
    extra = dice.sample(lines, 2)
    status = dice.choice(["200 OK", "201 Created", "500 Error", "503 Busy", "204 No Content"])

    def pieces(secret):
        content = bytearray(b"".join(whole(*extra, status=status)(secret)))
        for _change in range(dice.randint(1, 4)):
            place = dice.randrange(len(content))
            if dice.random() < 0.3:
                del content[place : place + dice.randint(1, 40)]
            elif dice.random() < 0.5:
                content[place:place] = content[max(0, place - dice.randint(1, 60)) : place]
            else:
                content[place] = dice.randrange(256)
        yield bytes(content[: dice.randint(1, len(content))] if dice.random() < 0.2 else content)

    return pieces


@pytest.mark.parametrize("seed, call, runner", some(range(SEEDS), ["GET-1", "PUT-1", "GET-2"], RUNNERS, every=3))
def test_a_response_that_is_broken_at_random(platform, seed, call, runner):
    method, nth = call[:3], int(call[-1])
    platform.store.put("db1", **THERE)
    platform.faults.add(faults.bytes_instead(broken(random.Random(f"{seed} {method}")), work=seed % 3 > 0), method, "/pg-instances/db1", nth)
    platform.faults.add(faults.masked_password, "GET", times=100)
    access = {"api_url": platform.url, "api_token": platform.token(), "api_timeout": 0.5, "api_retries": 1}
    result = RUNNERS[runner]({**access, "name": "db1", "port": 2, "password": GIVEN, "update_password": "on_create"})
    check(result, STORED, GIVEN, FOREIGN)
    changed = platform.display("db1")["port"] == 2
    refused = 400 <= result.get("error", {}).get("status", 0) < 500
    assert result["changed"] or not changed or refused, f"changed: false, and yet it is another one: {result}"
    assert changed or result.get("failed"), f"a success, and nothing was done: {result}"
