# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fleet of the inventory in one task: each host's variables mean what they mean to the role, and a host that is wrong fails alone."""

from __future__ import annotations

import pytest
from ansible import constants
from ansible.parsing.dataloader import DataLoader
from ansible_collections.datasentinel.platform.plugins.module_utils._commands._command import (
    Context,
)
from ansible_collections.datasentinel.platform.plugins.module_utils._commands._many import (
    ACTIONS,
)
from ansible_collections.datasentinel.platform.plugins.module_utils._common._errors import (
    InvalidInput,
)
from ansible_collections.datasentinel.platform.plugins.module_utils._connection._desired_connection import (
    DesiredConnection,
)
from ansible_collections.datasentinel.platform.plugins.module_utils._platform._settings import (
    Settings,
)
from ansible_collections.datasentinel.platform.plugins.plugin_utils import (
    _fleet,
    _inventory,
)
from ansible_collections.datasentinel.platform.plugins.plugin_utils._fleet import Fleet
from ansible_collections.datasentinel.platform.plugins.plugin_utils._role_variables import (
    PREFIX,
)
from ansible_collections.datasentinel.platform.plugins.plugin_utils._run import MEMORY
from support.recorded import ACCESS, URL, shown

try:
    from ansible.template import trust_as_template as template
except ImportError:  # up to ansible-core 2.18, where every text is one
    template = str

PASSWORD = "s3cret-of-all"


class HostVars(dict):
    """The variables of all hosts, as they are written."""

    raw_get = dict.__getitem__


@pytest.fixture(autouse=True)
def new_run():
    """Each test is a run of its own."""
    MEMORY.clear()


@pytest.fixture
def fleet(monkeypatch):
    """A function that makes the Fleet of hosts: a mapping of name to variables of the role (without prefix), others as ``_name``.

    play, extra: variables of the play, and of the command line, by their full names. options: of the task. gone: hosts that
    have failed before.
    """

    def make(hosts, play=None, extra=None, options=None, gone=(), batch=None):
        def variables(name, own):
            ours = {key[1:] if key.startswith("_") else PREFIX + key: value for key, value in own.items()}
            return {"inventory_hostname": name, **ours}

        hostvars = HostVars({name: variables(name, own) for name, own in hosts.items()})
        first = next(name for name in hosts if name not in gone)
        task_vars = {
            **hostvars.raw_get(first),
            **(play or {}),
            **(extra or {}),
            "hostvars": hostvars,
            "ansible_play_batch": list(batch or hosts),
            "ansible_play_hosts": [name for name in hosts if name not in gone],
        }
        return Fleet(DataLoader(), lambda host: {**hostvars[host], **(play or {}), **(extra or {})}, task_vars, {**ACCESS, **(options or {})})

    return make


@pytest.fixture
def read(fleet, monkeypatch, secrets, memory):
    """A function that makes a Fleet as above, and returns its entries without keeping them.

    Nothing is sent; an entry that has not failed counts as created.
    """

    def run(hosts, **more):
        entries = []

        def keep_all(given, context, concurrency):
            entries.extend(given)
            return [
                {"name": entry.name, "action": "failed", **entry.failed}
                if entry.failed
                else {"name": entry.name, "action": "created", "failed": False, "changed": True}
                for entry in given
            ]

        monkeypatch.setattr(_fleet, "keep_all", keep_all)
        run.result = fleet(hosts, **more).keep(Context(secrets, memory))
        return entries

    return run


@pytest.fixture
def keep(fleet, secrets, memory):
    """A function that makes a Fleet as above, keeps it one connection after the other, and returns the result."""

    def run(hosts, check_mode=False, **more):
        more["options"] = {"concurrency": 1, "api_retries": 0, **more.get("options", {})}
        return fleet(hosts, **more).keep(Context(secrets, memory, check_mode))

    return run


def desired(entries):
    """Return the DesiredConnection of each entry by name, and the message of each that failed."""
    return {entry.name: entry.desired or entry.failed["msg"] for entry in entries}


# --- what each host's variables mean -----------------------------------------------------------------------------


