# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No secret anywhere: in what a run prints at -vvvv and with debug, in its log, in what callbacks are given."""

from __future__ import annotations

import json

from support import scenarios
from support.spellings import found


def test_everything_that_a_run_prints_or_writes(ansible, platform, runner, tmp_path):
    scenarios.prepare(platform)
    log = tmp_path / "ansible.log"
    outcome = ansible.run(
        scenarios.plays(platform, runner),
        "-vvvv",
        variables=scenarios.variables(platform),
        environment={"ANSIBLE_DEBUG": "1", "ANSIBLE_LOG_PATH": str(log), "DATASENTINEL_API_TOKEN": ""},
    ).succeeded()

    assert len({line["task"] for line in outcome.lines}) >= 17, "not all scenarios ran"
    secrets = scenarios.secrets(platform)
    assert len(secrets) >= 6
    if runner:
        # What a module prints for Ansible, Ansible prints with debug: the token that a delegated task mints is there.
        minted = outcome.output.partition('"token": "')[2].partition('"')[0]
        secrets.remove(minted)
    recorded = json.dumps(outcome.lines) + json.dumps(outcome.lines, ensure_ascii=False)
    for what, text in {"output": outcome.output, "log": log.read_text(), "callbacks": recorded}.items():
        assert found(text, *secrets) == [], what
        assert "Traceback (most recent call last)" not in text, what
    assert platform.display("old")["password"] == scenarios.PASSWORD, "the scenarios did not do their work"
