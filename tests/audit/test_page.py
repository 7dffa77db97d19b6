# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The audit's page in a browser: what it shows, and what a reader does with it."""

from __future__ import annotations

from collections import Counter
from urllib.parse import parse_qs

import pytest
from ansible_collections.datasentinel.platform.plugins.module_utils._connection._finding import FINDINGS
from support.playbook import wait_for

from audit.sample import fleet, report, row

FLEET = fleet(312)
ROWS = FLEET["connections"]
NAMES = [one["name"] for one in ROWS]
#: Rows that are made at a time.
CHUNK = 40


def names_of(**wanted) -> list[str]:
    return [one["name"] for one in ROWS if all(one[key] == value for key, value in wanted.items())]


# --- what it shows -----------------------------------------------------------------------------------------------


def test_the_verdict_the_counts_and_the_table(page):
    shown = page(FLEET)
    assert shown.locator("h1").text_content() == f"{sum(one['finding'] != 'ok' for one in ROWS)} of 312 connections need attention."
    assert {kind: int(shown.tile(kind).locator("strong").text_content()) for kind in FINDINGS} == FLEET["summary"]
    assert shown.status() == "312 connections" and shown.names() == NAMES
    facts = shown.locator(".facts").inner_text()
    assert all(text in facts for text in ("2026-11-24 02:00 UTC", "https://platform.example.com", "automation", "Limit", "none"))
    assert [part.split(" ")[0] for part in shown.locator(".changes li, .changes summary").all_text_contents()] == [
        str(len(FLEET["comparison"][change])) for change in ("new", "still", "resolved", "not_seen")
    ]
    assert shown.errors == []


def test_a_fleet_that_is_as_it_should_be(page):
    shown = page(report([row("db1"), row("db2")]))
    assert shown.locator("h1").text_content() == "All 2 connections are as the inventory wants them."
    assert shown.locator(".ring text").first.text_content() == "100%" and shown.errors == []


def test_the_ring_shows_what_is_rare_although_nearly_all_is_amiss(page):
    rows = [row(f"db{number}", finding="not_registered") for number in range(999)]
    shown = page(report([*rows, *(row(kind, finding=kind) for kind in ("disabled", "not_connected", "differs"))]))
    lengths = [float(part.get_attribute("stroke-dasharray").split()[0]) for part in shown.locator(".ring-part").all()]
    assert len(lengths) == 4 and min(lengths) > 1 and sum(lengths) == pytest.approx(100, abs=0.1)


def test_coverage_is_told(page):
    shown = page(report([row("db1")], limit="pg-sales*", slice="2 of 4", job="4711", parts=2))
    assert shown.locator(".facts").inner_text().split("\n")[-8:] == [
        "Limit",
        "pg-sales*",
        "Slice",
        "2 of 4",
        "AWX job",
        "4711",
        "Put together from",
        "2 reports",
    ]


def test_more_rows_come_as_one_scrolls(page):
    shown = page(FLEET)
    assert CHUNK <= len(shown.rows()) <= 3 * CHUNK
    while shown.locator("#more").is_visible():
        before = len(shown.rows())
        shown.evaluate("scrollTo(0, document.body.scrollHeight)")
        assert wait_for(lambda number=before: len(shown.rows()) > number, 10)
    assert shown.rows() == NAMES


# --- filters, search and order -----------------------------------------------------------------------------------


def test_a_tile_filters_and_once_more_shows_all(page):
    shown = page(FLEET)
    shown.tile("not_connected").click()
    assert shown.names() == names_of(finding="not_connected") and shown.fragment == "finding=not_connected"
    assert shown.status() == f"{FLEET['summary']['not_connected']} of 312 connections"
    assert shown.tile("not_connected").get_attribute("aria-current") == "true"
    shown.tile("not_connected").click()
    assert shown.status() == "312 connections" and shown.fragment == ""
    shown.go_back()
    assert shown.names() == names_of(finding="not_connected")


def test_what_needs_attention_by_the_list(page):
    shown = page(FLEET)
    shown.locator("#finding").select_option("Needs attention")
    assert shown.names() == [one["name"] for one in ROWS if one["finding"] != "ok"]
    assert shown.locator("#finding").input_value() == "!ok"


