# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many connections in one task: a list, a file, a fleet."""

from __future__ import annotations

import json
import os
import re
import signal
import time

import pytest
from ansible.parsing.vault import VaultLib, VaultSecret
from embedded import faults
from support.playbook import Ansible, access_by_password, stop, task, wait_for

MANY = "datasentinel.platform.datasentinel_connections"
PASSWORD = "s3cret-of-all"
TOGETHER = "Keep the connections of all hosts together"
EACH = "Keep the connections of the host up to date"
BULK = ["-e", "datasentinel_bulk=true"]
NO_ACCESS = {"DATASENTINEL_API_URL": "", "DATASENTINEL_API_USERNAME": "", "DATASENTINEL_API_PASSWORD": ""}


@pytest.fixture
def ansible(tmp_path, platform):
    """ansible-playbook, with a user and password in its environment."""
    return Ansible(tmp_path, access_by_password(platform))


def in_one_line(output: str) -> str:
    """What was printed, without line breaks."""
    return " ".join(output.split())


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
        ([{"name": "x", "password": [PASSWORD]}], "connections[3] ('x'): password has to be a text, and it is a list."),
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


def test_each_item_says_what_becomes_of_its_tags_and_its_password(ansible, platform, runner):
    for name in ("added", "replaced", "kept", "changed"):
        platform.store.put(name, host="127.0.0.1", port=1, user="ds", password="of-before", tags="by,hand=1")
    many = [
        {"name": "added", "tags": {"a": 1}, "purge_tags": False},
        {"name": "replaced", "tags": "a=1"},
        {"name": "kept", "password": "n3w-password", "update_password": "on_create"},
        {"name": "changed", "password": "n3w-password"},
    ]
    outcome = ansible.tasks(task("register", runner, MANY, connections=many), play={"diff": True}).succeeded()
    assert [result["action"] for result in outcome["register"]["results"]] == ["updated", "updated", "unchanged", "updated"]
    assert [platform.display(name)["tags"] for name in ("added", "replaced", "kept", "changed")] == ["by,hand=1,a=1", "a=1", "by,hand=1", "by,hand=1"]
    assert [platform.display(name)["password"] for name in ("kept", "changed")] == ["of-before", "n3w-password"]
    # Without -v a person sees what differs, by name, and the sentence.
    for line in (
        "--- before: added",
        "+++ after: added",
        '-    "password": "<hidden>",',
        '+    "password": "<hidden, changed>",',
        "4 connections: 3 updated, 1 unchanged.",
    ):
        assert line in outcome.output.splitlines(), outcome.output
    assert "before: kept" not in outcome.output and "n3w-password" not in outcome.output and "of-before" not in outcome.output


def test_waiting_is_for_all_together(ansible, platform):
    def connect(store, name):
        store.put(name, connected=True)

    platform.faults.add(faults.rival(connect), "GET", "/db003$", nth=3)
    outcome = ansible.tasks(task("register", {}, MANY, connections=connections(6), wait=True, wait_timeout=2, concurrency=6))
    result = outcome["register"]
    assert result["summary"]["failed"] == 5 and result["results"][3]["connection"]["connected"] is True
    assert "Connection 'db000': The platform is not connected to 127.0.0.1:1 as user ds after 2 seconds." in result["msg"]


# --- long work, and what ends it ---------------------------------------------------------------------------------


def test_long_work_shows_how_far_it_is_and_a_timeout_ends_it_with_what_was_done(ansible, platform):
    platform.faults.add(faults.delay(0.4), times=1000)
    outcome = ansible.tasks(task("register", {"timeout": 7}, MANY, connections=connections(30), concurrency=2))
    assert outcome.returncode != 0 and outcome["register"]["failed"]
    [line] = [line for line in outcome.output.splitlines() if " of 30 connections: " in line and not line.startswith("Interrupted")]
    [last] = [line for line in outcome.output.splitlines() if line.startswith("Interrupted. ")]
    done = len(platform.store.names())
    assert any(last.startswith(f"Interrupted. {count} of 30 connections: {count} created.") for count in (done - 2, done - 1, done))
    assert line.endswith(" created")
    calls = len(platform.journal.all())
    time.sleep(1)
    assert len(platform.journal.all()) == calls, "something was sent after the task had ended"


