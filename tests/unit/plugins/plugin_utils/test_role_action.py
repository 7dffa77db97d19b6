# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role as one task a host: its variables, its operations, and names that are the whole platform's."""

from __future__ import annotations

import pytest
from ansible.errors import AnsibleConnectionFailure
from ansible_collections.datasentinel.platform.plugins.action.datasentinel_connection import ActionModule
from ansible_collections.datasentinel.platform.plugins.module_utils._common._run_memory import RunMemory
from ansible_collections.datasentinel.platform.plugins.plugin_utils import _role_action
from ansible_collections.datasentinel.platform.plugins.plugin_utils._role_variables import PREFIX
from support.recorded import ACCESS, PASSWORD, URL, shown

try:
    from ansible.template import trust_as_template as template
except ImportError:  # up to ansible-core 2.18, where every text is one
    template = str

INSTANCES = [{"name": "a", "port": 1}, {"name": "b", "port": 2}]


@pytest.fixture
def host(make_action):
    """A function that runs the role's task for a host with these variables of the role, and returns the result."""

    def run(inventory_hostname="db1", args=None, keywords=None, module=None, **variables):
        access = {**ACCESS, "api_retries": 0}
        ours = {PREFIX + key: value for key, value in {**access, "from_role": True, **variables}.items() if value is not ...}
        task_vars = {"inventory_hostname": inventory_hostname, **ours}
        action = make_action(ActionModule, {"name": inventory_hostname, **(args or {})}, variables=task_vars, **(keywords or {}))
        if module is not None:
            action._execute_module = module
        return action.run(task_vars=task_vars)

    return run


def created(recorded, name="db1", **changes):
    """Play the creation of a connection."""
    recorded.expects("GET", name, 404).expects("POST", name, 201, message="Connection created!").expects("GET", name, json=shown(**changes))


def test_a_host_is_registered_by_its_variables(recorded, host):
    created(recorded, port=5432)
    result = host(host="pg1.example.com", password=PASSWORD)
    assert recorded.body(1) == {"host": "pg1.example.com", "port": 5432, "user": "datasentinel", "password": PASSWORD, "tags": ""}
    assert result["changed"] is True and result["results"][0]["name"] == "db1"


def test_without_tags_the_tags_stay(recorded, host):
    recorded.displays(tags="by,hand").expects("PUT", message="Connection updated!").displays(tags="by,hand", port=1)
    host(host="pg1.example.com", password=PASSWORD, port=1)
    assert recorded.body(1)["tags"] == "by,hand"


def test_a_task_of_the_module_is_no_task_of_the_role(recorded, make_action):
    recorded.displays()
    variables = {"inventory_hostname": "host", PREFIX + "port": 9, PREFIX + "tag": 1}
    result = make_action(ActionModule, {"name": "db1", **ACCESS}, variables=variables).run(task_vars=variables)
    assert result["changed"] is False and "results" not in result and "warnings" not in result


def test_module_defaults_count_where_the_variables_leave_it_open(recorded, host):
    recorded.displays()
    assert host(args={**ACCESS, "password": PASSWORD}, api_url=..., api_token=..., host="pg1.example.com", port=5433)["changed"] is False
    recorded.displays()
    assert host(args={"api_token": "other", "name": "other"}, host="pg1.example.com", port=5433, password=PASSWORD)["changed"] is False
    assert [request.headers["user-token"] for request in recorded.requests] == [ACCESS["api_token"]] * 2


def test_several_connections_of_a_host(recorded, host):
    created(recorded, "a", port=1, host="db1")
    created(recorded, "b", port=2, host="db1")
    result = host(password=PASSWORD, instances=INSTANCES)
    assert [entry["name"] for entry in result["results"]] == ["a", "b"] and result["changed"] is True


