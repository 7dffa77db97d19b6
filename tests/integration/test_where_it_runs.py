# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where tasks run, and Ansible's own keywords around them."""

from __future__ import annotations

import json
import subprocess

import pytest
from support.playbook import MODULE, executable, task

THERE = {"host": "127.0.0.1", "port": 1, "user": "datasentinel", "password": "s3cret", "tags": ""}
#: A host that nothing can be run on: not to be reached, without a Python, and nobody to become.
UNREACHABLE = {
    "postgresql": {
        "hosts": {
            "db1": {
                "ansible_host": "240.0.0.1",
                "ansible_connection": "ssh",
                "ansible_python_interpreter": "/no/such/python",
                "ansible_become": True,
                "ansible_become_user": "nobody-at-all",
                "ansible_become_method": "sudo",
            }
        }
    }
}


@pytest.fixture(autouse=True)
def there(platform):
    """A connection db1 on the platform."""
    platform.store.put("db1", **THERE)


@pytest.mark.parametrize("keywords", [{}, {"delegate_to": "localhost"}, {"local_action": True}, {"connection": "local"}, {"run_once": True}])
def test_no_connection_interpreter_or_become_of_the_host_matters(ansible, keywords):
    change = task("change", keywords, name="{{ inventory_hostname }}", port=2)
    if "local_action" in keywords:
        change = {"name": "change", "local_action": {"module": MODULE, "name": "db1", "port": 2}}
    outcome = ansible.tasks(change, hosts="postgresql", inventory=UNREACHABLE, play={"become": True}).succeeded()
    assert outcome.changed() == [True]


def test_delegated_to_another_host_the_module_runs_there(ansible, tmp_path):
    """Seen by a ca_path that is relative to where it runs, and by -vvv, which shows a connection to the bastion."""
    outcome = ansible.run(
        [{"hosts": "postgresql", "gather_facts": False, "tasks": [task("change", {"delegate_to": "bastion", "become": False}, name="db1", port=2)]}],
        "-vvv",
        inventory=UNREACHABLE,
    ).succeeded()
    assert "EXEC" in outcome.output and outcome["change"]["connection"]["port"] == 2


def test_in_process_nothing_is_executed(ansible):
    outcome = ansible.run([{"hosts": "localhost", "gather_facts": False, "tasks": [task("change", name="db1", port=2)]}], "-vvv").succeeded()
    assert "EXEC" not in outcome.output


def test_async_on_a_remote_host_is_refused_with_a_way_out(ansible, platform):
    outcome = ansible.tasks(task("change", {"async": 30, "poll": 1}, name="db1", port=2), hosts="postgresql", inventory=UNREACHABLE)
    assert "leave async out, or delegate the task to localhost" in outcome["change"]["msg"]
    assert platform.journal.said() == []


@pytest.mark.parametrize("keywords, hosts", [({}, "localhost"), ({"delegate_to": "bastion"}, "localhost")])
def test_async_where_a_module_can_run(ansible, platform, keywords, hosts):
    outcome = ansible.tasks(task("change", {"async": 30, "poll": 1, **keywords}, name="db1", port=2), hosts=hosts).succeeded()
    assert outcome["change"]["changed"] is True and platform.display("db1")["port"] == 2
    assert "s3cret" not in json.dumps(outcome.lines)


def test_a_loop_with_a_failing_item(ansible, runner, platform):
    outcome = ansible.tasks(task("change", {**runner, "loop": [1, 70000, 2]}, name="db1", port="{{ item }}"))
    changed = [result.get("changed") for result in outcome.results("change", items=True)]
    assert outcome.returncode != 0 and changed == [False, False, True]
    assert "port is 70000" in outcome.results("change", items=True)[1]["msg"]


def test_the_environment_of_one_item_is_not_that_of_the_next(ansible, platform):
    outcome = ansible.tasks(
        task("read", {"loop": [platform.url, ""], "environment": {"DATASENTINEL_API_URL": "{{ item }}"}, "ignore_errors": True}, name="db1"),
        environment={"DATASENTINEL_API_URL": ""},
    ).succeeded()
    assert [bool(result.get("failed")) for result in outcome.results("read", items=True)] == [False, True]


def test_failures_can_be_handled(ansible, runner):
    ask = {**runner, "register": "asked"}
    outcome = ansible.tasks(
        {"block": [task("fail", runner, name="a/b")], "rescue": [{"name": "rescued", "ansible.builtin.debug": {"msg": "rescued"}}]},
        task("failed when", {**ask, "failed_when": "'name is' not in asked.msg"}, name="a/b"),
        task("until", {**ask, "until": "asked is succeeded", "retries": 1, "delay": 0, "ignore_errors": True}, name="a/b"),
        task("ignored", {**runner, "ignore_errors": True}, name="a/b"),
        {"name": "still there", "ansible.builtin.assert": {"that": ["asked.msg is search('name is')"]}},
    ).succeeded()
    assert outcome["rescued"]["msg"] == "rescued" and outcome["until"]["attempts"] == 1


def test_the_timeout_keyword(ansible, platform):
    from embedded import faults

    platform.faults.add(faults.delay(3), "GET")
    outcome = ansible.tasks(task("read", {"timeout": 1}, name="db1"))
    assert outcome["read"]["failed"]
    assert "1 second" in outcome["read"]["msg"] or "expected time frame (1)" in outcome["read"]["msg"]


def test_a_registered_result_is_plain_data(ansible, runner):
    ansible.tasks(
        task("read", {**runner, "register": "read"}, name="db1"),
        {
            "ansible.builtin.assert": {
                "that": ["read.connection.tags == {}", "read.connection.port + 1 == 2", "read.connection.password is undefined", "not read.changed"]
            }
        },
    ).succeeded()


def test_ad_hoc(ansible):
    done = subprocess.run(
        [*executable("ansible"), "localhost", "-m", MODULE, "-a", "name=db1 port=2"],
        env=ansible.environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0 and "CHANGED" in done.stdout and "s3cret" not in done.stdout, done.stdout + done.stderr


@pytest.mark.parametrize(
    "options, sentence",
    [
        (
            {"name": "db1", "nmae": "x"},
            "Unsupported parameters for (datasentinel.platform.datasentinel_connection) module: nmae. Supported parameters include: api_",
        ),
        ({}, "missing required arguments: name"),
        ({"name": "db1", "state": "there"}, "value of state must be one of: present, absent, enabled, disabled, got: there"),
        ({"name": "db1", "port": "five"}, "port has to be a whole number, and it is 'five'."),
        ({"name": "db1", "wait": "perhaps"}, "wait has to be true or false, and it is 'perhaps'."),
    ],
)
def test_a_mistake_in_the_options_reads_the_same_in_both_faces(ansible, platform, options, sentence):
    outcome = ansible.tasks(task("here", {"ignore_errors": True}, **options), task("there", {"delegate_to": "bastion"}, **options))
    assert sentence in outcome["here"]["msg"]
    # The order in which Ansible lists what it would take is not always the same.
    assert sorted(outcome["here"]["msg"]) == sorted(outcome["there"]["msg"])
    assert platform.journal.said() == [] and "s3cret" not in outcome.output