def test_ctrl_c_ends_a_fleet_with_what_was_done(ansible, platform):
    platform.faults.add(faults.delay(0.4), times=1000)
    process = ansible.start([{"hosts": "localhost", "gather_facts": False, "tasks": [task("register", {}, MANY, connections=connections(60), concurrency=2)]}])
    try:
        assert wait_for(lambda: len(platform.store.names()) > 2, seconds=30)
        # As a terminal sends it.
        os.killpg(process.pid, signal.SIGINT)
        printed, _nothing = process.communicate(timeout=30)
    finally:
        stop(process)
    done = len(platform.store.names())
    [last] = re.findall("Interrupted. (.*) of 60 connections: (.*) created.(?: (.*) more were under way: run it again)?", printed)
    assert process.returncode != 0 and int(last[0]) == int(last[1]) >= done - int(last[2] or 0)


# --- a file ------------------------------------------------------------------------------------------------------


def test_a_spreadsheet(ansible, platform, tmp_path, runner):
    rows = (
        '\ufeffname;host;port;user;password;tags.environment;state\r\nsales;127.0.0.1;5433;ds;"s3;cret";production;\r\n'
        ";;;;;;\r\nbilling;127.0.0.1;;ds;pw;;disabled\r\n"
    )
    (tmp_path / "connections.csv").write_bytes(rows.encode())
    ansible.tasks(task("register", runner, MANY, src="connections.csv")).succeeded()
    sales, billing = platform.display("sales"), platform.display("billing")
    assert (sales["port"], sales["password"], sales["tags"], sales["enabled"]) == (5433, "s3;cret", "environment=production", True)
    assert (billing["port"], billing["tags"], billing["enabled"]) == (5432, "", False)


def test_a_file_by_the_playbook_in_the_current_folder(ansible, platform, tmp_path):
    (tmp_path / "connections.csv").write_text("name,host\nsales,127.0.0.1\nbad,\n")
    options = ["-e", "datasentinel_file=connections.csv", "-e", "datasentinel_connection_password=pw-of-them"]
    outcome = ansible.run("datasentinel.platform.register_file", *options)
    assert outcome.returncode != 0 and platform.display("sales")["user"] == "datasentinel"
    assert "2 connections: 1 created, 1 failed. Connection 'bad': It does not exist on the platform" in in_one_line(outcome.output)
    assert '"results"' not in outcome.output and "pw-of-them" not in outcome.output
    assert "datasentinel_file is not given" in ansible.run("datasentinel.platform.register_file").output


def test_a_file_with_a_password_for_each_connection_needs_no_other(ansible, platform, tmp_path):
    (tmp_path / "connections.csv").write_text("name,host,password,state\nsales,127.0.0.1,own-pw,\ngone,,,absent\n")
    outcome = ansible.run("datasentinel.platform.register_file", "-e", f"datasentinel_file={tmp_path}/connections.csv").succeeded()
    assert platform.display("sales")["password"] == "own-pw" and "2 connections: 1 created, 1 unchanged." in outcome.output


def test_a_vaulted_file_beside_the_playbook(ansible, platform, tmp_path):
    (tmp_path / "files").mkdir()
    (tmp_path / "vault-password").write_text("vault password")
    text = "- {name: sales, host: 127.0.0.1, port: 1, user: ds, password: own-pw}\n"
    (tmp_path / "files/connections.yml").write_text(VaultLib([("default", VaultSecret(b"vault password"))]).encrypt(text).decode())
    options = ["--vault-password-file", str(tmp_path / "vault-password")]
    play = [{"hosts": "localhost", "gather_facts": False, "tasks": [task("register", {}, MANY, src="connections.yml")]}]
    outcome = ansible.run(play, *options, "-vvv").succeeded()
    assert platform.display("sales")["password"] == "own-pw" and "own-pw" not in outcome.output


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
        outcome = ansible.run(f"datasentinel.platform.{name}", *BULK, "-e", "datasentinel_hosts=postgresql", *options, inventory=hosts)
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


