# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every operation does what its name says, and nothing else: as an ordinary operator tries the playbooks and the role."""

from __future__ import annotations

import pytest
from support.playbook import Ansible, access_by_password

TASK = "Keep the connections of the host up to date"
PASSWORD = "s3cret-of-all"
#: A connection that somebody made by hand, with nothing as the role's defaults have it.
BY_HAND = {"host": "127.0.9.9", "port": 6543, "user": "somebody", "password": "by-hand", "tags": "legacy,a=1,a=2"}


@pytest.fixture
def ansible(tmp_path, platform):
    """ansible-playbook, with a user and password in its environment."""
    return Ansible(tmp_path, access_by_password(platform))


@pytest.fixture
def playbook(ansible):
    """Run a playbook of the collection by its short name."""

    def run(name, *options, inventory, **more):
        return ansible.run(f"datasentinel.platform.{name}", *options, inventory=inventory, **more)

    return run


def inventory(hosts: dict, **variables) -> dict:
    """A group postgresql, without passwords of PostgreSQL users."""
    return {"postgresql": {"hosts": hosts, "vars": {f"datasentinel_connection_{name}": value for name, value in variables.items()}}}


def unchanged(platform, name, **changes):
    """Whether a connection is still the one made by hand, but for some fields."""
    connection = platform.display(name)
    return connection == {**connection, **BY_HAND, **changes}


# --- disable and enable ------------------------------------------------------------------------------------------


def test_disable_and_enable_switch_and_write_no_field(playbook, platform):
    platform.store.put("pg1", **BY_HAND)
    hosts = inventory({"pg1": {"ansible_host": "127.0.1.1"}}, tags={"environment": "test"}, port=5432)
    playbook("disable", inventory=hosts).succeeded()
    assert unchanged(platform, "pg1", enabled=False) and platform.journal.said() == ["POST user-token", "GET pg1", "PATCH pg1/disable", "GET pg1"]
    playbook("enable", inventory=hosts).succeeded()
    assert unchanged(platform, "pg1", enabled=True)


@pytest.mark.parametrize("name, word", [("disable", "disabled"), ("enable", "enabled")])
def test_a_missing_connection_is_an_error_and_is_not_created(playbook, platform, name, word):
    outcome = playbook(name, inventory=inventory({"pg1": {}}, password=PASSWORD))
    assert outcome.returncode != 0 and platform.store.names() == []
    assert f"Connection 'pg1': It does not exist on the platform, so it cannot be {word}. Register it first: by the playbook register" in outcome[TASK]["msg"]


def test_enable_leaves_alone_what_the_inventory_wants_disabled_or_absent(playbook, platform):
    for name in ("on", "off", "gone"):
        platform.store.put(name, **BY_HAND, enabled=False)
    hosts = inventory({"on": {}, "off": {"datasentinel_connection_state": "disabled"}, "gone": {"datasentinel_connection_state": "absent"}})
    outcome = playbook("enable", inventory=hosts).succeeded()
    assert {name: platform.display(name)["enabled"] for name in platform.store.names()} == {"gone": False, "off": False, "on": True}
    assert outcome.results(TASK)["off"]["msg"] == "Connection 'off': left alone, since the inventory wants it disabled."
    assert not [call for call in platform.journal.said() if "off" in call or "gone" in call]


@pytest.mark.parametrize("options", [[], ["-e", "datasentinel_bulk=true"]], ids=["host by host", "together"])
def test_no_variable_has_a_playbook_do_what_another_is_for(playbook, platform, options):
    platform.store.put("pg1", **BY_HAND)
    outcome = playbook("disable", "-e", "datasentinel_connection_operation=deregister", *options, inventory=inventory({"pg1": {}})).succeeded()
    assert unchanged(platform, "pg1", enabled=False)
    expected = "datasentinel_connection_operation is deregister, and has no effect here, since the playbook itself says what is done (disable)."
    assert expected in " ".join(outcome.output.split())
    inventory_of_another = inventory({"pg1": {"ansible_host": "127.0.1.1"}}, operation="deregister", password=PASSWORD)
    playbook("register", *options, inventory=inventory_of_another).succeeded()
    assert platform.display("pg1")["host"] == "127.0.1.1"


