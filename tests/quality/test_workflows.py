# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The workflows of GitHub Actions, and the versions that are tested: each is named in one place, and elsewhere the same."""

from __future__ import annotations

import re

import pytest
import yaml
from embedded.collection import ROOT

WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
#: An action by its digest, with its version beside it for people and for dependabot; or a workflow of this repository.
PINNED = re.compile(r"uses: (?:[\w.-]+/[\w.-]+(?:/[\w.-]+)*@[0-9a-f]{40} # v\d+\.\d+\.\d+|\./\.github/workflows/\w+\.yml)")


def versions():
    """The lines of tests/versions.txt as lists of words."""
    return [line.split() for line in (ROOT / "tests/versions.txt").read_text().splitlines() if not line.startswith("#")]


def commands(workflow):
    """What the steps of a workflow run."""
    return [step["run"] for job in yaml.safe_load(workflow.read_text())["jobs"].values() for step in job.get("steps", ()) if "run" in step]


def variables(text):
    """The names of make's variables, as given in a command."""
    return re.findall(r"\b([A-Z_]+)=", text)


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_workflows_call_targets_that_exist(workflow):
    makefile = (ROOT / "Makefile").read_text()
    called = [line for command in commands(workflow) for line in command.splitlines() if line.startswith("make ")]
    assert called
    for line in called:
        assert re.search(rf"^{re.escape(line.split()[1])}:", makefile, re.MULTILINE), line
        for name in variables(line):
            assert re.search(rf"\b{name}\b", makefile + (ROOT / "tests/tools/test-all").read_text()), line


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_actions_are_pinned_by_digest(workflow):
    used = [line.strip().removeprefix("- ") for line in workflow.read_text().splitlines() if "uses:" in line]
    assert used and [line for line in used if not PINNED.fullmatch(line)] == []


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_jobs_may_read_alone_and_end(workflow):
    content = yaml.safe_load(workflow.read_text())
    assert content["permissions"] == {"contents": "read"}
    assert [name for name, job in content["jobs"].items() if "steps" in job and "timeout-minutes" not in job] == []


def test_what_is_published_is_what_was_tested():
    """The tarball that the workflow test has built and uploaded, and not another one."""
    steps = {workflow.stem: workflow.read_text() for workflow in WORKFLOWS}
    [uploaded] = re.findall(r"actions/upload-artifact@.*\n\s+with:\n\s+name: (\w+)\n", steps["test"])
    [downloaded] = re.findall(r"actions/download-artifact@.*\n\s+with: {name: (\w+)}\n", steps["release"])
    assert downloaded == uploaded and "make build" in steps["test"] and "make build" not in steps["release"]


def test_every_version_has_a_job_of_its_own():
    jobs = yaml.safe_load((ROOT / ".github/workflows/test.yml").read_text())["jobs"]
    assert jobs["versions"]["strategy"]["matrix"]["core"] == [core for core, *_more in versions()]
    assert jobs["devel"]["continue-on-error"] is True


def test_it_is_the_readme_that_says_what_is_tested():
    rows = re.findall(r"^\| (2\.\d+) \| ([\d.]+) \| (\w+) \| ([\w.]+) \|$", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert rows == [tuple(row) for row in versions()]


def test_every_release_and_every_python_is_among_them():
    cores, pythons, requests, delegated = zip(*versions())
    assert list(cores) == [f"2.{minor}" for minor in range(16, 23)]
    assert {"3.10", "3.11", "3.12", "3.13"} <= set(pythons)
    assert set(requests) == {"oldest", "newest"} and "3.9" in delegated
    oldest = re.search(r"requests>=([\d.]+)", (ROOT / "meta/ee-requirements.txt").read_text())[1]
    assert f"requests=={oldest}\n" in (ROOT / "tests/requirements/pytest-oldest.txt").read_text()


def test_dependabot_leaves_alone_what_is_held():
    """The default ansible-core, the oldest versions of others, and those of which older Pythons have another."""
    [pip] = [update for update in yaml.safe_load((ROOT / ".github/dependabot.yml").read_text())["updates"] if update["package-ecosystem"] == "pip"]
    files = {path.name: path.read_text() for path in (ROOT / "tests/requirements").glob("*.txt")}
    assert pip["directory"] == "/tests/requirements" and set(pip["exclude-paths"]) == {name for name, text in files.items() if "requests==2.25.0\n" in text}
    by_python = re.findall(r"^([\w.-]+)==\S+; python_version", "\n".join(files.values()), re.MULTILINE)
    assert [ignored["dependency-name"] for ignored in pip["ignore"]] == sorted(set(by_python))
