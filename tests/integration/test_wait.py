# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting for a real PostgreSQL to let the platform in."""

from __future__ import annotations

import threading
import time

from support.playbook import task


def test_wait_for_a_connection(ansible, platform, runner, postgres):
    given = {"host": postgres.host, "port": postgres.port, "user": postgres.user, "password": postgres.password}
    outcome = ansible.tasks(task("register", runner, name="db1", wait=True, **given)).succeeded()
    assert outcome["register"]["connection"]["connected"] is True


def test_wait_sees_a_server_that_lets_the_platform_in_only_later(ansible, platform, postgres):
    given = {"host": postgres.host, "port": postgres.port, "user": "late", "password": "later"}

    def make_role():
        # Once the task has seen that the platform is not let in.
        end = time.monotonic() + 60
        while len(platform.journal.methods()) < 4 and time.monotonic() < end:
            time.sleep(0.05)
        with postgres.connect() as superuser:
            superuser.execute("CREATE ROLE late LOGIN PASSWORD 'later'")

    with postgres.connect() as superuser:
        superuser.execute("DROP ROLE IF EXISTS late")
    later = threading.Thread(target=make_role)
    later.start()
    try:
        outcome = ansible.tasks(task("register", name="db1", wait=True, wait_timeout=30, **given)).succeeded()
    finally:
        later.join()
    assert outcome["register"]["connection"]["connected"] is True
    assert platform.journal.methods()[:2] == ["GET", "POST"] and len(platform.journal.methods()) > 3


def test_wait_in_vain_names_host_port_and_user(ansible, platform, runner):
    outcome = ansible.tasks(task("register", runner, name="db1", host="127.0.0.1", port=1, user="ds", password="s3cret", wait=True, wait_timeout=1))
    failed = outcome["register"]
    assert "Connection 'db1': The platform is not connected to 127.0.0.1:1 as user ds after 1 seconds." in failed["msg"] and "pg_hba.conf" in failed["msg"]
    assert failed["changed"] is True and failed["connection"]["connected"] is False
    assert platform.display("db1")["port"] == 1