def test_deregister_removes_and_needs_no_password(playbook, platform):
    platform.store.put("pg1", **BY_HAND)
    playbook("deregister", "-e", "datasentinel_hosts=postgresql", inventory=inventory({"pg1": {}})).succeeded()
    assert platform.store.names() == []


@pytest.mark.parametrize("options", [[], ["-e", "datasentinel_bulk=true"]], ids=["host by host", "together"])
def test_no_password_is_needed_where_it_stands_in_instances_either(playbook, platform, options):
    platform.store.put("crm", **BY_HAND)
    hosts = inventory({"pg1": {"datasentinel_connection_instances": [{"name": "crm", "port": 1, "password": "{{ no_such_variable }}"}]}})
    playbook("disable", *options, inventory=hosts).succeeded()
    assert unchanged(platform, "crm", enabled=False)


def test_a_name_that_two_hosts_share_is_found_whether_it_is_a_number_or_a_text(playbook, platform):
    hosts = inventory({"pg1": {"datasentinel_connection_name": 777}, "pg2": {"datasentinel_connection_name": "777"}}, password=PASSWORD)
    outcome = playbook("register", "--forks", "1", inventory=hosts)
    assert outcome.returncode == 2 and "The connection '777' is also that of the host pg1" in outcome.results(TASK)["pg2"]["msg"]


@pytest.mark.parametrize("name", ["register", "audit"])
def test_a_strategy_of_ansible_cfg_does_not_have_every_host_do_the_work_of_all(playbook, platform, name):
    for host in ("pg1", "pg2", "pg3"):
        platform.store.put(host, **{**BY_HAND, "tags": ""}, connected=True)
    hosts = inventory(
        {host: {"ansible_host": BY_HAND["host"]} for host in ("pg1", "pg2", "pg3")}, password=BY_HAND["password"], user=BY_HAND["user"], port=BY_HAND["port"]
    )
    outcome = playbook(name, "-e", "datasentinel_bulk=true", inventory=hosts, environment={"ANSIBLE_STRATEGY": "free"})
    assert sorted(call for call in platform.journal.said() if "token" not in call) == ["GET pg1", "GET pg2", "GET pg3"], outcome.output


def test_offboard_works_host_by_host(playbook, platform):
    for name in ("pg1", "pg2"):
        platform.store.put(name, **BY_HAND)
    options = ["-e", "datasentinel_hosts=postgresql", "-e", "datasentinel_bulk=true"]
    outcome = playbook("offboard", *options, inventory=inventory({"pg1": {}, "pg2": {}})).succeeded()
    assert set(outcome.results(TASK)) == {"pg1", "pg2"} and platform.store.names() == []


# --- what is given, and what is not ------------------------------------------------------------------------------


def test_text_from_the_command_line_works_for_numbers_and_booleans(playbook, platform):
    options = [
        f"-edatasentinel_connection_{option}" for option in ("port=5433", "wait=false", "wait_timeout=5", "api_timeout=7", "api_retries=1", "purge_tags=no")
    ]
    playbook("register", *options, inventory=inventory({"pg1": {"ansible_host": "127.0.0.1"}}, password=PASSWORD)).succeeded()
    assert platform.display("pg1")["port"] == 5433


def test_an_empty_answer_is_not_given(playbook, platform):
    names = ("port", "user", "name", "host", "tags", "extra_tags", "wait", "api_token", "ca_path", "instances", "operation")
    options = [f"-edatasentinel_connection_{name}=" for name in names]
    platform.store.put("pg1", **BY_HAND)
    playbook("register", *options, inventory=inventory({"pg1": {"ansible_host": "127.0.1.1"}}, password=PASSWORD)).succeeded()
    connection = platform.display("pg1")
    assert (connection["host"], connection["port"], connection["user"], connection["tags"]) == ("127.0.1.1", 5432, "datasentinel", BY_HAND["tags"])


