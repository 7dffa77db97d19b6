# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One table of options: the documentation and the version say the same."""

from __future__ import annotations

import json
from pathlib import Path

import ansible_collections.datasentinel.platform as collection
import pytest
import yaml
from ansible_collections.datasentinel.platform.plugins.doc_fragments.access import ModuleDocFragment
from ansible_collections.datasentinel.platform.plugins.module_utils._common import _version
from ansible_collections.datasentinel.platform.plugins.module_utils._commands._all import CONNECTION, CONNECTION_INFO, TOKEN

ROOT = Path(next(iter(collection.__path__)))


def documented(command):
    source = (ROOT / f"plugins/modules/{command.name}.py").read_text()
    options = yaml.safe_load(source.partition('DOCUMENTATION = r"""')[2].partition('"""')[0]).get("options", {})
    return {**yaml.safe_load(ModuleDocFragment.DOCUMENTATION)["options"], **options}


@pytest.mark.parametrize("command", [CONNECTION, CONNECTION_INFO, TOKEN], ids=lambda command: command.name)
def test_the_documentation_says_what_the_table_says(command):
    options = documented(command)
    assert list(options) == list(command.options)
    for name, option in command.options.items():
        told = options[name]
        assert (told["type"], told.get("required", False), told.get("default")) == (option.type, option.required, option.default), name
        assert told.get("choices") == (list(option.choices) if option.choices else None), name
        text = told["description"] if isinstance(told["description"], str) else " ".join(told["description"])
        assert (f"E({option.env})" in text) if option.env else ("E(" not in text), name


def test_passwords_and_tokens_are_secret():
    assert {name for name, option in CONNECTION.options.items() if option.secret} == {"api_token", "api_password", "password"}


def test_every_module_is_in_the_action_group_and_has_an_action_plugin_of_its_name():
    modules = sorted(path.stem for path in (ROOT / "plugins/modules").glob("*.py"))
    assert modules == sorted(path.stem for path in (ROOT / "plugins/action").glob("*.py"))
    assert modules == sorted(yaml.safe_load((ROOT / "meta/runtime.yml").read_text())["action_groups"]["datasentinel"])


def test_the_version_is_the_collections():
    assert json.loads((ROOT / "MANIFEST.json").read_text())["collection_info"]["version"] == _version.VERSION
