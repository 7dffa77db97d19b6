# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The embedded platform does what its own description says, whatever it is asked; and that is the contract."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import requests

CONFIG = """
[auth.openapi.APIKeyHeader]
api_key = "${TOKEN}"

[auth.openapi.HTTPBasic]
username = "${NAME}"
password = "${PASSWORD}"

[checks]
# The contract has no other status for a malformed request than 500, so it is no failure of the server's own;
# but what the description allows must never end in it.
not_a_server_error.expected-statuses = ["2xx", "3xx", "4xx", 500]
positive_data_acceptance.expected-statuses = ["2xx", 401, 403, 404, 409]
"""


def test_schemathesis_has_no_finding(platform, tmp_path):
    (tmp_path / "schemathesis.toml").write_text(CONFIG)
    # One worker: more of them race in Python's own parser.
    options = ["--workers", "1", "--max-examples", "10", "--generation-deterministic"]
    done = subprocess.run(
        [sys.executable, Path(sys.executable).with_name("schemathesis"), "run", platform.url + "/openapi.json", *options],
        cwd=tmp_path,
        env={**os.environ, "TOKEN": platform.token(), "NAME": platform.username, "PASSWORD": platform.password},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-8000:]
    assert "Tested: 9" in done.stdout


def test_the_description_has_the_calls_and_statuses_of_the_contract(platform):
    described = requests.get(platform.url + "/openapi.json", timeout=10).json()
    statuses = {(path, method): sorted(call["responses"]) for path, calls in described["paths"].items() for method, call in calls.items()}
    connection = "/ds-api/pool/pg-instances/{name}"
    # 403 is not in the contract's table, but follows from who may manage connections.
    assert statuses == {
        (connection, "post"): ["201", "401", "403", "409", "500"],
        (connection, "get"): ["200", "401", "403", "404", "500"],
        (connection, "put"): ["200", "401", "403", "404", "500"],
        (connection, "delete"): ["200", "401", "403", "404", "500"],
        (connection + "/enable", "patch"): ["200", "401", "403", "404", "500"],
        (connection + "/disable", "patch"): ["200", "401", "403", "404", "500"],
        ("/ds-api/user-token", "post"): ["201", "401", "500"],
        ("/ds-api/user-token", "get"): ["200", "401", "500"],
        ("/ds-api/", "get"): ["200"],
    }
    fields = {name: model.get("required", []) for name, model in described["components"]["schemas"].items()}
    assert sorted(fields["NewConnection"]) == ["host", "password", "port", "tags", "user"]
    assert fields["Change"] == []
    assert {"name", "host", "port", "user", "password", "tags", "enabled", "connected"} == set(fields["DisplayedConnection"])
