# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report of an audit as a table for spreadsheets. Private to the collection."""

from __future__ import annotations

import csv
import io
import re

from ._audit_differences import differences_in_words

_COLUMNS = ("finding", "name", "inventory_host", "message", "host", "port", "user", "enabled", "connected")
#: What makes a spreadsheet take text for a formula, at the start of a cell; the last four are what some of them take for the first.
_FORMULA = "=+-@\t\r\n＝＋－＠"
#: Where a cell begins to a spreadsheet that separates by semicolons or tabs, as those of many countries do, and takes no heed of our quotes.
_WITHIN = re.compile("([;\t\r\n][\\s\"']*)(?=[=+@＝＋－＠-])")
#: Tags that have a column of their own.
_MOST = 50


def as_csv(report):
    """Return the report as text of CSV, with a byte-order mark, by which spreadsheets know UTF-8."""
    keys = sorted({key for row in report["connections"] for key in row["tags"]})
    keys = keys if len(keys) <= _MOST else []
    content = io.StringIO()
    writer = csv.writer(content)
    writer.writerow([*_COLUMNS, "differences", "tags", *(cell("tags.%s" % key) for key in keys)])
    for row in report["connections"]:
        tags = ",".join("%s=%s" % pair for pair in row["tags"].items())
        cells = [*(row[column] for column in _COLUMNS), differences_in_words(row["differences"]), tags, *(row["tags"].get(key) for key in keys)]
        writer.writerow([cell(value) for value in cells])
    return "\ufeff" + content.getvalue()


def cell(value):
    """Return a value as the text of a cell, which no spreadsheet takes for a formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = _WITHIN.sub(r"\1'", str(value))
    return "'" + text if text.lstrip(" ")[:1] in _FORMULA and text.strip(" ") and not isinstance(value, int) else text