def test_one_that_fails_leaves_the_others_done(recorded, host):
    recorded.expects("GET", "a", 500)
    created(recorded, "b", port=2, host="db1")
    result = host(password=PASSWORD, instances=INSTANCES)
    assert (result["failed"], result["changed"]) == (True, True)
    assert [(entry["failed"], entry["changed"]) for entry in result["results"]] == [(True, False), (False, True)]


@pytest.mark.parametrize("operation, state, call", [("disable", "disabled", "disable"), ("enable", "enabled", "enable")])
def test_a_switch_writes_no_field(recorded, host, operation, state, call):
    there = {"host": "elsewhere", "port": 9, "user": "by-hand", "tags": "by,hand", "connected": True}
    recorded.displays(enabled=call == "disable", **there).expects("PATCH", f"db1/{call}", message="Done!").displays(enabled=call == "enable", **there)
    assert host(operation=operation, host="pg1")["changed"] is True


def test_a_switch_of_what_is_missing_is_an_error(recorded, host):
    recorded.lacks()
    assert "It does not exist on the platform, so it cannot be disabled." in host(operation="disable")["msg"]


def test_what_the_inventory_wants_otherwise_is_left_alone_and_told(recorded, host):
    result = host(operation="enable", state="disabled")
    assert result["msg"] == "Connection 'db1': left alone, since the inventory wants it disabled." and result["changed"] is False
    assert recorded.calls == []


def test_one_that_is_left_alone_leaves_the_others_to_be_done(recorded, host):
    recorded.expects("GET", "b", json=shown(enabled=False)).expects("PATCH", "b/enable", message="Enabled!").expects("GET", "b", json=shown())
    result = host(operation="enable", instances=[{**INSTANCES[0], "state": "absent"}, INSTANCES[1]])
    assert [(entry["name"], entry["changed"]) for entry in result["results"]] == [("a", False), ("b", True)]


