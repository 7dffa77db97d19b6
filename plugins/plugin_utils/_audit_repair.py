# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The commands that repair what an audit found. Private to the collection."""

from __future__ import annotations

from ._command_lines import command_line, plain_names


def commands(row):
    """Return the command lines that repair a connection, in order; none where there is nothing to repair. row: of a report."""
    return [command_line(playbook, [host]) for host in plain_names([row["inventory_host"]]) for playbook in _playbooks(row)]


def _playbooks(row):
    finding, fields = row["finding"], [difference["field"] for difference in row["differences"]]
    if finding == "disabled":
        return ["register", "enable"] if fields != ["enabled"] else ["enable"]
    if finding == "not_connected":
        # Where it differs, that is the likely reason; otherwise PostgreSQL may lack what the platform needs.
        return ["register"] if fields else ["onboard"]
    return {"ok": [], "unknown": ["audit"]}.get(finding, ["register"])
