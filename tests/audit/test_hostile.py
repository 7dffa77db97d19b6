# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Everything of the platform and the inventory is text, in every file, whatever it looks like."""

from __future__ import annotations

import csv
import io
import json
from urllib.parse import quote

import pytest
from ansible_collections.datasentinel.platform.plugins.plugin_utils._audit_csv import as_csv, cell
from ansible_collections.datasentinel.platform.plugins.plugin_utils._audit_page import as_html
from ansible_collections.datasentinel.platform.plugins.plugin_utils._audit_repair import commands
from embedded import faults

from audit.sample import report, row

#: What may be taken for markup, script, a template, a formula, an escape, or the end of something.
TEXTS = (
    "<script>window.ran=1</script>",
    "</script><script>window.ran=1</script>",
    "<!--<script>",
    "]]><img src=x onerror=window.ran=1>",
    "\"'><svg onload=window.ran=1>",
    "' autofocus onfocus=window.ran=1 x='",
    "javascript:window.ran=1",
    "{{ 7191 * 7 }}{% raw %}",
    "&lt;b&gt;&amp;",
    "=HYPERLINK(1)",
    "+1",
    "-1",
    "@SUM(1)",
    "\\u003cb\\u003e\\",
    "emoji 🐘🔥",
    "עברית العربية",
    "$(touch ran) `touch ran` ; touch ran",
    "__proto__",
    "constructor",
    "undefined",
    "null",
)


def hostile():
    """A report with each of the texts in every place."""
    rows = []
    for number, text in enumerate(TEXTS):
        differences = [
            {"field": "host", "platform": text, "inventory": text + "!"},
            {"field": "tags", "platform": {text: text}, "inventory": {text: text + "?", "more" + text: text}},
        ]
        tags = {text: text, "environment": text}
        rows.append(row(f"{text} {number}", inventory_host=text, finding="differs", message=text, differences=differences, host=text, user=text, tags=tags))
    whole = report(rows, limit=TEXTS[0], slice=TEXTS[1], job=TEXTS[4], user=TEXTS[3])
    entry = {"name": TEXTS[1], "inventory_host": TEXTS[4], "finding": None, "before": "differs"}
    return {**whole, "platform": TEXTS[4], "comparison": {"previous": "2026-11-23T02:00:05Z", "new": [], "still": [], "resolved": [], "not_seen": [entry]}}


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
def test_hostile_texts_are_shown_as_text(page, javascript):
    content = hostile()
    shown = page(content, java_script_enabled=javascript)
    ordered = [one["name"] for one in content["connections"]]
    assert shown.names() == ordered if javascript else shown.rows() == ordered
    assert sorted(shown.bars()) == sorted(TEXTS)[:8] or set(shown.bars()) < set(TEXTS)
    assert TEXTS[4] in shown.locator(".facts").inner_text() and TEXTS[3] in shown.locator(".facts").inner_text()
    if javascript:
        for number in range(len(TEXTS)):
            shown.locator(".toggle").nth(number).click()
        shown.locator("#more-bars").click()
        assert set(shown.bars()) == set(TEXTS)
        assert [text for text in TEXTS if text not in shown.locator("#by option").all_text_contents()] == []
        details = shown.locator("tr.detail").all()
        assert len(details) == len(TEXTS)
        for detail, one in zip(details, content["connections"]):
            text = one["message"]
            assert detail.locator(".detail-message").text_content() == text
            assert set(detail.locator(".sides td").all_text_contents()) == {text, text + "!", text + "?", "none"}
            assert detail.locator(".chips li").first.text_content() == f"{text} = {text}"
        assert shown.evaluate("window.ran") is None
        # Every text as a filter, through the fragment and back.
        for text in TEXTS:
            shown.evaluate("value => { location.hash = new URLSearchParams({value}) }", text)
            shown.wait_for_function("document.getElementById('status').textContent.startsWith('1 of')")
            assert shown.locator("tr.row .c-tag").all_text_contents() == [text]
    assert shown.errors == [] and shown.requests == []
    assert shown.locator("main img, main script, main svg[onload], [onerror], [onfocus]").count() == 0