def test_a_host_is_read_as_the_role_reads_it(read):
    hosts = {
        "pg1": {"password": PASSWORD},
        "pg2": {
            "_ansible_host": "10.0.0.2",
            "password": PASSWORD,
            "port": "5433",
            "user": "own",
            "tags": {"a": 1},
            "state": "disabled",
            "update_password": "on_create",
        },
        "pg3": {"_datasentinel_monitoring_user_password": "of-the-role", "name": "third", "purge_tags": "no", "tags": {}},
    }
    assert desired(read(hosts)) == {
        "pg1": DesiredConnection("pg1", "present", "pg1", 5432, "datasentinel", PASSWORD),
        "pg2": DesiredConnection("pg2", "disabled", "10.0.0.2", 5433, "own", PASSWORD, {"a": "1"}, update_password="on_create"),
        "third": DesiredConnection("third", "present", "pg3", 5432, "datasentinel", "of-the-role", {}, purge_tags=False),
    }


def test_expressions_are_of_each_host(read):
    name, tags = template("{{ inventory_hostname }}-{{ env }}"), {"first": template("{{ env }}")}
    entries = read(
        {"pg1": {"name": name, "tags": tags, "password": PASSWORD, "_env": "a"}, "pg2": {"name": name, "tags": tags, "password": PASSWORD, "_env": "b"}}
    )
    assert {entry.name: entry.desired.tags for entry in entries} == {"pg1-a": {"first": "a"}, "pg2-b": {"first": "b"}}


def test_several_clusters_of_a_host_and_its_tags(read):
    instances = [{"name": "a", "port": 1, "tags": {"x": 1}}, {"name": "b", "port": "2", "state": "absent"}]
    entries = read({"pg1": {"instances": instances, "tags": {"y": 2}, "extra_tags": "z=3", "password": PASSWORD}})
    assert {entry.name: (entry.desired.port, entry.desired.state, entry.desired.tags) for entry in entries} == {
        "a": (1, "present", {"x": "1", "y": "2", "z": "3"}),
        "b": (2, "absent", {"y": "2", "z": "3"}),
    }


def test_variables_of_the_play_outrank_those_of_the_inventory_and_the_command_line_all(read):
    hosts = {"pg1": {"password": PASSWORD, "user": "inventory", "port": 1, "tags": {"from": "inventory"}}}
    play = {PREFIX + "user": "play", PREFIX + "port": 2}
    [entry] = read(hosts, play=play, extra={PREFIX + "port": "3"})
    assert (entry.desired.user, entry.desired.port, entry.desired.tags) == ("play", 3, {"from": "inventory"})


def test_an_empty_answer_of_a_survey_goes_back_to_the_default_of_the_role(read):
    [entry] = read({"pg1": {"password": PASSWORD, "port": 1}}, extra={PREFIX + "port": "", PREFIX + "extra_tags": ""})
    assert entry.desired.port == 5432 and entry.desired.tags is None


def test_the_time_to_wait_is_each_hosts_own(read):
    entries = read({"pg1": {"password": PASSWORD, "wait": "yes", "wait_timeout": 5}, "pg2": {"password": PASSWORD, "wait_timeout": 7}})
    assert [entry.wait_timeout for entry in entries] == [5, None]


def test_unknown_variables_draw_their_warning_once(read):
    read({"pg1": {"password": PASSWORD, "portt": 1}, "pg2": {"password": PASSWORD, "portt": 2}})
    assert [warning for warning in read.result["warnings"] if f"{PREFIX}portt is no variable of the role" in warning] == read.result["warnings"]


# --- hosts -------------------------------------------------------------------------------------------------------


def test_hosts_that_have_failed_are_left_out(read):
    assert list(desired(read({name: {"password": PASSWORD} for name in ("pg1", "pg2", "pg3")}, gone=["pg1"]))) == ["pg2", "pg3"]


def test_only_the_hosts_of_the_batch_count(read):
    assert list(desired(read({name: {"password": PASSWORD} for name in ("pg1", "pg2", "pg3")}, batch=["pg3", "pg2"]))) == ["pg3", "pg2"]


