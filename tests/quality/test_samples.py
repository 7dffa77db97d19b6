# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The samples of README, guides and roles are right: they load, Ansible takes them, and what they name exists.

The examples of modules are run by test_docs.py.
"""

from __future__ import annotations

import json
import re
import subprocess

import pytest
import yaml
from ansible_collections.datasentinel.platform.plugins.module_utils._commands._options import CONNECTION
from ansible_collections.datasentinel.platform.plugins.plugin_utils._role_variables import PREFIX
from embedded.collection import ROOT
from support.guides import LISTED
from support.markdown import Loader, pages

PAGES = pages()
YAML = [sample for page in PAGES for sample in page.samples("yaml")]
#: Of collections that are not among those of the tests. Tasks with them are only loaded.
ELSEWHERE = {"community.general.mail"}
#: Keywords that a sample shows alone: of a play, of a task.
OF_A_PLAY, OF_A_TASK = {"module_defaults"}, {"failed_when"}
#: Beyond the files of plugins, roles and playbooks, a name of the collection may be this one: the action group.
NAMES = {"datasentinel"} | {
    path.name if path.is_dir() else path.stem
    for kind in ("roles/*", "playbooks/*.yml", "plugins/modules/*.py", "plugins/lookup/*.py")
    for path in ROOT.glob(kind)
}


#: Pages whose samples are run besides, and where; what of them is not is in LISTED.
RUN = {
    "test_guides.py": ["docs/from-the-toolkit.md", "docs/getting-started.md", "docs/maintenance.md", "docs/tags.md"],
    "test_samples_run.py": [
        *(
            "README.md",
            "docs/access.md",
            "docs/action-group.md",
            "docs/audit.md",
            "docs/certificates.md",
            "docs/conformance.md",
            "docs/faults.md",
            "docs/many.md",
        ),
        *("docs/secrets.md", "roles/datasentinel_connection/README.md"),
    ],
    "tests/awx": ["docs/awx.md"],
}


def plays_of(sample):
    """Return the plays that a sample is, or is a part of; None for variables, inventories and the files of other tools."""
    content = yaml.load(sample.text, Loader)
    if any(module in sample.text for module in ELSEWHERE):
        return None
    if isinstance(content, list):
        return content if content[0].keys() & {"hosts", "import_playbook", "ansible.builtin.import_playbook"} else [{"hosts": "all", "tasks": content}]
    if content.keys() <= OF_A_PLAY:
        return [{"hosts": "all", **content}]
    if content.keys() <= OF_A_TASK:
        return [{"hosts": "all", "tasks": [{"ansible.builtin.debug": {}, **content}]}]
    return None


def commands(page):
    """The names of playbooks of the collection that commands on a page run."""
    return re.findall(r"ansible-playbook [^\n`]*?datasentinel\.platform\.(\w+)", page.text.replace("\\\n", " "))


def test_every_sample_is_run_or_listed():
    sections = {(sample.page, sample.section) for page in PAGES for language in ("yaml", "shell") for sample in page.samples(language)}
    run = {page for pages_of_a_test in RUN.values() for page in pages_of_a_test}
    assert {page for page, _section in sections - LISTED.keys()} == run
    # Nothing is listed that is not there.
    assert LISTED.keys() <= sections


@pytest.mark.parametrize("sample", YAML, ids=str)
def test_a_sample_of_yaml_loads(sample):
    assert yaml.load(sample.text, Loader)


def test_ansible_takes_all_playbooks_and_tasks(run, tmp_path):
    """In one run of ansible-playbook, which names the file if it refuses one."""
    files = []
    (tmp_path / "upgrade.yml").write_text("[]")  # which samples import
    for sample in YAML:
        if plays_of(sample) is not None:
            files.append(tmp_path / f"{sample.page.replace('/', '_')}_{sample.line}.yml")
            files[-1].write_text(yaml.safe_dump(plays_of(sample), sort_keys=False))
    assert len(files) > 25
    output = run("ansible-playbook", "--syntax-check", "-i", "localhost,", *files)
    assert output.count("playbook: ") == len(files)


def test_tasks_give_options_that_modules_have(run):
    documented = json.loads(run("ansible-doc", "--json", *(f"datasentinel.platform.{path.stem}" for path in (ROOT / "plugins/action").glob("*.py"))))
    plays = [(sample, play) for sample in YAML for play in plays_of(sample) or ()]
    given = [
        (str(sample), module, set(options))
        for sample, play in plays
        for task in play.get("tasks", ())
        for module, options in task.items()
        if module in documented
    ]
    assert len(given) > 10
    assert [(*place, options) for *place, options in given if not options <= documented[place[1]]["doc"]["options"].keys()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_shell_can_read_its_samples(page):
    for sample in page.samples("shell"):
        done = subprocess.run(["bash", "-n"], input=sample.text, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{sample}: {done.stderr}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_run_playbooks_that_exist(page):
    assert set(commands(page)) <= {path.stem for path in (ROOT / "playbooks").glob("*.yml")}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_it_names_of_the_collection_exists(page):
    named = set(re.findall(r"datasentinel\.platform\.([a-z_]+)(?![\w.-])", page.text)) - {"git"}
    assert named <= NAMES


@pytest.fixture(scope="module")
def code():
    """All of the collection that is no documentation for people, as one text."""
    files = [path for folder in ("plugins", "playbooks", "roles") for path in (ROOT / folder).rglob("*") if path.suffix in {".py", ".yml"}]
    return "\n".join(path.read_text() for path in files)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_its_variables_exist(page, code):
    named = set(re.findall(r"(?<![\w.])datasentinel_\w+", page.text))
    options = {PREFIX + name for name in CONNECTION}
    assert [name for name in sorted(named - options) if not re.search(rf"\b{name}", code)] == []