def test_a_host_that_is_wrong_fails_alone_and_is_named_without_more(ansible, platform):
    hosts = {
        "good": {},
        "template": {"datasentinel_connection_tags": {"a": "{{ no_such_variable }}"}},
        "port": {"datasentinel_connection_port": "many"},
        "twin": {"datasentinel_connection_name": "good"},
    }
    outcome = ansible.run("datasentinel.platform.register", *BULK, inventory=fleet(hosts))
    result = outcome[TOGETHER]
    assert outcome.returncode != 0 and platform.store.names() == ["good"]
    assert result["summary"]["failed"] == 3 and {host for host, one in result["hosts"].items() if one.get("failed")} == {"template", "port", "twin"}
    for text in (
        "4 connections: 1 created, 3 failed.",
        "The variable datasentinel_connection_tags cannot be templated",
        "port has to be a whole number",
        "also that of the host good",
    ):
        assert text in result["msg"] and text in in_one_line(outcome.output)
    assert PASSWORD not in outcome.output and '"results"' not in outcome.output and '"hosts"' not in outcome.output


@pytest.mark.parametrize("way", ["bulk", "file"])
def test_all_that_failed_are_named_by_the_task_that_fails_and_by_no_other(ansible, platform, tmp_path, way):
    names = [f"db{number:03}" for number in range(30)]
    if way == "bulk":
        outcome = ansible.run("datasentinel.platform.disable", *BULK, inventory=fleet({name: {} for name in names}))
    else:
        (tmp_path / "connections.csv").write_text("\n".join(["name,state", *(f"{name},disabled" for name in names)]))
        outcome = ansible.run("datasentinel.platform.register_file", "-e", f"datasentinel_file={tmp_path}/connections.csv")
    message = next(iter(outcome.results("Fail where connections failed").values()))["msg"]
    assert message.startswith("30 connections: 30 failed. Connection 'db000': ") and message.endswith(f"Also failed: {', '.join(names[20:])}.")
    assert outcome.returncode == 2 and "30 failed" not in outcome.output.partition("TASK [Fail where connections failed]")[0]


def test_what_is_left_alone_and_a_list_without_connections_are_told(ansible, platform, tmp_path):
    (tmp_path / "connections.csv").write_text("name,host\n")
    outcome = ansible.run("datasentinel.platform.register_file", "-e", f"datasentinel_file={tmp_path}/connections.csv").succeeded()
    assert "The list holds no connection." in outcome.output.splitlines()
    outcome = ansible.run("datasentinel.platform.enable", *BULK, inventory=fleet({"db1": {"datasentinel_connection_state": "disabled"}})).succeeded()
    assert "1 connection: 1 left alone, since the inventory wants it disabled." in outcome.output.splitlines()
    assert platform.journal.said() == []


def test_later_tasks_have_the_result_of_each_host(ansible, platform):
    """As docs/many.md has it."""
    report = {"name": "report", "ansible.builtin.debug": {"msg": "{{ datasentinel_connections_result.hosts[inventory_hostname].connection.name }}"}}
    plays = [{"import_playbook": "datasentinel.platform.register"}, {"hosts": "postgresql", "gather_facts": False, "tasks": [report]}]
    outcome = ansible.run(plays, *BULK, inventory=fleet({"pg1": {}, "pg2": {"datasentinel_connection_name": "other"}})).succeeded()
    assert {host: result["msg"] for host, result in outcome.results("report").items()} == {"pg1": "pg1", "pg2": "other"}


