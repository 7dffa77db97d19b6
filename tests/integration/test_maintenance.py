# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A maintenance window: pause, work, resume, whatever happens to the work."""

from __future__ import annotations

import contextlib
import os
import signal

import pytest
import yaml
from ansible.release import __version__ as ansible_version
from embedded.faults import delay
from support.playbook import Ansible, access_by_password, interpreter, stop, wait_for

TASK = "Keep the connections of the host up to date"
CORE = tuple(int(part) for part in ansible_version.split(".")[:2])
UNREACHABLE = {"ansible_connection": "ssh", "ansible_host": "127.0.0.1", "ansible_port": 9}
FROM_217_ON = pytest.mark.skipif(CORE < (2, 17), reason="up to 2.16, Ansible ends the whole run, as docs/maintenance.md says")
CHANGE = {"name": "change", "ansible.builtin.debug": {"msg": "changed"}, "changed_when": True, "notify": "restart"}
HANDLER = {"name": "restart", "ansible.builtin.debug": {"msg": "restarted"}}
CONNECTION = {"host": "127.0.0.1", "port": 1, "user": "datasentinel", "password": "s3cret"}


@pytest.fixture
def ansible(tmp_path, platform):
    """ansible-playbook, with a user and password in its environment."""
    return Ansible(tmp_path, access_by_password(platform))


@pytest.fixture
def maintenance(ansible, tmp_path):
    """The arguments of a run of the playbook. work: tasks, for hosts whose connection is the local one."""

    def arguments(work, hosts, *options):
        (tmp_path / "work.yml").write_text(yaml.safe_dump(work))
        local = {"ansible_connection": "local", "ansible_python_interpreter": interpreter()}
        inventory = {"postgresql": {"hosts": {name: {**local, **variables} for name, variables in hosts.items()}}}
        given = ["-e", "datasentinel_hosts=postgresql", "-e", f"datasentinel_maintenance_tasks={tmp_path}/work.yml"]
        return ["datasentinel.platform.maintenance", *given, *options], {"inventory": inventory}

    return arguments


@pytest.fixture
def role(tmp_path):
    """A function that returns a task of the work: a role with these tasks and this handler."""

    def include(tasks, handler):
        for kind, content in (("tasks", tasks), ("handlers", [handler])):
            (tmp_path / "roles" / "work" / kind).mkdir(parents=True)
            (tmp_path / "roles" / "work" / kind / "main.yml").write_text(yaml.safe_dump(content))
        return {"name": "role", "ansible.builtin.include_role": {"name": str(tmp_path / "roles" / "work")}}

    return include


@pytest.fixture
def enabled(platform):
    """What is enabled of the connections pg1, paused by nobody, and pg2, which somebody disabled before."""
    platform.store.put("pg1", **CONNECTION)
    platform.store.put("pg2", **CONNECTION, enabled=False)
    return lambda: {name: platform.display(name)["enabled"] for name in platform.store.names()}


def test_monitoring_is_paused_during_the_work_and_only_what_was_paused_is_resumed(ansible, maintenance, platform, enabled):
    arguments, more = maintenance([{"name": "work", "ansible.builtin.debug": {"msg": "working"}}], {"pg1": {}, "pg2": {}})
    outcome = ansible.run(*arguments, **more).succeeded()
    assert enabled() == {"pg1": True, "pg2": False}
    assert [call for call in platform.journal.said() if call.startswith("PATCH")] == ["PATCH pg1/disable", "PATCH pg1/enable"]
    assert set(outcome.results("work")) == {"pg1", "pg2"} and "leaves the monitoring" not in outcome.output
    assert 'by ansible-playbook datasentinel.platform.enable -i inventory -e datasentinel_hosts=pg1,pg2"' in outcome.output


@pytest.mark.parametrize(
    "host, work",
    [
        ({}, [{"name": "fail", "ansible.builtin.fail": {"msg": "broken"}}]),
        (UNREACHABLE, [{"name": "reach", "ansible.builtin.ping": None}]),
    ],
    ids=["the work fails", "the host is unreachable"],
)
@pytest.mark.parametrize("others", [{}, {"pg3": {}}], ids=["alone", "among others"])
def test_it_is_resumed_when(ansible, maintenance, platform, enabled, host, work, others):
    for name in others:
        platform.store.put(name, **CONNECTION)
    work = [{"when": "inventory_hostname == 'pg1'", **work[0]}]
    arguments, more = maintenance(work, {"pg1": host, **others})
    outcome = ansible.run(*arguments, **more)
    assert outcome.returncode != 0, outcome.output
    assert "The work on pg1 was not finished. Its monitoring is as it was before." in " ".join(outcome.output.split())
    assert all(enabled()[name] for name in ("pg1", *others)) and "leaves the monitoring" not in outcome.output


