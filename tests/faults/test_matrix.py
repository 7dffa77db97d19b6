# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every fault, at every call, in every state, through both runners.

For each case three things are asserted: the end state on the platform, `changed` or the error's text, and that nothing
was sent twice that must not be.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from ansible_collections.datasentinel.platform.plugins.module_utils._platform import _retries
from embedded import faults
from hostile.responses import RESPONSES
from hostile.selection import FULL, one_of
from support.runners import RUNNERS

PASSWORD = "pa55-of-the-matrix"
WANTED = {"host": "127.0.0.1", "port": 2, "user": "ds", "password": PASSWORD, "tags": "a=1,b=2"}
#: Seconds: what a task allows, where a fault takes longer than that.
IMPATIENT = 0.3
#: At each call one of so many hostile responses.
EVERY = 30

# --- the situations ----------------------------------------------------------------------------------------------


@dataclass
class Situation:
    """there: the connection before, None if there is none. state: wanted. calls: of an undisturbed task, less the token's."""

    name: str
    there: dict | None
    state: str
    calls: list[str]

    @property
    def wanted(self) -> dict | None:
        """The connection in the end."""
        enabled = {"enabled": True, "disabled": False}.get(self.state, True)
        return None if self.state == "absent" else {**WANTED, "enabled": enabled}


SITUATIONS = [
    Situation("create", None, "present", ["GET", "POST", "GET"]),
    Situation("create-disabled", None, "disabled", ["GET", "POST", "PATCH", "GET"]),
    Situation("update", {**WANTED, "port": 1, "tags": "a=1"}, "present", ["GET", "PUT", "GET"]),
    Situation("enable", {**WANTED, "enabled": False}, "enabled", ["GET", "PATCH", "GET"]),
    Situation("disable", WANTED, "disabled", ["GET", "PATCH", "GET"]),
    Situation("update-and-disable", {**WANTED, "port": 1}, "disabled", ["GET", "PUT", "PATCH", "GET"]),
    Situation("delete", WANTED, "absent", ["GET", "DELETE", "GET"]),
]

# --- the faults --------------------------------------------------------------------------------------------------

FINE = None


@dataclass
class Case:
    """A fault at a call. text: what the error has to say, FINE if the task has to come out right."""

    name: str
    fault: faults.Fault
    text: str | None
    impatient: bool = False


def everywhere(path):
    """The faults that may meet any call, tokens included."""
    passing = [Case(str(code), faults.status(code), FINE) for code in (429, 502, 503, 504)]
    passing += [Case(f"{code}-after", faults.status_after(code), FINE) for code in (502, 503, 504)]
    passing += [Case("drop-before", faults.drop_before, FINE), Case("drop-after", faults.drop_after, FINE)]
    passing += [Case("no-http-after", faults.bytes_instead(lambda secret: [str(secret).encode()]), FINE)]
    passing += [Case("delay", faults.delay(4 * IMPATIENT), FINE, True), Case("drip", faults.drip(IMPATIENT / 2), FINE, True)]
    final = [Case(str(code), faults.status(code), f"status {code}") for code in (400, 403, 418, 500)]
    final += [
        Case("500-after", faults.status_after(500), "status 500"),
        Case("html", faults.html_page(), "HTML page|no usable"),
        Case("html-500", faults.html_page(500), "a page titled 'Welcome to the proxy'|an HTML page"),
        Case("broken-json", faults.broken_json, "broken JSON"),
        Case("wrong-type", faults.wrong_type, "a JSON list .* came back"),
        Case("oversize", faults.oversize(announced=True), "larger than 1024 KiB"),
        Case("oversize-unannounced", faults.oversize(announced=False), "larger than 1024 KiB"),
        Case("redirect", faults.redirect("http://127.0.0.1:9/"), "a redirect to http://127.0.0.1:9"),
    ]
    return passing + final


def only_for(method):
    """The faults that some calls alone may meet."""
    again = [Case("401", faults.status(401), FINE), Case("expired", faults.expire_token, FINE)]
    if method == "TOKEN":
        return [Case("401", faults.status(401), "refused api_username and api_password"), Case("404", faults.status(404), "status 404")]
    if method == "GET":
        lies = [("masked", faults.masked_password), ("no-password", faults.missing_password), ("tags", faults.reordered_tags), ("port", faults.text_port)]
        page = Case("html-404", faults.html_page(404), "does not tell whether the connection exists")
        return again + [page] + [Case(name, fault, FINE) for name, fault in lies]
    if method == "POST":
        return again + [Case("409", faults.status(409), FINE), Case("404", faults.status(404), "status 404")]
    return again + [Case("404", faults.status(404), FINE), Case("409", faults.status(409), "status 409")]


def rivals(situation, method):
    """Somebody else who creates, changes or deletes the connection just before or after a call."""

    def change(store, name):
        store.put(name, **{**WANTED, "port": 3})

    def delete(store, name):
        store.delete(name)

    if method == "TOKEN":
        return []
    # What a task does not write itself it does not write over either: a rival's change shows when it is confirmed.
    changed = r"these did not change as described: port \(desired 2, is 3\)" if method == "PATCH" else FINE
    before = [Case("rival-change", faults.rival(change), changed), Case("rival-delete", faults.rival(delete), FINE)]
    if method == "GET":
        return before
    gone = situation.state == "absent"
    return before + [
        Case(
            "rival-change-after",
            faults.rival(change, after=True),
            "is still there" if gone else r"these did not change as described: port \(desired 2, is 3\)|FINE",
        ),
        Case("rival-delete-after", faults.rival(delete, after=True), FINE if gone else "the connection was not found|FINE"),
    ]