def test_bars_by_a_tag_that_is_chosen(page):
    shown = page(FLEET)
    counts = Counter((one["tags"]["environment"], one["finding"] != "ok") for one in ROWS)
    expected = {value: f"{counts[value, True]} of {counts[value, True] + counts[value, False]}" for value in ("production", "staging", "test", "development")}
    assert shown.bars() == expected
    shown.locator("#by").select_option("datacenter")
    assert set(shown.bars()) == {"lyon", "paris", "frankfurt"} and shown.fragment == "by=datacenter"
    assert shown.locator("#rows .c-tag").first.text_content() == ROWS[0]["tags"]["datacenter"]
    shown.locator("#by").select_option("application")
    assert len(shown.bars()) == 8
    shown.locator("#more-bars").click()
    assert len(shown.bars()) == 12
    shown.locator("#by").select_option("legacy")
    assert list(shown.bars()) == ["without", "yes"]


def test_a_bar_filters_by_its_value(page):
    shown = page(FLEET)
    staging = [one["name"] for one in ROWS if one["tags"]["environment"] == "staging"]
    shown.bar_of("staging").click()
    assert (
        shown.names() == staging and shown.fragment == "value=staging" and shown.locator("#value").evaluate("list => list.selectedOptions[0].text") == "staging"
    )
    shown.bar_of("staging").click()
    assert shown.status() == "312 connections"
    shown.locator("#value").select_option("staging")
    assert shown.names() == staging
    shown.locator("#by").select_option("legacy")
    shown.bar_of("without").click()
    assert shown.fragment == "by=legacy&without=1" and shown.status() == f"{sum('legacy' not in one['tags'] for one in ROWS)} of 312 connections"


def test_the_search_is_in_names_servers_tags_and_messages(page):
    shown = page(FLEET)
    for words, test in {
        NAMES[40].upper(): lambda one: one["name"] == NAMES[40],
        ROWS[50]["host"]: lambda one: one["host"] == ROWS[50]["host"],
        "datacenter=lyon application=crm": lambda one: (one["tags"]["datacenter"], one["tags"]["application"]) == ("lyon", "crm"),
        "does not want it so": lambda one: one["finding"] == "disabled",
    }.items():
        shown.locator("#q").fill(words)
        expected = [one["name"] for one in ROWS if test(one)]
        assert expected and shown.names() == expected, words
    shown.locator("#q").fill("no such thing")
    assert shown.names() == [] and shown.locator("#nothing").is_visible() and shown.status() == "0 of 312 connections"
    shown.locator("#clear").click()
    assert shown.status() == "312 connections" and shown.evaluate("document.activeElement.id") == "q"


def test_columns_sort_both_ways_and_say_so(page):
    shown = page(FLEET)
    assert shown.sorts() == {"Finding": "ascending", "Connection": "none", "Server": "none", "environment": "none"}
    shown.sort("Connection")
    assert shown.names() == sorted(NAMES) and shown.sorts()["Connection"] == "ascending" and shown.sorts()["Finding"] == "none"
    shown.sort("Connection")
    assert shown.names() == sorted(NAMES, reverse=True) and shown.sorts()["Connection"] == "descending"
    shown.sort("environment")
    assert shown.locator("#rows .c-tag").first.text_content() == "development"
    shown.sort("Finding")
    assert shown.names() == NAMES and shown.fragment == ""


def test_what_is_new_still_there_and_resolved(page):
    shown = page(FLEET)
    for change in ("new", "still", "resolved"):
        shown.locator(f"[data-change={change}]").click()
        assert sorted(shown.names()) == sorted(entry["name"] for entry in FLEET["comparison"][change]) and shown.fragment == f"change={change}"
    shown.locator(".changes summary").click()
    assert "old-crm (not registered)" in " ".join(shown.locator(".changes details p").inner_text().split())


