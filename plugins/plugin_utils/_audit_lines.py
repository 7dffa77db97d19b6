# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an audit prints: a sentence, and the list of what was found. Private to the collection."""

from __future__ import annotations

from ._audit_comparison import in_words
from ._audit_report import TITLES, counted, findings, verdict

#: Findings that are listed.
MOST = 50


def sentence(report):
    """Return the report in a sentence, with counts for all."""
    return "%s %s." % (verdict(report), counted(report["summary"])) if findings(report) else verdict(report)


def lines(report, files):
    """Return the lines that a run ends with: what was found, the worst first, and where the files are. files: paths by ending."""
    found = findings(report)
    listed = ["%s: %s. %s" % (_who(row), TITLES[row["finding"]], row["message"]) for row in found[:MOST]]
    if len(found) > MOST:
        listed.append("and %s more, all of them in %s" % (format(len(found) - MOST, ","), files["html"]))
    changes = [in_words(report["comparison"])] if report["comparison"] else []
    return [sentence(report), *listed, *changes, "The report: %s" % ", ".join(files.values())]


def _who(row):
    return row["name"] if row["name"] == row["inventory_host"] else "%s (host %s)" % (row["name"], row["inventory_host"])