def together(**keywords) -> dict:
    """A task that keeps the connections of the play's hosts together."""
    return task("together", {"run_once": True, **keywords, "vars": {"datasentinel_connections_from_inventory": True}}, MANY)


def test_access_by_module_defaults_and_by_the_environment_of_a_task(ansible, platform):
    defaults = {"group/datasentinel.platform.datasentinel": {"api_url": platform.url, "api_token": platform.token()}}
    environment = {"DATASENTINEL_API_URL": platform.url, "DATASENTINEL_API_TOKEN": platform.token()}
    many = task("list", {}, MANY, connections=connections(2))
    blocks = [
        {"module_defaults": defaults, "block": [together(name="fleet by defaults"), {**many, "name": "list by defaults", "run_once": True}]},
        {"environment": environment, "block": [together(name="fleet by environment"), {**many, "name": "list by environment", "run_once": True}]},
        {"block": [{**together(name="without"), "ignore_errors": True}]},
    ]
    outcome = ansible.tasks(*blocks, hosts="postgresql", inventory=fleet({"pg1": {}, "pg2": {}}), environment=NO_ACCESS).succeeded()
    done = {name: outcome[name]["summary"] for name in ("fleet by defaults", "list by defaults", "fleet by environment", "list by environment", "without")}
    assert (
        [done[f"{kind} by defaults"]["created"] for kind in ("fleet", "list")]
        == [done[f"{kind} by environment"]["unchanged"] for kind in ("fleet", "list")]
        == [2, 2]
    )
    assert done["without"]["failed"] == 2 and "missing required arguments: api_url" in outcome["without"]["msg"]


def test_batches_are_tasks_of_their_own_and_names_those_of_the_whole_run(ansible, platform):
    hosts = {"pg1": {}, "pg2": {}, "pg3": {}, "pg4": {"datasentinel_connection_name": "pg1", "datasentinel_connection_port": 2}}
    outcome = ansible.tasks(together(), hosts="postgresql", play={"serial": 2}, inventory=fleet(hosts))
    results = [line["result"] for line in outcome.lines if line["task"] == "together"]
    assert [list(result["hosts"]) for result in results] == [["pg1", "pg2"], ["pg3", "pg4"]]
    assert platform.display("pg1")["port"] == 1 and "also that of the host pg1" in results[1]["hosts"]["pg4"]["msg"]
    assert platform.journal.tokens_minted() == 1


def test_hosts_of_several_platforms_and_users_in_one_run(ansible, platform, tls_platform):
    tls_platform.reset()
    there = {"api_url": tls_platform.url, "api_username": tls_platform.username, "api_password": tls_platform.password, "validate_certs": False}
    viewer = {"api_username": "viewer", "api_password": platform.password}

    def host(**access):
        return {f"datasentinel_connection_{name}": value for name, value in access.items()}

    hosts = {
        "here": {},
        "viewer": host(**viewer),
        "stranger": host(api_username="admin", api_password="wr0ng-password"),
        **{f"there{number}": host(**there) for number in range(40)},
    }
    outcome = ansible.run("datasentinel.platform.register", *BULK, inventory=fleet(hosts))
    result = outcome[TOGETHER]
    assert {name for name, one in result["hosts"].items() if one.get("failed")} == {"viewer", "stranger"}
    assert platform.store.names() == ["here"] and len(tls_platform.store.names()) == 40
    assert (platform.journal.tokens_minted(), tls_platform.journal.tokens_minted()) == (3, 1)
    tokens = [{call.headers.get("user-token") for call in one.journal.all()} - {None} for one in (platform, tls_platform)]
    assert len(tokens[0]) == 2 and len(tokens[1]) == 1 and not tokens[0] & tokens[1]
    assert "InsecureRequestWarning" not in outcome.output and "wr0ng-password" not in outcome.output and outcome.output.count("validate_certs is false") == 1


