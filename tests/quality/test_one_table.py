# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table of options (module_utils/_commands/_options.py) against the role, the tables in docs/access.md and the role's README, and the AWX credential type.

The documentation of the modules is compared with it in tests/unit/plugins/module_utils/_commands/test_options.py, the role's
defaults in tests/unit/plugins/plugin_utils/test_role_variables.py, since these have to hold on every ansible-core.
"""

from __future__ import annotations

import json
import re

import pytest
import yaml
from ansible_collections.datasentinel.platform.plugins.module_utils._commands._options import ACCESS, CONNECTION
from ansible_collections.datasentinel.platform.plugins.plugin_utils._host_connections import INSTANCE, OPERATIONS
from ansible_collections.datasentinel.platform.plugins.plugin_utils._role_variables import DEFAULTS, EXTRA_TAGS, INSTANCES, OPERATION, PREFIX

#: The role's variables besides the options of the module.
OTHERS = {INSTANCES, OPERATION, EXTRA_TAGS}
#: The defaults that are not the same for every host.
OF_THE_HOST = {"name": "{{ inventory_hostname }}", "host": "{{ ansible_host | default(inventory_hostname) }}"}


def written(default):
    """Return a default as documentation writes it: 30.0 as 30, True as true."""
    return json.dumps(default).removesuffix(".0").strip('"')


# --- the role's argument spec ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def spec(collection):
    """The role's options by name, without their prefix."""
    specs = yaml.safe_load((collection / "roles/datasentinel_connection/meta/argument_specs.yml").read_text())["argument_specs"]
    return {name.removeprefix(PREFIX): entry for name, entry in specs["main"]["options"].items()}


def same(entry, option):
    """Return whether an entry of an argument spec has the type, the choices and the secrecy of an option."""
    choices = list(option.choices) if option.choices else None
    return (entry["type"], entry.get("choices"), entry.get("no_log", False)) == (option.type, choices, option.secret)


def test_the_role_has_every_option_of_the_module_and_no_other(spec):
    assert spec.keys() == CONNECTION.keys() | OTHERS


@pytest.mark.parametrize("name", CONNECTION)
def test_an_option_is_the_same_in_the_role(spec, name):
    entry, option = spec[name], CONNECTION[name]
    assert same(entry, option)
    assert (entry.get("default"), entry.get("required", False)) == ({**OF_THE_HOST, **DEFAULTS}.get(name), False)


@pytest.mark.parametrize("name", CONNECTION)
def test_the_role_names_the_variable_of_the_environment(spec, name):
    assert re.findall(r"E\((\w+)\)", str(spec[name]["description"])) == ([CONNECTION[name].env] if CONNECTION[name].env else [])


def test_an_instance_has_the_same_options(spec):
    options = spec[INSTANCES]["options"]
    assert tuple(sorted(options)) == tuple(sorted(INSTANCE))
    assert [name for name in options if not same(options[name], CONNECTION[name])] == []
    assert [name for name in options if options[name].get("required")] == ["name", "port"]


def test_the_operations_are_those_that_there_are(spec):
    assert (spec[OPERATION]["choices"], spec[OPERATION]["default"]) == (list(OPERATIONS), "register")


# --- the tables for people -----------------------------------------------------------------------------------


def rows(path):
    """Return the rows of all tables of a file in Markdown, as lists of cells."""
    return [[cell.strip() for cell in line.strip("| \n").split("|")] for line in path.read_text().splitlines() if line.startswith("|")]


@pytest.fixture(scope="module")
def variables(collection):
    """Of the role's README, what its tables have beside each variable, by the variable's name without its prefix."""
    found = [(row[0].strip("`"), row[1]) for row in rows(collection / "roles/datasentinel_connection/README.md")]
    beside = [(name.removeprefix(PREFIX), cell) for name, cell in found if name.startswith(PREFIX) and cell != "what it does"]
    assert len(beside) == len(dict(beside)), "a variable stands twice"
    return dict(beside)


def test_the_guide_to_access_names_every_option_and_its_variable(collection):
    table = {row[0].strip("`"): row[1:] for row in rows(collection / "docs/access.md") if row[1:] and row[1].startswith("`DATASENTINEL_")}
    assert {name: cells[0].strip("`") for name, cells in table.items()} == {name: option.env for name, option in ACCESS.items()}
    defaults = {name: written(option.default) for name, option in ACCESS.items() if option.default is not None}
    assert {name: re.match(r"`?(\w*)", table[name][1]).group(1) for name in defaults} == defaults


def test_the_readme_of_the_role_names_every_variable(variables):
    assert variables.keys() == CONNECTION.keys() | OTHERS


@pytest.mark.parametrize("name", CONNECTION)
def test_the_readme_of_the_role_tells_the_default(variables, name):
    option, cell = CONNECTION[name], variables[name]
    default = DEFAULTS.get(name, option.default)
    if option.env:
        assert cell.startswith(f"`{option.env}`")
        cell = cell.partition(", or ")[2]
    if default is not None:
        assert re.match(r"`?(\w*)", cell).group(1) == written(default)
    elif name not in OF_THE_HOST:
        assert cell.startswith("none") or (option.env and not cell)


# --- the AWX credential type -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def credential_type(collection):
    return yaml.safe_load((collection / "playbooks/files/awx_credential_type.yml").read_text())


def test_what_the_credential_injects_are_variables_of_options(credential_type):
    assert credential_type["injectors"]["env"].keys() <= {option.env for option in ACCESS.values()}


@pytest.mark.parametrize("name", ACCESS)
def test_a_secret_of_the_credential_is_a_secret_option(credential_type, name):
    secret = {field["id"] for field in credential_type["inputs"]["fields"] if field.get("secret")}
    template = credential_type["injectors"]["env"].get(ACCESS[name].env, "")
    assert bool(secret.intersection(re.findall(r"\w+", template))) == (ACCESS[name].secret and template != "")
