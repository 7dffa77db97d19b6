# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hostile responses to the modules that make calls of their own, or many of them."""

from __future__ import annotations

import time

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.datasentinel.platform.plugins.module_utils._commands._command import Context, execute
from ansible_collections.datasentinel.platform.plugins.module_utils._commands._connection_info_command import CONNECTION_INFO
from ansible_collections.datasentinel.platform.plugins.module_utils._commands._connections_command import CONNECTIONS
from ansible_collections.datasentinel.platform.plugins.module_utils._commands._options import secret_values
from ansible_collections.datasentinel.platform.plugins.module_utils._commands._platform_info_command import PLATFORM_INFO
from ansible_collections.datasentinel.platform.plugins.module_utils._common._run_memory import RunMemory
from ansible_collections.datasentinel.platform.plugins.module_utils._common._secrets import Secrets
from ansible_collections.datasentinel.platform.plugins.module_utils._platform import _retries
from embedded import faults
from hostile.checks import check
from hostile.responses import BOUNDS, DRIVING, ERRORS, FOREIGN, GIVEN, REDIRECTS, SHAPES, STORED, VALUES
from hostile.selection import one_of, some

THERE = {"host": "127.0.0.1", "port": 1, "user": "ds", "password": STORED, "tags": "a=1"}
NAMES = ["db1", "db2", "db3"]
PARSED = [*SHAPES, *ERRORS, *REDIRECTS, *VALUES, *BOUNDS]


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Pauses between retries that a test can wait for."""
    monkeypatch.setattr(_retries, "FIRST_PAUSE", 0.001)


def run(platform, command, **options):
    """Run a command on the embedded platform, and return its result."""
    access = {"api_url": platform.url, "api_token": platform.token(), "api_timeout": 5, "api_retries": 1}
    validation = ArgumentSpecValidator(command.argument_spec).validate({**access, **options})
    assert not validation.error_messages, validation.error_messages
    params = validation.validated_parameters
    secrets = Secrets()
    secrets.add(*secret_values(command.options, params))
    return execute(command, params, Context(secrets, RunMemory()))


@pytest.mark.parametrize("response", one_of(PARSED, 3), ids=lambda response: response.name)
def test_the_health_of_a_platform(platform, response):
    platform.faults.add(response.fault(True, []), "GET", "/ds-api/$")
    result = run(platform, PLATFORM_INFO)
    check(result, FOREIGN)
    assert result["changed"] is False


MET = [("GET", 1), ("PUT", 1), ("GET", 2)]
MANY = [pytest.param(response, *call, id=f"{response.name}-{call[0]}-{call[1]}") for response, call in some(PARSED, MET, every=3)]


@pytest.mark.parametrize("response, method, nth", MANY)
def test_one_of_many_connections(platform, response, method, nth):
    """The others are done, whatever comes back for one of them."""
    for name in NAMES:
        platform.store.put(name, **THERE)
    struck = []
    platform.faults.add(response.fault(not response.refusal, struck), method, "/pg-instances/db2$", nth)
    platform.faults.add(faults.masked_password, "GET", times=100)
    connections = [{"name": name, "port": 2, "password": GIVEN, "update_password": "on_create"} for name in NAMES]
    result = run(platform, CONNECTIONS, connections=connections)
    assert struck
    check(result, STORED, GIVEN, FOREIGN)
    assert [one["changed"] for one in result["results"][::2]] == [True, True] and [platform.display(name)["port"] for name in NAMES[::2]] == [2, 2]
    assert result["results"][1]["changed"] or platform.display("db2")["port"] == 1
    assert result["results"][1]["failed"] or platform.display("db2")["port"] == 2


def test_a_password_that_a_later_connection_shows(platform):
    """It is not in a field of an earlier one either."""
    platform.store.put("db1", **THERE, note=f"as {FOREIGN}")
    platform.store.put("db2", **{**THERE, "password": FOREIGN})
    check(run(platform, CONNECTION_INFO, name=["db1", "db2"]), FOREIGN, STORED)
    result = run(platform, CONNECTIONS, connections=[{"name": "db1"}, {"name": "db2"}], concurrency=1)
    check(result, FOREIGN, STORED)


def test_failures_of_many_connections_are_bounded(platform):
    """However much comes back for each, and however many secrets the task knows."""
    connections = [{"name": f"db{number}", "host": "pg1", "user": "ds", "password": f"{number}-alpha-of-many"} for number in range(20)]
    text = "1-alpha-of-many password=x //" * 30_000 + DRIVING
    platform.faults.add(faults.status(500, text), "GET", times=1000)
    started = time.process_time()
    result = run(platform, CONNECTIONS, connections=connections)
    assert time.process_time() - started < 3
    assert result["failed"] and result["summary"]["failed"] == 20
    check(result, *(connection["password"] for connection in connections[:5]))
