# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hostile responses as a user of ansible-playbook sees them, at -vvvv: no secret, nothing that drives a terminal, no template that is run."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest
from embedded import faults
from hostile.checks import leaks, raw_characters
from hostile.responses import DRIVING, FOREIGN, GIVEN, RESPONSES, STORED
from support.playbook import task

MODULE = "datasentinel.platform.datasentinel_connection"
TOKEN = "datasentinel.platform.datasentinel_token"
ROLE = "datasentinel.platform.datasentinel_connection"
THERE = {"host": "127.0.0.1", "port": 1, "user": "ds", "password": STORED, "tags": "a=1"}
KEPT = {"port": 2, "password": "{{ given }}", "update_password": "on_create"}
BY_NAME = {response.name: response for response in RESPONSES}
#: By the response, the call that it meets.
MET = {
    **dict.fromkeys(["list", "json-in-json", "trailing-text", "latin-1", "truncated", "plain", "titled-page", "status-206", "status-500"], "GET"),
    **dict.fromkeys(["error-500-json", "error-500-quoting", "driving", "driving-error", "driving-title", "names-of-ansibles-own"], "GET"),
    **dict.fromkeys(["secrets-at-any-depth", "deep-300", "long-error"], "GET"),
    **dict.fromkeys(["redirect-302", "broken-header", "many-headers", "reason-with-secrets", "no-http", "not-a-number", "half-characters", "page"], "GET"),
    **dict.fromkeys(["raw-tab", "status-203", "status-400", "error-object", "status-quoting", "error-500-python", "long-status", "gzip-junk"], "PUT"),
}
#: What may become of a token call.
MINTED = ["list", "json-in-json", "plain", "titled-page", "status-202", "status-203", "status-500", "redirect-302", "truncated", "error-object", "page"]


def safe(outcome, *secrets):
    """Assert that nothing that a run printed, or handed to callbacks, holds a secret, drives a terminal, or is a trace of an exception."""
    recorded = json.dumps(outcome.lines) + json.dumps(outcome.lines, ensure_ascii=False)
    for text in (outcome.output, recorded):
        for secret in secrets:
            found = leaks(text, secret)
            assert not found, f"{found}: {[line[:300] for line in text.splitlines() if found[0] in line][:3]}"
        assert "Traceback" not in text and "a bug in the collection" not in text
    lines = [line for line in outcome.output.splitlines() if raw_characters(line)]
    assert not lines, [(line[:300], raw_characters(line)) for line in lines]


def verbose(ansible, *tasks, variables=None, environment=None, **play):
    """Run a play at -vvvv."""
    play = {"hosts": "localhost", "gather_facts": False, "tasks": list(tasks), **play}
    return ansible.run([play], "-vvvv", "--diff", variables={"given": GIVEN, **(variables or {})}, environment=environment)


def test_hostile_responses(ansible, platform, runner):
    struck = []
    # A module takes a second for what takes a moment in the process of the control node.
    met = dict(list(MET.items())[:: 3 if runner else 1])
    for name, method in met.items():
        platform.store.put(name, **THERE)
        platform.faults.add(BY_NAME[name].fault(not BY_NAME[name].refusal, struck), method, f"/pg-instances/{name}$")
    platform.faults.add(faults.masked_password, "GET", times=1000)
    outcome = verbose(ansible, task("keep", {**runner, "loop": list(met), "ignore_errors": True}, name="{{ item }}", api_retries=0, **KEPT)).succeeded()
    assert len(struck) == len(met), "some were not met"
    results = {result["item"]: result for result in outcome.results("keep", items=True)}
    assert set(results) == set(met)
    for name in met:
        assert results[name]["changed"] or platform.display(name)["port"] == 1, results[name]
        assert results[name]["failed"] or platform.display(name)["port"] == 2, results[name]
    assert sum(result["failed"] for result in results.values()) > len(met) / 2
    tokens = {call.headers.get("user-token") for call in platform.journal.all()} - {None}
    safe(outcome, STORED, GIVEN, FOREIGN, platform.password, *tokens)


def test_hostile_responses_to_the_token_call(ansible, platform, runner):
    struck = []
    minted = MINTED[:: 3 if runner else 1]
    for number, name in enumerate(minted, start=1):
        platform.faults.add(BY_NAME[name].fault(True, struck), "POST", "/user-token$", nth=number)
    outcome = verbose(ansible, task("mint", {**runner, "loop": minted, "ignore_errors": True}, TOKEN, api_retries=0)).succeeded()
    assert [made["user-token"] for made in struck] and len(struck) == len(minted)
    results = {result["item"]: result for result in outcome.results("mint", items=True)}
    assert [name for name, result in results.items() if not result["failed"]] == []
    safe(outcome, platform.password, FOREIGN, *(made["user-token"] for made in struck))