@pytest.mark.parametrize(
    "variables, message",
    [
        ({"tags": {"a": template("{{ no_such_variable }}")}, "password": PASSWORD}, f"bad: The variable {PREFIX}tags cannot be templated"),
        ({"password": template("{{ no_such_variable }}")}, f"bad: The variable {PREFIX}password cannot be templated: it holds an expression that fails"),
        ({}, f"bad: {PREFIX}password is not set"),
        ({"password": PASSWORD, "instances": "a"}, f"bad: {PREFIX}instances has to be a list"),
        ({"password": PASSWORD, "instances": 5}, f"bad: {PREFIX}instances has to be a list"),
        ({"password": PASSWORD, "instances": [{"name": "x"}]}, f"bad: {PREFIX}instances[0] (x) lacks port."),
        ({"password": PASSWORD, "extra_tags": "a"}, "bad: The tag 'a' has no '='"),
        ({"password": PASSWORD, "port": "many"}, "Connection 'bad': port has to be a whole number"),
        ({"password": PASSWORD, "state": "gone"}, "Connection 'bad': state has to be one of"),
        ({"password": PASSWORD, "name": "a/b"}, "Connection 'a/b': name is 'a/b'"),
        ({"password": PASSWORD, "wait_timeout": 0}, "Connection 'bad': wait_timeout is 0"),
        ({"password": PASSWORD, "api_url": "ftp://x"}, "bad: api_url is 'ftp://x'"),
        ({"password": PASSWORD, "api_retries": "x"}, "bad: api_retries has to be a whole number"),
        ({"password": ["pw"]}, "Connection 'bad': password has to be a text, and it is a list."),
    ],
)
def test_a_host_that_is_wrong_fails_alone(read, variables, message):
    found = desired(read({"good": {"password": PASSWORD}, "bad": variables, "late": {"password": PASSWORD}}))
    [refused] = [text for text in found.values() if isinstance(text, str)]
    assert refused.startswith(message) and {"good", "late"} < set(found) and PASSWORD not in refused
    assert [host for host, result in read.result["hosts"].items() if result.get("failed")] == ["bad"]
    assert read.result["failed"] is True and read.result["changed"] is True and message in read.result["msg"]


def test_what_is_not_defined_is_an_error_where_ansible_is_told_to_let_it_be(read, monkeypatch):
    """ANSIBLE_ERROR_ON_UNDEFINED_VARS=False, which has no effect from ansible-core 2.19 on."""
    monkeypatch.setattr(constants, "DEFAULT_UNDEFINED_VAR_BEHAVIOR", False, raising=False)
    [entry] = read({"pg1": {"password": template("{{ nowhere }}")}})
    assert entry.failed["msg"].startswith(f"pg1: The variable {PREFIX}password cannot be templated")


# --- names -------------------------------------------------------------------------------------------------------


def test_of_two_hosts_that_share_a_name_the_second_is_refused_naming_both(read):
    found = read({"pg1": {"name": "same", "password": PASSWORD}, "pg2": {"name": "same", "password": PASSWORD}})
    assert found[0].desired and "also that of the host pg1" in found[1].failed["msg"] and "pg2" in found[1].failed["msg"]


def test_nothing_is_sent_for_a_host_with_a_name_of_another(read):
    instances = [{"name": "own", "port": 1}, {"name": "same", "port": 2}]
    entries = read({"pg1": {"name": "same", "password": PASSWORD}, "pg2": {"instances": instances, "password": PASSWORD}})
    assert [entry.name for entry in entries if entry.desired] == ["same"]


def test_a_connection_that_is_left_alone_has_its_name_too(read):
    hosts = {"pg1": {"name": "same", "state": "absent"}, "pg2": {"name": "same"}}
    [entry] = read(hosts, play={PREFIX + "operation": "disable"})
    assert "also that of the host pg1" in entry.failed["msg"]


def test_another_platform_has_names_of_its_own(read):
    entries = read({"pg1": {"name": "same", "password": PASSWORD}, "pg2": {"name": "same", "password": PASSWORD, "api_url": URL + "/eu"}})
    assert all(entry.desired for entry in entries)


