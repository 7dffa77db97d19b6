# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rows of the view pg_hba_file_rules for lines of pg_hba.conf, as PostgreSQL shows them."""

from __future__ import annotations

import ipaddress

PATH = "/data/pg_hba.conf"


def row(number: int, line: str, **more) -> dict:
    """The row of a line: type, databases, users, address (not for local), method. more: further columns, and columns that are otherwise."""
    words = line.split()
    kind, databases, users, address = words[0], words[1].split(","), words[2].split(","), None if words[0] == "local" else words[3]
    netmask = None
    if address and "/" in address:
        network = ipaddress.ip_network(address)
        address, netmask = str(network.network_address), str(network.netmask)
    columns = {"line_number": number, "type": kind, "database": databases, "user_name": users, "address": address, "netmask": netmask}
    return {**columns, "auth_method": words[-1], "error": None, "has_options": False, **more}


def rows(text: str, **more) -> list[dict]:
    """The rows of the rules of a file."""
    numbered = [(number, line.partition("#")[0].strip()) for number, line in enumerate(text.splitlines(), 1)]
    return [row(number, line, **more) for number, line in numbered if line and not line.startswith("include")]
