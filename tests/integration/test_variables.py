# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Variables of the playbooks that are misspelled, empty, or text instead of a number: said once, and before anything is sent."""

from __future__ import annotations

import pytest
import yaml

PASSWORD = "s3cret-of-all"
#: Every playbook, with what it cannot do without.
PLAYBOOKS = {
    **{name: [] for name in ("register", "enable", "disable", "audit", "onboard", "ping", "awx_setup", "audit_merge", "register_file")},
    **{name: ["-e", "datasentinel_hosts=postgresql"] for name in ("deregister", "offboard", "maintenance")},
}


@pytest.fixture
def playbook(ansible):
    """Run a playbook of the collection by its short name, for the hosts pg1 and pg2. Returns its Outcome, and what it printed in one line."""

    def run(name, *options, variables=None, **hosts):
        hosts = hosts or {"pg1": {}, "pg2": {}}
        inventory = {"postgresql": {"hosts": hosts, "vars": {"datasentinel_connection_password": PASSWORD, **(variables or {})}}}
        outcome = ansible.run(f"datasentinel.platform.{name}", *PLAYBOOKS[name], *options, inventory=inventory)
        assert "Traceback" not in outcome.output, outcome.output
        return outcome, " ".join(outcome.output.split())

    return run


# --- misspelled --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PLAYBOOKS)
def test_every_playbook_warns_once_of_a_misspelled_variable_and_names_the_one_meant(playbook, name):
    _outcome, printed = playbook(name, "-e", "datasentinel_buk=s3cret-value")
    expected = "datasentinel_buk is no variable of this collection, and has no effect. Is datasentinel_bulk meant?"
    assert (printed.count(expected), printed.count("is no variable of")) == (1, 1)
    assert "s3cret-value" not in printed


def test_wherever_it_is_set(playbook, tmp_path):
    for folder, file, variable in (("group_vars", "postgresql", "datasentinel_audit_dirr"), ("host_vars", "pg1", "datasentinel_concurency")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / f"{file}.yml").write_text(yaml.safe_dump({variable: 1}))
    _outcome, printed = playbook("disable", variables={"datasentinel_conection_port": 1}, pg1={"datasentinal_file": "x"})
    for meant in ("datasentinel_audit_dir", "datasentinel_concurrency", "datasentinel_connection_port", "datasentinel_file"):
        assert printed.count(f"Is {meant} meant?") == 1, meant


def test_what_has_no_effect_in_the_inventory_draws_a_warning_there(playbook):
    warning = "datasentinel_bulk is set in the inventory, where it has no effect: give it by -e."
    assert playbook("disable", pg1={"datasentinel_bulk": True})[1].count(warning) == 1
    assert warning not in playbook("disable", "-e", "datasentinel_bulk=true", pg1={"datasentinel_bulk": True})[1]


def test_variables_of_ones_own_and_of_other_hosts_draw_no_warning(ansible):
    own = {"datasentinel_api_password_from_vault": "x", "datasentinel_password": "x", "datasentinel_url": "x", "datasentinel_user": "x"}
    others = {"web": {"hosts": {"web1": {"datasentinel_buk": True}}}}
    inventory = {"postgresql": {"hosts": {"pg1": {}}, "vars": {**own, "datasentinel_connection_password": PASSWORD}}, **others}
    assert "is no variable" not in ansible.run("datasentinel.platform.register", inventory=inventory).succeeded().output


@pytest.mark.parametrize("name, bulk", [("register", False), ("register", True), ("deregister", False), ("audit", False)])
def test_a_password_under_a_misspelled_key_that_looks_like_an_expression_is_not_printed(playbook, platform, name, bulk):
    instances = [{"name": "a", "port": 5432, "pasword": "geheim{{nichts"}]
    outcome, printed = playbook(name, "-e", f"datasentinel_bulk={bulk}", pg1={"datasentinel_connection_instances": instances})
    assert outcome.returncode != 0 and "datasentinel_connection_instances[0] holds pasword, which is not known there" in printed
    assert "geheim" not in printed and platform.store.names() == []


