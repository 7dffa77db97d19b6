# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults as a user of ansible-playbook sees them: a representative of each kind, through both runners."""

from __future__ import annotations

import re

from embedded import faults
from support.playbook import task

GIVEN = {"host": "127.0.0.1", "port": 1, "user": "ds", "password": "s3cret-of-it"}


def changed(store, name):
    store.put(name, port=99)


#: By the name of the connection: the fault, the call that it meets, and what the task says; None if it comes right.
CASES = {
    "get-503": (faults.status(503), "GET", 1, None),
    "get-429-retry-after": (faults.status(429, retry_after="1"), "GET", 1, None),
    "get-drop": (faults.drop_before, "GET", 1, None),
    "get-slow": (faults.delay(3), "GET", 1, None),
    "get-drip": (faults.drip(0.2), "GET", 1, None),
    "get-500": (faults.status(500, "no disk"), "GET", 1, "status 500 .*no disk"),
    "get-403": (faults.status(403), "GET", 1, "data admin profile"),
    "get-html": (faults.html_page(), "GET", 1, "an HTML page .* came back"),
    "get-html-404": (faults.html_page(404), "GET", 1, "does not tell whether"),
    "get-broken": (faults.broken_json, "GET", 1, "broken JSON"),
    "get-huge": (faults.oversize(announced=False), "GET", 1, "larger than 1024 KiB"),
    "get-redirect": (faults.redirect("http://127.0.0.1:9/x"), "GET", 1, "Redirects are not followed"),
    "confirm-504": (faults.status(504), "GET", 2, None),
    "confirm-500": (faults.status(500), "GET", 2, "Before that, the platform answered"),
    "post-lost-before": (faults.drop_before, "POST", 1, None),
    "post-lost-after": (faults.drop_after, "POST", 1, None),
    "post-502": (faults.status(502), "POST", 1, None),
    "post-504-after": (faults.status_after(504), "POST", 1, None),
    "post-409": (faults.status(409), "POST", 1, None),
    "post-400": (faults.status(400, "no such host"), "POST", 1, "status 400 .*no such host"),
    "post-500-after": (faults.status_after(500), "POST", 1, "may have taken effect all the same"),
    "post-rival": (faults.rival(changed), "POST", 1, None),
    "post-rival-after": (faults.rival(changed, after=True), "POST", 1, r"these did not change as described: port \(desired 1, is 99\)"),
    # The last one, since all share the token.
    "get-expired": (faults.expire_token, "GET", 1, None),
}


def test_a_fault_of_each_kind(ansible, platform, runner):
    for name, (fault, method, nth, _text) in CASES.items():
        platform.faults.add(fault, method, f"/pg-instances/{name}$", nth)
    access = {"api_token": platform.token(), "api_username": platform.username, "api_password": platform.password, "api_timeout": 1.5}
    options = {**access, **GIVEN, "name": "{{ item }}"}
    outcome = ansible.tasks(task("create", {**runner, "loop": list(CASES), "ignore_errors": True}, **options)).succeeded()
    results = {result["item"]: result for result in outcome.results("create", items=True)}
    for name, (_fault, _method, _nth, text) in CASES.items():
        result = results[name]
        if text is None:
            assert not result["failed"] and result["changed"], (name, result)
            assert platform.display(name)["port"] == 1
        else:
            assert result["failed"] and re.search(text, result["msg"]), (name, result)
            assert result["changed"] is (platform.display(name) is not None), (name, result)
    assert "Traceback" not in outcome.output and GIVEN["password"] not in outcome.output


def test_a_platform_that_is_down(ansible, runner):
    outcome = ansible.tasks(task("create", runner, name="db1", api_url="http://127.0.0.1:9", api_token="t0ken", api_retries=0, **GIVEN))
    assert "no connection to 127.0.0.1:9" in outcome["create"]["msg"] and outcome["create"]["changed"] is False


def test_a_task_ends_in_time(ansible, platform):
    """A drip of minutes holds a task for twice api_timeout at most."""
    platform.store.put("db1", **GIVEN)
    platform.faults.add(faults.drip(0.3), "GET")
    outcome = ansible.tasks(task("read", {"timeout": 10}, name="db1", api_timeout=2, api_retries=0))
    assert "not complete after 4 seconds" in outcome["read"]["msg"]
