# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ansible-runner, as AWX uses it: no secret in its artifacts, besides the file in which it notes its own environment."""

from __future__ import annotations

import json
import os
from pathlib import Path

import ansible_runner
import yaml
from support import scenarios
from support.playbook import NOT_INHERITED, Dumper
from support.spellings import found


def test_artifacts(ansible, platform, tmp_path, runner):
    scenarios.prepare(platform)
    folder = tmp_path / "runner"
    for name in ("project", "inventory", "env"):
        (folder / name).mkdir(parents=True)
    ansible.tasks(inventory=None)  # writes the inventory that every run finds
    (folder / "inventory/hosts.yml").write_text((tmp_path / "inventory.yml").read_text())
    (folder / "project/playbook.yml").write_text(yaml.dump(scenarios.plays(platform, runner), sort_keys=False, Dumper=Dumper))
    (folder / "env/extravars").write_text(json.dumps(scenarios.variables(platform)))
    environment = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
    environment.update({name: value for name, value in ansible.environment.items() if name.startswith(("DATASENTINEL", "ANSIBLE_CONNECTION"))})

    run = ansible_runner.run(private_data_dir=str(folder), playbook="playbook.yml", envvars=environment, verbosity=4, quiet=True)

    assert run.status == "successful", run.stdout.read()
    secrets = scenarios.secrets(platform)
    artifacts = [path for path in Path(run.config.artifact_dir).rglob("*") if path.is_file() and path.name != "command"]
    assert len(artifacts) > 30
    for path in artifacts:
        assert found(path.read_text(errors="replace"), *secrets) == [], path
