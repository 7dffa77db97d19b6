# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which hosts the playbooks act on: those of datasentinel_hosts, wherever it is set, and never none."""

from __future__ import annotations

import re

import pytest

WITH_DEFAULT = ["register", "enable", "disable", "audit", "onboard"]
NAMED_ONLY = ["deregister", "offboard"]
HOSTS = "{{ query('datasentinel.platform.hosts') }}"


def inventory(**variables) -> dict:
    """Groups postgresql (pg1 to pg3), databases (db1, db2) and empty. variables: of the group all."""
    fleet = {"datasentinel_connection_password": "s3cret"}
    return {
        "all": {"vars": variables},
        "postgresql": {"hosts": {f"pg{number}": {"ansible_host": f"127.0.1.{number}"} for number in (1, 2, 3)}, "vars": fleet},
        "databases": {"hosts": {f"db{number}": {"ansible_host": f"127.0.2.{number}"} for number in (1, 2)}, "vars": fleet},
        "empty": {"hosts": {}},
    }


def names(*playbooks: str) -> list[str]:
    return [f"datasentinel.platform.{playbook}" for playbook in playbooks]


def listed(outcome) -> list[str]:
    """The hosts that --list-hosts printed."""
    return sorted(re.findall(r"^      (\S+)$", outcome.succeeded().output, re.MULTILINE))


def message(outcome) -> str:
    """The error that a run ended with."""
    assert outcome.returncode != 0 and "Traceback" not in outcome.output, outcome.output
    errors = [line for line in outcome.output.splitlines() if "ERROR" in line]
    assert len(errors) == 1 and not outcome.lines, outcome.output
    return errors[0]


SOURCES = {
    "the default": ({"datasentinel_hosts": ""}, [], ["pg1", "pg2", "pg3"]),
    "the inventory": ({"datasentinel_hosts": ["databases", "pg*:!pg2"]}, [], ["db1", "db2", "pg1", "pg3"]),
    "a template": ({"datasentinel_hosts": "{{ kind }}bases", "kind": "x"}, ["-e", "kind=data"], ["db1", "db2"]),
    "the command line": ({"datasentinel_hosts": "databases"}, ["-e", "datasentinel_hosts=postgresql:!pg2"], ["pg1", "pg3"]),
    "empty on the command line": ({"datasentinel_hosts": "databases"}, ["-e", "datasentinel_hosts="], ["db1", "db2"]),
    "within a limit": ({"datasentinel_hosts": "databases"}, ["--limit", "db2,pg1"], ["db2"]),
}


@pytest.mark.parametrize("variables, options, hosts", SOURCES.values(), ids=SOURCES)
def test_the_command_line_wins_over_the_inventory_which_wins_over_the_default(ansible, variables, options, hosts):
    assert listed(ansible.run(*names("register"), "--list-hosts", *options, inventory=inventory(**variables))) == hosts


def test_a_group_that_names_the_hosts_to_no_avail_is_named(ansible):
    groups = inventory()
    groups["databases"]["vars"] = {"datasentinel_hosts": "databases"}
    outcome = ansible.run(*names("register"), "--list-hosts", inventory=groups)
    assert listed(outcome) == ["pg1", "pg2", "pg3"]
    assert "datasentinel_hosts is set in the group databases, where it has no effect: set it in the group all" in " ".join(outcome.output.split())


def test_group_vars_beside_the_inventory_count(ansible, tmp_path):
    beside = tmp_path / "group_vars"
    beside.mkdir()
    (beside / "all.yml").write_text("datasentinel_hosts: db2\n")
    assert listed(ansible.run(*names("register"), "--list-hosts", inventory=inventory(datasentinel_hosts="db1"))) == ["db2"]


@pytest.mark.parametrize("playbook", WITH_DEFAULT + NAMED_ONLY)
def test_a_pattern_that_matches_no_host_fails_in_every_playbook(ansible, platform, playbook):
    outcome = ansible.run(*names(playbook), "-e", "datasentinel_hosts=postgresqll", "--limit", "pg1", inventory=inventory())
    assert "No host of the inventory matches 'postgresqll' within the limit 'pg1': set datasentinel_hosts to a group or pattern that does" in message(outcome)
    assert platform.journal.said() == []


@pytest.mark.parametrize("playbook", WITH_DEFAULT + NAMED_ONLY)
def test_a_misspelled_variable_does_not_leave_a_playbook_with_its_default(ansible, platform, playbook):
    outcome = ansible.run(*names(playbook), "-e", "datasentinel_host=pg1", inventory=inventory())
    assert "datasentinel_host is no variable of this playbook, and datasentinel_hosts is not given" in message(outcome)
    assert platform.journal.said() == []


NOT_UNDERSTOOD = {
    "a colon": ("datasentinel_hosts: pg1", "-e holds text that is no name=value"),
    "no space": ("datasentinel_hosts:pg1", "-e holds text that is no name=value"),
    "spaces": ("datasentinel_hosts = pg1", "-e holds text that is no name=value"),
    "two hosts": ("datasentinel_hosts=pg1 pg2", "-e holds text that is no name=value"),
    "upper case": ("DATASENTINEL_HOSTS=pg1", "DATASENTINEL_HOSTS is no variable of this playbook"),
    "another's work": ("datasentinel_connection_playbook_operation=deregister", "datasentinel_connection_playbook_operation is for the collection's own"),
    "a look": ("datasentinel_monitoring_user_look=true", "datasentinel_monitoring_user_look is for the collection's own"),
}