def test_fields_that_drive_a_terminal(ansible, platform, runner):
    """Wherever a play shows them: in results, diffs, messages, loops and their labels, warnings."""
    for name in ("db1", "db2"):
        platform.store.put(name, **THERE)
    driving = {"host": "h" + DRIVING, "user": "u" + DRIVING, "tags": f"a=1,k{DRIVING}=v{DRIVING}", "connected": False, DRIVING: DRIVING, "note": DRIVING}
    platform.faults.add(faults.shown(lambda connection: connection.update(driving)), "GET", "db1", times=100)
    platform.faults.add(faults.shown(lambda connection: connection.update(driving)), "GET", "db2", nth=2, times=100)
    shown = "{{ one.connection }}"
    outcome = verbose(
        ansible,
        task("read", {**runner, "register": "one"}, name="db1", state="enabled"),
        task("change", {**runner, "ignore_errors": True}, name="db2", host="127.0.0.2", user="ds2"),
        task("wait", {**runner, "ignore_errors": True}, name="db1", wait=True, wait_timeout=1),
        {"name": "show", "ansible.builtin.debug": {"var": "one"}},
        {"name": "say", "ansible.builtin.debug": {"msg": shown}},
        {"name": "loop", "ansible.builtin.debug": {"var": "item"}, "loop": "{{ one.connection.tags | dict2items }}"},
        {"name": "fail", "ansible.builtin.fail": {"msg": shown}, "ignore_errors": True},
    ).succeeded()
    assert outcome["change"]["changed"], outcome["change"]
    assert "did not change as described" in outcome["change"]["msg"] and "is not connected to h" in outcome["wait"]["msg"]
    safe(outcome, STORED)


# --- templates ---------------------------------------------------------------------------------------------------


@pytest.fixture
def templates(tmp_path):
    """Texts that leave a file behind if they are run as a template, and the file."""
    ran = tmp_path / "ran"
    pipe = f"lookup('pipe', 'touch {ran}')"
    return ["{{ %s }}" % pipe, "{%% if %s %%}x{%% endif %%}" % pipe, "{{ 7191 * 7 }}"], ran


def test_templates_in_what_the_platform_says(ansible, platform, runner, templates):
    texts, ran = templates
    for name, text in zip(("db1", "db2", "db3"), texts):
        platform.store.put(name, **{**THERE, "host": text, "user": text, "tags": f"{text}={text}"})
        changes = {text: text, "note": text, "connected": False}
        platform.faults.add(faults.shown(lambda connection, changes=changes: connection.update(changes)), "GET", name, times=1000)
        platform.faults.add(faults.instead(faults.as_json(lambda _secret, text=text: {"status": text})), "PUT", name)
        platform.faults.add(faults.status(500, text), "PATCH", name)
    names = ["db1"] if runner else ["db1", "db2", "db3"]
    outcome = verbose(
        ansible,
        task("change", {**runner, "loop": names, "register": "done", "ignore_errors": True}, name="{{ item }}", port=2),
        task("fail", {**runner, "loop": names, "register": "failed", "ignore_errors": True}, name="{{ item }}", state="disabled"),
        task("wait", {**runner, "loop": names, "register": "waited", "ignore_errors": True}, name="{{ item }}", wait=True, wait_timeout=1),
        {"name": "show", "ansible.builtin.debug": {"var": "done"}},
        {"name": "say", "ansible.builtin.debug": {"msg": "{{ item.msg }} {{ item.error | default }}"}, "loop": "{{ done.results + failed.results }}"},
        {"name": "keep", "ansible.builtin.set_fact": {"kept": "{{ done.results }}", "text": "{{ done.results[0].msg }}"}},
        {"name": "show again", "ansible.builtin.debug": {"msg": "{{ kept }} {{ text }}"}},
        {"name": "loop", "ansible.builtin.debug": {"var": "item"}, "loop": "{{ done.results[0].connection.tags | dict2items }}"},
        {"name": "compare", "ansible.builtin.assert": {"that": "text is string", "fail_msg": "{{ text }}"}},
        {"name": "hand on", "ansible.builtin.copy": {"content": "{{ done.results | to_json }} {{ text }}", "dest": str(ran.with_name("written"))}},
    ).succeeded()
    assert not ran.exists(), "a template of the platform's was run"
    assert "50337" not in outcome.output + ran.with_name("written").read_text()
    assert runner or "7191 * 7" in outcome.output


