# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The collection community.postgresql is needed by onboard and offboard alone, and missing it is one sentence."""

from __future__ import annotations

import os

import pytest
from support.playbook import Ansible, access_by_password

HOSTS = {"postgresql": {"hosts": {name: {"ansible_connection": "local", "datasentinel_connection_password": "pw"} for name in ("pg1", "pg2")}}}


@pytest.fixture
def ansible(tmp_path, platform):
    """ansible-playbook with no collection but this one."""
    alone = os.environ["ANSIBLE_COLLECTIONS_PATH"].split(os.pathsep)[0]
    return Ansible(tmp_path, {**access_by_password(platform), "ANSIBLE_COLLECTIONS_PATH": alone})


@pytest.mark.parametrize("playbook, options", [("onboard", ()), ("offboard", ("-e", "datasentinel_hosts=postgresql", "-e", "datasentinel_drop_user=true"))])
def test_the_playbooks_say_how_to_install_it_before_anything_is_done(ansible, platform, playbook, options):
    platform.store.put("pg1", host="pg1", port=5432, user="datasentinel", password="pw")
    outcome = ansible.run(f"datasentinel.platform.{playbook}", *options, inventory=HOSTS)
    assert outcome.returncode != 0 and platform.store.names() == ["pg1"]
    printed = " ".join(outcome.output.split())
    assert printed.count('"msg": "The collection community.postgresql, which prepares PostgreSQL, is not installed where') == 1
    assert "ansible-galaxy collection install 'community.postgresql:>=3.2.0'" in printed
    assert "couldn't resolve module" not in printed and "Traceback" not in printed


def test_everything_else_works_without_it(ansible, platform):
    ansible.run("datasentinel.platform.register", inventory=HOSTS).succeeded()
    assert platform.store.names() == ["pg1", "pg2"]
    ansible.run("datasentinel.platform.offboard", "-e", "datasentinel_hosts=postgresql", inventory=HOSTS).succeeded()
    assert platform.store.names() == []


def test_the_role_says_so_too(ansible):
    role = [{"hosts": "postgresql", "gather_facts": False, "roles": ["datasentinel.platform.datasentinel_monitoring_user"]}]
    outcome = ansible.run(role, inventory=HOSTS)
    assert outcome.returncode != 0 and "which prepares PostgreSQL, is not installed" in " ".join(outcome.output.split())
