# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The audit as a job of AWX runs it: by ansible-runner, with the summary among the artifacts and no secret anywhere."""

from __future__ import annotations

import base64
import json
import os

import ansible_runner
from support.playbook import NOT_INHERITED
from support.spellings import found

PASSWORD = "s3cret-of-postgres"


def test_the_artifacts_hold_the_summary_and_no_secret(tmp_path, platform):
    for name in ("pg1", "pg2"):
        platform.store.put(name, host=name, port=5432, user="datasentinel", password="an0ther-secret" if name == "pg2" else PASSWORD, connected=True)
    job = tmp_path / "job"
    for part in ("env", "inventory", "project"):
        (job / part).mkdir(parents=True)
    environment = {key: value for key, value in os.environ.items() if key not in NOT_INHERITED}
    (job / "env/envvars").write_text(json.dumps({**environment, **platform.environment()}))
    hosts = {name: {"datasentinel_connection_password": PASSWORD} for name in ("pg1", "pg2", "pg3")}
    (job / "inventory/hosts.json").write_text(json.dumps({"postgresql": {"hosts": hosts, "vars": {"awx_job_id": 4711}}}))

    run = ansible_runner.run(private_data_dir=str(job), playbook="datasentinel.platform.audit", verbosity=4, quiet=True)

    assert run.status == "failed", run.stdout.read()
    [stats] = [event["event_data"]["artifact_data"] for event in run.events if event["event"] == "playbook_on_stats"]
    summary = {"not_registered": 1, "disabled": 0, "not_connected": 0, "unknown": 0, "differs": 1, "unwanted": 0, "ok": 1}
    facts = stats["datasentinel_audit"]
    assert facts == {"generated_at": facts["generated_at"], "platform": platform.url, "hosts": 3, "connections": 3, "summary": summary, "changes": None}

    tokens = {call.headers.get("user-token") for call in platform.journal.all()} - {None}
    basic = base64.b64encode(f"{platform.username}:{platform.password}".encode()).decode()
    # The runner notes its own environment in the file "command".
    files = [path for path in [*(job / "artifacts").rglob("*"), *(job / "project").rglob("*")] if path.is_file() and path.name != "command"]
    assert {"audit.html", "audit.json", "audit.csv", "stdout"} <= {path.name for path in files}
    for path in files:
        assert found(path.read_text(errors="replace"), PASSWORD, "an0ther-secret", platform.password, basic, *tokens) == [], path
    report = json.loads((job / "project/datasentinel-audit/audit.json").read_text())
    assert report["coverage"]["job"] == "4711" and report["summary"] == summary
