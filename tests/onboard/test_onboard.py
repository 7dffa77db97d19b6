# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a bare PostgreSQL 18 to a monitored one and back, by the playbooks onboard and offboard."""

from __future__ import annotations

import json
import stat
import time
from types import SimpleNamespace

import psycopg
import pytest
from embedded.postgres import PostgresServers

from .conftest import PASSWORD, changes, listed, monitoring

#: As people keep it: comments, tabs, a blank line, no line feed at its end.
HBA = """# Who may come in\t(see the wiki)
local   all  all            peer

hostnossl sales all all     reject\t# sales: TLS only
host\tall all 127.0.0.1/32  scram-sha-256
host    all  all 10.0.0.0/8 md5   # the office
host    all  all all        reject"""
MARKED = "host all datasentinel 127.0.0.1/32 scram-sha-256 # added by datasentinel.platform\n"


def lets_in(server):
    """Whether the monitoring user can log in."""
    try:
        monitoring(server).close()
    except psycopg.OperationalError:
        return False
    return True


def test_from_bare_to_connected_again_and_back(onboard, offboard, platform, host):
    with PostgresServers(1, bare=True, settings="log_statement = all\nlog_transaction_sample_rate = 1\npassword_encryption = md5") as (server,):
        hba = server.data / "pg_hba.conf"
        hba.write_text(HBA)
        hba.chmod(0o640)
        with server.connect() as superuser:
            # As hardened clusters have it.
            superuser.execute("CREATE DATABASE closed")
            superuser.execute("REVOKE CONNECT ON DATABASE closed FROM PUBLIC")
            superuser.execute("SELECT pg_reload_conf()")
        # Here and below, what is empty is not given.
        variables = host(server, datasentinel_monitoring_user_password="", datasentinel_monitoring_user_login_user="")

        foreseen = onboard("--check", "--diff", pg1=variables).succeeded()
        assert platform.store.names() == [] and hba.read_text() == HBA
        with server.connect() as superuser:
            assert superuser.execute("SELECT count(*) FROM pg_roles WHERE rolname = 'datasentinel'").fetchone() == (0,)

        first = onboard("-vvv", pg1=variables).succeeded()
        assert changes(first) == changes(foreseen) != []
        assert listed(foreseen) == ["pg1: would be registered"] and listed(first) == ["pg1: connected"]
        assert "deprecat" not in (foreseen.output + first.output).lower()
        assert hba.read_text() == HBA.replace("host\t", MARKED + "host\t")
        assert (stat.S_IMODE(hba.stat().st_mode), hba.stat().st_uid) == (0o640, server.data.stat().st_uid)
        [backup] = server.data.glob("pg_hba.conf.*~")
        assert backup.read_text() == HBA

        printed = foreseen.output + first.output + json.dumps(first.lines) + server.log.read_text()
        assert not [secret for secret in (PASSWORD, server.superuser_password, platform.password) if secret in printed]
        with monitoring(server) as watcher:
            seen = [text for (text,) in watcher.execute("SELECT query FROM pg_stat_statements").fetchall()]
            assert seen and not [text for text in seen if PASSWORD in text]
            for forbidden in ("CREATE TABLE t (i int)", "CREATE ROLE other"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    watcher.execute(forbidden)
        monitoring(server, "closed").close()
        with server.connect() as superuser:
            assert superuser.execute("SELECT rolpassword FROM pg_authid WHERE rolname = 'datasentinel'").fetchone()[0].startswith("SCRAM-SHA-256$")

        # As after a run that was broken off before the reload: it is made up for, which is no change.
        with server.connect() as superuser:
            hba.write_text("host all postgres 127.0.0.1/32 scram-sha-256\n")
            superuser.execute("SELECT pg_reload_conf()")
            # PostgreSQL does so soon after it has answered.
            for _attempt in range(100):
                if not lets_in(server):
                    break
                time.sleep(0.1)
            hba.write_text(HBA.replace("host\t", MARKED + "host\t"))
        assert changes(onboard("--check", pg1=variables).succeeded()) == [] and not lets_in(server)
        again = onboard(pg1=variables).succeeded()
        assert changes(again) == [] and listed(again) == ["pg1: connected"]
        assert len(list(server.data.glob("pg_hba.conf.*~"))) == 1

        # Without the platform's address, and whatever the inventory has for onboard.
        variables = host(server, datasentinel_monitoring_user_platform_address=None, datasentinel_connection_password=None)
        variables |= {"datasentinel_monitoring_user_state": "present"}
        variables |= {"datasentinel_connection_user": "", "datasentinel_monitoring_user_name": "", "datasentinel_connection_instances": ""}
        variables |= {"datasentinel_connection_port": "", "datasentinel_monitoring_user_login_port": server.port}
        assert changes(offboard("--check", pg1=variables).succeeded()) == changes(offboard(pg1=variables).succeeded()) != []
        assert platform.store.names() == [] and hba.read_text() == HBA
        with server.connect() as superuser:
            assert superuser.execute("SELECT count(*) FROM pg_roles WHERE rolname = 'datasentinel'").fetchone() == (0,)


def test_one_line_for_each_connection(onboard, offboard, platform, host):
    with PostgresServers(2, bare=True) as servers:
        for server in servers:
            with server.connect() as superuser:
                # One login for both clusters of a host.
                superuser.execute("ALTER ROLE postgres PASSWORD 'the-same'")
                # Several hosts below share a cluster, and would all make it at once.
                superuser.execute("CREATE EXTENSION pg_stat_statements")
        by_hand = {"datasentinel_monitoring_user_manage_hba": False, "datasentinel_monitoring_user_login_password": "the-same"}
        # One with a password of its own, and one with that of its host.
        passwords = (f"{PASSWORD}-0", "")
        clusters = [{"name": f"cluster-{number}", "port": servers[number].port, "password": password} for number, password in enumerate(passwords)]
        platform.store.put("off", host=servers[0].host, port=servers[0].port, user="off", password=PASSWORD, enabled=False)
        hosts = {
            "unreached": host(servers[0], ansible_connection="ssh", ansible_host="127.0.0.1", ansible_port=1),
            "down": host(servers[0], datasentinel_connection_port=1),
            "two": host(
                servers[0],
                datasentinel_connection_instances=clusters,
                datasentinel_monitoring_user_login_password="the-same",
            ),
            "off": host(servers[0], datasentinel_connection_user="off", **by_hand),
            "wrong": host(servers[0], datasentinel_connection_user="wrong", datasentinel_monitoring_user_password="not-that-one", **by_hand),
            "administrator": host(servers[0], datasentinel_connection_user="postgres", **by_hand),
            "nameless": host(servers[0], datasentinel_connection_password=None),
            "empty": host(servers[0], datasentinel_connection_password=None, datasentinel_connection_instances=clusters[1:]),
            "homeless": host(servers[0], datasentinel_monitoring_user_platform_address=None),
            "everybody": host(servers[0], datasentinel_connection_user="all"),
            "hash": host(servers[0], datasentinel_connection_password="md5" + "0" * 32),
        }
        outcome = onboard(**hosts)
        assert outcome.returncode != 0 and "Traceback" not in outcome.output
        lines = listed(outcome)
        assert lines[0] == "unreached: NOT connected: the host could not be reached"
        assert lines[1] == "down: NOT connected: 'Look what is there' failed, as shown above"
        assert lines[2:5] == ["cluster-0 (two): connected", "cluster-1 (two): connected", "off: registered and disabled"]
        assert lines[5].startswith(f"wrong: NOT connected: The platform is not connected to {servers[0].host}:{servers[0].port} as user wrong")
        assert lines[6] == "administrator: NOT connected: 'Check that PostgreSQL can be prepared' failed, as shown above"
        assert "The role postgres is a superuser" in outcome.results("Check that PostgreSQL can be prepared")["administrator"]["msg"]
        assert lines[7:] == [
            f"{name}: NOT connected: 'Check what is given' failed, as shown above"
            for name in ("nameless", "cluster-1 (empty)", "homeless", "everybody", "hash")
        ]

        failed = {host for host, result in outcome.results("Fail where a connection failed").items() if result["failed"]}
        assert failed == {"unreached", "down", "wrong", "administrator", "nameless", "empty", "homeless", "everybody", "hash"}
        printed = " ".join(outcome.output.split())
        for reason, host_name in (
            ("The password of the monitoring user is missing: set", "nameless"),
            ("address is not set: give", "homeless"),
            ("cannot be the name of the monitoring user", "everybody"),
            ("it looks like the hash of one", "hash"),
        ):
            assert outcome.results("Check what is given")[host_name]["msg"] in printed and reason in printed
        # A failure is printed once (with Ansible's own [ERROR] before its result, from 2.19 on).
        address = "datasentinel_monitoring_user_platform_address is not set"
        for reason, hosts_with_it in (("The password of the monitoring user is missing", 2), (address, 1), ("unable to connect to database", 1)):
            assert printed.count(f'"msg": "{reason}') == hosts_with_it, reason
        assert printed.count("The platform is not connected to") == 1

        # The two batches of a serial run have a list each, for their own hosts.
        batches = onboard("-e", "datasentinel_serial=1", "--limit", "off,wrong", **hosts)
        assert [line.partition(": ")[0] for line in listed(batches)] == ["off", "wrong"]
        # And Ansible ends a play when all hosts of a batch have failed.
        ended = onboard("-e", "datasentinel_serial=1", "--limit", "unreached,off", **hosts)
        assert listed(ended) == ["unreached: NOT connected: the host could not be reached", "off: not begun, since all hosts before it failed"]

        # A cluster that cannot be reached, though its connection was to be absent, does not keep the user on the others of its host.
        gone = {"name": "gone", "port": 1, "state": "absent"}
        outcome = offboard(two={**hosts["two"], "datasentinel_connection_instances": [gone, *clusters]})
        told = outcome.results("Fail where the monitoring user is left")["two"]["msg"]
        assert "removed from gone on port 1, where 'Look what is there' failed: unable to connect" in told and "cluster-" not in told
        assert outcome.returncode != 0 and not {"cluster-0", "cluster-1"} & set(platform.store.names())
        for server in servers:
            with monitoring(server, user="postgres", password="the-same") as superuser:
                assert superuser.execute("SELECT count(*) FROM pg_roles WHERE rolname = 'datasentinel'").fetchone() == (0,)


def test_a_host_with_an_empty_list_of_connections_has_no_cluster_to_prepare(onboard, offboard, platform, host):
    """Nobody listens there, and what a cluster would need is missing."""
    nowhere = SimpleNamespace(host="127.0.0.1", port=1, superuser_password="x")
    needed = {"datasentinel_connection_password": None, "datasentinel_monitoring_user_platform_address": None}
    outcome = onboard(pg=host(nowhere, datasentinel_connection_instances=[], **needed)).succeeded()
    assert listed(outcome) == ["pg: has no connections (datasentinel_connection_instances is an empty list)"]
    outcome = offboard(pg=host(nowhere, datasentinel_connection_instances=[], **needed)).succeeded()
    assert changes(outcome) == [] and platform.journal.said() == []
    # Nor is one prepared whose connection is to be absent.
    outcome = onboard(pg=host(nowhere, datasentinel_connection_state="absent", **needed)).succeeded()
    assert changes(outcome) == [] and listed(outcome) == ["pg: not registered"]


@pytest.mark.parametrize("instances", ["", None])
def test_an_empty_text_is_no_list_of_connections(onboard, platform, host, instances):
    nowhere = SimpleNamespace(host="127.0.0.1", port=1, superuser_password="x")
    variables = {**host(nowhere), "datasentinel_connection_instances": instances}
    assert listed(onboard(pg=variables)) == ["pg: NOT connected: 'Look what is there' failed, as shown above"]


def test_onboard_never_drops_the_monitoring_user(onboard, platform, host):
    """Nobody listens there: it is refused before anything is looked at."""
    nowhere = SimpleNamespace(host="127.0.0.1", port=1, superuser_password="x")
    outcome = onboard("-e", "datasentinel_monitoring_user_state=absent", pg=host(nowhere))
    assert listed(outcome) == ["pg: NOT connected: 'Check that the monitoring user is to be there' failed, as shown above"]
    assert "To drop it, run offboard with datasentinel_drop_user=true" in " ".join(outcome.output.split()) and platform.store.names() == []


def test_offboard_never_makes_the_monitoring_user(offboard, platform, host):
    """Nobody listens there: it is refused before anything is looked at."""
    nowhere = SimpleNamespace(host="127.0.0.1", port=1, superuser_password="x")
    platform.store.put("pg", host="127.0.0.1", port=1, user="datasentinel", password=PASSWORD)
    outcome = offboard("-e", "datasentinel_monitoring_user_state=present", pg=host(nowhere))
    assert "to make it, run onboard" in outcome.results("Check that the monitoring user is to be dropped")["pg"]["msg"]
    assert outcome.returncode != 0 and platform.store.names() == ["pg"]


def test_a_reject_is_never_outranked_and_an_error_is_taken_back(onboard, platform, host):
    with PostgresServers(1, bare=True, preload=False) as (server,):
        hba = server.data / "pg_hba.conf"
        text = "local all all peer\nhost all +pg_monitor 127.0.0.0/8 reject # not from here\nhost all postgres all scram-sha-256\n"
        hba.write_text(text)
        # Nor is PostgreSQL restarted for a platform that cannot get in.
        outcome = onboard(pg=host(server, datasentinel_monitoring_user_manage_preload=True))
        assert outcome.returncode != 0 and hba.read_text() == text
        assert outcome.results("Add it to the libraries that are loaded at start") == {}
        refused = outcome.results("Keep the platform's line in pg_hba.conf")["pg"]["msg"]
        assert f"A reject keeps the platform out: line 2 of {hba} (host all +pg_monitor 127.0.0.0/8 reject)" in refused

        foreign = text.replace("+pg_monitor", '"m\xfcller"').encode("latin-1")
        hba.write_bytes(foreign)
        outcome = onboard(pg=host(server))
        assert outcome.returncode != 0 and hba.read_bytes() == foreign
        assert "in UTF-8 (iconv" in outcome.results("Check that pg_hba.conf can be read")["pg"]["msg"]
        hba.write_text(text)

        # What this Python takes for an address, and PostgreSQL does not.
        outcome = onboard(pg=host(server, datasentinel_monitoring_user_platform_address="fe80::1%nosuch/128"))
        assert outcome.returncode != 0 and hba.read_text() == text
        assert "pg_hba.conf was put back as it was" in outcome.results("Check that PostgreSQL accepts the file")["pg"]["msg"]
        assert outcome.results("Reload PostgreSQL") == {}


def test_a_managed_service(onboard, offboard, platform, host):
    """Without a superuser, and without pg_hba.conf: the login may create roles, and no more."""
    with PostgresServers(1, bare=True, settings="log_statement = ddl") as (server,):
        with server.connect() as superuser:
            superuser.execute("CREATE ROLE admin LOGIN CREATEROLE PASSWORD 'of-admin'")
            # Made by hand, so that it is a member of pg_monitor without what that may.
            superuser.execute("CREATE ROLE datasentinel NOLOGIN NOINHERIT IN ROLE pg_monitor ADMIN admin")
            superuser.execute("GRANT pg_monitor TO admin WITH ADMIN OPTION")
            # As RDS has it.
            superuser.execute("CREATE DATABASE internal")
            superuser.execute("REVOKE CONNECT ON DATABASE internal FROM PUBLIC")
        login = {"datasentinel_monitoring_user_login_user": "admin", "datasentinel_monitoring_user_login_password": "of-admin"}
        variables = host(server, datasentinel_monitoring_user_manage_hba=False, datasentinel_monitoring_user_platform_address=None, **login)
        foreseen = onboard("--check", pg=variables).succeeded()
        first = onboard(pg=variables).succeeded()
        assert changes(first) == changes(foreseen) != []
        assert listed(first) == ["pg: connected"]
        left = first.results("Say what is left to do by somebody who may")["pg"]["msg"]
        assert "Make the extension pg_stat_statements" in left and "unmonitored: internal." in left
        with server.connect() as superuser:
            superuser.execute("CREATE EXTENSION pg_stat_statements")
            assert superuser.execute("SELECT pg_has_role('datasentinel', 'pg_monitor', 'USAGE')").fetchone() == (True,)
        assert changes(onboard(pg=variables).succeeded()) == []
        # Another password is noticed, although no hash is shown.
        changed = onboard(pg={**variables, "datasentinel_connection_password": "another-s3cret"}).succeeded()
        assert ("pg", "Make the monitoring user") in changes(changed) and listed(changed) == ["pg: connected"]
        log = server.log.read_text()
        assert "PASSWORD 'SCRAM-SHA-256$" in log and PASSWORD not in log and "another-s3cret" not in log
        # What keeps the user from being dropped is found before anything is deregistered.
        with server.connect() as superuser:
            superuser.execute("CREATE ROLE weak LOGIN PASSWORD 'of-admin'")
            for statement in ("CREATE ROLE granter", "CREATE ROLE crew", "GRANT crew TO granter WITH ADMIN OPTION", "GRANT crew TO weak GRANTED BY granter"):
                superuser.execute(statement)
        hosts = {
            "pg": {**variables, "datasentinel_monitoring_user_manage_hba": True},
            "own": {**variables, "datasentinel_connection_user": "admin"},
            "weak": {**variables, "datasentinel_monitoring_user_login_user": "weak"},
            "granter": host(server, datasentinel_connection_user="granter"),
        }
        for name in ("own", "weak", "granter"):
            platform.store.put(name, host=server.host, port=server.port, user="datasentinel", password=PASSWORD)
        told = offboard(**hosts)
        checked = told.results("Check that the monitoring user can be dropped")
        assert "admin is no superuser" in checked["pg"]["msg"]
        assert "The role admin is a superuser, or the one that Ansible logs in as" in checked["own"]["msg"]
        tried = told.results("Try to drop the monitoring user, and roll it back")
        assert "permission denied to drop role" in tried["weak"]["msg"] and "membership of role weak in role crew" in tried["granter"]["msg"]
        assert sorted(platform.store.names()) == sorted(hosts)
        for name in ("own", "weak", "granter"):
            platform.store.delete(name)
        with server.connect() as superuser:
            superuser.execute("CREATE TABLE t (i int)")
            superuser.execute("GRANT SELECT ON t TO datasentinel")
        told = offboard(pg=variables)
        assert "has privileges in: postgres. In each" in told.results("Check that the monitoring user can be dropped")["pg"]["msg"]
        assert platform.store.names() == ["pg"]
        with server.connect() as superuser:
            superuser.execute("DROP OWNED BY datasentinel")
        offboard(pg=variables).succeeded()
        with server.connect() as superuser:
            assert superuser.execute("SELECT count(*) FROM pg_roles WHERE rolname = 'datasentinel'").fetchone() == (0,)
        # A server that cannot be asked is deregistered all the same.
        for gone in {"datasentinel_connection_port": 1}, {"ansible_connection": "ssh", "ansible_host": "127.0.0.1", "ansible_port": 1}:
            platform.store.put("pg", host=server.host, port=server.port, user="datasentinel", password=PASSWORD)
            assert offboard(pg={**variables, **gone}).returncode != 0 and platform.store.names() == []


def test_a_standby_gets_the_user_from_its_primary(onboard, offboard, platform, host):
    with PostgresServers(1, bare=True) as (server,):
        server.stop()
        (server.data / "standby.signal").touch()
        server.start()
        outcome = onboard(pg=host(server))
        assert "has no role datasentinel yet: onboard the primary first" in outcome.results("Check that PostgreSQL can be prepared")["pg"]["msg"]
        # What is not dropped is said.
        server.stop()
        (server.data / "standby.signal").unlink()
        server.start()
        with server.connect() as superuser:
            superuser.execute("CREATE ROLE datasentinel LOGIN PASSWORD 'of-the-primary' IN ROLE pg_monitor")
        server.stop()
        (server.data / "standby.signal").touch()
        server.start()
        outcome = onboard(pg=host(server))
        assert "has another password on it" in outcome.results("Check that the standby has the password")["pg"]["msg"]
        assert platform.store.names() == [] and "SCRAM-SHA-256$" not in outcome.output
        outcome = onboard(pg=host(server, datasentinel_connection_password="of-the-primary")).succeeded()
        assert listed(outcome) == ["pg: connected"]
        told = offboard(pg=host(server)).succeeded()
        assert "Offboard that as well" in told.results("Say where the monitoring user of a standby is dropped")["pg"]["msg"]
