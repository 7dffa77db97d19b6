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
        # An error elsewhere in the configuration, with which it would not start again.
        (server.data / "postgresql.conf").write_text("work_mem = nonsense\n")
        outcome = onboard(pg={**variables, "datasentinel_monitoring_user_manage_preload": True, "datasentinel_monitoring_user_restart": True})
        refused = outcome.results("Check that PostgreSQL would start again")["pg"]["msg"]
        assert "postgresql.conf:1" in refused and "work_mem" in refused and server.process.poll() is None
        server.stop()
        (server.data / "postgresql.conf").write_text("")
        server.command += ["-c", "shared_preload_libraries=auto_explain"]
        server.start()
        told = onboard(pg={**variables, "datasentinel_monitoring_user_manage_preload": True}).succeeded()
        assert changes(told) == [] and "The command line of the server sets shared_preload_libraries" in told.output
