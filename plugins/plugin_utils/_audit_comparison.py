# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Two reports of an audit compared: what is new since the last one. Private to the collection."""

from __future__ import annotations

from ..module_utils._connection._finding import OK

#: What may have become of a connection, in the order of a report.
CHANGES = ("new", "still", "resolved", "not_seen")
#: The same for a person, with the number before it.
IN_WORDS = {"new": "new", "still": "still there", "resolved": "resolved", "not_seen": "not seen this time"}


def compared(report, previous):
    """Return the comparison of a report with the previous one: for each of CHANGES a list of the connections concerned.

    Each has name, inventory_host, finding (None where it was not seen) and before (None where it was not in the previous report).
    What this run did not look at is not resolved.
    """
    changes: dict = {change: [] for change in CHANGES}
    before = {_key(row): row["finding"] for row in previous["connections"]}
    for row in report["connections"]:
        was = before.pop(_key(row), None)
        if row["finding"] != OK:
            changes["new" if was in (None, OK) else "still"].append(_entry(row, row["finding"], was))
        elif was not in (None, OK):
            changes["resolved"].append(_entry(row, row["finding"], was))
    for row in previous["connections"]:
        if _key(row) in before and row["finding"] != OK:
            changes["not_seen"].append(_entry(row, None, row["finding"]))
    return {"previous": previous["generated_at"], **changes}


def in_words(comparison):
    """Return a comparison as a sentence."""
    counts = ["%s %s" % (format(len(comparison[change]), ","), IN_WORDS[change]) for change in CHANGES if comparison[change] or change != "not_seen"]
    return "Since the report of %s: %s." % (comparison["previous"], ", ".join(counts))


def _key(row):
    return row["name"], row["inventory_host"]


def _entry(row, finding, before):
    return {"name": row["name"], "inventory_host": row["inventory_host"], "finding": finding, "before": before}