def test_names_are_those_of_the_whole_run_and_not_of_a_batch_alone(read):
    hosts = {"pg1": {"name": "same", "password": PASSWORD}, "pg2": {"name": "same", "password": PASSWORD}}
    assert read(hosts, batch=["pg1"])[0].desired
    assert "also that of the host pg1" in read(hosts, batch=["pg2"])[0].failed["msg"]


def test_a_host_may_be_kept_twice_in_a_run(read):
    assert all(read({"pg1": {"password": PASSWORD}})[0].desired for _round in range(2))


# --- access ------------------------------------------------------------------------------------------------------


def test_access_is_each_hosts_own_and_else_that_of_the_task(read):
    other = {"api_url": URL + "/eu", "api_token": "other-t0ken", "api_timeout": "7"}
    entries = read({"pg1": {"password": PASSWORD}, "pg2": {"password": PASSWORD, **other}, "pg3": {"password": PASSWORD}})
    assert entries[0].settings is entries[2].settings and entries[0].settings == Settings(URL, token=ACCESS["api_token"])
    assert entries[1].settings == Settings(URL + "/eu", token="other-t0ken", timeout=7.0)


def test_access_may_be_that_of_the_environment(read, monkeypatch):
    monkeypatch.setenv("DATASENTINEL_API_TOKEN", "t0ken-of-the-environment")
    [entry] = read({"pg1": {"password": PASSWORD}}, options={"api_token": None})
    assert entry.settings.token == "t0ken-of-the-environment"


def test_warnings_of_access_are_shown_once(read):
    hosts = {name: {"password": PASSWORD, "validate_certs": "no"} for name in ("pg1", "pg2")}
    read(hosts)
    assert len([warning for warning in read.result["warnings"] if "validate_certs is false" in warning]) == 1


# --- operations --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("operation, state", [("disable", "disabled"), ("enable", "enabled"), ("deregister", "absent")])
def test_an_operation_needs_a_name_and_a_state_and_nothing_else(read, operation, state):
    hosts = {"pg1": {"port": "many", "tags": template("{{ no_such_variable }}")}, "pg2": {"instances": [{"name": "a", "port": 1}]}}
    assert desired(read(hosts, play={PREFIX + "operation": operation})) == {"pg1": DesiredConnection("pg1", state), "a": DesiredConnection("a", state)}


def test_what_the_inventory_wants_otherwise_is_left_alone_and_told(read):
    hosts = {"on": {}, "off": {"state": "disabled"}, "gone": {"state": "absent"}}
    assert list(desired(read(hosts, play={PREFIX + "operation": "enable"}))) == ["on"]
    told = {host: (result["changed"], result["msg"]) for host, result in read.result["hosts"].items() if host != "on"}
    assert told == {
        host: (False, f"Connection '{host}': left alone, since the inventory wants it {state}.") for host, state in (("off", "disabled"), ("gone", "absent"))
    }


@pytest.mark.parametrize(
    "hosts, sentence",
    [
        ({"a": {"state": "disabled"}}, "1 connection: 1 left alone, since the inventory wants it disabled."),
        (
            {"a": {"state": "disabled"}, "b": {"state": "absent"}, "c": {}},
            "3 connections: 1 created, 2 left alone, since the inventory wants them absent or disabled.",
        ),
        ({"a": {"instances": []}}, f"1 host has no connections, since {PREFIX}instances is an empty list."),
        (
            {"a": {"instances": []}, "b": {"instances": []}, "c": {}},
            f"1 connection: 1 created. 2 hosts have no connections, since {PREFIX}instances is an empty list.",
        ),
    ],
)
def test_the_message_counts_what_is_left_alone_and_hosts_without_connections(read, hosts, sentence):
    read(hosts, play={PREFIX + "operation": "enable"})
    assert read.result["msg"] == sentence and sum(read.result["summary"].values()) == len(read.result["results"])


def test_a_host_with_an_empty_list_of_instances_has_the_result_of_the_role_and_claims_no_name(read):
    entries = read({"pg1": {"instances": []}, "pg2": {"name": "pg1", "password": PASSWORD}})
    assert list(desired(entries)) == ["pg1"] and entries[0].desired.host == "pg2"
    assert (read.result["hosts"]["pg1"]["changed"], read.result["hosts"]["pg1"]["results"]) == (False, [])
    assert read.result["warnings"] == [f"The host pg1 has no connections, since {PREFIX}instances is an empty list."]