def test_templates_in_the_role(ansible, platform, templates):
    texts, ran = templates
    hosts = {f"pg{number}": {"ansible_host": "127.0.0.1"} for number in range(len(texts))}
    for name, text in zip(hosts, texts):
        platform.store.put(name, **{**THERE, "user": text, "tags": f"{text}={text}"})
        changes = {text: text, "note": text, "host": text, "connected": False}
        platform.faults.add(faults.shown(lambda connection, changes=changes: connection.update(changes)), "GET", name, times=1000)
        platform.faults.add(faults.instead(faults.as_json(lambda _secret, text=text: {"status": text})), "PUT", name)
    inventory = {"postgresql": {"hosts": hosts, "vars": {"datasentinel_connection_password": STORED}}}
    said = {"name": "say", "ansible.builtin.debug": {"msg": "{{ datasentinel_connection_result }}"}, "when": "datasentinel_connection_result is defined"}
    roles = {"hosts": "postgresql", "gather_facts": False, "ignore_errors": True, "roles": [ROLE], "post_tasks": [said]}
    outputs = [ansible.run([roles], "-vvv", "--diff", inventory=inventory).output]
    outputs += [ansible.run(f"datasentinel.platform.{name}", "-vvv", inventory=inventory).output for name in ("register", "audit")]
    assert not ran.exists(), "a template of the platform's was run"
    assert "7191 * 7" in "".join(outputs) and "50337" not in "".join(outputs)


# --- secrets in options and variables ----------------------------------------------------------------------------

TEMPLATE_LIKE = "pa55{{w0rd-alpha"


def test_a_password_that_looks_like_a_template_in_the_role(ansible, platform):
    """Ansible cannot template it; our message does not quote it, and says what to do."""
    imported = {"ansible.builtin.import_role": {"name": ROLE, "rolespec_validate": False}}
    variables = {"datasentinel_connection_password": TEMPLATE_LIKE, "datasentinel_connection_host": "127.0.0.1"}
    outcome = verbose(ansible, {"name": "role", **imported, "ignore_errors": True}, variables=variables)
    result = outcome["Keep the connections of the host up to date"]
    assert result["failed"] and "datasentinel_connection_password" in result["msg"] and "!unsafe" in result["msg"]
    assert TEMPLATE_LIKE not in json.dumps(outcome.lines)
    assert platform.store.names() == []


def test_a_password_that_looks_like_a_template_in_the_role_as_users_write_it(ansible, platform):
    """With the check of the role's arguments by Ansible before it."""
    variables = {"datasentinel_connection_password": TEMPLATE_LIKE, "datasentinel_connection_host": "127.0.0.1"}
    outcome = ansible.run([{"hosts": "localhost", "gather_facts": False, "roles": [ROLE]}], variables=variables)
    assert outcome.returncode != 0
    assert TEMPLATE_LIKE not in json.dumps(outcome.lines)


def test_a_password_marked_as_unsafe_is_taken_as_it_is(ansible, platform, runner, tmp_path):
    (tmp_path / "unsafe.yml").write_text(f"password: !unsafe '{TEMPLATE_LIKE}'\n")
    outcome = verbose(
        ansible,
        task("create", runner, name="db1", host="127.0.0.1", user="ds", password="{{ password }}"),
        vars_files=[str(tmp_path / "unsafe.yml")],
    ).succeeded()
    assert platform.display("db1")["password"] == TEMPLATE_LIKE
    safe(outcome, TEMPLATE_LIKE)


@pytest.mark.parametrize("where", ["module", "role"])
def test_passwords_of_other_types(ansible, platform, runner, where):
    """What is no text is refused without being quoted; a number is its text, and a secret as any other."""
    refused = {"true": True, "list": [FOREIGN], "mapping": {"value": FOREIGN}, "nested": [{"value": [FOREIGN]}]}
    taken = {"number": 8675309172, "fraction": 86753.09172}
    create = {"host": "127.0.0.1", "user": "ds", "name": "{{ item }}", "password": "{{ passwords[item] }}"}
    if where == "module":
        keep = task("create", runner, **create)
    else:
        # As a variable of the task, since the role reads variables.
        variables = {f"datasentinel_connection_{name}": value for name, value in {**create, "from_role": True}.items()}
        keep = {"name": "create", MODULE: {"name": "{{ item }}"}, "vars": variables, **runner}
    outcome = verbose(
        ansible,
        {**keep, "loop": [*refused, *taken], "ignore_errors": True},
        variables={"passwords": {**refused, **taken}},
        environment={"ANSIBLE_JINJA2_NATIVE": "true"},
    ).succeeded()
    results = outcome.results("create", items=True)
    assert [result["failed"] for result in results] == [True] * 4 + [False] * 2, outcome.output
    assert all("password has to be a text" in result["msg"] for result in results[:4]), "\n".join(result["msg"] for result in results)
    assert [platform.display(name)["password"] for name in taken] == [str(value) for value in taken.values()]
    safe(outcome, FOREIGN, *map(str, taken.values()))


