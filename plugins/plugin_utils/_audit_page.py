# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report of an audit as a page: one file that needs nothing else. Private to the collection.

Everything of the platform and the inventory is text there: Jinja escapes it in markup, and the script, which gets it as JSON, never makes
markup of it. The page's own policy lets nothing run or be loaded but the style and the script in it, by their digests.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ..module_utils._connection._finding import FINDINGS, OK
from ._audit_bars import bars, default_tag
from ._audit_comparison import CHANGES, IN_WORDS
from ._audit_differences import sides
from ._audit_repair import commands
from ._audit_report import TITLES, findings, verdict

_ASSETS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "_audit_assets")
#: Rows in the page itself, for readers without JavaScript and for the first paint; the script makes the others as they are scrolled to.
STATIC = 300
#: What each finding means, for a person.
ABOUT = {
    "not_registered": "not on the platform",
    "disabled": "monitoring is switched off",
    "not_connected": "the platform cannot log in",
    "unknown": "not known whether it is watched",
    "differs": "not as the inventory has it",
    "unwanted": "the inventory wants it gone",
    "ok": "as the inventory wants it",
}


def as_html(report):
    """Return the report as a page."""
    style, script = _asset("page.css"), _asset("page.js")
    tag = default_tag(report["connections"])
    environment = Environment(loader=FileSystemLoader(_ASSETS), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.get_template("page.html.j2").render(
        report=report,
        verdict=verdict(report),
        found=len(findings(report)),
        titles=TITLES,
        about=ABOUT,
        kinds=FINDINGS,
        changes={change: IN_WORDS[change] for change in CHANGES},
        tag=tag,
        tags=sorted({key for row in report["connections"] for key in row["tags"]}),
        bars=bars(report["connections"], tag) if tag else [],
        ring=_ring(report["summary"]),
        percent=_percent(report["summary"]),
        rows=[{**row, "sides": sides(row["differences"]), "commands": commands(row), "server": _server(row)} for row in report["connections"][:STATIC]],
        data=_script_data(_data(report, tag)),
        style=Markup(style),
        script=Markup(script),
        policy="default-src 'none'; style-src '%s'; script-src '%s'; img-src data:; base-uri 'none'; form-action 'none'" % (_digest(style), _digest(script)),
    )


def _asset(name):
    with open(os.path.join(_ASSETS, name), encoding="utf-8") as file:
        return file.read()


def _digest(content):
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode("utf-8")).digest()).decode("ascii")


def _data(report, tag):
    """Return what the script needs, with as few characters as is easy: rows as lists, and each text that may be repeated only once."""
    texts, keys = _Pool(), _Pool()
    changes = {(entry["name"], entry["inventory_host"]): change for change in CHANGES for entry in (report["comparison"] or {}).get(change, ())}
    rows = [
        [
            row["name"],
            row["inventory_host"] if row["inventory_host"] != row["name"] else 0,
            FINDINGS.index(row["finding"]),
            texts.number(row["message"]),
            _server(row),
            texts.number(row["user"] or ""),
            [item for key, value in row["tags"].items() for item in (keys.number(key), value)],
            [None, False, True].index(row["enabled"]),
            [None, False, True].index(row["connected"]),
            changes.get((row["name"], row["inventory_host"]), 0),
            sides(row["differences"]) or 0,
            commands(row) or 0,
        ]
        for row in report["connections"]
    ]
    return {
        "kinds": [[kind, TITLES[kind]] for kind in FINDINGS],
        "changes": {**IN_WORDS},
        "texts": texts.texts,
        "keys": keys.texts,
        "tag": tag or "",
        "rows": rows,
    }


def _script_data(value):
    """Return JSON that may stand in a script element: nothing in it can end the element, or begin a comment."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, "\\u%04x" % ord(character))
    return Markup(text)


def _server(row):
    if row["host"] is None:
        return ""
    host = "[%s]" % row["host"] if ":" in row["host"] else row["host"]
    return host if row["port"] is None else "%s:%s" % (host, row["port"])


def _ring(summary):
    """Return the arcs of the ring beside the verdict, as (finding, where it begins, length) of a circle of 100."""
    total = sum(summary.values())
    # What is rare is to be seen as well.
    lengths = {kind: max(100.0 * summary[kind] / total, 0.0 if kind == OK else 1.5) for kind in FINDINGS if summary[kind]}
    scale = 100.0 / sum(lengths.values()) if lengths else 0.0
    arcs, position = [], 0.0
    for kind, length in lengths.items():
        arcs.append((kind, round(position, 2), round(length * scale, 2)))
        position += length * scale
    return arcs


def _percent(summary):
    """Return how much is ok, rounded down: 100% is all of it."""
    total = sum(summary.values())
    return "%d%%" % (100 * summary[OK] // total) if total else ""


class _Pool:
    """Texts by number, each only once."""

    def __init__(self):
        self.texts = []
        self._numbers = {}

    def number(self, text):
        """Return the number of a text."""
        if text not in self._numbers:
            self._numbers[text] = len(self.texts)
            self.texts.append(text)
        return self._numbers[text]
