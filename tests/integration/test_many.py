# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many connections in one task: a list, a file, a fleet."""

from __future__ import annotations

import json

import pytest
from embedded import faults
from support.playbook import Ansible, access_by_password, task

MANY = "datasentinel.platform.datasentinel_connections"
PASSWORD = "s3cret-of-all"
TOGETHER = "Keep the connections of all hosts together"


@pytest.fixture
def ansible(tmp_path, platform):
    """ansible-playbook, with a user and password in its environment."""
    return Ansible(tmp_path, access_by_password(platform))


def connections(count: int, **more) -> list:
    return [{"name": f"db{number:03}", "host": "127.0.0.1", "port": 1, "user": "ds", "password": f"{PASSWORD}-{number}", **more} for number in range(count)]


# --- a list ------------------------------------------------------------------------------------------------------


def test_a_list_checked_done_and_done_again(ansible, platform, runner):
    many = connections(20, tags={"a": 1})
    platform.store.put("db003", host="127.0.0.1", port=2, user="ds", password=f"{PASSWORD}-3", tags="a=1")
    platform.store.put("gone", host="127.0.0.1")
    many.append({"name": "gone", "state": "absent"})
    outcome = ansible.tasks(
        task("checked", {**runner, "check_mode": True}, MANY, connections=many),
        task("done", runner, MANY, connections=many),
        task("done again", runner, MANY, connections=many),
        play={"diff": True},
    ).succeeded()
    first, again = outcome["done"], outcome["done again"]
    assert outcome.changed() == [True, True, False] and outcome["checked"]["summary"] == first["summary"]
    assert first["summary"] == {"created": 19, "updated": 1, "enabled": 0, "disabled": 0, "deleted": 1, "unchanged": 0, "failed": 0}
    assert [result["name"] for result in first["results"]] == [one["name"] for one in many]
    assert [result["action"] for result in first["results"]][2:5] == ["created", "updated", "created"]
    assert again["summary"]["unchanged"] == 21 and again["msg"] == "21 connections: 21 unchanged."
    assert len(platform.store.names()) == 20 and PASSWORD not in outcome.output + json.dumps(outcome.lines)
    minted = platform.journal.tokens_minted()
    assert minted == (3 if runner else 1)
    assert len(platform.journal.methods()) == 21 + (19 + 1 + 1) * 3 + 21


def test_one_that_fails_leaves_the_others_done_and_is_named(ansible, platform, runner):
    platform.faults.add(faults.status(500, "no disk"), "POST", "/db001$")
    outcome = ansible.tasks(task("register", {**runner, "ignore_errors": True}, MANY, connections=connections(4)))
    result = outcome["register"]
    assert result["failed"] and result["changed"] and platform.store.names() == ["db000", "db002", "db003"]
    assert result["msg"].startswith("4 connections: 3 created, 1 failed. Connection 'db001': POST ") and "no disk" in result["msg"]
    failed = result["results"][1]
    assert (failed["action"], failed["failed"], failed["error"]["status"]) == ("failed", True, 500)