# --- neither true nor false, and no number -------------------------------------------------------------------


WRONG = {
    "datasentinel_bulk=maybe": ("register", "datasentinel_bulk has to be true or false, and it is 'maybe'."),
    # Of which Ansible's versions differ in what they take it for.
    "datasentinel_bulk=y": ("disable", "datasentinel_bulk has to be true or false, and it is 'y'."),
    "datasentinel_concurrency=abc": ("register_file", "datasentinel_concurrency has to be a whole number, and it is 'abc'."),
    "datasentinel_drop_user=ja": ("offboard", "datasentinel_drop_user has to be true or false, and it is 'ja'."),
    "datasentinel_serial=some": ("onboard", "datasentinel_serial has to be a number of hosts from 1 on, a percentage, or a list of them, and it is 'some'."),
    "datasentinel_awx_wait=never": ("awx_setup", "datasentinel_awx_wait has to be true or false, and it is 'never'."),
    "datasentinel_drop_user=yes": ("deregister", "datasentinel_drop_user is not heeded by this playbook, so nothing was done"),
    "datasentinel_serial=1": ("maintenance", "datasentinel_serial is not heeded by this playbook, so nothing was done"),
    "datasentinel_monitoring_user_restart=maybe": ("onboard", "datasentinel_monitoring_user_restart has to be true or false, and it is 'maybe'."),
}


@pytest.mark.parametrize("given", WRONG)
def test_what_is_no_boolean_or_number_is_refused_before_anything_is_sent(playbook, platform, given):
    name, message = WRONG[given]
    outcome, printed = playbook(name, "-e", given)
    assert outcome.returncode != 0 and message in printed and not outcome.lines
    assert platform.journal.said() == []


def test_it_is_refused_in_the_inventory_as_well(playbook, platform):
    outcome, printed = playbook("offboard", pg1={"datasentinel_drop_user": True}, pg2={"datasentinel_drop_user": "maybe"})
    assert outcome.returncode != 0 and "datasentinel_drop_user has to be true or false, and it is 'maybe'." in printed
    assert platform.journal.said() == []


def test_what_is_empty_is_not_given(playbook, platform):
    options = [f"-edatasentinel_{name}=" for name in ("bulk", "concurrency", "serial", "drop_user", "monitoring_user_restart")]
    outcome, _printed = playbook("register", *options)
    outcome.succeeded()
    assert platform.store.names() == ["pg1", "pg2"] and len(outcome.lines) == 2, "a task for each host"


# --- hosts that are not named ------------------------------------------------------------------------------------


EMPTY = "datasentinel_hosts is empty, which counts as not given: this playbook acts on "


@pytest.mark.parametrize("variables, hosts", [({}, "postgresql"), ({"datasentinel_hosts": "pg*:!pg2"}, "pg*,!pg2")])
def test_empty_hosts_draw_a_warning_that_names_what_is_acted_on(ansible, variables, hosts):
    inventory = {"all": {"vars": variables}, "postgresql": {"hosts": {"pg1": {}, "pg2": {}}}}
    outcome = ansible.run("datasentinel.platform.register", "--list-hosts", "-e", "datasentinel_hosts=", inventory=inventory).succeeded()
    assert " ".join(outcome.output.split()).count(f"{EMPTY}{hosts}.") == 1


@pytest.mark.parametrize("options", [[], ["-e", "datasentinel_hosts=", "-e", "awx_job_id=7"]], ids=["not given", "a survey of AWX"])
def test_hosts_that_are_left_to_the_inventory_on_purpose_draw_none(ansible, options):
    outcome = ansible.run("datasentinel.platform.register", "--list-hosts", *options, inventory={"postgresql": {"hosts": {"pg1": {}}}}).succeeded()
    assert "is empty" not in outcome.output
