# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report of an audit as data: what audit.json holds, and what the other files are made from. Private to the collection."""

from __future__ import annotations

from datetime import datetime, timezone

from ..module_utils._commands._audit_command import counts_of
from ..module_utils._common._text import printable
from ..module_utils._connection._finding import FINDINGS, OK

#: The version of the form, which playbooks/files/audit.schema.json describes.
SCHEMA = 1
#: The names of the findings for a person.
TITLES = {
    "not_registered": "not registered",
    "disabled": "disabled",
    "not_connected": "not connected",
    "unknown": "unknown",
    "differs": "differs",
    "unwanted": "unwanted",
    "ok": "ok",
}


def report_of(audited, hosts, coverage, now=None):
    """Return the report of one audit.

    audited: a list of Audited, each with its finding. hosts: how many were seen. coverage: a mapping with limit, slice and job.
    now: the time of it, in UTC.
    """
    rows = sorted(map(_row, audited), key=_order)
    # A ready token wins over a username, and nothing tells whose it is.
    access = sorted({(one.settings.api_url, "" if one.settings.token else one.settings.username) for one in audited if one.settings is not None})
    now = now or datetime.now(timezone.utc)
    return {
        "schema": SCHEMA,
        "generated_at": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "platform": ", ".join(dict.fromkeys(printable(url) for url, _user in access)),
        "hosts": hosts,
        "coverage": {
            **{name: None if value is None else printable(str(value)) for name, value in coverage.items()},
            "user": ", ".join(dict.fromkeys(printable(user) if user else "an access token" for _url, user in access)),
            "parts": None,
        },
        "summary": counts_of(row["finding"] for row in rows),
        "comparison": None,
        "connections": rows,
    }


def merged(reports):
    """Return several reports, of slices or parts of an inventory, as one. A connection in more than one counts as the newest has it."""
    reports = sorted(reports, key=lambda report: report["generated_at"])
    newest = {(row["name"], row["inventory_host"]): row for report in reports for row in report["connections"]}
    rows = sorted(newest.values(), key=_order)
    return {
        "schema": SCHEMA,
        # The age of the oldest part, so that the whole does not look newer than it is.
        "generated_at": reports[0]["generated_at"],
        "platform": _distinct(report["platform"] for report in reports),
        "hosts": len({row["inventory_host"] for row in rows}),
        "coverage": {
            **{name: _distinct(report["coverage"][name] or "" for report in reports) or None for name in ("limit", "slice", "job")},
            "user": _distinct(report["coverage"]["user"] for report in reports),
            "parts": len(reports),
        },
        "summary": counts_of(row["finding"] for row in rows),
        "comparison": None,
        "connections": rows,
    }


def verdict(report):
    """Return the report in a sentence."""
    total, found = len(report["connections"]), len(findings(report))
    noun = "connection" if total == 1 else "connections"
    if not found:
        return "%s as the inventory wants %s." % (_number(total, noun, "is", "are"), "it" if total == 1 else "them")
    return "%s of %s %s %s attention." % (format(found, ","), format(total, ","), noun, "needs" if found == 1 else "need")


def findings(report):
    """Return the rows of a report that are not ok, the worst first."""
    return [row for row in report["connections"] if row["finding"] != OK]


def counted(summary):
    """Return the counts of a summary in words, without those that are zero."""
    return ", ".join("%s %s" % (format(count, ","), TITLES[kind]) for kind, count in summary.items() if count)


def _number(count, noun, singular, plural):
    return "The %s %s" % (noun, singular) if count == 1 else "All %s %s %s" % (format(count, ","), noun, plural)


def _distinct(texts):
    return ", ".join(dict.fromkeys(part for text in texts for part in text.split(", ") if part))


def _order(row):
    return FINDINGS.index(row["finding"]), row["name"].lower(), row["name"], row["inventory_host"]


def _row(audited):
    finding = audited.finding
    # Of a connection that is not on the platform, what the inventory says of it.
    shown = finding.connection or finding.desired
    tags = {} if shown is None else shown.tags or {}
    return {
        "name": printable(audited.name),
        "inventory_host": printable(audited.host),
        "finding": finding.kind,
        "message": finding.message,
        "differences": finding.differences,
        "host": _text(getattr(shown, "host", None)),
        "port": getattr(shown, "port", None),
        "user": _text(getattr(shown, "user", None)),
        "tags": {printable(key): printable(value) for key, value in tags.items()},
        "enabled": getattr(finding.connection, "enabled", None),
        "connected": getattr(finding.connection, "connected", None),
    }


def _text(value):
    return None if value is None else printable(value)