def test_the_fragment_shows_a_colleague_the_same(page):
    shown = page(FLEET)
    shown.locator("#by").select_option("datacenter")
    shown.bar_of("lyon").click()
    shown.locator("#finding").select_option("Ok")
    shown.locator("#q").fill("crm & co")
    shown.locator("#q").fill("crm")
    shown.sort("Server")
    assert parse_qs(shown.fragment) == {"by": ["datacenter"], "value": ["lyon"], "finding": ["ok"], "q": ["crm"], "sort": ["server"]}
    other = page(FLEET, "#" + shown.fragment)
    assert other.names() == shown.names() != [] and other.status() == shown.status()
    assert other.locator("#q").input_value() == "crm" and other.locator("#by").input_value() == "datacenter"


def test_a_link_counts_as_soon_as_it_is_clicked(page):
    shown = page(FLEET)
    shown.evaluate("""() => {
        const choice = document.getElementById("finding");
        document.querySelector(".bar-row").click();
        choice.value = "ok";
        choice.dispatchEvent(new Event("change"));
    }""")
    assert set(parse_qs(shown.fragment)) == {"value", "finding"}


@pytest.mark.parametrize("fragment", ["#connections", "#finding=nonsense&by=nothing&change=x&sort=y&value", "#%E0%A4%A", "#__proto__=1&change=constructor"])
def test_a_fragment_that_means_nothing_does_no_harm(page, fragment):
    shown = page(FLEET, fragment)
    assert shown.locator("h1").is_visible() and shown.errors == []


# --- a row -------------------------------------------------------------------------------------------------------


def test_a_row_opens_to_its_differences_and_the_line_that_repairs_it(page):
    shown = page(FLEET, "#finding=differs")
    host = next(one["inventory_host"] for one in ROWS if one["finding"] == "differs")
    toggle = shown.locator(".toggle").first
    assert toggle.get_attribute("aria-expanded") == "false"
    toggle.click()
    detail = shown.locator(f"#{toggle.get_attribute('aria-controls')}")
    assert toggle.get_attribute("aria-expanded") == "true" and detail.is_visible()
    table = [line.split("\t") for line in detail.locator(".sides").inner_text().splitlines()]
    assert table[0] == ["Field", "On the platform", "In the inventory"] and ["port", "5433", "5432"] in table
    assert ["tag legacy", "yes", "none"] in table and ["password", "not shown", "not shown"] in table and "an0ther" not in shown.content()
    assert detail.locator("code").text_content() == f"ansible-playbook datasentinel.platform.register -i inventory -e datasentinel_hosts={host}"
    toggle.click()
    assert toggle.get_attribute("aria-expanded") == "false" and shown.locator("tr.detail").count() == 0


def test_the_line_is_copied(page):
    shown = page(FLEET, "#finding=disabled", permissions=["clipboard-read", "clipboard-write"])
    shown.locator("tr.row").first.click()
    shown.locator(".copy").click()
    shown.wait_for_function("document.querySelector('.copy').textContent === 'Copied'")
    assert shown.evaluate("navigator.clipboard.readText()").startswith("ansible-playbook datasentinel.platform.enable -i inventory -e datasentinel_hosts=")


# --- readers and their machines ----------------------------------------------------------------------------------


def test_the_keyboard_alone(page):
    shown = page(FLEET)
    shown.keyboard.press("Tab")
    assert shown.evaluate("document.activeElement.textContent") == "Skip to the connections"
    shown.keyboard.press("Enter")
    assert shown.evaluate("document.activeElement.id") == "connections"
    shown.keyboard.press("/")
    shown.keyboard.type("ledger staging")
    found = [one["name"] for one in ROWS if "ledger" in one["name"] and one["tags"]["environment"] == "staging"]
    assert shown.names() == found
    for _press in range(20):
        shown.keyboard.press("Tab")
        if shown.evaluate("document.activeElement.className") == "toggle":
            break
    shown.keyboard.press("Enter")
    assert shown.locator("tr.detail").count() == 1
    assert shown.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_dark_and_light(page):
    light, dark = page(FLEET), page(FLEET, color_scheme="dark")
    assert light.colour("body", "backgroundColor") == "rgb(244, 246, 249)" and dark.colour("body", "backgroundColor") == "rgb(14, 20, 27)"


