# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table of variables (plugin_utils/_variables.py) against the playbooks, the role datasentinel_monitoring_user, and the documentation.

That of the role datasentinel_connection follows from the table of options: test_one_table.py.
"""

from __future__ import annotations

import re

import pytest
import yaml
from ansible_collections.datasentinel.platform.plugins.lookup.hosts import VARIABLE as HOSTS
from ansible_collections.datasentinel.platform.plugins.plugin_utils._variables import OF_MONITORING_USER, OF_PLAYBOOKS, OF_PLAYS, PUBLIC, misspelled
from embedded.collection import ROOT
from support.markdown import pages

NAME = re.compile(r"(?<![\w.])datasentinel_\w*\w")
#: What is called so and is no variable: the modules and roles.
OTHERS = {path.stem for kind in ("plugins/modules/*.py", "roles/*") for path in ROOT.glob(kind)}
#: A misspelled name that a guide shows as one, the beginning of names, and what the role datasentinel_monitoring_user sets for a cluster.
SHOWN = {"datasentinel_host", "datasentinel_connection_", "datasentinel_monitoring_user_port"}


@pytest.fixture(scope="module")
def playbooks(collection):
    """The text of all playbooks and their files of tasks, without comments."""
    return "\n".join(re.sub(r"(?m)^\s*#.*$", "", path.read_text()) for path in sorted((collection / "playbooks").rglob("*.yml")))


def test_playbooks_read_no_variable_that_is_not_in_the_table(collection, playbooks):
    # What a play or task sets, registers or hands to another.
    set_there = set(re.findall(r"(?m)^\s+(?:register: )?(datasentinel_\w+)(?:$|:)", playbooks))
    assert set(NAME.findall(playbooks)) - set_there - {*PUBLIC, *OF_PLAYS, *OTHERS} == set()


def test_the_table_has_no_variable_that_nothing_reads(playbooks):
    # The lookup hosts reads one of them.
    assert [name for name in OF_PLAYBOOKS if name not in NAME.findall(playbooks + HOSTS)] == []


def test_what_plays_set_is_known(collection):
    plays = [play for path in (collection / "playbooks").glob("*.yml") for play in yaml.safe_load(path.read_text())]
    of_roles = [name for path in (collection / "roles").glob("*/vars/main.yml") for name in yaml.safe_load(path.read_text())]
    assert {*of_roles, *(name for play in plays for name in play.get("vars", {}))} == set(OF_PLAYS)


def test_every_play_has_its_variables_checked(collection):
    """By the lookup hosts, when a play begins."""
    plays = [(path.name, play["hosts"]) for path in (collection / "playbooks").glob("*.yml") for play in yaml.safe_load(path.read_text())]
    assert [name for name, hosts in plays if "query('datasentinel.platform.hosts'" not in hosts] == []


def test_the_role_has_the_variables_of_the_table(collection):
    spec = yaml.safe_load((collection / "roles/datasentinel_monitoring_user/meta/argument_specs.yml").read_text())["argument_specs"]["main"]["options"]
    assert {name: (entry["type"], entry.get("choices"), entry.get("no_log", False)) for name, entry in spec.items()} == {
        name: (option.type, list(option.choices) if option.choices else None, option.secret) for name, option in OF_MONITORING_USER.items()
    }


def test_the_documentation_names_every_variable():
    text = "\n".join(page.text for page in pages())
    # In tables, names that go together are shortened to what differs.
    ends = re.findall(r"`(_\w+)`", text)
    assert [name for name in PUBLIC if name not in NAME.findall(text) and not name.endswith(tuple(ends))] == []


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_what_the_documentation_names_draws_no_warning(page):
    assert misspelled(set(NAME.findall(page.text)) - SHOWN - OTHERS) == []


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_the_tables_of_the_documentation_hold_no_other_variable(page):
    cells = [line.split("|")[1] for line in page.text.splitlines() if line.startswith("| `datasentinel_")]
    assert {name for cell in cells for name in NAME.findall(cell)} - {*PUBLIC, *OTHERS} == set()
