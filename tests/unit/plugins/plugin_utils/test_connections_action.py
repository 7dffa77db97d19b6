# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The task of datasentinel_connections: where its connections come from, and what a person sees of it."""

from __future__ import annotations

import json

import pytest
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.parsing.vault import VaultLib, VaultSecret
from ansible.playbook.block import Block
from ansible.playbook.play import Play
from ansible.playbook.task_include import TaskInclude
from ansible.utils.display import Display
from ansible.vars.hostvars import HostVars
from ansible.vars.manager import VariableManager
from ansible_collections.datasentinel.platform.plugins.action.datasentinel_connections import (
    ActionModule,
)
from ansible_collections.datasentinel.platform.plugins.plugin_utils import (
    _action_base,
)
from ansible_collections.datasentinel.platform.plugins.plugin_utils._fleet import (
    FROM_INVENTORY,
)
from ansible_collections.datasentinel.platform.plugins.plugin_utils._role_variables import (
    PREFIX,
)
from support.recorded import ACCESS, PASSWORD, shown

GIVEN = {"host": "pg1.example.com", "port": 5433, "user": "datasentinel", "password": PASSWORD}
SECRET = "s3cret-of-an-item"


@pytest.fixture
def lines(monkeypatch):
    """The lines that a person sees."""
    lines = []
    monkeypatch.setattr(Display, "display", lambda self, line, *args, **kwargs: lines.append(line))
    return lines


@pytest.fixture
def task(make_action, lines):
    """A function that makes a task with these options, one connection after the other."""

    def make(connections=None, variables=None, transport="local", keywords=None, **options):
        given = {**ACCESS, "api_retries": 0, "concurrency": 1, **options}
        if connections is not None:
            given["connections"] = connections
        return make_action(ActionModule, given, transport, variables, **(keywords or {}))

    return make


@pytest.fixture
def run(task):
    """A function that runs a task with these options, and returns the result."""

    def run(connections=None, task_vars=None, **more):
        return task(connections, **more).run(task_vars=task_vars or {})

    return run


@pytest.fixture
def file(tmp_path):
    """A function that writes a file, and returns its path."""

    def write(content, name="connections.csv"):
        path = tmp_path / name
        path.write_text(content)
        return str(path)

    return write


# --- a list, or a file -------------------------------------------------------------------------------------------


def test_a_list_is_kept_and_its_sentence_seen_by_a_person(recorded, run, lines):
    recorded.expects("GET", "a", json=shown())
    result = run([{"name": "a", **GIVEN}])
    assert result["changed"] is False and result["summary"]["unchanged"] == 1 and lines == ["1 connection: 1 unchanged."]


def test_a_file_is_kept_as_a_list_would_be(recorded, run, file):
    recorded.expects("GET", "a", json=shown(tags="b=1"))
    result = run(src=file("name;host;port;tags.b\na;pg1.example.com;5433;1\n"), defaults={"user": "datasentinel", "password": PASSWORD})
    assert result["summary"]["unchanged"] == 1


def test_a_vaulted_file_is_read(recorded, task, file):
    recorded.expects("GET", "a", json=shown())
    secrets = [("default", VaultSecret(b"vault password"))]
    encrypted = VaultLib(secrets).encrypt(json.dumps([{"name": "a", **GIVEN}])).decode()
    action = task(src=file(encrypted, "a.json"))
    action._loader.set_vault_secrets(secrets)
    assert action.run(task_vars={})["summary"]["unchanged"] == 1


def test_a_vaulted_file_without_its_password_is_refused(run, file):
    encrypted = VaultLib([("default", VaultSecret(b"vault password"))]).encrypt(SECRET).decode()
    result = run(src=file(encrypted, "a.json"))
    assert result["failed"] is True and "a.json cannot be read on the control node" in result["msg"] and SECRET not in str(result)


