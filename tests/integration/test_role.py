# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role: every PostgreSQL host of the inventory, one token for the run, one call where nothing is to do."""

from __future__ import annotations

import json

import pytest
from support.playbook import Ansible, access_by_password

ROLE = "datasentinel.platform.datasentinel_connection"
PASSWORD = "s3cret-of-all"


@pytest.fixture
def ansible(tmp_path, platform):
    """ansible-playbook, with a user and password in its environment."""
    return Ansible(tmp_path, access_by_password(platform))


def inventory(hosts: dict, **variables) -> dict:
    """A group postgresql. hosts: variables by name. The hosts cannot be reached, and need not be."""
    common = {"ansible_connection": "ssh", "ansible_python_interpreter": "/no/such/python", "datasentinel_connection_password": PASSWORD}
    return {"postgresql": {"hosts": hosts, "vars": {**common, **variables}}}


def fleet(count: int, **variables) -> dict:
    return inventory({f"pg{number}": {"ansible_host": f"127.0.1.{number}"} for number in range(1, count + 1)}, **variables)


def play(**more) -> list:
    return [{"hosts": "postgresql", "gather_facts": False, "roles": [ROLE], **more}]


def test_the_defaults(ansible, platform):
    ansible.run(play(), inventory=fleet(1)).succeeded()
    shown = platform.display("pg1")
    assert {key: shown[key] for key in ("host", "port", "user", "password", "tags", "enabled")} == {
        "host": "127.0.1.1",
        "port": 5432,
        "user": "datasentinel",
        "password": PASSWORD,
        "tags": "",
        "enabled": True,
    }


def test_a_host_without_ansible_host_is_reached_by_its_name(ansible, platform):
    ansible.run(play(), inventory=inventory({"pg1.invalid": {}})).succeeded()
    assert platform.display("pg1.invalid")["host"] == "pg1.invalid"


def test_every_option_is_a_variable(ansible, platform):
    variables = {
        "name": "other-name",
        "host": "127.0.2.1",
        "port": 6000,
        "user": "u",
        "tags": {"a": "b"},
        "state": "disabled",
        "api_timeout": 7,
        "api_retries": 1,
    }
    variables = {f"datasentinel_connection_{name}": value for name, value in variables.items()}
    platform.store.put("other-name", host="127.0.2.1", port=1, user="u", password=PASSWORD, tags="x=y")
    more = {"datasentinel_connection_purge_tags": False, "datasentinel_connection_update_password": "on_create"}
    ansible.run(play(), inventory=inventory({"pg1": {**variables, **more}})).succeeded()
    shown = platform.display("other-name")
    assert (shown["port"], shown["tags"], shown["enabled"]) == (6000, "x=y,a=b", False)


def test_three_calls_the_first_time_one_again_and_one_token_a_run(ansible, platform):
    first = ansible.run(play(), inventory=fleet(4)).succeeded()
    assert sum(first.changed()) == 4
    assert sorted(platform.journal.methods()) == ["GET"] * 8 + ["POST"] * 4 and platform.journal.tokens_minted() == 1
    platform.journal.clear()
    again = ansible.run(play(), inventory=fleet(4)).succeeded()
    assert not any(again.changed())
    assert platform.journal.methods() == ["GET"] * 4 and platform.journal.tokens_minted() == 1


def test_one_token_for_all_batches_of_a_serial_run(ansible, platform):
    ansible.run(play(serial=1), inventory=fleet(3)).succeeded()
    assert platform.journal.tokens_minted() == 1


def test_one_token_where_the_first_host_has_failed_before(ansible, platform):
    fail_first = [{"ansible.builtin.fail": {"msg": "not this one"}, "when": "inventory_hostname == 'pg1'"}]
    ansible.run(play(pre_tasks=fail_first), inventory=fleet(3))
    assert platform.store.names() == ["pg2", "pg3"] and platform.journal.tokens_minted() == 1


def test_no_token_where_one_is_given(ansible, platform):
    ansible.run(play(), inventory=fleet(2, datasentinel_connection_api_token=platform.token())).succeeded()
    ansible.run(play(), inventory=fleet(2), environment={"DATASENTINEL_API_TOKEN": platform.token()}).succeeded()
    assert platform.journal.tokens_minted() == 0


def test_access_by_variables(ansible, platform):
    nothing = {"DATASENTINEL_API_URL": "", "DATASENTINEL_API_USERNAME": "", "DATASENTINEL_API_PASSWORD": ""}
    access = {"api_url": platform.url, "api_username": platform.username, "api_password": platform.password}
    ansible.run(play(), inventory=fleet(3, **{f"datasentinel_connection_{name}": value for name, value in access.items()}), environment=nothing).succeeded()
    assert len(platform.store.names()) == 3 and platform.journal.tokens_minted() == 1


