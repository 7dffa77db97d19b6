# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reports of fleets that are made up, the same each time."""

from __future__ import annotations

import copy
import itertools
import random

from ansible_collections.datasentinel.platform.plugins.module_utils._commands._audit_command import counts_of
from ansible_collections.datasentinel.platform.plugins.module_utils._connection._connection import Connection
from ansible_collections.datasentinel.platform.plugins.module_utils._connection._desired_connection import DesiredConnection
from ansible_collections.datasentinel.platform.plugins.module_utils._connection._finding import FINDINGS, finding_of, unknown
from ansible_collections.datasentinel.platform.plugins.plugin_utils._audit_comparison import compared
from ansible_collections.datasentinel.platform.plugins.plugin_utils._audit_report import merged

APPLICATIONS = ("billing", "crm", "fraud", "identity", "ledger", "mail", "payroll", "reporting", "sales", "search", "warehouse", "webshop")
ENVIRONMENTS = ("production",) * 5 + ("staging",) * 2 + ("test", "development")
DATACENTERS = ("lyon", "paris", "frankfurt")
COVERAGE = {"limit": None, "slice": None, "job": None, "user": "automation", "parts": None}


def row(name: str, found=None, **changes) -> dict:
    """A connection of a report; one that is as it should be, unless there is a Finding or a change."""
    plain = {"name": name, "inventory_host": name, "finding": "ok", "message": "It is as the inventory wants it.", "differences": []}
    shown = {"host": f"{name}.example.com", "port": 5432, "user": "datasentinel", "tags": {}, "enabled": True, "connected": True}
    if found is not None:
        plain.update(finding=found.kind, message=found.message, differences=found.differences)
    return {**plain, **shown, **changes}


def report(rows: list, generated_at="2026-11-24T02:00:07Z", **coverage) -> dict:
    """A report of connections, the worst first."""
    one = {"schema": 1, "generated_at": generated_at, "platform": "https://platform.example.com", "hosts": len({row["inventory_host"] for row in rows})}
    whole = {**one, "coverage": {**COVERAGE, **coverage}, "summary": counts_of(row["finding"] for row in rows), "comparison": None, "connections": rows}
    return {**whole, "connections": merged([whole])["connections"]}


def fleet(size: int, rate: float = 0.06) -> dict:
    """A report of a fleet, of which such a part is not as it should be; it is compared with one of the day before."""
    chance = random.Random(1)
    # Every finding in turn.
    wrong = itertools.cycle(FINDINGS[:-1])
    kinds = [next(wrong) if chance.random() < rate else "ok" for _number in range(size)]
    rows = [_connection(number, len(str(size)), kind, chance) for number, kind in enumerate(kinds)]
    today = report(rows)
    yesterday = copy.deepcopy(today)
    yesterday["generated_at"] = "2026-11-23T02:00:05Z"
    for one in yesterday["connections"]:
        if one["finding"] != "ok":
            one["finding"] = "ok" if chance.random() < 0.25 else one["finding"]
        elif chance.random() < 0.02:
            one["finding"] = "not_connected"
    yesterday["connections"].append(row("old-crm", finding_of(DesiredConnection("old-crm"), None)))
    return {**today, "comparison": compared(today, yesterday)}


def _connection(number, digits, kind, chance):
    application, environment, datacenter = chance.choice(APPLICATIONS), chance.choice(ENVIRONMENTS), chance.choice(DATACENTERS)
    name, server = f"{application}-{environment[:4]}-{number:0{digits}}", f"pg-{number:0{digits}}.{datacenter}.example.com"
    tags = {"application": application, "environment": environment, "datacenter": datacenter, "owner": chance.choice(("dba", "apps"))}
    desired = {"host": server, "port": 5432, "user": "datasentinel", "password": "s3cret", "tags": tags}
    shown = {"host": server, "port": 5432, "user": "datasentinel", "password": "s3cret", "enabled": True, "connected": True}
    state, their_tags = "present", dict(tags)
    if kind == "disabled":
        shown.update(enabled=False, connected=False)
    elif kind == "not_connected":
        shown.update(connected=False)
    elif kind == "differs":
        shown.update(port=5433, password="an0ther")
        their_tags = {**tags, "environment": "test", "legacy": "yes"}
    elif kind == "unwanted":
        state = "absent"
    there = kind != "not_registered"
    current = Connection(name, tags_text=",".join("%s=%s" % pair for pair in their_tags.items()), **shown) if there else None
    finding = finding_of(DesiredConnection(name, state, **desired), current)
    if kind == "unknown":
        finding = unknown(
            f"Connection {name!r}: GET https://platform.example.com/ds-api/pool/pg-instances/{name}: status 500 (no disk). The platform's log says more."
        )
    told = {key: shown[key] for key in ("host", "port", "user", "enabled", "connected")} if there else {"host": server}
    return row(name, finding, inventory_host=name if number % 5 else server.partition(".")[0], tags=their_tags, **told)