@pytest.mark.parametrize(
    "work",
    [
        {"run_once": True, "ansible.builtin.fail": {"msg": "broken"}},
        {"run_once": True, "ansible.builtin.fail": {"msg": "broken"}, "delegate_to": "localhost"},
        {"run_once": True, "ansible.builtin.command": "sleep 60", "timeout": 1},
        {"run_once": True, "block": [{"name": "inner", "ansible.builtin.fail": {"msg": "broken"}}]},
        {"any_errors_fatal": True, "ansible.builtin.fail": {"msg": "broken"}, "when": "inventory_hostname == 'pg1'"},
    ],
    ids=["run_once", "run_once, delegated", "a timeout of run_once", "a block of run_once", "any_errors_fatal"],
)
@FROM_217_ON
@pytest.mark.parametrize("others", [[], ["pg3", "pg4"]], ids=["alone", "among others"])
def test_it_is_resumed_where_the_work_ends_for_all_hosts(ansible, maintenance, platform, enabled, work, others):
    for name in others:
        platform.store.put(name, **CONNECTION)
    after = {"name": "after", "ansible.builtin.debug": {"msg": "later"}}
    arguments, more = maintenance([{"name": "fail", **work}, after], {name: {} for name in ("pg1", *others)})
    outcome = ansible.run(*arguments, **more)
    assert outcome.returncode == 2, outcome.output
    assert enabled() == {"pg1": True, "pg2": False, **dict.fromkeys(others, True)} and '"msg": "later"' not in outcome.output
    for name in ("pg1", *others):
        assert f"The work on {name} was not finished. Its monitoring is as it was before." in " ".join(outcome.output.split())
    assert "leaves the monitoring" not in outcome.output


@pytest.mark.parametrize("scope", [{"run_once": True}, {"when": "inventory_hostname == 'pg1'"}], ids=["of all hosts", "of one"])
def test_no_handler_runs_where_the_work_failed(ansible, maintenance, platform, enabled, role, scope):
    platform.store.put("pg3", **CONNECTION)
    work = role([CHANGE, {"name": "fail", "ansible.builtin.fail": {"msg": "broken"}, **scope}], HANDLER)
    arguments, more = maintenance([work], {"pg1": {}, "pg3": {}})
    outcome = ansible.run(*arguments, **more)
    assert outcome.returncode == 2 and set(outcome.results("restart")) == (set() if "run_once" in scope else {"pg3"})


@pytest.mark.parametrize(
    "host, handler, unfinished",
    [
        ({}, {"ansible.builtin.fail": {"msg": "broken"}, "when": "inventory_hostname == 'pg1'"}, ["pg1"]),
        (UNREACHABLE, {"ansible.builtin.ping": None}, ["pg1"]),
        pytest.param({}, {"ansible.builtin.fail": {"msg": "broken"}, "run_once": True}, ["pg1", "pg3"], marks=FROM_217_ON),
    ],
    ids=["fails", "finds its host unreachable", "fails with run_once"],
)
def test_the_work_is_not_finished_where_a_handler(ansible, maintenance, platform, enabled, role, host, handler, unfinished):
    platform.store.put("pg3", **CONNECTION)
    arguments, more = maintenance([role([CHANGE], {"name": "restart", **handler})], {"pg1": host, "pg3": {}})
    outcome = ansible.run(*arguments, **more)
    assert outcome.returncode == 2 and enabled() == {"pg1": True, "pg2": False, "pg3": True}, outcome.output
    printed = " ".join(outcome.output.split())
    assert [name for name in ("pg1", "pg3") if f"The work on {name} was not finished. Its monitoring is as it was before." in printed] == unfinished


def test_hosts_that_failed_are_left_out_of_the_rest_of_the_work(ansible, maintenance, platform, enabled):
    platform.store.put("pg3", **CONNECTION)
    work = [
        {"name": "fail", "ansible.builtin.fail": {"msg": "broken"}, "when": "inventory_hostname == 'pg1'"},
        {"name": "left", "ansible.builtin.debug": {"msg": "{{ ansible_play_hosts }}"}, "run_once": True},
    ]
    arguments, more = maintenance(work, {"pg1": {}, "pg3": {}})
    outcome = ansible.run(*arguments, **more)
    # The task is skipped where the work is read.
    assert [(line["host"], line["result"]["msg"]) for line in outcome.lines if line["task"] == "left" and "msg" in line["result"]] == [("pg3", ["pg3"])]
    assert outcome.returncode == 2 and enabled() == {"pg1": True, "pg2": False, "pg3": True}


def test_a_host_that_cannot_be_paused_is_not_worked_on(ansible, maintenance, platform, enabled):
    arguments, more = maintenance([{"name": "work", "ansible.builtin.debug": {"msg": "working"}}], {"pg1": {}, "unknown": {}})
    outcome = ansible.run(*arguments, **more)
    assert outcome.returncode != 0 and set(outcome.results("work")) == {"pg1"} and enabled()["pg1"]
    assert "The monitoring of unknown could not be paused, so no work was done." in " ".join(outcome.output.split())


