# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role's variables, read for one host: what counts as given, and what is templated."""

from __future__ import annotations

import textwrap
from pathlib import Path

import ansible_collections.datasentinel.platform as collection
import pytest
import yaml
from ansible import constants
from ansible.parsing import vault
from ansible.parsing.dataloader import DataLoader
from ansible.parsing.vault import VaultLib, VaultSecret
from ansible.template import Templar
from ansible.utils.unsafe_proxy import wrap_var
from ansible_collections.datasentinel.platform.plugins.module_utils._commands._options import CONNECTION
from ansible_collections.datasentinel.platform.plugins.module_utils._common._errors import InvalidInput
from ansible_collections.datasentinel.platform.plugins.plugin_utils._role_variables import DEFAULTS, PREFIX, RoleVariables

try:
    from ansible.template import trust_as_template as template
except ImportError:  # up to ansible-core 2.18, where every text is one
    template = str
    OMIT = {"omit": "__omit_place_holder__0123"}
else:
    OMIT = {}

ROOT = Path(next(iter(collection.__path__)))
GIVEN = {"name": "db1", "host": "db1", "port": 5432, "user": "datasentinel", "state": "present"}


@pytest.fixture
def vaulted(monkeypatch):
    """A function that returns a text as Ansible loads an inline !vault value of it."""
    secrets = [("default", VaultSecret(b"vault password"))]
    loader = DataLoader()
    loader.set_vault_secrets(secrets)
    if hasattr(vault, "VaultSecretsContext"):
        monkeypatch.setattr(vault.VaultSecretsContext, "_current", vault.VaultSecretsContext(secrets))
    return lambda text: loader.load("!vault |\n" + textwrap.indent(VaultLib(secrets).encrypt(text).decode(), "  "))


def role_variables(variables=None, **ours):
    """The RoleVariables of the host db1, with these variables of the role and others besides."""
    task_vars = {"inventory_hostname": "db1", **OMIT, **(variables or {}), **{PREFIX + name: value for name, value in ours.items()}}
    return RoleVariables(CONNECTION, task_vars, Templar(DataLoader(), variables=task_vars))


# --- what is given -----------------------------------------------------------------------------------------------


def test_without_a_variable_it_is_the_host_with_the_roles_defaults():
    assert role_variables().options() == GIVEN


def test_the_defaults_are_those_of_the_role():
    defaults = yaml.safe_load((ROOT / "roles/datasentinel_connection/defaults/main.yml").read_text())
    assert defaults == {PREFIX + name: value for name, value in DEFAULTS.items()}


def test_the_host_is_its_ansible_host_where_it_has_one():
    assert role_variables({"ansible_host": "10.0.0.1"}).options() == {**GIVEN, "host": "10.0.0.1"}
    assert role_variables({"ansible_host": "10.0.0.1"}, host="pg1").options()["host"] == "pg1"


def test_every_option_of_the_module_is_a_variable():
    values = {name: f"value of {name}" for name in CONNECTION}
    assert role_variables(**values).options() == values


def test_the_password_of_the_role_that_makes_the_user_is_the_default():
    other_role = {"datasentinel_monitoring_user_password": "made there"}
    assert role_variables(other_role).options()["password"] == "made there"
    assert role_variables(other_role, password="given here").options()["password"] == "given here"


@pytest.mark.parametrize("empty", ["", "  ", None])
def test_empty_is_not_given(empty):
    assert role_variables({"ansible_host": empty}, name=empty, port=empty, state=empty, password=empty, tags=empty).options() == GIVEN


@pytest.mark.parametrize("value", [0, False, {}, [], "0"])
def test_anything_else_is_given(value):
    assert role_variables(tags=value).options()["tags"] == value


def test_texts_of_the_command_line_stay_texts():
    assert role_variables(port="5433", wait="yes").options()["port"] == "5433"


# --- templates ---------------------------------------------------------------------------------------------------


def test_expressions_are_templated_at_any_depth():
    options = role_variables({"env": "prod"}, name=template("{{ inventory_hostname }}-{{ env }}"), tags={"env": template("{{ env }}"), "a": 1}).options()
    assert (options["name"], options["tags"]) == ("db1-prod", {"env": "prod", "a": 1})


def test_omit_is_not_given():
    variables = role_variables(host=template("{{ undefined_one | default(omit) }}"), port=template("{{ omit }}"), user="given")
    assert variables.options() == {**GIVEN, "user": "given"}


def test_text_without_an_expression_is_not_handed_to_the_templar():
    variables = role_variables(password="s3cret")
    variables._templar = None
    assert variables.options()["password"] == "s3cret"


@pytest.mark.parametrize("text", ["pa{{ss", "{% x", "{# y", "{{ env }}"])
def test_unsafe_text_stays_as_it_is(text):
    assert role_variables({"env": "prod"}, password=wrap_var(text)).options()["password"] == text


