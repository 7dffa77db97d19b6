# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hostile responses as a user of ansible-playbook sees them, at -vvvv: no secret, nothing that drives a terminal, no template that is run."""

from __future__ import annotations

import base64
import json
import shlex
import sys
from urllib.parse import quote

import pytest
from ansible.release import __version__ as core
from embedded import faults
from hostile.checks import leaks, raw_characters
from hostile.responses import DRIVING, FOREIGN, GIVEN, RESPONSES, STORED
from support.playbook import task

MODULE = "datasentinel.platform.datasentinel_connection"
#: The keywords of a task that is run by the module, on what counts as another host.
DELEGATED = {"delegate_to": "bastion"}
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
    """Run a play at -vvvv; no task of it stops it."""
    play = {"hosts": "localhost", "gather_facts": False, "ignore_errors": True, "tasks": list(tasks), **play}
    return ansible.run([play], "-vvvv", "--diff", variables={"given": GIVEN, **(variables or {})}, environment=environment)


# A run of ansible-playbook takes most of the time, and each module that runs delegated: so one run serves many cases, and both runners.


def test_hostile_responses(ansible, platform):
    struck = []
    met = {**MET, **{f"{name}.delegated": MET[name] for name in list(MET)[::9]}}
    for name, method in met.items():
        response = BY_NAME[name.partition(".")[0]]
        platform.store.put(name, **THERE)
        platform.faults.add(response.fault(not response.refusal, struck), method, f"/pg-instances/{name}$")
    platform.faults.add(faults.masked_password, "GET", times=1000)
    options = {"name": "{{ item }}", "api_retries": 0, **KEPT}
    outcome = verbose(
        ansible,
        task("keep", {"loop": [name for name in met if "." not in name]}, **options),
        task("keep there", {**DELEGATED, "loop": [name for name in met if "." in name]}, **options),
    ).succeeded()
    assert len(struck) == len(met), "some were not met"
    results = {result["item"]: result for name in ("keep", "keep there") for result in outcome.results(name, items=True)}
    assert set(results) == set(met)
    for name in met:
        assert results[name]["changed"] or platform.display(name)["port"] == 1, results[name]
        assert results[name]["failed"] or platform.display(name)["port"] == 2, results[name]
    assert sum(result["failed"] for result in results.values()) > len(met) / 2
    tokens = {call.headers.get("user-token") for call in platform.journal.all()} - {None}
    safe(outcome, STORED, GIVEN, FOREIGN, platform.password, *tokens)


def test_the_token_call(ansible, platform, tmp_path):
    """Hostile responses to it; and async is refused, since its job file would hold the token, for others to read."""
    struck = []
    minted = [*MINTED, "list", "plain", "redirect-302"]
    for number, name in enumerate(minted, start=1):
        platform.faults.add(BY_NAME[name].fault(True, struck), "POST", "/user-token$", nth=number)
    outcome = verbose(
        ansible,
        task("mint", {"loop": MINTED}, TOKEN, api_retries=0),
        task("mint there", {**DELEGATED, "loop": minted[len(MINTED) :]}, TOKEN, api_retries=0),
        task("async", {"async": 30, "poll": 1}, TOKEN),
        task("async there", {**DELEGATED, "async": 30, "poll": 1}, TOKEN),
    ).succeeded()
    assert [made["user-token"] for made in struck] and len(struck) == len(minted)
    results = outcome.results("mint", items=True) + outcome.results("mint there", items=True)
    assert [result["item"] for result in results if result["failed"]] == minted
    for name in ("async", "async there"):
        assert outcome[name]["failed"] and "async" in outcome[name]["msg"]
    assert not list((tmp_path / "async").glob("*"))
    safe(outcome, platform.password, FOREIGN, *(made["user-token"] for made in struck))


