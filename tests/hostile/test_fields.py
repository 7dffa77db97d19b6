# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A platform that displays a connection with anything in its fields."""

from __future__ import annotations

import json
import time

import pytest
from ansible_collections.datasentinel.platform.plugins.module_utils._platform import _retries
from embedded import faults
from hostile.checks import check, raw_characters, texts
from hostile.responses import DRIVING, FOREIGN, GIVEN, OF_ANSIBLE, STORED
from hostile.selection import some
from support.runners import RUNNERS

THERE = {"host": "127.0.0.1", "port": 1, "user": "ds", "password": STORED, "tags": "a=1"}


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Pauses between retries that a test can wait for."""
    monkeypatch.setattr(_retries, "FIRST_PAUSE", 0.001)


@pytest.fixture(params=RUNNERS)
def run(request, platform):
    """A function that runs a task on a platform whose display of db1 is changed, from the nth on: by change(connection), or to the text of JSON."""

    def run(change, nth=1, **options):
        platform.store.put("db1", **THERE)
        if callable(change):
            platform.faults.add(faults.shown(change), "GET", nth=nth, times=100)
        else:
            platform.faults.add(faults.body(change.encode()), "GET", nth=nth, times=100)
        access = {"api_url": platform.url, "api_token": platform.token(), "api_timeout": 5, "api_retries": 0}
        # Of this thread, so that neither the embedded platform nor other work of the machine counts.
        started = time.thread_time()
        result = RUNNERS[request.param]({**access, "name": "db1", **options})
        assert time.thread_time() - started < 3
        return result

    return run


def fields(**members):
    return lambda connection: connection.update(members)


# --- what drives a terminal --------------------------------------------------------------------------------------

DRIVEN = {
    "host": fields(host="h" + DRIVING),
    "user": fields(user="u" + DRIVING),
    "tags": fields(tags=f"a=1,k{DRIVING}=v{DRIVING}"),
    "further": fields(**{"host": "h", DRIVING: DRIVING, "x": [{DRIVING: [DRIVING]}]}),
    "reason": fields(connected=False, host=DRIVING + "h", user=DRIVING + "u", message=DRIVING, status=DRIVING),
}


@pytest.mark.parametrize("change", DRIVEN.values(), ids=DRIVEN)
def test_a_field_that_drives_a_terminal(run, change):
    check(run(change, state="enabled"), FOREIGN)


@pytest.mark.parametrize("change", DRIVEN.values(), ids=DRIVEN)
def test_a_field_that_drives_a_terminal_after_a_change(run, change):
    """The first display is as it should be; the one that confirms is not as desired, and the message says so."""
    result = run(change, nth=2, host="127.0.0.2", user="ds2", tags={"b": "2"})
    assert result["failed"] and "did not change as described" in result["msg"]
    check(result, FOREIGN)


def test_a_field_that_drives_a_terminal_in_the_message_of_a_wait(run):
    result = run(fields(host="h" + DRIVING, user="u" + DRIVING, connected=False), state="enabled", wait=True, wait_timeout=1)
    assert "is not connected to h" in result["msg"]
    check(result, FOREIGN)


# --- bounds ------------------------------------------------------------------------------------------------------

LARGE = {
    "host": fields(host="h" * 900_000),
    "user": fields(user="u" * 900_000),
    "tag": fields(tags="a=" + "v" * 900_000),
    "tags": fields(tags=",".join(f"k{number}=v" for number in range(80_000))),
    "port": fields(port=10**4000),
    "further": fields(**{f"name-{number}": "x" * 1500 for number in range(500)}),
    "names": fields(**{f"{'pass-' * 5}{number}": 1 for number in range(25_000)}),
    "password": fields(password="aB3'\"/<" * 50_000, note=GIVEN),
    "passwords": fields(password=[f"{number}-of-many" for number in range(40_000)], note=GIVEN),
    "passwords-alike": fields(password=[f"one-of-many-{number}" for number in range(15_000)], note="one-of-many-" * 1000),
    "passwords-that-begin-alike": fields(password=["a" * number + "b" for number in range(200)], note="a" * 100_000, status="a" * 100_000),
}


@pytest.mark.parametrize("name, nth", some(LARGE, [1, 2], every=2))
def test_large_fields(run, name, nth):
    check(run(LARGE[name], nth=nth, port=2, password=GIVEN, update_password="on_create"), GIVEN)


BRACKETS = {"list": ("[", "]"), "object": ('{"a":', "}")}


@pytest.mark.parametrize("depth, field, kind", some([300, 900, 990, 3000, 9000, 100_000], ["password", "host", "tags", "further"], BRACKETS, every=2))
def test_deep_fields(run, depth, field, kind):
    brackets = BRACKETS[kind]
    content = json.dumps({"name": "db1", **THERE, "enabled": True, "connected": True})
    result = run(f'{content[:-1]}, "{field}": {brackets[0] * depth}{json.dumps(FOREIGN)}{brackets[1] * depth}}}', state="enabled")
    check(result, *([FOREIGN] if field != "further" else []))
    assert field == "further" or result["failed"]


# --- values ------------------------------------------------------------------------------------------------------


FIELDS = ["password", "host", "port", "user", "tags", "enabled", "connected", "name", "collection-rate"]
VALUES = [[FOREIGN], {"value": FOREIGN}, True, 5, 1.5, None, "", [], {}, [[{"a": [FOREIGN]}]], float("nan"), 10**400, "\ud800", "\x1b[2J", " "]


@pytest.mark.parametrize("field, value", some(FIELDS, VALUES, every=3) + [("password", value) for value in VALUES])
def test_a_field_of_any_type(run, field, value):
    """What is shown of a connection is shown as the platform has it; a password is not, whatever it is."""
    result = run(fields(**{field: value}), port=2)
    check(result, *([FOREIGN] if field == "password" else []), STORED)


def test_a_result_is_json_by_the_standard(run):
    content = json.dumps({"name": "db1", **THERE})
    result = run(f'{content[:-1]}, "a": NaN, "b": [Infinity, {{"c": -Infinity, "d": 1e400}}], "port": 1.0}}', state="present")
    json.dumps(result, allow_nan=False)


@pytest.mark.parametrize("field", ["host", "user", "tags"])
def test_what_is_never_masked_as_a_field_is_masked_in_a_message(run, field):
    result = run(fields(**{field: f"a={GIVEN}"}), nth=2, host="127.0.0.2", user="ds2", tags={"b": "2"}, password=GIVEN)
    assert result["failed"] and "did not change as described" in result["msg"]
    check({"changed": True, "failed": True, "msg": result["msg"]}, GIVEN)


def test_half_of_a_secret_where_a_text_is_cut(run):
    """Masking makes a text shorter: what stood beyond the cut does not move up."""
    long = "L0ng-alpha-" + "x" * 60 + "-omega-l0ng"
    for offset in range(0, 80, 7):
        check(run(fields(note="." * offset + long * 200, password=long), state="enabled"), long)


def test_a_password_that_comes_twice(run):
    """Of two members of the same name the last one counts, and the first one is a secret all the same."""
    content = json.dumps({"name": "db1", **THERE, "password": "-", "note": f"was {FOREIGN}"})
    check(run(content.replace('"-"', f'"{FOREIGN}", "password": "-"'), state="enabled"), FOREIGN)


NAMES = ["pass\u200bword", "pass\x00word", "p\u00adassword", "PASSWORD", "Pass-Word", "pg.password", "passphrase", "motDePasse", "authToken"]


@pytest.mark.parametrize("name", NAMES)
def test_names_of_secrets_however_they_are_written(run, name):
    check(run(fields(**{name: FOREIGN, "x": [{name: {"y": FOREIGN}}]}), state="enabled"), FOREIGN)


def test_names_of_ansibles_own(run):
    """They are fields like any other, and change nothing of the result around them."""
    more = ("_ansible_parsed", "skipped", "unreachable", "exception", "deprecations", "diff", "results")
    result = run(fields(**{name: {"x": True} for name in (*OF_ANSIBLE, *more)}), port=2)
    assert not result.get("failed") and set(result) <= {"changed", "connection", "diff", "msg", "invocation", "warnings"}
    assert result["connection"]["ansible_facts"] == {"x": True}
    assert [text for text in texts(result) if raw_characters(text)] == []