def test_what_is_paused_of_a_host_of_several_connections_is_resumed_where_the_control_node_is_the_only_host(ansible, maintenance, enabled):
    work = [{"name": "work", "ansible.builtin.debug": {"msg": "working"}}]
    arguments, more = maintenance(work, {"localhost": {"datasentinel_connection_instances": [{"name": "pg1", "port": 1}, {"name": "nope", "port": 2}]}})
    outcome = ansible.run(*arguments, **more)
    assert outcome.returncode == 2 and enabled() == {"pg1": True, "pg2": False} and '"msg": "working"' not in outcome.output, outcome.output
    assert "The monitoring of localhost could not be paused, so no work was done." in " ".join(outcome.output.split())


def test_of_two_windows_in_a_run_the_second_does_no_work_on_a_host_that_it_cannot_pause(ansible, maintenance, enabled):
    arguments, more = maintenance([{"name": "work", "ansible.builtin.debug": {"msg": "working"}}], {"pg1": {}})
    window, between = ({"ansible.builtin.import_playbook": f"datasentinel.platform.{name}"} for name in ("maintenance", "deregister"))
    outcome = ansible.run([window, between, window], *arguments[1:], **more)
    assert outcome.returncode == 2 and outcome.output.count('"msg": "working"') == 1, outcome.output
    assert "The monitoring of pg1 could not be paused, so no work was done." in " ".join(outcome.output.split())


@pytest.mark.parametrize("task", ["Do the work", "Note that the work may begin"])
def test_a_run_that_starts_after_the_pause_does_no_work(ansible, maintenance, platform, enabled, task):
    """Without the tasks before it nothing is paused, and the control node is still among the hosts of the play."""
    work = [{"name": "work", "ansible.builtin.debug": {"msg": "working"}}]
    arguments, more = maintenance(work, {"pg1": {}}, "--start-at-task", task)
    outcome = ansible.run(*arguments, **more)
    assert outcome.returncode != 0 and '"msg": "working"' not in outcome.output, outcome.output
    assert "The monitoring of pg1 could not be paused, so no work was done." in " ".join(outcome.output.split())
    assert [call for call in platform.journal.methods() if call != "GET"] == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("whole_group", [True, False], ids=["as a terminal does", "the main process alone"])
def test_an_interrupted_run_says_what_it_leaves_paused(ansible, maintenance, platform, enabled, tmp_path, number, whole_group):
    arguments, more = maintenance([{"name": "work", "ansible.builtin.command": {"cmd": f"sh -c 'touch {tmp_path}/begun; exec sleep 60'"}}], {"pg1": {}})
    process = ansible.start(*arguments, **more)
    try:
        assert wait_for((tmp_path / "begun").exists, seconds=30)
        # More than once, as an impatient person does: Ansible may be in the middle of something that heeds no signal.
        assert wait_for(lambda: (os.killpg if whole_group else os.kill)(process.pid, number) or process.poll() is not None, seconds=30, pause=1)
        # Up to 2.18, workers go on when the main process alone is ended, and hold its output.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        printed = " ".join(process.stdout.read().split())
    finally:
        stop(process)
    assert process.returncode != 0 and enabled()["pg1"] is False
    assert "This run leaves the monitoring of these connections paused: pg1. Resume it with: " in printed
    assert "ansible-playbook datasentinel.platform.enable -i inventory -e datasentinel_hosts=pg1" in printed


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_while_it_pauses_it_says_what_may_be_paused(ansible, maintenance, platform, enabled, number):
    platform.faults.add(delay(3), "PATCH")
    arguments, more = maintenance([{"name": "work", "ansible.builtin.debug": {"msg": "working"}}], {"pg1": {}})
    process = ansible.start(*arguments, **more)
    try:
        assert wait_for(lambda: enabled()["pg1"] is False, seconds=30)
        assert wait_for(lambda: os.killpg(process.pid, number) or process.poll() is not None, seconds=30, pause=1)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        printed = " ".join(process.stdout.read().split())
    finally:
        stop(process)
    assert "It was interrupted while it paused these, and they may be paused: pg1. Resume it with: ansible-playbook" in printed


def test_in_check_mode_nothing_is_paused_and_the_run_does_not_say_so(ansible, maintenance, platform, enabled):
    arguments, more = maintenance([{"name": "work", "ansible.builtin.debug": {"msg": "working"}}], {"pg1": {}}, "--check")
    outcome = ansible.run(*arguments, **more).succeeded()
    assert [call for call in platform.journal.methods() if call != "GET"] == [] and enabled()["pg1"]
    assert outcome.results(TASK) and "Monitoring is paused" not in outcome.output