def test_the_playbook_of_a_file_takes_its_access_from_the_roles_variables(ansible, platform, tmp_path):
    (tmp_path / "connections.csv").write_text("name,host\ndb1,127.0.0.1\n")
    given = {"datasentinel_file": str(tmp_path / "connections.csv"), "datasentinel_connection_password": PASSWORD}
    elsewhere = {"datasentinel_connection_api_url": "http://127.0.0.1:9", "datasentinel_connection_api_retries": 0}
    outcome = ansible.run("datasentinel.platform.register_file", variables={**given, **elsewhere})
    assert outcome.returncode != 0 and "no connection to 127.0.0.1:9" in outcome.output and platform.journal.said() == []
    access = {"datasentinel_connection_api_url": platform.url, "datasentinel_connection_api_token": platform.token()}
    empty = {f"datasentinel_connection_{name}": None for name in ("purge_tags", "wait", "wait_timeout", "validate_certs", "api_timeout", "api_retries")}
    ansible.run("datasentinel.platform.register_file", variables={**given, **access, **empty}, environment=NO_ACCESS).succeeded()
    assert platform.store.names() == ["db1"]


# --- the role, and bulk: the same variables, the same outcome ------------------------------------------------------

BY_HAND = {"host": "127.0.0.1", "port": 5432, "user": "datasentinel", "password": PASSWORD, "tags": "by,hand=1"}
#: By the name of the host, which is that of its connection unless variables give another: its variables (those of the role
#: without prefix, others with an underscore before) and what is on the platform before (changes to BY_HAND; None: nothing).
HOSTS = {
    "new": ({}, None),
    "up-to-date": ({}, {}),
    "moved": ({}, {"port": 1, "user": "other"}),
    # tags
    "tags": ({"tags": {"a": 1, "b": True, "c": "x y"}}, None),
    "tags-as-text": ({"tags": "a=1, b=2"}, {}),
    "tags-none": ({"tags": {}}, {}),
    "tags-not-given": ({"tags": ""}, {}),
    "tags-no-mapping": ({"tags": ["a=1"]}, None),
    "tags-bad": ({"tags": {"a": "b,c"}}, None),
    "tags-added": ({"tags": {"a": 1}, "purge_tags": "no"}, {}),
    "extra-tags": ({"extra_tags": "x=1"}, {}),
    "extra-tags-over": ({"extra_tags": {"a": 2}, "tags": {"a": 1, "b": 1}}, None),
    "extra-tags-bad": ({"extra_tags": "x"}, None),
    # states
    "absent": ({"state": "absent"}, {}),
    "absent-already": ({"state": "absent"}, None),
    "disabled": ({"state": "disabled"}, {}),
    "disabled-new": ({"state": "disabled"}, None),
    "enabled": ({"state": "enabled"}, {"enabled": False}),
    "enabled-missing": ({"state": "enabled", "password": ""}, None),
    "disabled-by-hand": ({}, {"enabled": False}),
    "state-empty": ({"state": ""}, None),
    "state-bad": ({"state": "Present"}, None),
    # numbers and booleans, given as a survey gives them
    "port-as-text": ({"port": "5433"}, None),
    "port-empty": ({"port": ""}, None),
    "port-bad": ({"port": "many"}, None),
    "port-too-large": ({"port": 70000}, None),
    "port-true": ({"port": True}, None),
    "access-as-text": ({"api_timeout": "7", "api_retries": "1", "validate_certs": "yes", "wait": "no", "wait_timeout": "5"}, None),
    "timeout-bad": ({"api_timeout": "x"}, None),
    "wait-bad": ({"wait": "maybe"}, None),
    "wait-timeout-bad": ({"wait_timeout": 0}, None),
    # texts
    "user-empty": ({"user": "  "}, None),
    "user-true": ({"user": True}, None),
    "of-the-play": (
        {"tags": {"check": "{{ ansible_check_mode }}", "hosts": "{{ ansible_play_hosts | length > 3 }}", "batch": "{{ ansible_play_batch | length > 3 }}"}},
        None,
    ),
    "user-a-number": ({"user": 7}, None),
    "name-other": ({"name": "another name"}, None),
    "name-a-number": ({"name": 42}, None),
    "name-bad": ({"name": "a/b"}, None),
    "name-beyond-ascii": ({"name": "Köln"}, None),
    "host-given": ({"host": "127.0.0.2"}, None),
    "host-empty": ({"host": ""}, None),
    "host-bad": ({"host": "h:5432"}, None),
    # passwords
    "password-missing": ({"password": ""}, None),
    "password-missing-absent": ({"password": "", "state": "absent"}, {}),
    "password-of-the-other-role": ({"password": "", "_datasentinel_monitoring_user_password": "of-the-user"}, None),
    "password-a-number": ({"password": 12345}, None),
    "password-quotes": ({"password": "a'b\"c\\d"}, None),
    "password-a-list": ({"password": [PASSWORD]}, None),
    "password-differs": ({}, {"password": "of-before"}),
    "password-on-create": ({"update_password": "on_create"}, {"password": "of-before"}),
    # waiting, and access
    "waits": ({"wait": "yes", "wait_timeout": "1"}, None),
    "waits-not": ({"wait": True, "state": "disabled"}, None),
    "url-bad": ({"api_url": "ftp://x"}, None),
    "token-bad": ({"api_token": "wr0ng-token", "api_username": "", "api_password": ""}, None),
    "ca-missing": ({"ca_path": "/no/such/ca.pem"}, None),
    # expressions
    "expressions": (
        {
            "name": "{{ inventory_hostname | upper }}",
            "tags": {"other": "{{ hostvars['new'].inventory_hostname }}", "group": "{{ groups['postgresql'] | length }}"},
        },
        None,
    ),
    "expression-native": ({"port": "{{ 5000 + 433 }}", "purge_tags": "{{ false }}", "tags": "{{ {'a': 1} }}"}, {}),
    "expression-bad": ({"user": "{{ no_such_variable }}"}, None),
    "expression-omitted": ({"user": "{{ no_such_variable | default(omit) }}"}, None),
    "expression-in-a-password": ({"password": "{{ no_such_variable }}"}, None),
    "lookups": ({"tags": {"env": "{{ lookup('env', 'RECORDER_FILE') | basename }}", "vars": "{{ lookup('vars', 'own') }}"}, "_own": "mine"}, None),
    # several clusters
    "two": (
        {
            "instances": [
                {"name": "two-a", "port": 1, "tags": {"a": 1}},
                {"name": "two-b", "port": "2", "host": "127.0.0.2", "user": "u", "password": "own-pw", "state": "disabled"},
            ],
            "tags": {"h": 1},
        },
        None,
    ),
    "two-one-bad": ({"instances": [{"name": "bad-a", "port": 1}, {"name": "bad-b", "port": 70000}, {"name": "bad-c", "port": 2}]}, None),
    "instance-empty-texts": ({"instances": [{"name": "empty", "port": 1, "user": "", "tags": ""}]}, None),
    "instance-twice": ({"instances": [{"name": "twice", "port": 1}, {"name": "twice", "port": 2}]}, None),
    "instance-without-port": ({"instances": [{"name": "portless", "port": ""}]}, None),
    "instance-misspelled": ({"instances": [{"name": "misspelled", "port": 1, "prot": 2}]}, None),
    "instances-no-list": ({"instances": {"name": "x", "port": 1}}, None),
    "instances-none": ({"instances": []}, None),
    # names that are another host's
    "same-name": ({"name": "new"}, None),
    "same-name-instance": ({"instances": [{"name": "own", "port": 1}, {"name": "up-to-date", "port": 2}]}, None),
    # what is not known
    "unknown-variable": ({"portt": 1}, None),
    "own-operation": ({"operation": "disable"}, {}),
}
#: Those that tell something where no field is written.
SWITCHED = (
    *(
        "new",
        "up-to-date",
        "tags-bad",
        "absent",
        "disabled",
        "enabled",
        "disabled-by-hand",
        "state-bad",
        "port-bad",
        "name-other",
        "name-bad",
        "password-missing",
        "waits-not",
    ),
    *("url-bad", "expressions", "expression-bad", "two", "instance-twice", "same-name", "same-name-instance"),
)
#: What is compared of each host's result.
TOLD = ("changed", "failed", "connection", "connections", "diff", "error")