def test_an_operation_of_one_host_is_that_of_no_other(read):
    entries = read({"pg1": {"operation": "deregister"}, "pg2": {"password": PASSWORD}})
    assert {entry.name: entry.desired.state for entry in entries} == {"pg1": "absent", "pg2": "present"}


def test_an_operation_may_be_an_expression(read):
    [entry] = read({"pg1": {"_what": "disable"}}, play={PREFIX + "operation": template("{{ what }}")})
    assert entry.desired.state == "disabled"


@pytest.mark.parametrize("operation", ["pause", "resume"])
def test_what_works_within_one_host_alone_is_refused(read, operation):
    [entry] = read({"pg1": {}}, play={PREFIX + "operation": operation})
    assert entry.desired is None and f"{operation} works host by host: leave out datasentinel_bulk." in entry.failed["msg"]


@pytest.mark.parametrize("concurrency, message", [(0, "concurrency is 0"), ("65", "concurrency is 65"), ("many", "concurrency has to be a whole number")])
def test_concurrency_is_checked(read, concurrency, message):
    with pytest.raises(InvalidInput, match=message):
        read({"pg1": {"password": PASSWORD}}, options={"concurrency": concurrency})


# --- results -----------------------------------------------------------------------------------------------------


def test_the_result_has_that_of_each_host_as_the_role_returns_it(recorded, keep):
    recorded.expects("GET", "pg1", 404).expects("POST", "pg1", 201, message="Connection created!").expects("GET", "pg1", json=shown())
    recorded.expects("GET", "a", json=shown(host="pg2", port=1)).expects("GET", "b", 500)
    instances = [{"name": "a", "port": 1}, {"name": "b", "port": 2}]
    result = keep({"pg1": {"host": "pg1.example.com", "port": 5433}, "pg2": {"instances": instances}}, extra={PREFIX + "password": shown()["password"]})
    assert result["msg"].startswith("3 connections: 1 created, 1 unchanged, 1 failed. Connection 'b': GET ")
    assert result["summary"] == {**dict.fromkeys(ACTIONS, 0), "created": 1, "unchanged": 1, "failed": 1} and result["failed"] is True
    first, second = result["hosts"]["pg1"], result["hosts"]["pg2"]
    assert first["changed"] is True and first["connection"]["name"] == "pg1" and first["msg"] == "Connection created!"
    assert [(one["name"], one["changed"], one["failed"]) for one in first["results"]] == [("pg1", True, False)]
    assert (second["failed"], second["changed"], second["error"]["status"]) == (True, False, 500)
    assert [(one["name"], one["changed"], one["failed"]) for one in second["results"]] == [("a", False, False), ("b", False, True)]
    assert [connection["name"] for connection in second["connections"]] == ["a"]


def test_names_in_the_message_are_masked_as_all_its_text_is(read):
    hosts = {f"pg{number}": {"password": PASSWORD, "port": "many"} for number in range(20)}
    read({**hosts, PASSWORD: {"password": PASSWORD, "port": "many"}, "last": {"password": PASSWORD, "port": "many"}})
    assert read.result["msg"].endswith("Also failed: ********, last.") and PASSWORD not in read.result["msg"]


def test_check_mode_reads_alone(recorded, keep):
    recorded.expects("GET", "pg1", 404)
    assert keep({"pg1": {"password": PASSWORD}}, check_mode=True)["summary"]["created"] == 1


def test_while_hosts_are_read_connection_plugins_are_listed_once(monkeypatch):
    loader = _inventory.connection_loader
    listed = list(loader.all(path_only=True))
    with monkeypatch.context() as patch, _inventory._connection_plugins_listed_once():
        patch.setattr("ansible.plugins.loader.glob.glob", lambda path: [])
        assert list(loader.all(path_only=True)) == listed
        assert list(loader.all(class_only=True)) == []
    assert list(loader.all(path_only=True)) == listed
