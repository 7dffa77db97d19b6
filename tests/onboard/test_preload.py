# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""shared_preload_libraries: what others have changed and not restarted yet is kept."""

from __future__ import annotations

import pytest
from embedded.postgres import PostgresServers

from .conftest import changes

RUNNING, WAITING = "auto_explain", "auto_explain, pg_prewarm"


def effective(server):
    """What the next start loads."""
    query = "SELECT setting FROM pg_file_settings WHERE name = 'shared_preload_libraries' ORDER BY seqno DESC LIMIT 1"
    with server.connect() as superuser:
        return [name.strip(" '\"") for name in superuser.execute(query).fetchone()[0].split(",")]


@pytest.mark.parametrize("place", ["postgresql.conf", "postgresql.auto.conf"])
def test_what_waits_for_a_restart_is_kept(onboard, platform, host, place):
    with PostgresServers(1, bare=True, preload=False, settings=f"shared_preload_libraries = '{RUNNING}'") as (server,):
        if place == "postgresql.conf":
            with (server.data / place).open("a") as file:
                file.write(f"shared_preload_libraries = '{WAITING}'\n")
        else:
            with server.connect() as superuser:
                superuser.execute(f"ALTER SYSTEM SET shared_preload_libraries = {WAITING}")
        variables = host(server, datasentinel_monitoring_user_manage_hba=False, datasentinel_monitoring_user_manage_preload=True)
        first = onboard(pg=variables).succeeded()
        assert ("pg", "Add it to the libraries that are loaded at start") in changes(first)
        assert "A restart of PostgreSQL is needed" in first.output
        assert effective(server) == ["auto_explain", "pg_prewarm", "pg_stat_statements"]

        again = onboard(pg=variables).succeeded()
        assert changes(again) == [] and "A restart of PostgreSQL is needed" in again.output
        server.stop()
        server.start()
        with server.connect() as superuser:
            assert superuser.execute("SHOW shared_preload_libraries").fetchone() == ("auto_explain, pg_prewarm, pg_stat_statements",)


def test_what_the_role_does_not_change_it_tells(onboard, platform, host):
    with PostgresServers(1, bare=True, preload=False) as (server,):
        variables = host(server, datasentinel_monitoring_user_manage_hba=False)
        assert "set datasentinel_monitoring_user_manage_preload to true" in " ".join(onboard(pg=variables).succeeded().output.split())
        # With what waits there it would not start again, but for what is valid.
        waiting = ["work_mem = nonsense", "max_connections = nonsense", "max_locks_per_transaction = 99", "shared_buffers = 99TB"]
        (server.data / "postgresql.conf").write_text("\n".join([*waiting, "shared_preload_libraries = 'auto_explain, nosuchlib, $libdir/nor_this'\n"]))
        restart = {"datasentinel_monitoring_user_manage_preload": True, "datasentinel_monitoring_user_restart": True}
        for options in ("--check",), ():
            outcome = onboard(*options, pg={**variables, **restart, "datasentinel_monitoring_user_restart_command": "/nonexistent"})
            refused = outcome.results("Check that PostgreSQL would start again")["pg"]["msg"]
            assert [f"postgresql.conf:{number}: " in refused for number in (1, 2, 3, 4, 5)] == [True, True, False, True, False], refused
            assert "the library nosuchlib is not there" in refused and "$libdir/nor_this" in refused and "auto_explain" not in refused
        assert "shared_preload" not in (server.data / "postgresql.auto.conf").read_text()
        server.stop()
        (server.data / "postgresql.conf").write_text("")
        server.command += ["-c", "shared_preload_libraries=auto_explain"]
        server.start()
        told = onboard(pg={**variables, "datasentinel_monitoring_user_manage_preload": True}).succeeded()
        assert changes(told) == [] and "The command line of the server sets shared_preload_libraries" in told.output
