# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The documentation: of every plugin and role, with examples that work as they stand, and the changelog, which names them all."""

from __future__ import annotations

import functools
import json
import os
import re
import subprocess

import pytest
import yaml
from embedded.collection import ROOT
from support.playbook import Ansible, executable

#: Kinds of plugins that have documentation, and where they are.
FOLDERS = {"module": "plugins/modules", "lookup": "plugins/lookup", "filter": "plugins/filter"}
#: Of the platform; datasentinel_pg_hba, which runs on PostgreSQL hosts, is a role's.
MODULES = sorted(path.stem for path in (ROOT / "plugins/action").glob("*.py"))


#: What there is documentation of, by type. The names of plugins are those of their files.
DOCUMENTED = {
    "role": sorted(path.name for path in (ROOT / "roles").iterdir()),
    **{type_: sorted(path.stem for path in (ROOT / folder).glob("*.py")) for type_, folder in FOLDERS.items()},
}


@pytest.fixture(scope="module")
def document(tmp_path_factory):
    """A function that returns what ansible-doc prints of all plugins of a type, or of all roles, on a terminal of 80 columns."""

    @functools.cache
    def document(type_, *options):
        command = [*executable("ansible-doc"), "-t", type_, *options, *(f"datasentinel.platform.{name}" for name in DOCUMENTED[type_])]
        environment = {**os.environ, "HOME": str(tmp_path_factory.getbasetemp()), "ANSIBLE_NOCOLOR": "1", "COLUMNS": "80"}
        return subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=True).stdout

    return document


@pytest.fixture
def told(document, module):
    """What ansible-doc tells of a module, as data."""
    return json.loads(document("module", "--json"))[f"datasentinel.platform.{module}"]


@pytest.mark.parametrize("module", MODULES)
def test_ansible_doc_of_a_module(document, told, module):
    text = document("module").partition(f"> MODULE datasentinel.platform.{module} ")[2].partition("\n> MODULE ")[0]
    assert "DATASENTINEL_API_URL" in text and "EXAMPLES:" in text and "RETURN VALUES:" in text
    assert {"action", "action_group", "check_mode", "diff_mode", "idempotent", "delegation"} <= set(told["doc"]["attributes"])
    for value in told["return"].values():
        assert {"description", "type", "returned"} <= set(value)


@pytest.mark.parametrize("type_", DOCUMENTED)
def test_ansible_doc_fits_a_terminal_of_80_columns(document, type_):
    text = document(type_)
    assert sorted(re.findall(r"^> [A-Z]+:? \*?datasentinel\.platform\.(\w+)", text, re.MULTILINE)) == DOCUMENTED[type_]
    assert "[WARNING]" not in text and "ERROR" not in text and "None" not in text
    # ansible-doc itself folds neither attributes nor samples, and a long name stands by itself.
    text = re.sub(r"^ATTRIBUTES:\n.*?^(?=[A-Z])", "", text, flags=re.MULTILINE | re.DOTALL)
    unfolded = re.compile(r"> |ENTRY POINT|\s*(sample|returned|default):|\s*\S+$")
    assert [line for line in text.splitlines() if len(line) > 80 and not unfolded.match(line)] == []
    # Plugins have examples; those of roles are in their READMEs.
    assert text.count("EXAMPLES:\n") == (0 if type_ == "role" else len(DOCUMENTED[type_]))


def test_every_kind_of_plugin_is_among_them():
    public = {path.name for path in (ROOT / "plugins").iterdir() if any(file.stem[0] != "_" for file in path.glob("*.py"))}
    # Action plugins are documented by their modules.
    assert {f"plugins/{name}" for name in public} - {"plugins/action", "plugins/doc_fragments"} == set(FOLDERS.values())


def test_ansible_doc_of_the_roles(document):
    assert len(re.findall(r"^options", document("role"), re.MULTILINE | re.IGNORECASE)) >= len(DOCUMENTED["role"])


@pytest.fixture(scope="module")
def releases():
    """The releases in the changelog, by version."""
    return yaml.safe_load((ROOT / "changelogs/changelog.yaml").read_text())["releases"]


@pytest.mark.parametrize("type_", FOLDERS)
def test_the_changelog_names_every_plugin_in_the_release_that_brought_it(releases, type_):
    added = {name: re.search(r"^version_added: (\S+)$", (ROOT / FOLDERS[type_] / f"{name}.py").read_text(), re.MULTILINE)[1] for name in DOCUMENTED[type_]}
    # What comes with a release to be is taken up by `make changelog`.
    named = {
        (entry["name"], version)
        for version, release in releases.items()
        for entry in (release.get("modules", ()) if type_ == "module" else release.get("plugins", {}).get(type_, ()))
    }
    assert {(name, version) for name, version in added.items() if version in releases} == named


@pytest.mark.parametrize(("type_", "pattern"), [("playbook", "playbooks/*.yml"), ("role", "roles/*")])
def test_the_changelog_or_a_fragment_names_every_playbook_and_role(releases, type_, pattern):
    fragments = [yaml.safe_load(path.read_text()) for path in (ROOT / "changelogs/fragments").glob("*.y*ml")]
    entries = [entry for release in releases.values() for entry in release.get("objects", {}).get(type_, ())]
    entries += [entry for fragment in fragments for entry in fragment.get(f"add object.{type_}", ())]
    assert sorted(entry["name"] for entry in entries) == sorted(path.stem for path in ROOT.glob(pattern))


@pytest.mark.parametrize("module", MODULES)
def test_the_examples_work_as_they_stand(told, tmp_path, platform, module):
    # Only the address is another one.
    tasks = yaml.safe_load(told["examples"].replace("https://platform.example.com", platform.url))
    for name in ("sales-production", "localhost"):
        # What the examples take to be there, and connected.
        platform.store.put(name, host="127.0.0.1", port=1, user="datasentinel", password="x", connected=True)
    if module == "datasentinel_connection":
        # Waiting for a real server is another test's.
        tasks = [task for task in tasks if not task["datasentinel.platform.datasentinel_connection"].get("wait")]
    (tmp_path / "connections.csv").write_text("name,host\nshipping-production,127.0.0.1\n")
    variables = {"datasentinel_token": platform.token(), "datasentinel_password": "pw", "datasentinel_api_password": platform.password}
    ansible = Ansible(tmp_path, {"DATASENTINEL_API_URL": platform.url, "DATASENTINEL_API_TOKEN": platform.token()})
    for task in tasks:
        if "datasentinel.platform.datasentinel_token" in task:
            task["datasentinel.platform.datasentinel_token"]["api_username"] = platform.username
    ansible.run(
        [{"hosts": "postgresql", "gather_facts": False, "tasks": tasks}],
        inventory={"postgresql": {"hosts": {"localhost": {}}}},
        variables=variables,
    ).succeeded()
