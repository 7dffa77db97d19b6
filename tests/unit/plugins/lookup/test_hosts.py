# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lookup hosts: what a value of datasentinel_hosts means. Real runs are in tests/integration/test_hosts.py."""

from __future__ import annotations

import pytest
from ansible.errors import AnsibleLookupError
from ansible.parsing.dataloader import DataLoader
from ansible_collections.datasentinel.platform.plugins.lookup.hosts import inventory_of_run, refuse_misspelling, refuse_unheeded, split_patterns


@pytest.mark.parametrize(
    "value, patterns",
    [
        ("postgresql", ["postgresql"]),
        ("a:b, c", ["a", "b", "c"]),
        ("pg*,!pg2:&eu", ["pg*", "!pg2", "&eu"]),
        ("pg[0:3]:~db(1|2)", ["pg[0:3]", "~db(1|2)"]),
        (["a:!b", "c"], ["a", "!b", "c"]),
    ],
)
def test_patterns_as_usual_in_ansible(value, patterns):
    assert split_patterns(value) == patterns


@pytest.mark.parametrize("value", [None, "", "  ", "\n", ",", ":", ",:", " , : ,", [], [None], ["", " ", ","]])
def test_nothing_is_no_pattern_although_it_would_be_every_host_to_ansible(value):
    assert split_patterns(value) == []


@pytest.mark.parametrize("value", ["!staging", ":!staging", ",!staging", ":&postgresql", "&a,!b", [None, "!staging"]])
def test_what_only_leaves_hosts_out_names_none(value):
    with pytest.raises(AnsibleLookupError, match=r"names no hosts and only leaves some out \(!, &\): name first what they are left out of"):
        split_patterns(value)


@pytest.mark.parametrize("value", ["!", "&", "~", "all:!", "all,!:&eu", ["all", "!"], 5, True, {"a": "b"}, ["a", 5], ["a", ["b"]]])
def test_what_is_no_pattern_is_refused(value):
    with pytest.raises(AnsibleLookupError, match="^datasentinel_hosts is .*: it has to be a group or pattern of hosts, as text, or a list of them.$"):
        split_patterns(value)


@pytest.mark.parametrize("name", ["datasentinel_host", "datasentinel_hots", "datasentinal_hosts", "datasentinel_Hosts", "datasentinel_hostss"])
def test_a_misspelled_name_is_refused(name):
    with pytest.raises(AnsibleLookupError, match=f"^{name} is no variable of this playbook, and datasentinel_hosts is not given"):
        refuse_misspelling({name: "pg1", "ansible_version": {}})


@pytest.mark.parametrize("name", ["datasentinel_hosts", "datasentinel_bulk", "datasentinel_file", "datasentinel_connection_host", "hosts"])
def test_other_names_are_not_refused(name):
    refuse_misspelling({name: ""})


@pytest.mark.parametrize("value", ["", None, False, "false", "No", "off", 0])
def test_what_asks_for_nothing_may_be_unheeded(value):
    refuse_unheeded(["datasentinel_drop_user"], {"datasentinel_drop_user": value})


def test_a_variable_of_ones_own_may_stand_beside_the_hosts():
    refuse_misspelling({"datasentinel_host": "monitoring.example.com", "datasentinel_hosts": "postgresql"})


def test_the_inventory_is_read_where_no_playbook_is_running(tmp_path):
    inventory = tmp_path / "hosts.ini"
    inventory.write_text("[postgresql]\npg1\npg2\n")
    found = inventory_of_run(DataLoader(), {"ansible_inventory_sources": [str(inventory)], "ansible_limit": "pg2"})
    assert [host.name for host in found.get_hosts(["postgresql"])] == ["pg2"]