@pytest.mark.parametrize(
    "more, sentence",
    [
        ([{"name": "db000"}], "The name 'db000' stands twice, in connections[0] ('db000') and connections[3] ('db000')"),
        ([{"name": "x", "port": 70000}], "connections[3] ('x'): port is 70000"),
        ([{"name": "x", "prot": 1}], "connections[3] ('x') holds prot, which is not known there"),
        ([{"host": "h"}], "connections[3]: it has no name."),
        (["x"], "connections[3]: it has to be a mapping"),
        ([{"name": "x", "password": [PASSWORD]}], "connections[3] ('x'): password has to be a text."),
        ([{"name": "x", "state": "gone"}], "connections[3] ('x'): state has to be one of present, absent, enabled, disabled, and it is 'gone'."),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_sent(ansible, platform, more, sentence):
    outcome = ansible.tasks(task("register", {}, MANY, connections=connections(3) + more))
    assert sentence in outcome["register"]["msg"] and platform.journal.said() == [] and PASSWORD not in json.dumps(outcome.lines)


def test_defaults_are_used_where_a_connection_does_not_say_otherwise(ansible, platform):
    defaults = {"host": "127.0.0.1", "port": 5, "user": "ds", "password": PASSWORD, "tags": "a=1", "state": "disabled"}
    ansible.tasks(task("register", {}, MANY, connections=[{"name": "a"}, {"name": "b", "port": 6, "state": "present"}], defaults=defaults)).succeeded()
    assert (platform.display("a")["port"], platform.display("a")["enabled"]) == (5, False)
    assert (platform.display("b")["port"], platform.display("b")["enabled"], platform.display("b")["tags"]) == (6, True, "a=1")


# --- a file ------------------------------------------------------------------------------------------------------


def test_a_spreadsheet(ansible, platform, tmp_path, runner):
    rows = "\ufeffname;host;port;user;password;tags.environment;state\r\nsales;127.0.0.1;5433;ds;\"s3;cret\";production;\r\n;;;;;;\r\nbilling;127.0.0.1;;ds;pw;;disabled\r\n"
    (tmp_path / "connections.csv").write_bytes(rows.encode())
    ansible.tasks(task("register", runner, MANY, src="connections.csv")).succeeded()
    sales, billing = platform.display("sales"), platform.display("billing")
    assert (sales["port"], sales["password"], sales["tags"], sales["enabled"]) == (5433, "s3;cret", "environment=production", True)
    assert (billing["port"], billing["tags"], billing["enabled"]) == (5432, "", False)


def test_a_file_by_the_playbook(ansible, platform, tmp_path):
    (tmp_path / "connections.csv").write_text("name,host\nsales,127.0.0.1\n")
    options = ["-e", f"datasentinel_file={tmp_path}/connections.csv", "-e", "datasentinel_connection_password=pw"]
    outcome = ansible.run("datasentinel.platform.register_file", *options).succeeded()
    assert platform.display("sales")["user"] == "datasentinel" and "1 connection: 1 created." in outcome.output
    assert "datasentinel_file is not given" in ansible.run("datasentinel.platform.register_file").output


def test_an_error_in_a_file_names_line_and_column(ansible, platform, tmp_path):
    (tmp_path / "connections.csv").write_text("name,host,port\nsales,127.0.0.1,5433\nbilling,127.0.0.1,many\n")
    outcome = ansible.tasks(task("register", {}, MANY, src="connections.csv"))
    assert "connections.csv, line 3, column port: port has to be a whole number, and it is 'many'." in outcome["register"]["msg"]
    assert platform.journal.said() == []


# --- the fleet ---------------------------------------------------------------------------------------------------


def fleet(hosts: dict, **variables) -> dict:
    common = {"host": "127.0.0.1", "port": 1, "password": PASSWORD, **variables}
    return {"postgresql": {"hosts": hosts, "vars": {f"datasentinel_connection_{name}": value for name, value in common.items()}}}


def test_the_life_of_a_fleet_in_one_task_each(ansible, platform):
    instances = [{"name": "{{ inventory_hostname }}-a", "port": 1}, {"name": "{{ inventory_hostname }}-b", "port": 2, "state": "disabled"}]
    hosts = fleet({**{f"pg{number}": {} for number in range(5)}, "two": {"datasentinel_connection_instances": instances}}, tags={"a": 1})

    def run(name, *options):
        platform.journal.clear()
        outcome = ansible.run(f"datasentinel.platform.{name}", "-e", "datasentinel_bulk=true", "-e", "datasentinel_hosts=postgresql", *options, inventory=hosts)
        assert platform.journal.tokens_minted() <= 1
        return outcome.succeeded()[TOGETHER]

    assert run("register", "--check")["summary"]["created"] == 7 and platform.store.names() == []
    first = run("register")
    assert first["summary"]["created"] == 7 and first["hosts"]["pg1"]["connection"]["name"] == "pg1"
    assert [result["name"] for result in first["hosts"]["two"]["results"]] == ["two-a", "two-b"]
    assert run("register")["changed"] is False
    assert run("disable")["summary"]["disabled"] == 6 and run("disable")["summary"]["unchanged"] == 7
    assert run("enable")["summary"]["enabled"] == 6 and platform.display("two-b")["enabled"] is False
    assert run("deregister", "--limit", "pg0,pg1")["summary"]["deleted"] == 2
    assert run("deregister")["summary"]["deleted"] == 5 and platform.store.names() == []


def test_a_host_that_is_wrong_fails_alone(ansible, platform):
    hosts = {
        "good": {},
        "template": {"datasentinel_connection_tags": {"a": "{{ no_such_variable }}"}},
        "port": {"datasentinel_connection_port": "many"},
        "twin": {"datasentinel_connection_name": "good"},
    }
    outcome = ansible.run("datasentinel.platform.register", "-e", "datasentinel_bulk=true", inventory=fleet(hosts))
    result = outcome[TOGETHER]
    assert outcome.returncode != 0 and platform.store.names() == ["good"]
    assert result["summary"]["failed"] == 3 and {host for host, one in result["hosts"].items() if one.get("failed")} == {"template", "port", "twin"}
    for text in ("The variable datasentinel_connection_tags cannot be templated", "port has to be a whole number", "it is also that of the host good"):
        assert text in result["msg"]
    assert PASSWORD not in outcome.output