@pytest.mark.parametrize("given, expected", NOT_UNDERSTOOD.values(), ids=NOT_UNDERSTOOD)
def test_what_is_not_understood_on_the_command_line_does_not_leave_a_playbook_with_its_default(ansible, platform, given, expected):
    assert expected in message(ansible.run(*names("disable"), "-e", given, inventory=inventory()))
    assert platform.journal.said() == []


def test_the_rest_of_a_password_that_holds_a_space_is_not_printed(ansible):
    outcome = ansible.run(*names("disable"), "-e", "datasentinel_connection_password=of two w0rds", inventory=inventory())
    assert "-e holds text that is no name=value" in message(outcome) and "w0rds" not in outcome.output


def test_a_variable_of_the_environment_names_no_hosts_and_is_not_taken_for_that(ansible):
    outcome = ansible.run(*names("disable"), inventory=inventory(), environment={"DATASENTINEL_HOSTS": "pg1"})
    assert "The environment variable DATASENTINEL_HOSTS has no effect: name the hosts by -e datasentinel_hosts=" in message(outcome)


def test_a_variable_of_the_inventory_with_nearly_the_name_is_ones_own(ansible):
    outcome = ansible.run(*names("register"), "--list-hosts", inventory=inventory(datasentinel_host="monitoring.example.com"))
    assert listed(outcome) == ["pg1", "pg2", "pg3"]


NO_MATCH = {
    "empty group": (["-e", "datasentinel_hosts=empty"], "No host of the inventory matches 'empty': set datasentinel_hosts"),
    "outside the limit": (["--limit", "databases"], "No host of the inventory matches 'postgresql' within the limit 'databases': set"),
    "beyond the group": (["-e", "datasentinel_hosts=postgresql[7]"], "datasentinel_hosts cannot be resolved (No hosts matched the subscripted pattern"),
    "undefined variable": (["-e", "datasentinel_hosts={{ nowhere }}"], "datasentinel_hosts cannot be resolved ('nowhere' is undefined"),
}


@pytest.mark.parametrize("options, expected", NO_MATCH.values(), ids=NO_MATCH)
def test_no_host_is_left_for_other_reasons(ansible, options, expected):
    assert expected in message(ansible.run(*names("register"), *options, inventory=inventory()))


@pytest.mark.parametrize("playbook, given", [("deregister", None), ("deregister", ""), ("deregister", " , "), ("offboard", None), ("offboard", "")])
def test_what_removes_has_no_default_and_does_not_ask_the_inventory(ansible, platform, playbook, given):
    options = [] if given is None else ["-e", f"datasentinel_hosts='{given}'"]
    outcome = ansible.run(*names(playbook), *options, inventory=inventory(datasentinel_hosts="postgresql"))
    assert "datasentinel_hosts is not given: this playbook has no default, so name a group or pattern of hosts on the command line" in message(outcome)
    assert platform.journal.said() == []


def test_a_playbook_of_ones_own_names_the_hosts_in_import_playbook(ansible, platform):
    """The variable of import_playbook counts, in what removes too, and acts on these hosts and no others."""
    plays = [{"import_playbook": name, "vars": {"datasentinel_hosts": "{{ chosen }}"}} for name in names("register", "deregister")]
    platform.store.put("pg2", host="127.0.1.2", port=5432, user="datasentinel", password="s3cret")
    ansible.run(plays, "-e", "chosen=pg1", inventory=inventory()).succeeded()
    assert [call for call in platform.journal.methods() if call != "GET"] == ["POST", "DELETE"] and platform.store.names() == ["pg2"]


def test_serial_and_an_inventory_that_is_asked_once(ansible, tmp_path):
    script, asked = tmp_path / "inventory", tmp_path / "asked"
    data = '{"_meta": {"hostvars": {}}, "all": {"vars": {"datasentinel_hosts": "dynamic"}}, "dynamic": {"hosts": ["a", "b"]}}'
    script.write_text(f"#!/bin/sh\necho once >> '{asked}'\necho '{data}'\n")
    script.chmod(0o755)
    hello = {"name": "Hello", "ansible.builtin.debug": {"msg": "hello"}}
    outcome = ansible.run([{"hosts": HOSTS, "serial": 1, "gather_facts": False, "tasks": [hello]}], "-i", str(script)).succeeded()
    assert sorted(outcome.results("Hello")) == ["a", "b"] and outcome.output.count("TASK [Hello]") == 2
    assert asked.read_text() == "once\n"


def test_the_syntax_of_all_is_checked_without_an_inventory(ansible):
    ansible.run([{"import_playbook": name} for name in names(*WITH_DEFAULT, *NAMED_ONLY)], "--syntax-check").succeeded()


@pytest.mark.parametrize("playbook", ["ping", "register_file", "audit_merge"])
def test_a_limit_that_leaves_out_the_host_that_does_the_work_is_an_error(ansible, platform, playbook):
    outcome = ansible.run(f"datasentinel.platform.{playbook}", "--limit", "pg1", inventory={"postgresql": {"hosts": {"pg1": {}}}})
    expected = "This playbook runs on localhost, which the limit 'pg1' leaves out, so nothing was done: leave out the limit."
    assert outcome.returncode != 0 and expected in " ".join(outcome.output.split()) and platform.journal.said() == []
    assert ansible.run("datasentinel.platform.ping", "--limit", "localhost").returncode == 0


def test_patterns_of_a_play_of_ones_own_that_match_no_host_are_an_error(ansible):
    outcome = ansible.tasks(hosts="{{ query('datasentinel.platform.hosts', 'nowhere') }}")
    assert outcome.returncode != 0 and "No host of the inventory matches 'nowhere'." in " ".join(outcome.output.split())