def test_a_vault_value_is_its_text(vaulted):
    options = role_variables(password=vaulted("s3cret{{"), tags={"a": vaulted("{{ inventory_hostname }}")}).options()
    assert (options["password"], options["tags"]) == ("s3cret{{", {"a": "{{ inventory_hostname }}"})
    assert type(options["password"]) is type(options["tags"]["a"]) is str


def test_all_values_are_plain_data():
    options = role_variables({"env": wrap_var("prod")}, password=wrap_var("s3cret"), tags=wrap_var({"a": "b"}), user=template("{{ env }}")).options()
    assert {type(value) for value in options.values()} == {str, int, dict}
    assert {type(text) for pair in options["tags"].items() for text in pair} == {str}


def test_an_expression_that_fails_names_the_variable_and_ansibles_reason():
    with pytest.raises(InvalidInput) as refused:
        role_variables(user=template("{{ nowhere }}"), host="pg1", port=template("{{ 5000 + 1 }}")).options()
    assert str(refused.value).startswith("The variable datasentinel_connection_user cannot be templated: 'nowhere' is undefined")
    assert str(refused.value).endswith(". Text that only looks like an expression is marked with !unsafe.")


@pytest.mark.parametrize("text", ["s3cret{{", "s3cret{{ nowhere }}", "{% s3cret", "{{ s3cret.x }}"])
@pytest.mark.parametrize("name", ["password", "api_password", "api_token"])
def test_a_secret_that_cannot_be_templated_is_not_quoted(name, text):
    with pytest.raises(InvalidInput) as refused:
        role_variables(**{name: template(text)}).options()
    assert str(refused.value) == (
        f"The variable {PREFIX}{name} cannot be templated: it holds an expression that fails, as one does whose variable is not defined "
        "(was its file not read?) or cannot be decrypted (is the vault password missing, or wrong?). "
        "Text that only looks like an expression is marked with !unsafe."
    )


@pytest.mark.parametrize("name", ["ansible_host", PREFIX + "operation", PREFIX + "extra_tags", PREFIX + "api_url"])
def test_of_what_is_no_secret_the_variable_that_is_not_defined_is_named(name):
    variables = role_variables({name: template("{{ nowhere }}")})
    with pytest.raises(InvalidInput, match=f"^The variable {name} cannot be templated: 'nowhere' is undefined"):
        variables.options(), variables.operation(), variables.value("extra_tags")


@pytest.mark.parametrize(
    "instances, message",
    [
        ([{"name": "a"}, {"name": "b", "host": template("{{ nowhere }}")}], "instances[1].host cannot be templated: 'nowhere' is undefined"),
        ([{"name": "a", "password": template("{{ s3cret }}")}], "instances[0].password cannot be templated: it holds an expression that fails"),
        (template("{{ s3cret }}"), "instances cannot be templated: it holds an expression that fails"),
        ([template("{{ s3cret }}")], "instances cannot be templated: it holds an expression that fails"),
    ],
)
def test_of_instances_the_part_is_named_that_cannot_be_templated(instances, message):
    with pytest.raises(InvalidInput) as refused:
        role_variables(instances=instances).instances()
    assert str(refused.value).startswith(f"The variable {PREFIX}{message}") and "s3cret" not in str(refused.value)


@pytest.mark.parametrize(
    "key, message",
    [
        ("pasword", "holds pasword, which is not known there: it may hold name, port, "),
        ("login_password", "holds login_password, which is not known there: it may hold name, port, "),
        ("s3cret-of-a-password", "holds a key that is not known there: it may hold name, port, "),
        (17, "holds a key that is not known there: it may hold name, port, "),
    ],
)
@pytest.mark.parametrize("text", ["s3cret{{nothing", "s3cret{% if"])
def test_an_unknown_key_of_an_instance_is_refused_before_its_value_is_quoted(key, message, text):
    with pytest.raises(InvalidInput) as refused:
        role_variables(instances=[{"name": "a", "port": 1}, {"name": "b", "port": 2, key: template(text)}]).instances()
    assert str(refused.value).startswith(f"{PREFIX}instances[1] {message}") and "s3cret" not in str(refused.value)


@pytest.mark.parametrize("name", ["password", "user", "api_token"])
@pytest.mark.parametrize("inner", [{}, {"nowhere": template("{{ nor_there }}")}], ids=["itself", "within another"])
def test_what_is_not_defined_is_an_error_where_ansible_is_told_to_let_it_be(monkeypatch, name, inner):
    """ANSIBLE_ERROR_ON_UNDEFINED_VARS=False, which has no effect from ansible-core 2.19 on."""
    monkeypatch.setattr(constants, "DEFAULT_UNDEFINED_VAR_BEHAVIOR", False, raising=False)
    variables = role_variables(inner, **{name: template("{{ nowhere }}")})
    with pytest.raises(InvalidInput, match=f"The variable {PREFIX}{name} cannot be templated"):
        variables.options()