def both_ways(ansible, platform, playbook, names, *options):
    """What is on the platform, what each host's result tells, and which calls were made: of the role, and of bulk."""

    def variable(name):
        return name[1:] if name.startswith("_") else f"datasentinel_connection_{name}"

    hosts = {name: {variable(key): value for key, value in HOSTS[name][0].items()} for name in names}
    common = {"ansible_host": "127.0.0.1", "datasentinel_connection_password": PASSWORD, "datasentinel_connection_api_retries": 0}
    for way in ([], BULK):
        platform.reset()
        for name in names:
            if HOSTS[name][1] is not None:
                platform.store.put(name, **{**BY_HAND, **HOSTS[name][1]})
        # One host after the other, so that of two that share a name it is always the same that is refused.
        more = ["--forks", "1", "-e", "datasentinel_hosts=postgresql", *options, *way]
        outcome = ansible.run(f"datasentinel.platform.{playbook}", *more, inventory={"postgresql": {"hosts": hosts, "vars": common}})
        results = outcome[TOGETHER]["hosts"] if way else outcome.results(EACH)
        told = {host: {key: result[key] for key in TOLD if result.get(key)} for host, result in results.items()}
        yield {name: platform.display(name) for name in platform.store.names()}, told, sorted(platform.journal.said())