def hostile(method, number):
    """Some of the responses of tests/hostile, others at each call. number: of the call."""
    kind = {"TOKEN": "token", "GET": "read"}.get(method, "write")
    # Nothing that comes back from a token call is quoted.
    confidential = r"|status \d+ \(expected 201 or 200\)|came back \(status|no usable user-token|a redirect to " if kind == "token" else ""
    for response in one_of(RESPONSES[0 if FULL else number % EVERY :], EVERY):
        text = response.says + confidential + ("|FINE" if kind in response.succeeds else "")
        yield Case(f"hostile-{response.name}", response.fault(not response.refusal, []), text, response.endless)


def matrix():
    number = 0
    for situation in SITUATIONS:
        calls = ["TOKEN", *situation.calls]
        for position, method in enumerate(calls):
            cases = everywhere(method) + only_for(method) + rivals(situation, method) + list(hostile(method, number))
            number += 1
            for case in cases:
                # A rival before the confirming read is one after the write; a read that shows no password confirms as well.
                if method == "GET" and position == len(calls) - 1 and case.name.startswith("rival"):
                    continue
                yield pytest.param(situation, position, method, case, id=f"{situation.name}-{position}{method}-{case.name}")


MATRIX = list(matrix())

# --- the test ----------------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Pauses between retries that a test can wait for."""
    monkeypatch.setattr(_retries, "FIRST_PAUSE", 0.001)


@pytest.mark.parametrize("runner", RUNNERS)
@pytest.mark.parametrize("situation, position, method, case", MATRIX)
def test_a_fault(platform, runner, situation, position, method, case):
    if situation.there is not None:
        platform.store.put("db1", **situation.there)
    nth = ["TOKEN", *situation.calls][: position + 1].count(method)
    path, verb = ("/user-token", "POST") if method == "TOKEN" else ("/pg-instances/", method)
    platform.faults.add(case.fault, verb, path, nth)

    result = RUNNERS[runner](
        {
            "api_url": platform.url,
            "api_username": platform.username,
            "api_password": platform.password,
            "api_timeout": IMPATIENT if case.impatient else 10,
            "name": "db1",
            "state": situation.state,
            **WANTED,
        }
    )

    end = platform.display("db1")
    calls = platform.journal.all()
    check_sending(calls, result, case)
    check_changed(situation, end, calls, result, case)
    check_text(result, case, platform, calls)
    if not result.get("failed"):
        assert same(end, situation.wanted), "the end state is not what was wanted"


def same(end, wanted):
    """Whether the platform's connection is as wanted, whatever the order of its tags."""
    if end is None or wanted is None:
        return end is wanted
    ordered = [{**one, "tags": sorted(one["tags"].split(","))} for one in (end, wanted)]
    return all(ordered[0][key] == value for key, value in ordered[1].items())


def check_sending(calls, result, case):
    """No write is repeated without a look in between, except after a 401; no final answer is asked for again."""
    for number, call in enumerate(calls[1:], start=1):
        before = calls[number - 1]
        if call.method != "GET" and "/pg-instances/" in call.path and (before.method, before.path) == (call.method, call.path):
            raise AssertionError(f"sent twice in a row: {[str(one) for one in calls]}")
    if case.text and "FINE" not in case.text and not case.name.startswith("rival"):
        hits = [call for call in calls if call.status not in (200, 201)]
        assert len(hits) <= 1 + sum(call.status == 404 for call in calls), "something final was tried again"
    created = [call for call in calls if call.method == "POST" and "/pg-instances/" in call.path and call.status == 201]
    assert len(created) <= 1 + case.name.startswith("rival")


def check_changed(situation, end, calls, result, case):
    """Never changed: false where the connection is another one than before because of this task."""
    if case.name.startswith("rival"):
        wrote = any(call.method != "GET" and "/pg-instances/" in call.path and call.status in (200, 201) for call in calls)
        assert result["changed"] or not wrote
        return
    before = None if situation.there is None else {"enabled": True, **situation.there}
    untouched = same(end, before)
    assert result["changed"] or untouched, "changed: false, and yet it is another one"
    if result.get("failed") and not untouched:
        assert re.search("may have taken effect|Before that, the platform answered|did not change as described|still there|was not found", result["msg"]), (
            result["msg"]
        )
    if untouched and not result.get("failed"):
        assert same(end, situation.wanted)


def check_text(result, case, platform, calls):
    """A failure says what the case expects, and where; and nothing shows a secret."""
    text = str(result)
    tokens = {call.headers.get("user-token") for call in calls} - {None}
    assert not [secret for secret in (PASSWORD, platform.password, *tokens) if secret in text]
    if case.text is FINE:
        assert not result.get("failed"), result
    elif result.get("failed"):
        assert re.search(case.text, result["msg"]), result["msg"]
        if "error" in result:
            assert {"method", "url"} <= set(result["error"]) and result["error"]["url"] in result["msg"]
    else:
        assert "FINE" in case.text, f"it should have failed: {result}"


def test_the_number_of_cases(record_property):
    count = len(MATRIX) * len(RUNNERS)
    record_property("cases", count)
    print(f"{count} cases")
    assert count > 500
