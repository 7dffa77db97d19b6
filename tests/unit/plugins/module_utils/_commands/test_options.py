# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One table of options: what Ansible makes of it, and that the documentation tells the same."""

from __future__ import annotations

from pathlib import Path

import ansible_collections.datasentinel.platform as collection
import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.errors import AnsibleFallbackNotFound
from ansible_collections.datasentinel.platform.plugins.doc_fragments.access import ModuleDocFragment
from ansible_collections.datasentinel.platform.plugins.module_utils._commands import _options
from ansible_collections.datasentinel.platform.plugins.module_utils._commands._audit_command import AUDIT
from ansible_collections.datasentinel.platform.plugins.module_utils._commands._connection_command import CONNECTION
from ansible_collections.datasentinel.platform.plugins.module_utils._commands._connection_info_command import CONNECTION_INFO
from ansible_collections.datasentinel.platform.plugins.module_utils._commands._connections_command import CONNECTIONS
from ansible_collections.datasentinel.platform.plugins.module_utils._commands._options import (
    ACCESS,
    ITEM,
    Option,
    argument_spec,
    environment_of_task,
    masked_by_ansible,
    secret_values,
    typed,
)
from ansible_collections.datasentinel.platform.plugins.module_utils._commands._platform_info_command import PLATFORM_INFO
from ansible_collections.datasentinel.platform.plugins.module_utils._commands._token_command import TOKEN
from ansible_collections.datasentinel.platform.plugins.module_utils._common._errors import InvalidInput

ROOT = Path(next(iter(collection.__path__)))
COMMANDS = [AUDIT, CONNECTION, CONNECTION_INFO, CONNECTIONS, PLATFORM_INFO, TOKEN]


# --- argument specs ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "option, entry",
    [
        (Option(), {"type": "str", "no_log": False}),
        (Option(type="int", default=0), {"type": "int", "no_log": False, "default": 0}),
        (Option(type="bool", default=False), {"type": "bool", "no_log": False, "default": False}),
        (Option(required=True, secret=True), {"type": "str", "no_log": True, "required": True}),
        (Option(type="list"), {"type": "list", "elements": "str", "no_log": False}),
        (Option(type="list", items={}), {"type": "list", "elements": "dict", "no_log": True}),
        (Option(type="dict", items={}), {"type": "dict", "no_log": True}),
        (Option(choices=("a", "b")), {"type": "str", "no_log": False, "choices": ["a", "b"]}),
    ],
)
def test_an_option_is_an_entry_of_an_argument_spec(monkeypatch, option, entry):
    monkeypatch.setattr(_options, "register_secrets", None)
    assert option.spec() == entry
    assert argument_spec({"name": option}) == {"name": entry}


def test_where_ansible_masks_what_it_displays_it_is_told_the_secrets_of_items_and_not_their_names(monkeypatch):
    registered = set()
    monkeypatch.setattr(_options, "register_secrets", registered.update)
    assert Option(type="list", items=ITEM).spec()["no_log"] is False
    secrets = secret_values({"connections": Option(type="list", items=ITEM)}, {"connections": [{"name": "db1", "password": "a'b\"c"}]})
    assert masked_by_ansible(secrets) == ["a'b\"c"]
    # As it is, and as a module quotes it when it logs its options.
    assert registered == {"a'b\"c", "a\\'b\"c"}


@pytest.mark.parametrize("value, expected", [("from-env", "from-env"), ("", None), ("  ", None), (None, None)])
def test_an_option_is_taken_from_its_variable_unless_that_is_empty(monkeypatch, value, expected):
    if value is not None:
        monkeypatch.setenv("DATASENTINEL_TEST", value)
    spec = argument_spec({"option": Option(env="DATASENTINEL_TEST")})
    assert ArgumentSpecValidator(spec).validate({}).validated_parameters == {"option": expected}
    assert ArgumentSpecValidator(spec).validate({"option": "given"}).validated_parameters == {"option": "given"}


def test_a_variable_that_is_not_set_is_ansibles_own_exception():
    with pytest.raises(AnsibleFallbackNotFound):
        Option(env="DATASENTINEL_TEST").from_environment()


def test_a_number_and_a_boolean_may_be_text(monkeypatch):
    monkeypatch.setenv("DATASENTINEL_VALIDATE_CERTS", "no")
    monkeypatch.setenv("DATASENTINEL_API_TIMEOUT", "2.5")
    found = ArgumentSpecValidator(CONNECTION.argument_spec).validate({"api_url": "x", "name": "db1", "port": "5433", "wait": "yes", "api_retries": "0"})
    values = found.validated_parameters
    assert [values[name] for name in ("validate_certs", "api_timeout", "port", "wait", "api_retries")] == [False, 2.5, 5433, True, 0]


# --- options of what is no task of its own -----------------------------------------------------------------------


