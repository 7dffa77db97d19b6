# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook audit on real PostgreSQL servers: a run in which every finding occurs, and what it leaves behind."""

from __future__ import annotations

import csv
import json

import jsonschema
import pytest
from embedded import faults

TASK = "Audit the connections of all hosts"
LIST = "List what was found"
PASSWORD = "s3cret-of-all"


def variables(**given) -> dict:
    return {f"datasentinel_connection_{name}": value for name, value in given.items()}


def inventory(hosts: dict, **common) -> dict:
    return {"postgresql": {"hosts": hosts, "vars": variables(**common)}}


def audited(folder, name="audit.json"):
    return json.loads((folder / "datasentinel-audit" / name).read_text())


@pytest.fixture
def every_finding(platform, postgres):
    """The inventory of hosts of which each has another finding, on the platform as it has to be for it."""
    there = {"host": postgres.host, "port": postgres.port, "user": postgres.user, "password": postgres.password, "tags": "environment=production"}
    for name in ("fine", "differs", "unwanted", "broken", "masked", "paused", "forgotten"):
        platform.store.put(name, **there, connected=True)
    platform.store.put("differs", port=1, tags="environment=test,owner=nobody", password="an0ther-password", connected=True)
    platform.store.put("silent", **{**there, "port": 1}, connected=False)
    platform.store.put("paused", enabled=False, connected=False)
    platform.store.put("forgotten", enabled=False, connected=False)
    platform.faults.add(faults.status(500, "no disk"), "GET", "/broken$", times=100)
    platform.faults.add(faults.shown(lambda connection: connection.update(password="********")), "GET", "/masked$", times=100)
    hosts = {
        "fine": {},
        "missing": variables(tags={"environment": "test"}),
        "forgotten": {},
        "silent": variables(port=1),
        "differs": {},
        "unwanted": variables(state="absent"),
        "broken": {},
        "masked": {},
        "paused": variables(state="disabled"),
        "gone": variables(state="absent"),
        "odd": variables(port="many"),
    }
    return inventory(hosts, host=postgres.host, port=postgres.port, user=postgres.user, password=postgres.password, tags={"environment": "production"})


FINDINGS = {
    "missing": "not_registered",
    "forgotten": "disabled",
    "silent": "not_connected",
    "broken": "unknown",
    "odd": "unknown",
    "differs": "differs",
    "unwanted": "unwanted",
    "fine": "ok",
    "gone": "ok",
    "masked": "ok",
    "paused": "ok",
}


def test_each_finding_occurs_and_is_told(ansible, platform, postgres, every_finding, schema, tmp_path):
    outcome = ansible.run("datasentinel.platform.audit", "-e", "datasentinel_connection_api_retries=0", inventory=every_finding)
    assert outcome.returncode == 2 and outcome.changed() == [False] * len(outcome.changed()), outcome.output
    assert (tmp_path / "datasentinel-audit/audit.json").exists(), outcome.output
    report = audited(tmp_path)
    jsonschema.validate(report, schema)
    rows = {row["name"]: row for row in report["connections"]}
    assert {name: row["finding"] for name, row in rows.items()} == FINDINGS and list(rows) == list(FINDINGS), "the worst first, by name"
    assert report["summary"] == {"not_registered": 1, "disabled": 1, "not_connected": 1, "unknown": 2, "differs": 1, "unwanted": 1, "ok": 4}
    assert (report["platform"], report["hosts"]) == (platform.url, 11)
    assert report["coverage"] == {"limit": None, "slice": None, "job": None, "user": platform.username, "parts": None}
    assert rows["differs"] == {
        "name": "differs",
        "inventory_host": "differs",
        "finding": "differs",
        "message": f"It differs: port is 1, and the inventory has {postgres.port}; the tag environment is test, and the inventory has production, "
        "the tag owner=nobody is not in the inventory; the password is another one.",
        "differences": [
            {"field": "port", "platform": 1, "inventory": postgres.port},
            {"field": "tags", "platform": {"environment": "test", "owner": "nobody"}, "inventory": {"environment": "production"}},
            {"field": "password", "platform": None, "inventory": None},
        ],
        "host": "127.0.0.1",
        "port": 1,
        "user": "datasentinel",
        "tags": {"environment": "test", "owner": "nobody"},
        "enabled": True,
        "connected": True,
    }
    assert rows["silent"]["message"] == "The platform is not connected to 127.0.0.1:1 as user datasentinel."
    assert rows["forgotten"]["differences"] == [{"field": "enabled", "platform": False, "inventory": True}]
    assert "no disk" in rows["broken"]["message"] and rows["odd"]["message"].startswith("port has to be a whole number")
    assert rows["masked"]["message"].endswith("The platform does not show the password, so it cannot be compared.")
    assert rows["missing"]["tags"] == {"environment": "test"} and rows["missing"]["port"] == postgres.port

    # What a person sees, and what it cost.
    listed = outcome[LIST]["msg"]
    assert listed[0] == "7 of 11 connections need attention. 1 not registered, 1 disabled, 1 not connected, 2 unknown, 1 differs, 1 unwanted, 4 ok."
    assert [line.partition(":")[0] for line in listed[1:8]] == ["missing", "forgotten", "silent", "broken", "odd", "differs", "unwanted"]
    assert listed[0] in " ".join(outcome.output.split())
    assert sorted(call for call in platform.journal.said() if call.startswith("GET ") and call != "GET ") == sorted(
        f"GET {name}" for name in FINDINGS if name != "odd"
    )
    assert platform.journal.tokens_minted() == 1 and set(platform.journal.methods()) == {"GET"}

    # The same as a table.
    with (tmp_path / "datasentinel-audit/audit.csv").open(encoding="utf-8-sig", newline="") as file:
        table = list(csv.DictReader(file))
    assert [(row["name"], row["finding"]) for row in table] == list(FINDINGS.items())
    assert (
        table[5]["differences"]
        == f"port: 1 (inventory: {postgres.port}); tag environment: test (inventory: production); tag owner: nobody (inventory: none); password"
    )
    assert (table[5]["tags.environment"], table[5]["tags.owner"], table[0]["tags.owner"], table[5]["enabled"], table[0]["enabled"]) == (
        "test",
        "nobody",
        "",
        "true",
        "",
    )

    # No password anywhere.
    texts = [path.read_text() for path in (tmp_path / "datasentinel-audit").iterdir()]
    for secret in (postgres.password, "an0ther-password", platform.password):
        assert not [text for text in [*texts, outcome.output, json.dumps(outcome.lines)] if secret in text]


def test_a_line_names_a_host_that_could_not_be_audited_once(ansible, platform):
    platform.store.put("fine", host="fine", port=5432, user="datasentinel", password="s3cret", connected=True)
    outcome = ansible.run("datasentinel.platform.audit", inventory=inventory({"fine": variables(password="s3cret"), "odd": {}}))
    assert outcome[LIST]["msg"][1].startswith("odd: unknown. datasentinel_connection_password is not set: ")
