# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The files of an audit on the control node: reports that are written, and reports that are read again. Private to the collection."""

from __future__ import annotations

import contextlib
import glob
import json
import os
import secrets
import tempfile

from ..module_utils._common._errors import InvalidInput
from ..module_utils._common._text import printable
from ..module_utils._connection._finding import FINDINGS
from ._audit_report import SCHEMA

_ROW: dict = {
    "name": str,
    "inventory_host": str,
    "finding": str,
    "message": str,
    "differences": list,
    "host": (str, type(None)),
    "port": (int, type(None)),
    "user": (str, type(None)),
    "tags": dict,
    "enabled": (bool, type(None)),
    "connected": (bool, type(None)),
}
_COVERAGE = ("limit", "slice", "job", "user", "parts")
_REPORT = {"generated_at": str, "platform": str, "hosts": int, "coverage": dict, "connections": list}


def folder(path):
    """Return a folder's whole path, made where it is not there. Raise InvalidInput."""
    path = os.path.abspath(os.path.expanduser(path))
    try:
        os.makedirs(path, exist_ok=True)
        with tempfile.TemporaryFile(dir=path):
            return path
    except OSError as exc:
        raise InvalidInput("dest: nothing can be written to the folder %s on the control node: %s." % (path, exc.strerror or exc), "dest") from None


def write(path, contents):
    """Write files into a folder, each of them at once or not at all, and return their paths by ending. contents: texts by ending."""
    paths = {}
    for ending, content in contents.items():
        paths[ending] = os.path.join(path, "audit.%s" % ending)
        # Of this task alone: another audit, of another machine perhaps, may write here at the same time.
        part = "%s.%s.part" % (paths[ending], secrets.token_hex(4))
        try:
            # Without translation of line ends: those of CSV are its own.
            with open(part, "w", encoding="utf-8", newline="") as file:
                file.write(content)
            os.replace(part, paths[ending])
        except OSError as exc:
            with contextlib.suppress(OSError):
                os.unlink(part)
            raise InvalidInput("dest: %s cannot be written on the control node: %s." % (paths[ending], exc.strerror or exc), "dest") from None
    return paths


def matching(patterns):
    """Return the paths of the reports that are named, by path or by pattern. Raise InvalidInput for what names none."""
    paths = []
    for given in patterns:
        path = os.path.abspath(os.path.expanduser(given))
        # A path may hold what has a meaning in a pattern.
        found = [path] if os.path.exists(path) else sorted(glob.glob(os.path.join(glob.escape(os.getcwd()), os.path.expanduser(given))))
        if not found:
            raise InvalidInput("reports: there is no file %s on the control node." % path, "reports")
        paths += [path for path in found if path not in paths]
    return paths


def read(path, option):
    """Return the report in a file audit.json. Raise InvalidInput, naming the option that names the file, for what is no such report."""
    try:
        with open(path, encoding="utf-8") as file:
            report = json.load(file)
    except OSError as exc:
        raise InvalidInput("%s: %s cannot be read on the control node: %s." % (option, path, exc.strerror or exc), option) from None
    except (ValueError, RecursionError):
        raise InvalidInput("%s: %s is no JSON: it has to be the audit.json of an earlier audit." % (option, path), option) from None
    if not isinstance(report, dict) or report.get("schema") != SCHEMA:
        raise InvalidInput("%s: %s is no audit.json that this version of the collection can read: its schema is not %d." % (option, path, SCHEMA), option)
    problem = _problem(report)
    if problem:
        raise InvalidInput("%s: %s is no audit.json of this collection: %s." % (option, path, problem), option)
    report = _clean(report)
    return {**report, "coverage": {**dict.fromkeys(_COVERAGE), **report["coverage"], "user": report["coverage"].get("user") or ""}}


def _problem(report):
    """Return what is wrong with a report that somebody may have written by hand, None if nothing is."""
    for name, kind in _REPORT.items():
        if not isinstance(report.get(name), kind):
            return "%s is missing, or is something else" % name
    for number, row in enumerate(report["connections"]):
        wrong = [name for name, kind in _ROW.items() if not isinstance(row, dict) or name not in row or not isinstance(row[name], kind)]
        if wrong or row["finding"] not in FINDINGS:
            return "%s of connections[%d] is missing, or is something else" % (wrong[0] if wrong else "finding", number)
        if not all(_is_difference(one) for one in row["differences"]):
            return "differences of connections[%d] are something else" % number
        if not all(isinstance(value, str) for value in row["tags"].values()):
            return "tags of connections[%d] are something else" % number
    texts = [value for name, value in report["coverage"].items() if not isinstance(value, (int if name == "parts" else str, type(None)))]
    return "coverage is something else" if texts else None


def _is_difference(one):
    if not isinstance(one, dict) or set(one) != {"field", "platform", "inventory"}:
        return False
    values = [one["platform"], one["inventory"]]
    if one["field"] == "tags":
        return all(isinstance(value, dict) and all(isinstance(text, str) for text in value.values()) for value in values)
    return isinstance(one["field"], str) and all(isinstance(value, (str, int, type(None))) for value in values)


def _clean(value):
    """Return a value of JSON with its texts printable, as those of a report of this run are."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {printable(key): _clean(item) for key, item in value.items()}
    return [_clean(item) for item in value] if isinstance(value, list) else value