def test_fields_that_drive_a_terminal(ansible, platform):
    """Wherever a play shows them: in results, diffs, messages, loops and their labels, warnings."""
    driving = {"host": "h" + DRIVING, "user": "u" + DRIVING, "tags": f"a=1,k{DRIVING}=v{DRIVING}", "connected": False, DRIVING: DRIVING, "note": DRIVING}
    for name, nth in {"db1": 1, "db2": 2, "db3": 2}.items():
        platform.store.put(name, **THERE)
        platform.faults.add(faults.shown(lambda connection: connection.update(driving)), "GET", name, nth=nth, times=100)
    shown = "{{ one.connection }}"
    outcome = verbose(
        ansible,
        task("read", {"register": "one"}, name="db1", state="enabled"),
        task("change", name="db2", host="127.0.0.2", user="ds2"),
        task("change there", DELEGATED, name="db3", host="127.0.0.2", user="ds2"),
        task("wait", name="db1", wait=True, wait_timeout=1),
        {"name": "show", "ansible.builtin.debug": {"var": "one"}},
        {"name": "loop", "ansible.builtin.debug": {"var": "item"}, "loop": "{{ one.connection.tags | dict2items }}"},
        {"name": "fail", "ansible.builtin.fail": {"msg": shown}},
    ).succeeded()
    for name in ("change", "change there"):
        assert outcome[name]["changed"] and "did not change as described" in outcome[name]["msg"], outcome[name]
    assert "is not connected to h" in outcome["wait"]["msg"]
    safe(outcome, STORED)


def test_a_module_whose_result_is_lost_may_have_done_the_work(ansible, platform, tmp_path):
    platform.store.put("db1", **THERE)
    losing = tmp_path / "losing-python"
    losing.write_text(f'#!/bin/sh\n{shlex.quote(sys.executable)} "$@" > /dev/null\necho lost {GIVEN[:5]}\nexit 1\n')
    losing.chmod(0o755)
    keywords = {**DELEGATED, "vars": {"ansible_python_interpreter": str(losing)}}
    outcome = verbose(ansible, task("lost", keywords, name="db1", port=2), task("read", {**keywords, "check_mode": True}, name="db1", port=3)).succeeded()
    assert platform.display("db1")["port"] == 2
    assert outcome["lost"]["failed"] and outcome["lost"]["changed"] and "is not known: run the task again, it reads first." in outcome["lost"]["msg"]
    assert outcome["read"]["failed"] and not outcome["read"].get("changed")


# --- templates ---------------------------------------------------------------------------------------------------


@pytest.fixture
def templates(tmp_path):
    """Texts that leave a file behind if they are run as a template, and the file."""
    ran = tmp_path / "ran"
    pipe = f"lookup('pipe', 'touch {ran}')"
    return ["{{ %s }}" % pipe, "{%% if %s %%}x{%% endif %%}" % pipe, "{{ 7191 * 7 }}"], ran


def test_templates_in_what_the_platform_says(ansible, platform, templates):
    texts, ran = templates
    names = ["db1", "db2", "db3"]
    for name, text in zip([*names, "db4"], [*texts, texts[0]]):
        platform.store.put(name, **{**THERE, "host": text, "user": text, "tags": f"{text}={text}"})
        changes = {text: text, "note": text, "connected": False}
        platform.faults.add(faults.shown(lambda connection, changes=changes: connection.update(changes)), "GET", name, times=1000)
        platform.faults.add(faults.instead(faults.as_json(lambda _secret, text=text: {"status": text})), "PUT", name)
        platform.faults.add(faults.status(500, text), "PATCH", name)
    outcome = verbose(
        ansible,
        task("change", {"loop": names, "register": "done"}, name="{{ item }}", port=2),
        task("fail", {"loop": names, "register": "failed"}, name="{{ item }}", state="disabled"),
        task("change there", {**DELEGATED, "register": "there"}, name="db4", port=2),
        task("wait", {"loop": names[:1], "register": "waited"}, name="{{ item }}", wait=True, wait_timeout=1),
        {"name": "show", "ansible.builtin.debug": {"var": "done"}},
        {"name": "say", "ansible.builtin.debug": {"msg": "{{ item.msg }} {{ item.error | default }}"}, "loop": "{{ done.results + failed.results + [there] }}"},
        {"name": "keep", "ansible.builtin.set_fact": {"kept": "{{ done.results }}", "text": "{{ done.results[0].msg }}"}},
        {"name": "show again", "ansible.builtin.debug": {"msg": "{{ kept }} {{ text }}"}},
        {"name": "compare", "ansible.builtin.assert": {"that": "text is string", "fail_msg": "{{ text }}"}},
        {"name": "hand on", "ansible.builtin.copy": {"content": "{{ done.results | to_json }} {{ text }}", "dest": str(ran.with_name("written"))}},
    ).succeeded()
    assert not ran.exists(), "a template of the platform's was run"
    assert "50337" not in outcome.output + ran.with_name("written").read_text()
    assert "7191 * 7" in outcome.output


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
    outputs += [ansible.run(f"datasentinel.platform.{name}", "-vvv", inventory=inventory).output for name in ("audit",)]
    assert not ran.exists(), "a template of the platform's was run"
    assert "7191 * 7" in "".join(outputs) and "50337" not in "".join(outputs)


