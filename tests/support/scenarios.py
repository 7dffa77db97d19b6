# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A dozen scenarios in which secrets are in play, as one playbook: what goes well, what fails, what echoes."""

from __future__ import annotations

import base64

from embedded import faults
from support.playbook import task

PASSWORD = "pä\"s's/w&o<r d\\%+"
OLD_PASSWORD = "the-old-0ne"
INFO = "datasentinel.platform.datasentinel_connection_info"
TOKEN = "datasentinel.platform.datasentinel_token"
ROLE = "datasentinel.platform.datasentinel_connection"


def prepare(platform):
    """Gives the platform what the scenarios find there."""
    platform.store.put("old", host="127.0.0.1", port=1, user="ds", password=OLD_PASSWORD)
    for method, path in (("GET", "echo-get$"), ("POST", "echo-post$"), ("PUT", "echo-put$")):
        platform.faults.add(faults.echo(500), method, path)
    platform.store.put("echo-put", host="127.0.0.1", port=1, user="ds", password=OLD_PASSWORD)
    platform.faults.add(faults.echo(400), "POST", "/user-token$", nth=2)
    platform.faults.add(faults.drop_after, "POST", "lost$")


def variables(platform):
    """The variables of the playbook."""
    return {"password": PASSWORD, "old_password": OLD_PASSWORD, "api_password": platform.password, "token": platform.token()}


def plays(platform, keywords):
    """The playbook. keywords: of every task, deciding on the runner."""
    ignore = {**keywords, "ignore_errors": True}
    minting = {"api_token": None, "api_username": platform.username, "api_password": "{{ api_password }}"}
    given = {"api_token": "{{ token }}", "host": "127.0.0.1", "port": 1, "user": "ds", "password": "{{ password }}"}
    items = [{"name": name, "password": "{{ password }}"} for name in ("one", "two")]
    tasks = [
        task("mint", {**keywords, "register": "minted"}, TOKEN, **minting),
        task("mint and fail", ignore, TOKEN, **minting),
        task("create", keywords, name="new", **given),
        task("check", {**keywords, "check_mode": True, "diff": True}, name="old", **given),
        task("change", {**keywords, "diff": True}, name="old", **given),
        task("wait", ignore, name="new", wait=True, wait_timeout=1, **given),
        task("echo get", ignore, name="echo-get", **given),
        task("echo post", ignore, name="echo-post", **given),
        task("echo put", ignore, name="echo-put", **given),
        task("lost", ignore, name="lost", **{**given, "api_token": "{{ minted.token }}"}),
        task("loop", {**keywords, "loop": items}, **{**given, "name": "{{ item.name }}", "password": "{{ item.password }}"}),
        task("bad options", ignore, **{**given, "name": "x", "port": "{{ password }}", "password": ["{{ password }}"]}),
        task("bad url", ignore, name="x", **{**given, "api_url": "https://admin:{{ old_password }}@platform.example.com"}),
        task("bad token", ignore, name="x", **{**given, "api_token": "{{ password }}"}),
        task("unreachable", ignore, name="x", api_retries=0, **{**given, "api_url": "http://127.0.0.1:9"}),
        task("read", keywords, INFO, name=["new", "old"], api_token="{{ token }}"),
    ]
    role = {
        "hosts": "localhost",
        "gather_facts": False,
        "vars": {
            "datasentinel_connection_api_token": "{{ token }}",
            "datasentinel_connection_password": "{{ password }}",
            "datasentinel_connection_instances": [{"name": "own", "port": 1, "host": "127.0.0.1", "password": "{{ old_password }}"}],
        },
        "roles": [ROLE],
    }
    return [{"hosts": "localhost", "gather_facts": False, "tasks": tasks}, role]


def secrets(platform):
    """Every secret that was in play, once the playbook has run."""
    tokens = {call.headers.get("user-token") for call in platform.journal.all()} - {None}
    basic = base64.b64encode(f"{platform.username}:{platform.password}".encode()).decode()
    return [PASSWORD, OLD_PASSWORD, platform.password, basic, *tokens]
