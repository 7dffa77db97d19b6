# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many hosts at once: under faults at random, and with a rival run."""

from __future__ import annotations

import threading

from embedded import faults
from support.playbook import Ansible


def fleet(count, **variables):
    hosts = {f"pg{number:02}": {"ansible_host": f"127.0.1.{number}"} for number in range(count)}
    common = {"password": "s3cret", "host": "127.0.0.1", "port": 1, "api_timeout": 2, "api_retries": 5, **variables}
    return {"postgresql": {"hosts": hosts, "vars": {f"datasentinel_connection_{name}": value for name, value in common.items()}}}


def test_soak(ansible, platform):
    """A fifth of all calls meets a fault: every host is registered exactly once after at most two runs."""
    kinds = [*(faults.status(code) for code in (429, 502, 503)), faults.status_after(503), faults.status_after(504), faults.drop_before, faults.drop_after]
    platform.faults.at_random(0.2, seed=20, faults=kinds)
    created = set()
    for run in range(2):
        outcome = ansible.run("datasentinel.platform.register", "--forks", "10", inventory=fleet(50))
        results = outcome.results("Keep the connections of the host up to date")
        for host, result in results.items():
            made = host in platform.store.names() and host not in created
            assert result["changed"] or not made, f"changed=0 for {host} in run {run}, which was created"
        created = set(platform.store.names())
        if outcome.returncode == 0:
            break
    assert outcome.returncode == 0, outcome.output
    assert len(created) == 50
    posts = [call.path for call in platform.journal.all() if call.method == "POST" and "/pg-instances/" in call.path and call.status == 201]
    assert len(posts) == len(set(posts)), "a host was created twice"
    struck = sum(call.status is None or call.status >= 429 for call in platform.journal.all())
    assert struck > 20, "the faults did not strike"


def test_two_runs_at_the_same_moment(ansible, platform, tmp_path):
    """Each ends well or with a clear error, and each connection is whole: never one run's host with the other's port."""
    runs = {}
    for number in (1, 2):
        (tmp_path / str(number)).mkdir()
        runs[number] = Ansible(tmp_path / str(number), {key: value for key, value in ansible.environment.items() if key.startswith("DATASENTINEL_API")})
    outcomes = {}

    def register(number):
        variables = {"host": f"127.0.0.{number}", "port": number, "tags": {"run": number}}
        outcomes[number] = runs[number].run("datasentinel.platform.register", "--forks", "5", inventory=fleet(30, **variables))

    threads = [threading.Thread(target=register, args=[number]) for number in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    for name in platform.store.names():
        shown = platform.display(name)
        assert (shown["host"], shown["tags"]) == (f"127.0.0.{shown['port']}", f"run={shown['port']}"), shown
    assert len(platform.store.names()) == 30
    for outcome in outcomes.values():
        assert "Traceback" not in outcome.output
        for result in outcome.results("Keep the connections of the host up to date").values():
            assert not result["failed"] or "If another job changes the same connection at the same time" in result["msg"], result