def test_access_by_module_defaults(ansible, platform):
    nothing = {"DATASENTINEL_API_URL": "", "DATASENTINEL_API_USERNAME": "", "DATASENTINEL_API_PASSWORD": ""}
    access = {"api_url": platform.url, "api_username": platform.username, "api_password": platform.password}
    defaults = {"group/datasentinel.platform.datasentinel": access}
    ansible.run(play(module_defaults=defaults), inventory=fleet(3), environment=nothing).succeeded()
    assert len(platform.store.names()) == 3 and platform.journal.tokens_minted() == 1


def test_a_token_goes_to_no_other_platform(ansible, platform, tls_platform):
    """Two platforms in one inventory: each host's own credentials go to its own platform."""
    tls_platform.reset()
    hosts = fleet(2)
    other = {"api_url": tls_platform.url, "api_username": tls_platform.username, "api_password": tls_platform.password, "ca_path": str(tls_platform.ca_path)}
    hosts["postgresql"]["hosts"]["pg2"].update({f"datasentinel_connection_{name}": value for name, value in other.items()})
    ansible.run(play(), inventory=hosts).succeeded()
    assert (platform.store.names(), tls_platform.store.names()) == (["pg1"], ["pg2"])
    tokens = [{call.headers.get("user-token") for call in one.journal.all()} - {None} for one in (platform, tls_platform)]
    assert len(tokens[0]) == len(tokens[1]) == 1 and tokens[0] != tokens[1]


INSTANCES = [
    {"name": "crm", "port": 5433, "tags": {"application": "crm"}},
    {"name": "billing", "port": 5434, "host": "127.0.2.2", "user": "other", "password": "own-password", "state": "disabled"},
    {"name": "gone", "port": 5435, "state": "absent"},
]


def test_instances(ansible, platform):
    platform.store.put("gone", host="127.0.1.1", port=5435)
    hosts = fleet(1, datasentinel_connection_instances=INSTANCES, datasentinel_connection_tags={"environment": "test", "application": "none"})
    outcome = ansible.run(play(), "-vvv", inventory=hosts).succeeded()
    crm, billing = platform.display("crm"), platform.display("billing")
    assert platform.store.names() == ["billing", "crm"]
    assert (crm["host"], crm["port"], crm["user"], crm["tags"]) == ("127.0.1.1", 5433, "datasentinel", "environment=test,application=crm")
    assert (billing["host"], billing["user"], billing["password"], billing["enabled"]) == ("127.0.2.2", "other", "own-password", False)
    assert "own-password" not in outcome.output + json.dumps(outcome.lines) and PASSWORD not in outcome.output
    done = outcome["Keep the connections of the host up to date"]
    assert [connection["name"] for connection in done["connections"]] == ["crm", "billing"]
    assert "crm: Connection created" in done["msg"] and done["msg"].endswith("gone: Connection deleted!")
    again = ansible.run(play(), inventory=hosts).succeeded()
    assert not any(again.changed())


def test_instances_are_one_task_a_host(ansible, platform):
    instances = [{"name": "{{ inventory_hostname }}-a", "port": 1}]
    outcome = ansible.run("datasentinel.platform.register", inventory=fleet(2, datasentinel_connection_instances=instances)).succeeded()
    tasks = [line["task"] for line in outcome.lines if line["host"] == "pg2" and not line["item"]]
    assert len(tasks) == 1 and platform.store.names() == ["pg1-a", "pg2-a"]


def test_a_missing_password_names_the_variable(ansible, platform):
    hosts = {"postgresql": {"hosts": {"pg1": {"ansible_host": "127.0.1.1"}}}}
    outcome = ansible.run(play(), inventory=hosts)
    assert outcome.returncode != 0 and "datasentinel_connection_password" in outcome.output
    assert "is not set" in outcome.output and "Traceback" not in outcome.output
    assert platform.journal.methods() == []


@pytest.mark.parametrize("state", ["absent", "disabled"])
def test_no_password_is_needed_to_remove_or_pause(ansible, platform, state):
    platform.store.put("pg1", host="127.0.1.1", port=5432, user="datasentinel", password="x")
    hosts = {"postgresql": {"hosts": {"pg1": {"ansible_host": "127.0.1.1", "datasentinel_connection_state": state}}}}
    ansible.run(play(), inventory=hosts).succeeded()
    shown = platform.display("pg1")
    assert shown is None if state == "absent" else shown["enabled"] is False