# --- secrets in options and variables ----------------------------------------------------------------------------

TEMPLATE_LIKE = "pa55{{w0rd-alpha"
UNSAFE = {"unsafe": {}, "unsafe.there": DELEGATED}


def test_a_password_that_looks_like_a_template_in_the_role(ansible, platform):
    """Ansible cannot template it; our message does not quote it, and says what to do."""
    role = {"name": ROLE, "rolespec_validate": False}
    play = {"hosts": "localhost", "gather_facts": False, "ignore_errors": True}
    plays = [{**play, "tasks": [{"ansible.builtin.import_role": role}]}]
    if tuple(map(int, core.split(".")[:2])) >= (2, 19):
        # Before, the check of the role's arguments that Ansible makes first quotes it (see SECURITY.md).
        plays.append({**play, "roles": [ROLE]})
    variables = {"datasentinel_connection_password": TEMPLATE_LIKE, "datasentinel_connection_host": "127.0.0.1"}
    outcome = ansible.run(plays, variables=variables)
    results = [line["result"] for line in outcome.lines if line["status"] == "failed"]
    assert len(results) >= len(plays) and "datasentinel_connection_password" in results[0]["msg"] and "!unsafe" in results[0]["msg"]
    # The lines of a file that Ansible prints beside an error are its own.
    assert TEMPLATE_LIKE not in json.dumps(outcome.lines)
    assert platform.store.names() == []


def test_passwords_that_are_no_plain_text(ansible, platform, tmp_path):
    """What is no text is refused without being quoted; a number is its text, and a secret as any other; what is marked as unsafe is taken as it is."""
    (tmp_path / "unsafe.yml").write_text(f"marked: !unsafe '{TEMPLATE_LIKE}'\n")
    refused = {"true": True, "list": [FOREIGN], "mapping": {"value": FOREIGN}, "nested": [{"value": [FOREIGN]}]}
    taken = {"number": 8675309172, "fraction": 86753.09172}
    create = {"host": "127.0.0.1", "user": "ds", "password": "{{ passwords[item] }}"}
    # As variables of a task, since the role reads variables.
    of_the_role = {f"datasentinel_connection_{name}": value for name, value in {**create, "name": "role.{{ item }}", "from_role": True}.items()}
    loop = {"loop": [*refused, *taken]}
    variants = {
        "module": task("module", loop, name="module.{{ item }}", **create),
        "there": task("there", {**DELEGATED, **loop}, name="there.{{ item }}", **create),
        "role": {"name": "role", MODULE: {"name": "{{ item }}"}, "vars": of_the_role, **loop},
    }
    unsafe = [task("unsafe", keywords, name=name, host="127.0.0.1", user="ds", password="{{ marked }}") for name, keywords in UNSAFE.items()]
    variables, environment = {"passwords": {**refused, **taken}}, {"ANSIBLE_JINJA2_NATIVE": "true"}
    outcome = verbose(ansible, *variants.values(), *unsafe, variables=variables, environment=environment, vars_files=[str(tmp_path / "unsafe.yml")]).succeeded()
    for name in variants:
        results = outcome.results(name, items=True)
        assert [result["failed"] for result in results] == [True] * 4 + [False] * 2, outcome.output
        assert all("password has to be a text" in result["msg"] for result in results[:4]), "\n".join(result["msg"] for result in results)
        assert [platform.display(f"{name}.{item}")["password"] for item in taken] == [str(value) for value in taken.values()]
    assert [platform.display(name)["password"] for name in UNSAFE] == [TEMPLATE_LIKE] * 2
    safe(outcome, FOREIGN, TEMPLATE_LIKE, *map(str, taken.values()))