@pytest.mark.parametrize(
    "variables, message",
    [
        ({}, f"{PREFIX}password is not set"),
        ({"password": "s3cret-pw", "instances": "s3cret-pw"}, f"{PREFIX}instances has to be a list"),
        ({"password": "pw", "instances": 5}, f"{PREFIX}instances has to be a list"),
        ({"operation": "remove"}, f"{PREFIX}operation is 'remove'"),
        ({"password": "pw", "instances": [{"name": "a", "port": 1}] * 2}, "The name 'a' stands twice"),
        ({"password": "pw", "extra_tags": "a"}, "The tag 'a' has no '='"),
        ({"password": ["s3cret-pw"]}, "Connection 'db1': password has to be a text, and it is a list."),
        ({"password": "pw", "port": "five"}, "Connection 'db1': port has to be a whole number, and it is 'five'."),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_sent(recorded, host, variables, message):
    result = host(**variables)
    assert result["failed"] is True and result["changed"] is False and result["msg"].startswith(message)
    assert recorded.calls == [] and "s3cret-pw" not in str(result)


@pytest.mark.parametrize("operation", ["disable", "enable", "deregister"])
def test_what_an_operation_does_not_need_cannot_stop_it(recorded, host, operation):
    recorded.expects("GET", status=404)
    result = host(operation=operation, password=["no text"], port="five", tags="no tags", user="\n")
    assert recorded.calls == ["GET db1"] and "password" not in result.get("msg", "").replace("host, user and password", "")


def test_unknown_variables_draw_a_warning_also_beside_others(recorded, host):
    recorded.displays(connected=False, port=5432)
    warnings = host(host="pg1.example.com", password=PASSWORD, tag="x")["warnings"]
    assert len(warnings) == 2 and f"{PREFIX}tag is no variable of the role" in warnings[0] and "is not connected" in warnings[1]


def test_secrets_of_instances_are_masked_in_the_message_of_the_first_one(recorded, host):
    recorded.expects("GET", "a", 400, message="n3w-pw").expects("GET", "b", 400)
    assert "n3w-pw" not in str(host(password=PASSWORD, instances=[INSTANCES[0], {**INSTANCES[1], "password": "n3w-pw"}]))


def test_an_empty_override_is_no_operation(recorded, host):
    recorded.displays(host="db1", port=5432)
    assert host(password=PASSWORD, operation=" ", extra_tags="")["changed"] is False


@pytest.mark.parametrize("operation", ["register", "deregister", "disable", "enable", "pause", "resume"])
@pytest.mark.parametrize("instances", [[], template("{{ [] }}")])
def test_a_host_with_an_empty_list_of_instances_has_nothing_done(recorded, host, operation, instances):
    result = host(operation=operation, instances=instances)
    assert (result["changed"], result.get("failed", False), result["results"]) == (False, False, []) and "the host has no connections" in result["msg"].lower()
    # Or nobody would notice that a list came out empty by mistake.
    assert result["warnings"] == [f"The host db1 has no connections, since {PREFIX}instances is an empty list."]
    assert recorded.calls == []


@pytest.mark.parametrize("instances", [None, "", " "])
def test_instances_that_are_empty_text_are_not_given(recorded, host, instances):
    recorded.displays(host="db1", port=5432)
    assert [entry["name"] for entry in host(password=PASSWORD, instances=instances)["results"]] == ["db1"]


# --- names -------------------------------------------------------------------------------------------------------


@pytest.fixture
def hosts(host, monkeypatch):
    """A function that runs the role's task for several hosts of one run, and returns the messages of those that were refused.

    Nothing is sent.
    """
    monkeypatch.setattr(ActionModule, "run_command", lambda *args: {"changed": False})

    def run(**variables_by_host):
        results = {name: host(name, **{"password": PASSWORD, **variables}) for name, variables in variables_by_host.items()}
        return {name: result["msg"] for name, result in results.items() if result.get("failed")}

    return run


def test_of_two_hosts_that_share_a_name_the_second_is_refused(hosts):
    assert hosts(pg1={"name": "same"}, pg2={"name": "same"}, pg3={}) == {
        "pg2": "The connection 'same' is also that of the host pg1: names are platform-wide, so the two would overwrite each other. "
        f"Set {PREFIX}name (or the name in {PREFIX}instances) of pg1 or pg2 to another one."
    }


def test_of_several_names_none_is_claimed_where_one_is_refused(hosts):
    taken = [{"name": "same", "port": 1}]
    assert list(hosts(pg1={"instances": taken}, pg2={"instances": [{"name": "own", "port": 1}, *taken]}, pg3={"name": "own"})) == ["pg2"]


def test_a_host_without_connections_claims_no_name(hosts):
    assert hosts(pg1={"instances": []}, pg2={"name": "pg1"}) == {}


def test_a_host_may_run_twice(hosts, host):
    assert hosts(pg1={"name": "same"}) == hosts(pg1={"name": "same"}) == {}


def test_another_platform_has_names_of_its_own(hosts):
    assert hosts(pg1={"name": "same"}, pg2={"name": "same", "api_url": URL + "/eu"}) == {}


@pytest.mark.parametrize("spelled", [URL + "/", URL + "/ds-api", f" {URL}"])
def test_the_same_platform_in_another_spelling_is_the_same(hosts, spelled):
    assert list(hosts(pg1={"name": "same", "api_url": spelled}, pg2={"name": "same"})) == ["pg2"]


def test_the_platform_may_be_that_of_the_environment(hosts, monkeypatch):
    monkeypatch.setenv("DATASENTINEL_API_URL", URL)
    assert list(hosts(pg1={"name": "same", "api_url": ...}, pg2={"name": "same"})) == ["pg2"]


@pytest.mark.parametrize("api_url", ["no URL", ...])
def test_a_platform_that_is_no_address_is_the_business_of_the_task(hosts, api_url):
    assert hosts(pg1={"api_url": api_url}) == {}


def test_a_connection_that_is_left_alone_has_its_name_too(hosts):
    assert list(hosts(pg1={"name": "same", "operation": "disable", "state": "absent"}, pg2={"name": "same"})) == ["pg2"]


# --- maintenance -------------------------------------------------------------------------------------------------


def paused(recorded, name="db1"):
    """Play the pause of a connection."""
    recorded.expects("GET", name, json=shown()).expects("PATCH", f"{name}/disable", message="Disabled!")
    recorded.expects("GET", name, json=shown(enabled=False))


def test_only_what_the_run_paused_is_resumed(recorded, host):
    paused(recorded, "a")
    recorded.expects("GET", "b", json=shown(enabled=False))
    assert host(instances=INSTANCES, operation="pause")["changed"] is True
    recorded.expects("GET", "a", json=shown(enabled=False)).expects("PATCH", "a/enable", message="Enabled!").expects("GET", "a", json=shown())
    result = host(instances=INSTANCES, operation="resume")
    assert [entry["changed"] for entry in result["results"]] == [True, False]
    assert "Connection 'b': left alone, since this run has not paused it." in result["msg"]
    assert "has not paused it" in host(instances=INSTANCES, operation="resume")["results"][0]["msg"], "and only once"


def test_what_check_mode_would_have_paused_is_not_resumed(recorded, host):
    recorded.displays()
    assert host(operation="pause", keywords={"check_mode": True})["changed"] is True
    assert "has not paused it" in host(operation="resume")["msg"]


def test_check_mode_foresees_the_resume_of_what_it_would_have_paused(recorded, host):
    """The connection is enabled all the time, so its own state does not tell."""
    checked = {"keywords": {"check_mode": True}}
    recorded.displays().displays()
    assert host(operation="pause", **checked)["changed"] is True
    result = host(operation="resume", **checked)
    assert result["changed"] is True and (result["diff"]["before"]["enabled"], result["diff"]["after"]["enabled"]) == (False, True)
    assert "has not paused it" in host(operation="resume", **checked)["msg"], "and only once"


def test_a_pause_that_may_have_happened_is_resumed(recorded, host):
    recorded.displays().expects("PATCH", "db1/disable", status=500)
    assert host(operation="pause")["failed"] is True
    recorded.displays()
    assert "left alone" not in host(operation="resume").get("msg", "")


def test_a_resume_that_failed_can_be_repeated(recorded, host):
    paused(recorded)
    host(operation="pause")
    recorded.expects("GET", status=500)
    assert host(operation="resume")["failed"] is True
    recorded.displays()
    assert "left alone" not in host(operation="resume").get("msg", "")


@pytest.mark.parametrize("operation", ["pause", "resume"])
def test_without_shared_memory_a_pause_is_refused(host, monkeypatch, operation):
    monkeypatch.setattr(RunMemory, "shared", False)
    assert host(operation=operation)["msg"] == (
        f"{PREFIX}operation is {operation}, and memory cannot be shared here, so the run could not know what it paused. Use disable and enable."
    )


def test_where_memory_is_full_a_pause_is_refused_and_a_resume_is_not(recorded, host, monkeypatch):
    paused(recorded)
    host(operation="pause")
    monkeypatch.setattr(RunMemory, "room", 100)
    assert "operation is pause, and memory is full, so the run could not know" in host(operation="pause")["msg"]
    recorded.displays(enabled=False).expects("PATCH", "db1/enable", message="Connection enabled!").displays()
    assert host(operation="resume")["changed"] is True


# --- delegated ---------------------------------------------------------------------------------------------------


def test_a_bastion_that_is_lost_in_the_middle_keeps_what_was_done(host, monkeypatch):
    monkeypatch.setattr(_role_action, "variables_for", lambda task, task_vars: lambda name: {"ansible_host": "pg1.example.com"})
    results = iter([{"changed": True}, AnsibleConnectionFailure("gone")])

    def module(**options):
        result = next(results)
        if isinstance(result, Exception):
            raise result
        return result

    result = host(password=PASSWORD, instances=INSTANCES, keywords={"transport": "ssh", "delegate_to": "bastion"}, module=module)
    assert result["unreachable"] is True and result["changed"] is True