MISTAKES = {
    "port": ({"port": 70000}, "port is 70000"),
    "state": ({"state": "there"}, "state must be one of"),
    "tags": ({"tags": {"a": "b,c"}}, "The value of the tag 'a' holds a comma"),
    "no list": ({"instances": {"name": "x", "port": 1}}, "instances"),
    "no mapping": ({"instances": ["x"]}, "instances"),
    "an instance without port": ({"instances": [{"name": "x"}]}, "port"),
    "a misspelled instance": ({"instances": [{"name": "x", "port": 1, "prot": 2}]}, "prot"),
    "an undefined variable": ({"host": "{{ no_such_variable }}"}, "no_such_variable"),
}


@pytest.mark.parametrize("playbook", [play(), "datasentinel.platform.register"], ids=["role", "playbook"])
@pytest.mark.parametrize("variables, sentence", MISTAKES.values(), ids=MISTAKES)
def test_a_failing_host_fails_alone(ansible, platform, playbook, variables, sentence):
    hosts = fleet(3)
    hosts["postgresql"]["hosts"]["pg1"].update({f"datasentinel_connection_{name}": value for name, value in variables.items()})
    outcome = ansible.run(playbook, inventory=hosts)
    assert outcome.returncode != 0 and sentence in outcome.output and "Traceback" not in outcome.output
    assert platform.store.names() == ["pg2", "pg3"]


def test_of_several_clusters_one_that_fails_leaves_the_others_done(ansible, platform):
    instances = [{"name": "one", "port": 1}, {"name": "bad", "port": 70000}, {"name": "two", "port": 2}]
    outcome = ansible.run(play(), inventory=fleet(1, datasentinel_connection_instances=instances))
    failed = outcome["Keep the connections of the host up to date"]
    assert failed["failed"] and failed["changed"] and failed["msg"] == "Connection 'bad': port is 70000: it has to be a number from 1 to 65535."
    assert platform.store.names() == ["one", "two"]


def test_a_variable_that_is_omitted_is_not_set(ansible, platform):
    ansible.run(play(), inventory=fleet(1, datasentinel_connection_ca_path="{{ no_such_variable | default(omit) }}")).succeeded()


def test_a_role_that_is_delegated_runs_there(ansible, platform):
    imported = {"ansible.builtin.import_role": {"name": ROLE}}
    hosts = fleet(2, datasentinel_connection_instances=[{"name": "{{ inventory_hostname }}-a", "port": 1}, {"name": "{{ inventory_hostname }}-b", "port": 2}])
    outcome = ansible.run([{"hosts": "postgresql", "gather_facts": False, "tasks": [{"block": [imported], "delegate_to": "bastion"}]}], "-vvv", inventory=hosts)
    assert outcome.succeeded() and "EXEC" in outcome.output and PASSWORD not in outcome.output
    assert platform.store.names() == ["pg1-a", "pg1-b", "pg2-a", "pg2-b"]


@pytest.mark.parametrize("way", ["role", "delegated", "delegated elsewhere", "in bulk"])
def test_the_address_is_that_of_the_host_wherever_the_task_runs(ansible, platform, way):
    hosts = {
        "named.invalid": {},
        "given": {"ansible_host": "127.0.1.1", "ansible_ssh_host": "127.0.1.2"},
        "as-of-old": {"ansible_ssh_host": "127.0.1.3", "datasentinel_connection_tags": {"address": "{{ ansible_host }}"}},
        "made": {"datasentinel_connection_host": "{{ ansible_host }}.invalid"},
    }
    there = {"delegated": "localhost", "delegated elsewhere": "bastion"}.get(way)
    role = {"role": ROLE, **({"delegate_to": there} if there else {})}
    plays = ("datasentinel.platform.register", "-e", "datasentinel_bulk=true") if way == "in bulk" else (play(roles=[role]),)
    ansible.run(*plays, inventory=inventory(hosts)).succeeded()
    addresses = {name: platform.store.get(name)["host"] for name in platform.store.names()}
    assert addresses == {"named.invalid": "named.invalid", "given": "127.0.1.1", "as-of-old": "127.0.1.3", "made": "made.invalid"}
    assert platform.store.get("as-of-old")["tags"] == "address=127.0.1.3"