def test_tags_that_the_inventory_does_not_name_stay_as_they_are(playbook, platform):
    platform.store.put("pg1", **BY_HAND)
    hosts = inventory({"pg1": {}}, password=PASSWORD, tag={"environment": "test"}, portt=1)
    outcome = playbook("register", inventory=hosts).succeeded()
    assert platform.display("pg1")["tags"] == BY_HAND["tags"]
    printed = " ".join(outcome.output.split())
    assert (
        "datasentinel_connection_tag is no variable of the role datasentinel_connection, and has no effect. Is datasentinel_connection_tags meant?" in printed
    )
    assert "Is datasentinel_connection_port meant?" in printed


def test_empty_tags_take_them_away(playbook, platform):
    platform.store.put("pg1", **BY_HAND)
    playbook("register", inventory=inventory({"pg1": {}}, password=PASSWORD, tags={})).succeeded()
    assert platform.display("pg1")["tags"] == ""


def test_extra_tags_add_to_those_there(playbook, platform):
    platform.store.put("pg1", **BY_HAND)
    playbook("register", "-e", "datasentinel_connection_extra_tags=owner=dba", inventory=inventory({"pg1": {}}, password=PASSWORD)).succeeded()
    assert platform.display("pg1")["tags"] == BY_HAND["tags"] + ",owner=dba"


# --- names -------------------------------------------------------------------------------------------------------


def test_a_name_twice_on_a_host_is_refused_before_anything_is_sent(playbook, platform):
    instances = [{"name": "crm", "port": 1}, {"name": "crm", "port": 2}]
    outcome = playbook("register", inventory=inventory({"pg1": {}}, password=PASSWORD, instances=instances))
    assert outcome.returncode != 0 and "The name 'crm' stands twice in datasentinel_connection_instances" in outcome[TASK]["msg"]
    assert platform.journal.said() == []


def test_of_two_hosts_that_share_a_name_the_second_is_refused(playbook, platform):
    outcome = playbook("register", "--forks", "1", inventory=inventory({"pg1": {}, "pg2": {}}, password=PASSWORD, name="shared"))
    results = outcome.results(TASK)
    assert not results["pg1"]["failed"] and results["pg2"]["failed"] and platform.journal.methods() == ["GET", "POST", "GET"]
    assert "The connection 'shared' is also that of the host pg1" in results["pg2"]["msg"] and "pg2" in results["pg2"]["msg"]


# --- what the platform does not reach ----------------------------------------------------------------------------


def test_a_connection_that_the_platform_does_not_reach_draws_a_warning_with_its_reason(playbook, platform):
    hosts = inventory({"pg1": {}}, password=PASSWORD, host="127.0.0.1", port=1)
    printed = " ".join(playbook("register", inventory=hosts).succeeded().output.split())
    assert (
        "Connection 'pg1': the platform is not connected to 127.0.0.1:1 as user datasentinel. The platform's message: Connection created, not connected:"
        in printed
    )
    again = playbook("register", "-e", "datasentinel_connection_tags=a=1", inventory=hosts).succeeded()
    # What the platform says of an update that went well is no reason.
    assert again[TASK]["changed"] and again[TASK]["warnings"] == ["Connection 'pg1': the platform is not connected to 127.0.0.1:1 as user datasentinel."]
    assert "not connected" not in playbook("disable", inventory=hosts).succeeded().output


# --- nothing unasked ---------------------------------------------------------------------------------------------


def test_tags_go_back_as_they_were_read(ansible, platform, runner):
    from support.playbook import task

    platform.store.put("db1", **BY_HAND)
    ansible.tasks(task("change", runner, name="db1", port=1)).succeeded()
    assert unchanged(platform, "db1", port=1)