PROXY_PASSWORD = "pr0xy/pass:w@rd %-alpha"
CREDENTIALS = f"pr0xy-user:{quote(PROXY_PASSWORD, safe='')}"
BASIC = base64.b64encode(f"pr0xy-user:{PROXY_PASSWORD}".encode()).decode()
OF_THE_PROXY = (PROXY_PASSWORD, quote(PROXY_PASSWORD, safe=""), BASIC)
THROUGH_A_PROXY = {"name": "db1", "api_url": "http://platform.example.com", "api_token": "{{ given_token }}", "api_retries": 0}


@pytest.fixture
def proxies(platform):
    """Variables that name a proxy with credentials: one that refuses and echoes them, and one that is not there."""
    # The embedded platform as a proxy, which is asked for whole URLs.
    content = json.dumps({"error": f"{PROXY_PASSWORD} {CREDENTIALS} {BASIC}"}).encode()
    platform.faults.add(faults.body(content, 407), path="^http", times=100)
    urls = {"refuses": f"http://{CREDENTIALS}@{platform.url.partition('//')[2]}", "gone": f"http://{CREDENTIALS}@127.0.0.1:9"}
    return {name: {"HTTP_PROXY": url, "http_proxy": url, "NO_PROXY": "", "no_proxy": ""} for name, url in urls.items()}


def test_the_environment_of_a_task(ansible, platform, proxies):
    """Access to the platform, and proxies with their credentials: what shows of a command at -vvvv holds none of it."""
    platform.store.put("db1", **THERE)
    token = platform.token()
    access = {
        "DATASENTINEL_API_URL": platform.url,
        "DATASENTINEL_API_TOKEN": "{{ token }}",
        "DATASENTINEL_API_USERNAME": "adm1n-alpha",
        "DATASENTINEL_API_PASSWORD": "{{ password }}",
        "OF_THE_USER": "kept",
    }
    tasks = [task("change", {**DELEGATED, "environment": access}, name="db1", port=2)]
    for name, proxy in proxies.items():
        environment = {key: "{{ proxies.%s.%s }}" % (name, key) for key in proxy}
        tasks += [task(f"{name}{where}", {**keywords, "environment": environment}, **THROUGH_A_PROXY) for where, keywords in (("", {}), (" there", DELEGATED))]
    outcome = verbose(
        ansible,
        *tasks,
        variables={"token": token, "password": FOREIGN, "proxies": proxies, "given_token": "t0ken-alpha-omega"},
        environment={"DATASENTINEL_API_URL": "", "DATASENTINEL_API_USERNAME": "", "DATASENTINEL_API_PASSWORD": ""},
    ).succeeded()
    assert platform.display("db1")["port"] == 2
    commands = "\n".join(line for line in outcome.output.splitlines() if "EXEC" in line)
    assert "OF_THE_USER=kept" in commands, "the command is not printed, so the test shows nothing"
    assert "DATASENTINEL_" not in commands and "_proxy" not in commands.lower()
    for where in ("", " there"):
        assert outcome[f"refuses{where}"]["error"]["status"] == 407 and "127.0.0.1:9 (" in outcome[f"gone{where}"]["msg"]
    safe(outcome, token, FOREIGN, "adm1n-alpha", STORED, "t0ken-alpha-omega", *OF_THE_PROXY)


def test_a_proxy_in_the_environment_of_a_run(ansible, platform, proxies):
    tasks = [task("here", **THROUGH_A_PROXY), task("there", DELEGATED, **THROUGH_A_PROXY)]
    outcome = verbose(ansible, *tasks, variables={"given_token": "t0ken-alpha-omega"}, environment=proxies["refuses"]).succeeded()
    for name in ("here", "there"):
        assert outcome[name]["error"]["status"] == 407 and f"the proxy {platform.url.partition('//')[2]}" in outcome[name]["msg"]
    safe(outcome, "t0ken-alpha-omega", *OF_THE_PROXY)
