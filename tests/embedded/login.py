# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The platform's login to a PostgreSQL, a real one."""

from __future__ import annotations

import re

import psycopg

TIMEOUT = 2
#: Names that are kept for examples (RFC 2606). Looking one up takes long where a resolver does not respond.
RESERVED = re.compile(r"(^|\.)(example|example\.(com|net|org)|invalid)$", re.IGNORECASE)


def login(connection: dict) -> str | None:
    """Log in to the PostgreSQL of a connection. Returns why that failed, without the password; None if it succeeded."""
    if RESERVED.search(connection["host"]):
        return f"failed to resolve host '{connection['host']}': it is a name for examples"
    try:
        psycopg.connect(
            host=connection["host"],
            port=connection["port"],
            user=connection["user"],
            password=connection["password"],
            dbname="postgres",
            connect_timeout=TIMEOUT,
        ).close()
    except (psycopg.Error, UnicodeError, ValueError) as exc:
        return str(exc).strip().splitlines()[-1].replace(connection["password"] or "\0", "***")
    return None