def test_what_may_be_undefined_elsewhere_stays_so(monkeypatch):
    monkeypatch.setattr(constants, "DEFAULT_UNDEFINED_VAR_BEHAVIOR", False, raising=False)
    variables = role_variables(user=template("{{ nowhere }}"))
    before = vars(variables._templar).get("_fail_on_undefined_errors")
    with pytest.raises(InvalidInput):
        variables.options()
    assert vars(variables._templar).get("_fail_on_undefined_errors") == before


@pytest.mark.parametrize("name, fallback", [("host", "ansible_host"), ("password", "datasentinel_monitoring_user_password")])
def test_what_stands_for_an_option_is_not_looked_at_where_that_is_given(name, fallback):
    assert role_variables({fallback: template("{{ nowhere }}")}, **{name: "given"}).options()[name] == "given"
    with pytest.raises(InvalidInput, match=f"The variable {fallback} cannot be templated"):
        role_variables({fallback: template("{{ nowhere }}")}, **{name: ""}).options()


def test_nor_is_that_of_another_role():
    with pytest.raises(InvalidInput, match="The variable datasentinel_monitoring_user_password cannot be templated: it holds an expression that fails"):
        role_variables({"datasentinel_monitoring_user_password": template("s3cret{{")}).options()


def test_nothing_can_be_wrong_with_what_is_not_needed():
    variables = role_variables(
        {"ansible_host": template("{{ nowhere }}"), "datasentinel_monitoring_user_password": template("{{ nowhere }}")},
        password=template("s3cret{{"),
        user=template("{{ nowhere }}"),
        api_url="https://platform.example.com",
    )
    assert variables.options(without=("host", "user", "password", "port")) == {"name": "db1", "state": "present", "api_url": "https://platform.example.com"}


def test_nor_with_what_is_not_needed_of_an_instance():
    variables = role_variables(instances=[{"name": "crm", "port": 5433, "password": template("{{ nowhere }}"), "user": template("{{ nowhere }}")}, "text"])
    assert variables.instances(without=("host", "port", "user", "password", "tags")) == [{"name": "crm", "port": 5433}, "text"]
    with pytest.raises(InvalidInput, match="instances.0..password cannot be templated"):
        variables.instances()


def test_a_host_may_have_no_instances():
    assert role_variables().instances() is None and role_variables(instances=template("{{ [] }}")).instances(("user",)) == []


def test_a_vault_value_without_its_vault_password_is_named(vaulted, monkeypatch):
    variables = role_variables(password=vaulted("s3cret"), instances=[{"name": "crm", "port": 1, "password": vaulted("s3cret")}])
    monkeypatch.setattr(VaultLib, "decrypt", not_decrypted)
    for read, name in ((variables.options, "password"), (variables.instances, "instances")):
        with pytest.raises(InvalidInput, match=f"The variable {PREFIX}{name} holds a vault value that cannot be decrypted: give its vault password"):
            read()
    assert variables.options(without=("password",)) == GIVEN and variables.instances(("password",)) == [{"name": "crm", "port": 1}]


def not_decrypted(*_args, **_more):
    raise vault.AnsibleVaultError("Attempting to decrypt but no vault secrets found.")


def test_an_expression_that_fails_elsewhere_does_not_matter():
    assert role_variables({"other": template("{{ nowhere }}")}, unknown=template("{{ nowhere }}")).options() == GIVEN


# --- other variables ---------------------------------------------------------------------------------------------


def test_another_variable_of_the_role():
    variables = role_variables({"name": "disable"}, operation=template("{{ name }}"), instances=[{"name": template("{{ name }}")}], extra_tags="")
    assert (variables.value("operation"), variables.value("instances"), variables.value("extra_tags")) == ("disable", [{"name": "disable"}], None)
    assert variables.value("result") is None


@pytest.mark.parametrize(
    "unknown, nearest",
    [
        ("tag", "tags"),
        ("prot", "port"),
        ("pasword", "password"),
        ("instance", "instances"),
        ("operations", "operation"),
        ("override_state", "state"),
        ("enabled", "state"),
        ("TAGS", "tags"),
        ("url", "api_url"),
        ("api_user", "api_username"),
    ],
)
def test_an_unknown_variable_draws_a_warning_with_the_nearest_name(unknown, nearest):
    (warning,) = role_variables(**{unknown: "x"}).warnings()
    assert warning.startswith(f"{PREFIX}{unknown} is no variable of the role datasentinel_connection, and has no effect. Is {PREFIX}{nearest}")


def test_each_unknown_variable_draws_one():
    assert [warning.partition(" ")[0] for warning in role_variables(b_x=1, a_x=1).warnings()] == [PREFIX + "a_x", PREFIX + "b_x"]


def test_the_roles_own_variables_draw_none():
    others = dict.fromkeys(("instances", "operation", "extra_tags", "from_role", "result"), "x")
    assert role_variables({"datasentinel_hosts": "x", "datasentinel_connections": "x"}, **dict.fromkeys(CONNECTION, "x"), **others).warnings() == []