@pytest.mark.parametrize(
    "playbook, names, options",
    [
        ("register", HOSTS, []),
        ("register", SWITCHED, [f"-edatasentinel_connection_{given}" for given in ("port=5433", "user=", "extra_tags=by=survey", "wait=", "state=")]),
        ("disable", SWITCHED, []),
        ("enable", SWITCHED, []),
        ("deregister", SWITCHED, []),
    ],
    ids=["register", "survey", "disable", "enable", "deregister"],
)
def test_both_ways_come_to_the_same(ansible, platform, playbook, names, options):
    (stored, told, calls), (stored_in_bulk, told_in_bulk, calls_in_bulk) = both_ways(ansible, platform, playbook, names, *options)
    assert set(told) == set(told_in_bulk) == set(names)
    assert {host: (told[host], told_in_bulk[host]) for host in names if told[host] != told_in_bulk[host]} == {}
    assert stored_in_bulk == stored and calls_in_bulk == calls


def test_the_playbook_of_a_file_heeds_how_the_roles_variables_want_tags_and_passwords_kept(ansible, platform, tmp_path):
    platform.store.put("db1", host="127.0.0.1", port=1, user="ds", password="old", tags="a=1", enabled=True)
    (tmp_path / "connections.csv").write_text("name,host,tags.b\ndb1,127.0.0.1,2\n")
    own = {"purge_tags": "false", "update_password": "on_create", "wait": "true", "wait_timeout": "1", "user": "ds", "password": PASSWORD}
    variables = {"datasentinel_file": str(tmp_path / "connections.csv"), **{f"datasentinel_connection_{name}": value for name, value in own.items()}}
    outcome = ansible.run("datasentinel.platform.register_file", variables=variables)
    shown = platform.display("db1")
    assert (shown["tags"], shown["password"], outcome.returncode) == ("a=1,b=2", "old", 2)
    assert "The platform is not connected to 127.0.0.1:1 as user ds after 1 seconds." in in_one_line(outcome.output)
