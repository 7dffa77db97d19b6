# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a bare PostgreSQL 18 to a monitored one: the role datasentinel_monitoring_user, and the playbooks onboard and offboard."""

from __future__ import annotations

import json

import psycopg
import pytest
from embedded.postgres import PostgresServers
from support.playbook import Ansible, access_by_password

PASSWORD = "s3cret-of-monitoring"


@pytest.fixture
def servers():
    """Two bare PostgreSQL servers."""
    with PostgresServers(2, bare=True) as running:
        for server in running:
            with server.connect() as superuser:
                # As hardened clusters have it.
                superuser.execute("CREATE DATABASE closed")
                superuser.execute("REVOKE CONNECT ON DATABASE closed FROM PUBLIC")
        yield running


@pytest.fixture
def ansible(tmp_path, platform):
    """ansible-playbook, with a user and password in its environment."""
    return Ansible(tmp_path, access_by_password(platform))


def host(server, **variables):
    """The variables of a host with one cluster; everything runs on this machine."""
    return {
        "ansible_connection": "local",
        "ansible_python_interpreter": "{{ ansible_playbook_python }}",
        "datasentinel_connection_host": server.host,
        "datasentinel_connection_port": server.port,
        "datasentinel_monitoring_user_password": PASSWORD,
        "datasentinel_monitoring_user_login_host": server.host,
        "datasentinel_monitoring_user_login_password": server.superuser_password,
        "datasentinel_monitoring_user_platform_address": "127.0.0.1/32",
        "datasentinel_connection_wait_timeout": 3,
        **variables,
    }


def inventory(**hosts):
    return {"postgresql": {"hosts": hosts}}


def monitoring(server, database="postgres", user="datasentinel", password=PASSWORD):
    """A connection as the monitoring user."""
    return psycopg.connect(host=server.host, port=server.port, user=user, password=password, dbname=database, autocommit=True)


def test_from_bare_to_connected_again_and_back(ansible, platform, servers):
    hosts = inventory(pg1=host(servers[0]))

    checked = ansible.run("datasentinel.platform.onboard", "--check", "--diff", inventory=hosts).succeeded()
    assert any(checked.changed()) and platform.store.names() == []
    with servers[0].connect() as superuser:
        assert superuser.execute("SELECT count(*) FROM pg_roles WHERE rolname = 'datasentinel'").fetchone() == (0,)

    first = ansible.run("datasentinel.platform.onboard", "-vvv", inventory=hosts).succeeded()
    assert platform.display("pg1")["connected"] is True and "pg1: connected" in first.output
    printed = first.output + json.dumps(first.lines)
    assert not [secret for secret in (PASSWORD, servers[0].superuser_password, platform.password) if secret in printed]

    again = ansible.run("datasentinel.platform.onboard", inventory=hosts).succeeded()
    assert not any(again.changed()), [line["task"] for line in again.lines if line["result"].get("changed")]

    with monitoring(servers[0]) as watcher:
        assert watcher.execute("SELECT count(*) FROM pg_stat_statements").fetchone()[0] > 0
        assert watcher.execute("SHOW shared_preload_libraries").fetchone() == ("pg_stat_statements",)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            watcher.execute("CREATE TABLE t (i int)")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            watcher.execute("CREATE ROLE other")
    monitoring(servers[0], "closed").close()
    with servers[0].connect() as superuser:
        assert superuser.execute("SELECT rolpassword FROM pg_authid WHERE rolname = 'datasentinel'").fetchone()[0].startswith("SCRAM-SHA-256$")
        rules = superuser.execute("SELECT user_name, address, auth_method FROM pg_hba_file_rules WHERE 'datasentinel' = ANY(user_name)").fetchall()
        assert rules == [(["datasentinel"], "127.0.0.1", "scram-sha-256")]

    ansible.run("datasentinel.platform.offboard", "-e", "datasentinel_hosts=postgresql", inventory=hosts).succeeded()
    assert platform.store.names() == []
    monitoring(servers[0]).close()
    ansible.run("datasentinel.platform.offboard", "-e", "datasentinel_hosts=postgresql", "-e", "datasentinel_drop_user=true", inventory=hosts).succeeded()
    with servers[0].connect() as superuser:
        assert superuser.execute("SELECT count(*) FROM pg_roles WHERE rolname = 'datasentinel'").fetchone() == (0,)
        assert superuser.execute("SELECT count(*) FROM pg_hba_file_rules WHERE 'datasentinel' = ANY(user_name)").fetchone() == (0,)


