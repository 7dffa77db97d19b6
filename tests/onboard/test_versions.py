# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Further versions of PostgreSQL: the oldest one, or those that POSTGRESQL_VERSIONS names ("10 11 12", or "all")."""

from __future__ import annotations

import os

import pytest
from embedded.postgres import PostgresServers
from embedded.postgres_versions import VERSIONS, unavailable

from .conftest import changes, listed

WANTED = os.environ.get("POSTGRESQL_VERSIONS", "10").replace("all", " ".join(VERSIONS)).split()

if unavailable():
    pytest.skip(unavailable(), allow_module_level=True)


@pytest.mark.parametrize("version", WANTED)
def test_from_bare_to_connected_and_back(onboard, offboard, platform, host, version):
    with PostgresServers(1, True, False, "shared_preload_libraries = 'auto_explain'", version) as (server,):
        hba = server.data / "pg_hba.conf"
        before = hba.read_bytes()
        with server.connect() as superuser:
            # Made by hand, so that it is a member of pg_monitor without what that may.
            superuser.execute("CREATE ROLE datasentinel NOLOGIN NOINHERIT IN ROLE pg_monitor")
        variables = host(server, datasentinel_monitoring_user_manage_preload=True)
        foreseen = onboard("--check", pg=variables).succeeded()
        first = onboard(pg=variables).succeeded()
        assert changes(first) == changes(foreseen) != []
        assert listed(first) == ["pg: connected"]
        server.stop()
        server.start()
        with server.connect() as superuser:
            assert superuser.execute("SHOW shared_preload_libraries").fetchone() == ("auto_explain, pg_stat_statements",)
            [(rule,)] = superuser.execute("SELECT auth_method FROM pg_hba_file_rules WHERE user_name = '{datasentinel}'").fetchall()
            assert rule == "scram-sha-256"
            assert superuser.execute("SELECT pg_has_role('datasentinel', 'pg_monitor', 'USAGE')").fetchone() == (True,)
        assert changes(onboard(pg=variables).succeeded()) == []
        offboard(pg=variables).succeeded()
        assert hba.read_bytes() == before