def test_a_name_may_be_on_several_platforms_also_where_the_environment_of_a_play_names_these(ansible, platform):
    same = {"datasentinel_connection_name": "sales", "datasentinel_connection_host": "127.0.1.1"}
    address = platform.environment()["DATASENTINEL_API_URL"]
    plays = [
        {**play()[0], "hosts": host, "environment": {"DATASENTINEL_API_URL": url}}
        for host, url in (("pg1", address), ("pg2", address.replace("127.0.0.1", "localhost")), ("pg3", address))
    ]
    outcome = ansible.run(plays, inventory=fleet(3, **same))
    kept = {line["host"]: line for line in outcome.lines if "Keep the connections" in line["task"]}
    assert {host: line["status"] for host, line in kept.items()} == {"pg1": "ok", "pg2": "ok", "pg3": "failed"}
    assert "also that of the host pg1" in kept["pg3"]["result"]["msg"]


def test_refused_credentials_are_tried_once_for_the_whole_fleet(ansible, platform):
    """Each try may count towards locking the user."""
    outcome = ansible.run(play(), inventory=fleet(3), environment={"DATASENTINEL_API_PASSWORD": "wrong"})
    assert outcome.returncode != 0 and "The platform refused api_username and api_password" in outcome.output
    assert platform.journal.said() == ["POST user-token"]


def test_no_access_says_what_to_give(ansible, platform):
    outcome = ansible.run(play(), inventory=fleet(2), environment={"DATASENTINEL_API_USERNAME": "", "DATASENTINEL_API_PASSWORD": ""})
    assert outcome.returncode != 0 and "No access to the platform: give api_token, or api_username and api_password" in outcome.output


def test_check_mode_tells_what_would_happen_and_changes_nothing(ansible, platform):
    outcome = ansible.run(play(), "--check", "--diff", inventory=fleet(2)).succeeded()
    assert sum(outcome.changed()) == 2 and platform.store.names() == []
    assert platform.journal.methods() == ["GET", "GET"]


# --- the playbooks -----------------------------------------------------------------------------------------------


def test_the_life_of_a_fleet_by_the_playbooks(ansible, platform):
    def run(name, *options):
        return ansible.run(f"datasentinel.platform.{name}", "-e", "datasentinel_hosts=postgresql", *options, inventory=fleet(2)).succeeded()

    def enabled():
        return [platform.display(name)["enabled"] for name in platform.store.names()]

    assert sum(run("register").changed()) == 2 and enabled() == [True, True]
    assert sum(run("disable", "--check").changed()) == 2 and enabled() == [True, True]
    assert sum(run("disable", "--limit", "pg2").changed()) == 1 and enabled() == [True, False]
    assert sum(run("register").changed()) == 0 and enabled() == [True, False]
    assert sum(run("enable").changed()) == 1 and enabled() == [True, True]
    assert sum(run("deregister").changed()) == 2 and platform.store.names() == []
    assert sum(run("deregister").changed()) == 0


def test_another_group(ansible, platform):
    hosts = {"databases": fleet(2)["postgresql"]}
    ansible.run("datasentinel.platform.register", "-e", "datasentinel_hosts=databases", inventory=hosts).succeeded()
    assert platform.store.names() == ["pg1", "pg2"]


@pytest.mark.parametrize("playbook", ["deregister", "disable", "enable"])
def test_a_playbook_needs_no_password_for_what_is_there(ansible, platform, playbook):
    platform.store.put("pg1", host="127.0.1.1", port=5432, user="datasentinel", password="x")
    hosts = {"postgresql": {"hosts": {"pg1": {"ansible_host": "127.0.1.1"}}}}
    ansible.run(f"datasentinel.platform.{playbook}", "-e", "datasentinel_hosts=postgresql", inventory=hosts).succeeded()


def test_audit_changes_nothing_and_tells_what_differs(ansible, platform, postgres):
    def audit():
        return ansible.run("datasentinel.platform.audit", inventory=hosts)

    given = {"host": postgres.host, "port": postgres.port, "password": postgres.password}
    hosts = inventory({"pg1": {f"datasentinel_connection_{name}": value for name, value in {**given, "tags": {}}.items()}})
    assert "pg1: not registered. It is not on the platform." in audit().output and platform.store.names() == []
    ansible.run("datasentinel.platform.register", inventory=hosts).succeeded()
    audit().succeeded()
    platform.store.put("pg1", tags="another=one")
    outcome = audit()
    assert outcome.returncode != 0 and "pg1: differs. It differs: the tag another=one is not in the inventory." in outcome.output
    platform.store.put("pg1", tags="", password="wrong", connected=False)
    hosts["postgresql"]["hosts"]["pg1"]["datasentinel_connection_password"] = "wrong"
    assert "pg1: not connected. The platform is not connected to" in audit().output