def test_two_clusters_of_one_host_from_one_list(ansible, platform, servers):
    instances = [{"name": f"cluster-{number}", "port": server.port, "password": f"{PASSWORD}-{number}"} for number, server in enumerate(servers)]
    # One login for both, so both superusers get the same password.
    for server in servers:
        with server.connect() as superuser:
            superuser.execute("ALTER ROLE postgres PASSWORD 'the-same'")
    hosts = inventory(pg=host(servers[0], datasentinel_connection_instances=instances, datasentinel_monitoring_user_login_password="the-same"))
    ansible.run("datasentinel.platform.onboard", inventory=hosts).succeeded()
    assert [platform.display(f"cluster-{number}")["connected"] for number in (0, 1)] == [True, True]
    assert not any(ansible.run("datasentinel.platform.onboard", inventory=hosts).succeeded().changed())


def test_one_host_that_fails_leaves_the_others_done_and_is_listed(ansible, platform, servers):
    down = host(servers[1], datasentinel_connection_port=1)
    wrong = host(servers[1], datasentinel_connection_password="not-that-one")
    outcome = ansible.run("datasentinel.platform.onboard", inventory=inventory(down=down, good=host(servers[0]), wrong=wrong))
    assert outcome.returncode != 0
    listed = " ".join(outcome.results("List who is connected, and who is not").popitem()[1]["msg"])
    assert "good: connected" in listed
    assert "down: NOT connected. " in listed
    assert "Connection 'wrong': " in listed and f"not connected to {servers[1].host}:{servers[1].port} as user datasentinel" in listed
    assert platform.display("good")["connected"] is True
    assert "PLAY RECAP" in outcome.output and "Traceback" not in outcome.output


def test_a_missing_platform_address_says_what_to_give(ansible, servers):
    variables = host(servers[0])
    del variables["datasentinel_monitoring_user_platform_address"]
    outcome = ansible.run("datasentinel.platform.onboard", inventory=inventory(pg=variables))
    assert "datasentinel_monitoring_user_platform_address is not set" in outcome.output


def test_a_managed_service_without_pg_hba(ansible, platform, servers):
    variables = host(servers[0], datasentinel_monitoring_user_manage_hba=False)
    del variables["datasentinel_monitoring_user_platform_address"]
    ansible.run("datasentinel.platform.onboard", inventory=inventory(pg=variables)).succeeded()
    assert platform.display("pg")["connected"] is True


def test_a_library_that_is_not_loaded(ansible, platform):
    with PostgresServers(1, bare=True, preload=False) as (server,):
        said = ansible.run("datasentinel.platform.onboard", inventory=inventory(pg=host(server))).succeeded()
        assert "set datasentinel_monitoring_user_manage_preload to true" in " ".join(said.output.split())
        with server.connect() as superuser:
            superuser.execute("ALTER SYSTEM SET shared_preload_libraries = auto_explain")
        managed = inventory(pg=host(server, datasentinel_monitoring_user_manage_preload=True))
        said = ansible.run("datasentinel.platform.onboard", inventory=managed).succeeded()
        assert "A restart of PostgreSQL is needed" in said.output
        with server.connect() as superuser:
            libraries = superuser.execute("SELECT setting FROM pg_file_settings WHERE name = 'shared_preload_libraries'").fetchall()
        assert libraries[-1][0].strip("'\"") in ("pg_stat_statements", "auto_explain, pg_stat_statements", "auto_explain,pg_stat_statements")