def test_nothing_hostile_ends_the_data_of_the_script():
    content = as_html(hostile())
    data = content.partition('<script type="application/json" id="data">')[2].partition("</script>")[0]
    assert not set("<>&") & set(data) and len(json.loads(data)["rows"]) == len(TEXTS)
    assert content.count("<script") == content.count("</script>") == 2


def test_no_cell_of_the_table_is_a_formula():
    table = list(csv.reader(io.StringIO(as_csv(hostile()).lstrip("\ufeff"))))
    assert len({len(cells) for cells in table}) == 1 and len(table) == len(TEXTS) + 1
    assert [text for cells in table for text in cells if text.lstrip(" ")[:1] in tuple("=+-@\t\r＝＋－＠")] == []


@pytest.mark.parametrize("value", ["=1", "+1", "-1", "@a", "\t=1", "\r=1", " =1", "＝1", "-1.5", "=", "-"])
def test_what_may_be_a_formula_is_marked_as_text(value):
    marked = cell(value)
    assert marked[0] == "'" and marked.replace("'", "") == value


@pytest.mark.parametrize("value", ["app=x;=cmd|calc;", "a; =1", 'a;"=1', "a;;+1", "a\t-1", "a;＝1"])
@pytest.mark.parametrize("delimiter", [";", "\t", ","])
def test_nor_is_a_part_of_a_cell_a_formula_to_a_spreadsheet_that_separates_otherwise(value, delimiter):
    for line in f"{cell(value)},{cell(value)}".splitlines():
        parts = [part.strip(" \"'") for part in line.split(delimiter) if not part.strip(' "').startswith("'")]
        assert [part for part in parts if part[:1] in tuple("=+-@＝")] == []


@pytest.mark.parametrize(
    "value, text", [(None, ""), ("", ""), (" ", " "), ("a=b", "a=b"), (5432, "5432"), (True, "true"), (False, "false"), ("'=1", "'=1"), ("a;b=c;d", "a;b=c;d")]
)
def test_other_cells_are_as_they_are(value, text):
    assert cell(value) == text


@pytest.mark.parametrize("host", [*TEXTS[:17], "a b", "a;b", "a$b", "a'b", "-x", "!a", "a:b", "a,b", "a*", "[0]", "", "a\nb"])
def test_no_command_is_made_of_a_name_that_means_something_to_a_shell_or_a_pattern(host):
    assert commands(row("x", inventory_host=host, finding="differs")) == []


def test_a_real_run_with_a_hostile_platform_and_inventory(ansible, platform, browser, tmp_path):
    # What the names of connections, or expressions in an inventory, cannot hold is the platform's alone.
    texts = [text for text in TEXTS if not set("/\\{") & set(text)]
    hosts = {}
    for number, text in enumerate(texts):
        name = f"{number} {text}"
        platform.store.put(name, host="127.0.0.1", port=1, user=text, password="an0ther", tags=f"{text}={text}".replace(",", ""))
        platform.faults.add(
            faults.shown(lambda shown, text=text: shown.update(connected=True, user=text, note="{{ 7191 * 7 }}")), "GET", f"/{quote(name, safe='')}$", times=1
        )
        hosts[f"h{number}"] = {"datasentinel_connection_name": name, "datasentinel_connection_host": "127.0.0.1"}
    variables = {"datasentinel_connection_password": "s3cret-of-all", "datasentinel_concurrency": 1}
    outcome = ansible.run("datasentinel.platform.audit", "-v", inventory={"postgresql": {"hosts": hosts}}, variables=variables)
    assert (tmp_path / "datasentinel-audit/audit.json").exists(), outcome.output
    content = json.loads((tmp_path / "datasentinel-audit/audit.json").read_text())
    assert {one["name"] for one in content["connections"]} == {f"{number} {text}" for number, text in enumerate(texts)}, outcome.output
    assert "50337" not in outcome.output + (tmp_path / "datasentinel-audit/audit.html").read_text()
    shown = browser.open(tmp_path / "datasentinel-audit/audit.html")
    assert shown.names() == [one["name"] for one in content["connections"]] and shown.errors == [] and shown.evaluate("window.ran") is None