def test_every_option_has_a_value_in_its_type(monkeypatch):
    table = {
        "a": Option(type="int"),
        "b": Option(type="bool", default=True),
        "c": Option(env="DATASENTINEL_TEST"),
        "d": Option(type="raw"),
        "e": Option(type="float"),
    }
    monkeypatch.setenv("DATASENTINEL_TEST", "from-env")
    assert typed(table, {"a": "5", "d": ["x"], "e": "0.5"}) == {"a": 5, "b": True, "c": "from-env", "d": ["x"], "e": 0.5}
    assert typed(table, {"a": 5.0, "b": "no", "c": 17}) == {"a": 5, "b": False, "c": "17", "d": None, "e": None}


@pytest.mark.parametrize(
    "option, value, message",
    [
        (Option(type="int"), "five", "x has to be a whole number, and it is 'five'."),
        (Option(type="int"), 1.5, "x has to be a whole number, and it is 1.5."),
        (Option(type="int"), True, "x has to be a whole number, and it is True."),
        (Option(type="float"), "five", "x has to be a number, and it is 'five'."),
        (Option(type="bool"), "perhaps", "x has to be true or false, and it is 'perhaps'."),
        (Option(), ["a"], "x has to be a text, and it is ['a']."),
        (Option(type="path"), {"a": 1}, "x has to be a path, and it is {'a': 1}."),
        (Option(choices=("a", "b")), "c", "x has to be one of a, b, and it is 'c'."),
        (Option(secret=True), ["s3cret"], "x has to be a text, and it is a list."),
        (Option(required=True), None, "missing required arguments: x"),
    ],
)
def test_a_value_of_another_type_names_the_option_and_quotes_no_secret(option, value, message):
    with pytest.raises(InvalidInput) as refused:
        typed({"x": option}, {"x": value})
    assert (str(refused.value), refused.value.option) == (message, "x")


@pytest.mark.parametrize(
    "options, found",
    [
        ({"password": "s"}, ["s"]),
        ({"password": None, "name": "x", "unknown": "y"}, []),
        ({"password": {"a": ["b", True, None, 7]}}, ["a", "b", 7]),
        ({"items": [{"password": "s", "name": "x"}, "text", {"password": "t"}]}, ["s", "t"]),
        ({"items": {"password": "s"}}, ["s"]),
        ({"items": "text"}, []),
    ],
)
def test_secrets_are_found_however_they_are_nested(options, found):
    assert secret_values({**ITEM, "items": Option(type="list", items=ITEM)}, options) == found


@pytest.mark.parametrize("of_task", ["api_url", "api_token"])
def test_a_token_and_its_address_count_together_also_where_one_is_of_the_tasks_environment(monkeypatch, of_task):
    for name, value in {"url": "https://a.example.com", "username": "admin", "password": "s3cret"}.items():
        monkeypatch.setenv(f"DATASENTINEL_API_{name.upper()}", value)
    given = {"api_url": "https://b.example.com", "api_token": "b"}
    variables = {ACCESS[of_task].env: given.pop(of_task)}
    with environment_of_task(variables):
        for variable, value in variables.items():
            monkeypatch.setenv(variable, value)
        values = typed(ACCESS, given)
        assert [values[name] for name in ("api_url", "api_token", "api_username", "api_password")] == ["https://b.example.com", "b", "", ""]
    assert typed(ACCESS, given)["api_password"] == "s3cret"


# --- the tables --------------------------------------------------------------------------------------------------


def test_passwords_and_tokens_are_secret():
    assert {name for name, option in CONNECTION.options.items() if option.secret} == {"api_token", "api_password", "password"}


def test_every_access_option_has_a_variable_of_its_name():
    assert {name: option.env for name, option in ACCESS.items()} == {name: f"DATASENTINEL_{name.upper()}" for name in ACCESS}


def test_only_a_file_belongs_to_the_machine_where_the_task_runs():
    assert [name for name, option in CONNECTION.options.items() if option.of_the_place] == ["ca_path"]


def documented(command):
    source = (ROOT / f"plugins/modules/{command.name}.py").read_text()
    options = yaml.safe_load(source.partition('DOCUMENTATION = r"""')[2].partition('"""')[0]).get("options", {})
    return {**yaml.safe_load(ModuleDocFragment.DOCUMENTATION)["options"], **options}


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_the_documentation_tells_what_the_table_tells(command):
    options = documented(command)
    assert list(options) == list(command.options)
    for name, option in command.options.items():
        entry = options[name]
        assert (entry["type"], entry.get("required", False), entry.get("default")) == (option.type, option.required, option.default), name
        assert entry.get("choices") == (list(option.choices) if option.choices else None), name
        text = entry["description"] if isinstance(entry["description"], str) else " ".join(entry["description"])
        assert (f"E({option.env})" in text) if option.env else ("E(" not in text), name


def test_every_module_that_calls_the_platform_is_in_the_action_group_and_has_an_action_plugin_of_its_name():
    # datasentinel_pg_hba edits a file of the host that it runs on.
    modules = sorted({path.stem for path in (ROOT / "plugins/modules").glob("*.py")} - {"datasentinel_pg_hba"})
    assert modules == sorted(path.stem for path in (ROOT / "plugins/action").glob("*.py")) == sorted(command.name for command in COMMANDS)
    assert modules == sorted(yaml.safe_load((ROOT / "meta/runtime.yml").read_text())["action_groups"]["datasentinel"])
