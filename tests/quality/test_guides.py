# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Guides that are followed to the letter, on an embedded platform: only addresses and passwords are others."""

from __future__ import annotations

import pytest
import yaml
from support.guides import ADDRESS, PASSWORD, Guide
from support.markdown import Page
from support.playbook import Ansible


@pytest.fixture
def ansible(tmp_path, platform):
    return Ansible(tmp_path, platform.environment())


@pytest.fixture
def follow(tmp_path, platform):
    """A function that makes the files of a guide, and of the first one, and runs its commands. Returns what they print."""

    def follow(name, **instead):
        guide = Guide(f"docs/{name}.md", tmp_path, platform)
        guide.inventory()
        guide.write_files(*guide.page.samples("yaml"))
        for title, text in instead.items():
            guide.write(f"{title}.yml", text)
        # What needs no platform of one's own is tested by test_demo.py and test_playground.py.
        return guide.shell(guide.here("".join(sample.text for sample in guide.page.samples("shell") if not sample.text.startswith("make "))))

    return follow


def test_getting_started(follow, platform):
    output = follow("getting-started")
    # Of the check, the first run, the second one, and the playbook of one's own.
    assert ["changed=1" in line for line in output.splitlines() if line.startswith("pg-sales ")] == [True, True, False, False]
    assert platform.store.names() == ["billing", "crm", "pg-sales"]
    assert platform.store.get("crm")["tags"] == "environment=production,datacenter=lyon,application=crm"


def put(platform, *names, tags="environment=test"):
    """Have connections on the platform as the inventory of the guides has them, but for their tags."""
    for name in names:
        platform.store.put(name, host="127.0.0.1", user="datasentinel", password=PASSWORD, tags=tags)


def test_access_by_tags(follow, platform, ansible):
    put(platform, "pg-sales", "crm", "billing", "sales-production")
    output = follow("tags")
    # Shown, and not written.
    assert '"application": "sales"' in output and platform.store.get("pg-sales")["tags"] == "environment=test"
    [tasks] = [yaml.safe_load(sample.text) for sample in Page("docs/tags.md").samples("yaml") if sample.section.startswith("One tag")]
    ansible.tasks(*tasks).succeeded()
    assert platform.store.get("sales-production")["tags"] == "environment=test,audit=pci"


def test_maintenance_windows(follow, platform):
    put(platform, "pg-sales", "crm", "billing")
    # The work of the guide is the distribution's.
    output = follow("maintenance", upgrade="- name: Work\n  ansible.builtin.debug:\n    msg: working on {{ inventory_hostname }}\n")
    assert "working on pg-sales" in output and "working on pg-shared" in output
    calls = platform.journal.said()
    assert [calls.count(f"PATCH {name}/{verb}") for name in ("pg-sales", "crm", "billing") for verb in ("disable", "enable")] == [1] * 6
    assert all(platform.store.get(name)["enabled"] for name in ("pg-sales", "crm", "billing"))


# --- from the vendor's toolkit -----------------------------------------------------------------------------------


def tasks(which, platform):
    """The tasks of the guide by section. which: what is said above them."""
    samples = [sample for sample in Page("docs/from-the-toolkit.md").samples("yaml") if sample.before == which]
    text = {sample.section: sample.text.replace(ADDRESS, platform.url).replace("automation", platform.username) for sample in samples}
    return {section: yaml.safe_load(content) for section, content in text.items()}


def secrets_of(platform):
    return {"vault_datasentinel_api_password": platform.password, "vault_datasentinel_password": PASSWORD}


def test_the_tasks_of_today_do_what_the_guide_says(ansible, platform):
    today = tasks("Today:", platform)
    # Adding it a second time fails.
    [add] = today["Add a connection"]
    add_again = {**add, "name": "Add it again", "register": "added", "failed_when": "added.status != 409"}
    sequence = [task for section in today.values() for task in section]
    sequence.insert(sequence.index(add) + 1, add_again)
    outcome = ansible.tasks(*sequence, variables=secrets_of(platform)).succeeded()
    assert outcome["Mint a token"]["json"]["user-token"] in outcome.output
    assert outcome["Read the connection"]["json"]["password"] == PASSWORD
    assert platform.store.names() == []


def test_the_tasks_in_their_place_do_the_same_once(ansible, platform):
    instead = tasks("With the collection:", platform)
    assert instead.keys() == tasks("Today:", platform).keys()
    sequence = [{**task, "name": task["name"] + time} for section in instead.values() for task in section for time in (", once", ", again")]
    outcome = ansible.tasks(*sequence, variables=secrets_of(platform)).succeeded()
    # Looking changes nothing; each of the others changes something the first time, and nothing the second.
    assert outcome.changed() == [False, False, True, False, True, False, True, False, False, False, True, False]
    assert PASSWORD not in outcome.output and platform.store.names() == []
