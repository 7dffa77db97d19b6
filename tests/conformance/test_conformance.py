# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The checks of conformance, with the embedded platform in its variants: each is told apart, and nothing is left behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

import pytest
from conformance.calls import MOST_CALLS, Access, Caller, Unusable
from conformance.checks import Checks
from conformance.findings import BROKEN, HOLDS, OTHERWISE, Findings
from embedded.collection import ROOT
from embedded.faults import delay
from support.playbook import wait_for


@pytest.fixture
def ask(platform):
    """A function that makes all checks. Returns a Caller and the Findings."""

    def ask(**environment):
        caller, findings = Caller(Access.from_environment({**platform.environment(), **environment})), Findings()
        Checks(caller, findings).run()
        return caller, findings

    return ask


def titles(findings, outcome):
    """The titles of the findings that ended so."""
    return {finding.title for finding in findings.found if finding.outcome == outcome}


def test_the_embedded_platform_conforms_and_is_left_as_it_was(ask, platform):
    platform.store.put("other", host="pg", user="u")
    caller, findings = ask()
    assert titles(findings, BROKEN) == titles(findings, OTHERWISE) == set()
    assert findings.conforms() and len(titles(findings, HOLDS)) > 40
    assert platform.store.names() == ["other"]
    assert caller.made < MOST_CALLS - 5


@pytest.mark.parametrize(
    ("variants", "broken", "otherwise", "detail"),
    [
        ({"put_replaces": True}, set(), {"Update merges: what is not sent is kept"}, "Replaced: host, port, user, password."),
        ({"own_tags": True}, set(), set(), "It adds: database, pg_instance, pg_version, server."),
        ({"masked": True}, set(), set(), "It is masked."),
        ({}, set(), set(), "It is shown in clear text."),
        ({"bodiless": 204}, {'Add: 201 and {"status": "<text>"}', 'Delete: 200 and {"status": "<text>"}'}, set(), "status 204, no body"),
        (
            {"health_pages": True},
            {"Display: what does not exist is 404", "Delete: takes effect"},
            {"A 404 of the API's has a JSON body or none"},
            "missing: name",
        ),
    ],
    ids=["replaces", "own tags", "masked", "shown", "bodiless", "health pages"],
)
def test_each_variant_is_told_and_nothing_is_left(ask, platform, variants, broken, otherwise, detail):
    for name, value in variants.items():
        setattr(platform.variants, name, value)
    _caller, findings = ask()
    assert broken <= titles(findings, BROKEN) and bool(titles(findings, BROKEN)) is bool(broken) is not findings.conforms()
    assert otherwise <= titles(findings, OTHERWISE)
    assert any(detail in finding.detail for finding in findings.found)
    assert platform.store.names() == []


@pytest.fixture
def run(platform, tmp_path):
    """A function that starts `python -m conformance`, as `make conformance` does. Returns the process."""

    def run(**environment):
        ours = {"PYTHONPATH": str(ROOT / "tests"), "PATH": os.environ["PATH"], "NO_PROXY": "*", **platform.environment(), **environment}
        command = [sys.executable, "-m", "conformance"]
        return subprocess.Popen(command, cwd=tmp_path, env=ours, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    return run


def test_the_result_is_a_table_and_json_without_secrets(run, platform, tmp_path):
    process = run()
    output, _errors = process.communicate(timeout=60)
    assert process.returncode == 0 and output.endswith("The contract holds.\n")
    text = (tmp_path / ".cache/conformance.json").read_text()
    result = json.loads(text)
    assert (result["schema"], result["platform_version"], result["conforms"]) == (1, "v2.0.0", True)
    assert all(finding["title"] in output for finding in result["findings"])
    passwords = {json.loads(call.body).get("password") for call in platform.journal.all() if call.body} - {None}
    tokens = {call.headers["user-token"] for call in platform.journal.all() if "user-token" in call.headers} - {"not-a-token"}
    assert len(passwords) == 2 and len(tokens) == 1
    for secret in (platform.password, platform.url, *passwords, *tokens):
        assert secret not in output + text


def test_a_broken_contract_and_nothing_else_decides_the_status(run, platform):
    platform.variants.put_replaces = True
    process = run()
    assert "otherwise  Update merges" in process.communicate(timeout=60)[0] and process.returncode == 0
    platform.variants.bodiless = 204
    process = run()
    assert "BROKEN" in process.communicate(timeout=60)[0] and process.returncode == 1


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({"DATASENTINEL_API_URL": "http://127.0.0.1:9"}, "The platform does not answer"),
        ({"DATASENTINEL_API_URL": ""}, "DATASENTINEL_API_URL is not set"),
        ({"DATASENTINEL_API_PASSWORD": "wr0ng"}, "No token for the user and password: status 401"),
        ({"DATASENTINEL_API_PASSWORD": ""}, "Set DATASENTINEL_API_USERNAME and DATASENTINEL_API_PASSWORD"),
    ],
)
def test_where_it_cannot_ask_it_says_why(run, platform, environment, message):
    process = run(**environment)
    output, _errors = process.communicate(timeout=60)
    assert process.returncode == 2 and message in output and "Traceback" not in output
    assert platform.store.names() == []


def interrupted(process, number=signal.SIGTERM):
    """Send a signal to the process. Returns its output."""
    process.send_signal(number)
    output, _errors = process.communicate(timeout=60)
    assert process.returncode == 2 and "Interrupted" in output
    return output


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_it_removes_its_connection(run, platform, number):
    process = run()
    assert wait_for(platform.store.names, seconds=30, pause=0)
    output = interrupted(process, number)
    assert platform.store.names() == [], output


# The two before these are refused: one has a wrong token, one lacks fields.
@pytest.mark.parametrize("nth", [3, 4], ids=["that creates it", "when it exists"])
def test_interrupted_while_a_post_is_under_way(run, platform, nth):
    def posts():
        return [call for call in platform.journal.all() if call.method == "POST" and "/pg-instances/" in call.path]

    platform.faults.add(delay(0.5, work=True), "POST", "/pg-instances/", nth=nth)
    process = run()
    assert wait_for(lambda: len(posts()) == nth, seconds=30, pause=0)
    output = interrupted(process)
    assert wait_for(lambda: posts()[-1].status is not None, seconds=30)
    assert platform.store.names() == [], output


def test_a_name_that_exists_is_not_touched(ask, platform, monkeypatch):
    monkeypatch.setattr("conformance.checks.secrets.token_hex", lambda _bytes: "0" * 16)
    platform.store.put("zz-conformance-" + "0" * 16, host="pg", user="u")
    with pytest.raises(Unusable, match="exists, although"):
        ask()
    assert platform.store.get("zz-conformance-" + "0" * 16)["host"] == "pg"


def test_a_given_token_is_used_and_tokens_are_not_checked(ask, platform):
    _caller, findings = ask(DATASENTINEL_API_USERNAME="", DATASENTINEL_API_PASSWORD="", DATASENTINEL_API_TOKEN=platform.token())
    assert findings.conforms() and "Token: minted with user and password, 201" not in titles(findings, HOLDS)