@pytest.mark.parametrize(
    "options, message",
    [
        ({}, "Give connections, or the path of a file as src."),
        ({"src": "a.csv", "connections": []}, "Give either connections or src, not both."),
        ({"src": "/no/such/file.csv"}, "src: the file /no/such/file.csv is not found on the control node: check its path, or give an absolute one."),
        ({"connections": "a"}, "connections has to be a list of mappings"),
        ({"connections": [], "defaults": "user=ds"}, "defaults has to be a mapping"),
        ({"connections": [{"name": "a", "port": 0}]}, "connections[0] ('a'): port is 0"),
        ({"connections": [], "concurrency": "many"}, "concurrency has to be a whole number, and it is 'many'."),
        ({"connections": [], "no_such": 1}, "Unsupported parameters for (datasentinel.platform.datasentinel_connections) module: no_such"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_sent(recorded, run, lines, options, message):
    result = run(**options)
    assert result["failed"] is True and result["changed"] is False and result["msg"].startswith(message)
    assert recorded.calls == [] and lines == []


def test_a_mistake_in_a_file_is_named_by_its_line_and_column(run, file):
    assert run(src=file("name,port\na,1\nb,many\n"))["msg"] == "connections.csv, line 3, column port: port has to be a whole number, and it is 'many'."


@pytest.mark.parametrize("item", [{"host": f"x/{SECRET}"}, {"tags": SECRET}, {"port": SECRET}, {SECRET: 1}])
def test_a_refusal_shows_no_secret_of_any_item(run, item):
    result = run([{"name": "first", "password": SECRET}, {"name": "a", **item}])
    assert result["failed"] is True and "'a'" in result["msg"] and SECRET not in str(result)


def test_a_failure_holds_no_secret_and_is_left_to_ansible_to_print(recorded, run, lines):
    recorded.expects("GET", "a", 500, message=f"refused {SECRET}")
    result = run([{"name": "a", "password": SECRET}])
    assert "refused ********" in result["msg"] and SECRET not in json.dumps(result) and lines == []


# --- elsewhere ---------------------------------------------------------------------------------------------------


def test_delegated_a_file_is_read_here_and_its_connections_are_handed_on(task, file, lines):
    handed = {}
    action = task(src=file(f"name,password\na,{SECRET}\n"), transport="ssh", keywords={"delegate_to": "bastion"})

    def module(**given):
        handed.update(given["module_args"])
        return {"changed": True, "msg": f"1 connection: 1 created. {SECRET}", "results": []}

    action._execute_module = module
    result = action.run(task_vars={})
    assert handed["connections"] == [{"name": "a", "password": SECRET}] and "src" not in handed
    assert result["msg"] == "1 connection: 1 created. ********" and lines == [result["msg"]]


# --- the fleet ---------------------------------------------------------------------------------------------------


@pytest.fixture
def fleet(run):
    """A function that runs the task for the hosts of the inventory: a mapping of name to variables of the role."""

    def run_fleet(hosts, **more):
        loader = DataLoader()
        inventory = InventoryManager(loader, parse=False)
        for name, own in hosts.items():
            inventory.add_host(name)
            for key, value in own.items():
                inventory.hosts[name].set_variable(PREFIX + key, value)
        hostvars = HostVars(inventory, VariableManager(loader, inventory), loader)
        own = (more.get("keywords") or {}).get("vars", {})
        task_vars = {FROM_INVENTORY: True, "hostvars": hostvars, "ansible_play_batch": list(hosts), "ansible_play_hosts": list(hosts), **own}
        return run(task_vars=task_vars, **more)

    return run_fleet


def test_the_fleet_is_kept_and_its_sentence_seen_by_a_person(recorded, fleet, lines):
    recorded.expects("GET", "a", json=shown(host="a", port=5432))
    result = fleet({"a": {"password": PASSWORD}})
    assert result["hosts"]["a"]["changed"] is False and lines == ["1 connection: 1 unchanged."]


def test_variables_of_the_task_count_for_each_host(recorded, fleet):
    """As the playbooks say with them which operation it is."""
    for name in ("a", "b"):
        recorded.expects("GET", name, json=shown(enabled=False))
    result = fleet({"a": {}, "b": {"operation": "deregister"}}, keywords={"vars": {PREFIX + "operation": "disable"}})
    assert result["summary"]["unchanged"] == 2


def test_variables_of_the_play_count_for_each_host_also_in_an_included_file(recorded, fleet):
    play = Play()
    play.vars = {PREFIX + "operation": "disable"}
    recorded.expects("GET", "a", json=shown(enabled=False))
    result = fleet({"a": {"operation": "register"}}, keywords={"_parent": TaskInclude(block=Block(play=play))})
    assert result["summary"]["unchanged"] == 1


def test_nothing_that_the_fleet_returns_holds_a_secret(recorded, fleet, lines):
    """A message about one host may quote what is the password of another."""
    recorded.expects("GET", "echo", 500, message=f"refused {SECRET}").expects("GET", "unreached", json=shown(connected=False, note=SECRET, password="x"))
    result = fleet(
        {
            "quoted": {"password": SECRET, "host": f"http://{SECRET}"},
            "echo": {"password": SECRET},
            "unreached": {"password": SECRET, "update_password": "on_create", "host": "pg1.example.com", "port": 5433, "tagz": 1},
            "tags": {"password": "of-tags", "tags": SECRET},
            "instances": {"instances": [{"name": "of-it", "port": 1, "password": SECRET, "host": f"x/{SECRET}"}]},
        }
    )
    assert result["summary"]["failed"] == 4 and len(result["hosts"]) == 5
    assert SECRET not in json.dumps(result) + str(lines)


@pytest.mark.parametrize("transport, keywords", [("ssh", {"delegate_to": "bastion"}), ("local", {"async_val": 5})])
def test_the_fleet_is_kept_from_the_control_node_alone(recorded, fleet, transport, keywords):
    result = fleet({"a": {"password": PASSWORD}}, transport=transport, keywords=keywords)
    assert result["failed"] is True and result["msg"] == "The fleet of the inventory is kept from the control node: leave out delegate_to and async."
    assert recorded.calls == []


def test_without_requests_it_says_so(fleet, run, monkeypatch):
    monkeypatch.setattr(_action_base, "REQUESTS_IMPORT_ERROR", "Traceback …")
    for result in (run([{"name": "a"}]), fleet({"a": {"password": PASSWORD}})):
        assert result["failed"] is True and "Failed to import the required Python library (requests)" in result["msg"]


def test_an_option_that_is_not_known_is_refused_for_the_fleet_as_well(recorded, fleet):
    assert "no_such" in fleet({"a": {"password": PASSWORD}}, no_such=1)["msg"] and recorded.calls == []