def test_check_mode_tells_that_it_would_pause_and_resume(ansible, maintenance, platform, enabled):
    arguments, more = maintenance([{"name": "work", "ansible.builtin.debug": {"msg": "working"}}], {"pg1": {}, "pg2": {}}, "--check", "--diff")
    outcome = ansible.run(*arguments, **more).succeeded()
    results = {host: [line["result"] for line in outcome.lines if line["task"] == TASK and line["host"] == host] for host in ("pg1", "pg2")}
    assert [result["changed"] for result in results["pg1"]] == [True, True]
    assert [(result["diff"]["before"]["enabled"], result["diff"]["after"]["enabled"]) for result in results["pg1"]] == [(True, False), (False, True)]
    assert [result["changed"] for result in results["pg2"]] == [False, False]
    assert "leaves the monitoring" not in outcome.output


def test_tags_choose_among_the_work_and_leave_out_no_pause(ansible, maintenance, platform, enabled):
    work = [{"name": name, "ansible.builtin.debug": {"msg": name}, "tags": [name]} for name in ("upgrade", "reboot")]
    arguments, more = maintenance(work, {"pg1": {}}, "--tags", "upgrade")
    outcome = ansible.run(*arguments, **more).succeeded()
    assert [call for call in platform.journal.said() if call.startswith("PATCH")] == ["PATCH pg1/disable", "PATCH pg1/enable"]
    assert set(outcome.results("upgrade")) == {"pg1"} and "skip_reason" in outcome.results("reboot")["pg1"]


@pytest.mark.parametrize(
    "options, sentence",
    [
        (["--limit", "pg1"], "The limit leaves out localhost"),
        (["-e", "datasentinel_maintenance_tasks="], "datasentinel_maintenance_tasks is not given. Give the path of a file"),
        (
            ["-e", "datasentinel_maintenance_tasks=/srv/nowhere.yml"],
            "datasentinel_maintenance_tasks is '/srv/nowhere.yml', and there is no such file on the control node. Give the path",
        ),
        (["-e", "datasentinel_hosts="], "datasentinel_hosts is not given"),
    ],
)
def test_what_is_refused_before_anything_is_paused(ansible, maintenance, platform, enabled, options, sentence):
    arguments, more = maintenance([], {"pg1": {}}, *options)
    outcome = ansible.run(*arguments, **more)
    assert outcome.returncode != 0 and sentence in " ".join(outcome.output.split()) and platform.journal.said() == []
    assert "\\n" not in outcome.output, "the message is one line"


@pytest.mark.parametrize(
    "work",
    [[{"name": "work", "ansible.builtin.no_such_module": "true"}], [{"hosts": "all", "tasks": []}], [{"name": "work", "fail": {}, "wen": True}], "text"],
    ids=["an unknown module", "a play", "an unknown keyword", "no list"],
)
def test_work_that_cannot_be_read_is_found_before_anything_is_paused(ansible, maintenance, platform, enabled, work):
    arguments, more = maintenance(work, {"pg1": {}, "pg2": {}})
    assert ansible.run(*arguments, **more).returncode != 0
    assert platform.journal.said() == [] and enabled() == {"pg1": True, "pg2": False}


def test_names_that_mean_something_else_in_a_command_are_left_out_of_the_one_that_is_printed(ansible, maintenance, platform, enabled):
    odd = {name: {"datasentinel_connection_name": f"of-{number}"} for number, name in enumerate(("web (prod)", "a&b"))}
    for variables in odd.values():
        platform.store.put(variables["datasentinel_connection_name"], **CONNECTION)
    arguments, more = maintenance([{"name": "work", "ansible.builtin.debug": {"msg": "working"}}], {"pg1": {}, **odd})
    outcome = ansible.run(*arguments, **more).succeeded()
    [said] = [line["result"]["msg"] for line in outcome.lines if line["task"].startswith("Say how to resume")]
    assert "by ansible-playbook datasentinel.platform.enable -i inventory -e datasentinel_hosts=pg1 (hosts whose names " in said
    assert said.endswith(": web (prod), a&b)") and "\n" not in said and all(enabled()[name] for name in ("of-0", "of-1"))


def test_a_setting_that_ends_a_run_at_the_first_error_leaves_nothing_paused(ansible, maintenance, platform, enabled):
    arguments, more = maintenance([{"name": "work", "ansible.builtin.fail": {"msg": "no"}, "when": "inventory_hostname == 'pg1'"}], {"pg1": {}, "pg3": {}})
    platform.store.put("pg3", **CONNECTION)
    outcome = ansible.run(*arguments, **more, environment={"ANSIBLE_ANY_ERRORS_FATAL": "true"})
    assert outcome.returncode == 2 and enabled() == {"pg1": True, "pg2": False, "pg3": True}