def test_the_token_module_refuses_async(ansible, platform, runner, tmp_path):
    """Its job file would hold the token, for others to read."""
    outcome = verbose(ansible, task("mint", {**runner, "async": 30, "poll": 1, "ignore_errors": True}, TOKEN)).succeeded()
    assert outcome["mint"]["failed"] and "async" in outcome["mint"]["msg"]
    assert platform.journal.said() == [] and not list((tmp_path / "async").glob("*"))


def test_access_in_the_environment_of_a_delegated_task(ansible, platform):
    """Resolved on the control node; what shows of a command at -vvvv holds none of it."""
    platform.store.put("db1", **THERE)
    token = platform.token()
    access = {
        "DATASENTINEL_API_URL": platform.url,
        "DATASENTINEL_API_TOKEN": "{{ token }}",
        "DATASENTINEL_API_USERNAME": "adm1n-alpha",
        "DATASENTINEL_API_PASSWORD": "{{ password }}",
        "OF_THE_USER": "kept",
    }
    outcome = verbose(
        ansible,
        task("change", {"delegate_to": "bastion", "environment": access}, name="db1", port=2),
        variables={"token": token, "password": FOREIGN},
        environment={"DATASENTINEL_API_URL": "", "DATASENTINEL_API_USERNAME": "", "DATASENTINEL_API_PASSWORD": ""},
    ).succeeded()
    assert platform.display("db1")["port"] == 2
    assert "OF_THE_USER=kept" in outcome.output, "the command is not printed, so the test shows nothing"
    assert "DATASENTINEL_" not in outcome.output.replace("DATASENTINEL_API_TOKEN': '{{ token", "")
    safe(outcome, token, FOREIGN, "adm1n-alpha", STORED)


PROXY_PASSWORD = "pr0xy/pass:w@rd %-alpha"
CREDENTIALS = f"pr0xy-user:{quote(PROXY_PASSWORD, safe='')}"


@pytest.mark.parametrize("where", ["of-the-run", "of-the-task"])
def test_credentials_of_a_proxy(ansible, platform, runner, where):
    """In the variables of the run, or of the task: not shown, where the proxy refuses and echoes them, or is not there."""
    basic = base64.b64encode(f"pr0xy-user:{PROXY_PASSWORD}".encode()).decode()
    content = json.dumps({"error": f"{PROXY_PASSWORD} {CREDENTIALS} {basic}"}).encode()
    # The embedded platform as a proxy, which is asked for whole URLs.
    platform.faults.add(faults.body(content, 407), times=100)
    address = platform.url.partition("//")[2]
    without = {"NO_PROXY": "", "no_proxy": ""}
    urls = {"refuses": f"http://{CREDENTIALS}@{address}", "gone": f"http://{CREDENTIALS}@127.0.0.1:9"}
    proxies = {name: {"HTTP_PROXY": url, "http_proxy": url, **without} for name, url in urls.items()}
    options = {"name": "db1", "api_url": "http://platform.example.com", "api_token": "{{ given_token }}", "api_retries": 0}
    outcomes = []
    for name, proxy in proxies.items():
        keywords = {"environment": {key: "{{ %s }}" % f"proxy['{key}']" for key in proxy}} if where == "of-the-task" else {}
        outcomes.append(
            verbose(
                ansible,
                task(name, {**runner, **keywords, "ignore_errors": True}, **options),
                variables={"proxy": proxy, "given_token": "t0ken-alpha-omega"},
                environment=proxy if where == "of-the-run" else None,
            ).succeeded()
        )
    assert outcomes[0]["refuses"]["error"]["status"] == 407 and "proxy" in outcomes[1]["gone"]["msg"]
    for outcome in outcomes:
        safe(outcome, PROXY_PASSWORD, quote(PROXY_PASSWORD, safe=""), basic, "t0ken-alpha-omega")