def test_a_narrow_screen(page):
    shown = page(FLEET, width=390, height=844, is_mobile=True, has_touch=True)
    assert shown.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert shown.locator("th.c-server").is_hidden() and shown.locator(".brief").first.is_visible()
    shown.locator("tr.row").first.tap()
    assert shown.locator("tr.detail").is_visible() and shown.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_print_shows_all_rows_and_no_controls(page):
    shown = page(FLEET, color_scheme="dark")
    shown.emulate_media(media="print", color_scheme="dark")
    shown.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert shown.rows() == NAMES and shown.locator("#tools").is_hidden() and shown.colour("body", "backgroundColor") == "rgb(255, 255, 255)"
    assert len(shown.pdf()) > 10_000


def test_without_javascript(page):
    shown = page(FLEET, java_script_enabled=False)
    assert shown.rows() == NAMES[:300] and shown.locator("#tools").is_hidden() and shown.locator("h1").is_visible()
    assert set(shown.bars()) == {"production", "staging", "test", "development"}
    differing = shown.locator("#rows tr", has=shown.locator(".badge.differs")).first
    differing.locator("summary").click()
    assert "platform 5433, inventory 5432" in differing.inner_text() and "datasentinel.platform.register" in differing.inner_text()
    assert "These are the first 300 of 312" in shown.locator("#rest").text_content()


@pytest.mark.parametrize("options", [{}, {"color_scheme": "dark"}, {"width": 390, "height": 844}, {"java_script_enabled": True, "width": 900}], ids=str)
def test_no_barrier_that_axe_finds(page, axe, options):
    shown = page(FLEET, bypass_csp=True, **options)
    for kind in ("differs", "unknown"):
        shown.locator("tr.row", has=shown.locator(f".badge.{kind}")).first.click()
    shown.tile("ok").hover()
    shown.bar_of("staging").evaluate("link => link.setAttribute('aria-current', 'true')")
    assert shown.violations() == []


def test_no_request_leaves_the_page_and_none_can(page, platform):
    shown = page(FLEET)
    shown.locator("tr.row").first.click()
    shown.locator("#q").fill("crm")
    assert shown.requests == [] and shown.errors == []
    tried = """async (url) => {
        const image = new Image(), loaded = new Promise((resolve) => { image.onload = () => resolve("loaded"); image.onerror = () => resolve("refused"); });
        image.src = url + "/image.png";
        const script = document.createElement("script");
        script.textContent = "window.ran = true";
        document.body.append(script);
        return [await fetch(url).then(() => "fetched", () => "refused"), await loaded, window.ran === true];
    }"""
    assert shown.evaluate(tried, platform.url) == ["refused", "refused", False] and platform.journal.all() == []


def test_screenshots_for_people(page):
    page(FLEET).screenshot_to("audit")
    page(FLEET, color_scheme="dark").screenshot_to("audit-dark")
    page(FLEET, width=390, height=844).screenshot_to("audit-phone")
    opened = page(FLEET, "#finding=differs")
    opened.locator("tr.row").first.click()
    opened.screenshot_to("audit-row")


# --- a large fleet -----------------------------------------------------------------------------------------------

LARGE = 10_000


def test_ten_thousand_rows(page, tmp_path):
    shown = page(fleet(LARGE))
    assert (tmp_path / "audit.html").stat().st_size < 6_000_000
    # It is noted a moment after the page was loaded.
    shown.wait_for_function("performance.getEntriesByName('first-contentful-paint').length")
    paint = shown.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    assert shown.status() == "10,000 connections" and paint < 2000
    # From each key to the next picture; the best of three, since other processes have the same machine.
    slowest = shown.evaluate(
        """async () => {
            const field = document.getElementById("q"), best = {};
            for (let round = 0; round < 3; round++) {
                for (const part of ["c", "cr", "crm", "crm p", "crm pr", "", "00"]) {
                    const start = performance.now();
                    field.value = part;
                    field.dispatchEvent(new Event("input"));
                    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
                    best[part] = Math.min(best[part] ?? Infinity, performance.now() - start);
                }
            }
            return Math.max(...Object.values(best));
        }"""
    )
    print(f"first paint after {paint:.0f} ms, a letter within {slowest:.0f} ms, {(tmp_path / 'audit.html').stat().st_size:,} bytes")
    assert slowest < 200
