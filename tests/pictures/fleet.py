# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A fleet of PostgreSQL servers, the same each time: its inventory, and what became of it on the platform."""

from __future__ import annotations

import itertools
import random

APPLICATIONS = ("billing", "crm", "fraud", "identity", "ledger", "payroll", "reporting", "sales", "search", "webshop")
ENVIRONMENTS = ("production",) * 5 + ("staging",) * 2 + ("test", "development")
DATACENTERS = ("lyon", "paris", "frankfurt")
#: What is wrong with every so-manieth connection, in turn.
WRONG = ("not connected", "other tags", "missing", "other port", "disabled", "not connected", "other tags", "not connected")
SIZE, EVERY = 320, 13


def fleet() -> dict[str, dict]:
    """The tags of each server by its name."""
    chance = random.Random(7)
    found = {}
    for number in range(SIZE):
        tags = {"application": chance.choice(APPLICATIONS), "environment": chance.choice(ENVIRONMENTS), "datacenter": chance.choice(DATACENTERS)}
        found[f"{tags['application']}-{tags['environment'][:4]}-{number:03}"] = tags
    return found


def inventory(servers: dict[str, dict]) -> dict:
    """A group of these servers; of one, the port was written badly."""
    hosts = {name: {"ansible_host": _address(name, tags), "datasentinel_connection_tags": tags} for name, tags in servers.items()}
    hosts[list(servers)[SIZE // 2]]["datasentinel_connection_port"] = "54x2"
    return {"hosts": hosts}


def register(scene, servers: dict[str, dict]):
    """Have all of them on the platform, as they should be."""
    for name, tags in servers.items():
        scene.register(name, _address(name, tags), tags)


def neglect(scene, servers: dict[str, dict], count: int, since: int = 0):
    """Have something go wrong with so many of them. since: how many had something before."""
    wrong = itertools.islice(zip(list(servers)[EVERY // 2 :: EVERY], itertools.cycle(WRONG)), since, since + count)
    for name, what in wrong:
        tags, address = servers[name], _address(name, servers[name])
        if what == "missing":
            scene.platform.store.delete(name)
        elif what == "other tags":
            scene.register(name, address, {**tags, "environment": "test", "legacy": "yes"})
        elif what == "other port":
            scene.register(name, address, tags, port=5433)
        elif what == "disabled":
            scene.register(name, address, tags, enabled=False, connected=False)
        else:
            scene.register(name, address, tags, connected=False)


def repair(scene, servers: dict[str, dict], count: int):
    """Have the first so many of those that something was wrong with as they should be."""
    register(scene, {name: servers[name] for name in list(servers)[EVERY // 2 :: EVERY][:count]})


def _address(name, tags):
    return f"pg-{name[-3:]}.{tags['datacenter']}.example.com"
