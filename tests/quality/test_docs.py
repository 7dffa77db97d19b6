# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The documentation: of every plugin and role, and with examples that work as they stand."""

from __future__ import annotations

import json
import re

import pytest
import yaml
from embedded.collection import ROOT
from support.playbook import Ansible

#: Kinds of plugins that have documentation, and where they are.
FOLDERS = {"module": "plugins/modules", "lookup": "plugins/lookup", "filter": "plugins/filter"}
#: Of the platform; datasentinel_pg_hba, which runs on PostgreSQL hosts, is a role's.
MODULES = sorted(path.stem for path in (ROOT / "plugins/action").glob("*.py"))


@pytest.mark.parametrize("module", MODULES)
def test_ansible_doc_of_a_module(run, module):
    text = run("ansible-doc", f"datasentinel.platform.{module}")
    assert "DATASENTINEL_API_URL" in text and "EXAMPLES:" in text and "RETURN VALUES:" in text
    told = json.loads(run("ansible-doc", "--json", f"datasentinel.platform.{module}"))[f"datasentinel.platform.{module}"]
    assert {"action", "action_group", "check_mode", "diff_mode", "idempotent", "delegation"} <= set(told["doc"]["attributes"])
    for value in told["return"].values():
        assert {"description", "type", "returned"} <= set(value)


#: What there is documentation of, by type. The names of plugins are those of their files.
DOCUMENTED = {
    "role": sorted(path.name for path in (ROOT / "roles").iterdir()),
    **{type_: sorted(path.stem for path in (ROOT / folder).glob("*.py")) for type_, folder in FOLDERS.items()},
}


@pytest.mark.parametrize("type_", DOCUMENTED)
def test_ansible_doc_fits_a_terminal_of_80_columns(run, type_):
    text = run("ansible-doc", "-t", type_, *(f"datasentinel.platform.{name}" for name in DOCUMENTED[type_]), COLUMNS="80")
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


def test_ansible_doc_of_the_roles(run, collection):
    for role in sorted(path.name for path in (collection / "roles").iterdir()):
        assert "OPTIONS" in run("ansible-doc", "-t", "role", f"datasentinel.platform.{role}").upper()


@pytest.mark.parametrize("module", MODULES)
def test_the_examples_work_as_they_stand(run, tmp_path, platform, module):
    told = json.loads(run("ansible-doc", "--json", f"datasentinel.platform.{module}"))[f"datasentinel.platform.{module}"]
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
