# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import psycopg
import pytest
from support.playbook import Ansible, access_by_password, interpreter

PASSWORD = "s3cret-of-monitoring"


@pytest.fixture
def ansible(tmp_path, platform):
    """ansible-playbook, with a user and password in its environment."""
    return Ansible(tmp_path, {**access_by_password(platform), "ANSIBLE_PIPELINING": "true"})


@pytest.fixture
def host():
    """A function that returns the variables of a host with one cluster; everything runs on this machine. None takes a variable away."""

    def variables(server, **more):
        given = {
            "ansible_connection": "local",
            "ansible_python_interpreter": interpreter(),
            "datasentinel_connection_host": server.host,
            "datasentinel_connection_port": server.port,
            "datasentinel_connection_password": PASSWORD,
            "datasentinel_monitoring_user_login_host": server.host,
            "datasentinel_monitoring_user_login_password": server.superuser_password,
            "datasentinel_monitoring_user_platform_address": "127.0.0.1/32",
            "datasentinel_connection_wait_timeout": 3,
            **more,
        }
        return {name: value for name, value in given.items() if value is not None}

    return variables


@pytest.fixture
def onboard(ansible):
    """A function that runs the playbook onboard: options, and the variables of hosts by name."""

    def run(*options, **hosts):
        return ansible.run("datasentinel.platform.onboard", *options, inventory={"postgresql": {"hosts": hosts}})

    return run


@pytest.fixture
def offboard(ansible):
    """The same for offboard, with the monitoring user."""

    def run(*options, **hosts):
        arguments = ("-e", "datasentinel_hosts=postgresql", "-e", "datasentinel_drop_user=true", *options)
        return ansible.run("datasentinel.platform.offboard", *arguments, inventory={"postgresql": {"hosts": hosts}})

    return run


def changes(outcome):
    """What a run changed: the hosts and tasks, in order."""
    return [(line["host"], line["task"]) for line in outcome.lines if line["result"].get("changed") and not line["item"]]


def listed(outcome):
    """The lines at the end of onboard."""
    return [text for line in outcome.lines if line["task"] == "List what became of each connection" for text in line["result"]["msg"]]


def monitoring(server, database="postgres", user="datasentinel", password=PASSWORD):
    """A connection as the monitoring user."""
    return psycopg.connect(host=server.host, port=server.port, user=user, password=password, dbname=database, autocommit=True)
