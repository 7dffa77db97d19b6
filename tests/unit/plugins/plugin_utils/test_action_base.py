# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A command as an action plugin: where it runs, what it refuses, and what of its result is shown."""

from __future__ import annotations

import json
import logging
import os
from types import SimpleNamespace

import pytest
from ansible.errors import AnsibleConnectionFailure, AnsibleError
from ansible_collections.datasentinel.platform.plugins.action.datasentinel_connection import ActionModule as ConnectionAction
from ansible_collections.datasentinel.platform.plugins.action.datasentinel_connection_info import ActionModule as InfoAction
from ansible_collections.datasentinel.platform.plugins.action.datasentinel_token import ActionModule as TokenAction
from ansible_collections.datasentinel.platform.plugins.module_utils._commands import _connection_info_command
from ansible_collections.datasentinel.platform.plugins.module_utils._commands._options import over
from ansible_collections.datasentinel.platform.plugins.module_utils._http import _client
from ansible_collections.datasentinel.platform.plugins.plugin_utils import _action_base
from support.recorded import ACCESS, PASSWORD, TOKEN_PATH, URL, shown

ARGS = {"name": "db1", **ACCESS, "api_retries": 0}
#: What another host is handed of what is not given, so that its own environment does not count.
NOTHING_THERE = {"api_token": "", "api_username": "", "api_password": "", "validate_certs": True, "api_timeout": 30.0, "api_retries": 3}
PAIR = {"api_url": URL, "api_username": "admin", "api_password": "s3cret", "api_retries": 0}


class Vault:
    """As an inline !vault value before ansible-core 2.19."""

    def __str__(self):
        return "s3cret-of-vault"


@pytest.fixture
def run(make_action):
    """A function that runs an action plugin in the control node's own process, and returns its result."""

    def make(args, plugin=ConnectionAction, variables=None, **keywords):
        return make_action(plugin, args, **keywords).run(task_vars=variables or {})

    return make


@pytest.fixture
def delegate(make_action):
    """A function that runs an action plugin delegated to a bastion, where the module returns a result or raises an exception.

    begun: whether Ansible comes as far as starting it. Returns the result of the task, and the arguments of the module, None if it was not run.
    """

    def make(args, plugin=ConnectionAction, module=None, transport="ssh", begun=True, **keywords):
        keywords = {"delegate_to": "bastion", **keywords}
        action = make_action(plugin, args, transport=transport, **keywords)
        call = SimpleNamespace(options=None, action=action)

        def execute_module(**options):
            call.options = {**options, "environment": action._compute_environment_string() if begun else ""}
            if isinstance(module, Exception):
                raise module
            return dict(module or {"changed": True})

        action._execute_module = execute_module
        return action.run(task_vars={}), call

    return make


# --- in process --------------------------------------------------------------------------------------------------


def test_a_task_runs_in_the_process_of_ansible(recorded, run):
    recorded.displays()
    result = run(ARGS)
    assert result["changed"] is False and result["connection"]["host"] == "pg1.example.com"
    assert "invocation" not in result and "warnings" not in result


def test_the_result_is_plain_data(recorded, run):
    recorded.displays(note="x").expects("PUT", message="Connection updated!").displays(password="s3cret-of-vault")
    result = run({**ARGS, "password": Vault()})
    assert recorded.body(1)["password"] == "s3cret-of-vault"
    assert json.loads(json.dumps(result)) == result and "s3cret" not in json.dumps(result)


def test_check_mode(recorded, run):
    recorded.displays()
    assert run({**ARGS, "port": 1}, check_mode=True)["changed"] is True


def test_options_have_their_types_from_texts(recorded, run):
    recorded.displays()
    assert run({**ARGS, "port": "5433", "validate_certs": "yes", "api_timeout": "2.5"})["changed"] is False


def test_warnings_of_command_and_options_come_together(recorded, run):
    recorded.displays(connected=False)
    warnings = run({**ARGS, "validate_certs": False})["warnings"]
    assert len(warnings) == 2 and "validate_certs is false" in warnings[0] and "is not connected" in warnings[1]


def test_the_environment_of_the_task_counts_and_is_put_back(recorded, run):
    recorded.displays()
    environment = [{"DATASENTINEL_API_URL": "https://wrong.example.com"}, {"DATASENTINEL_API_URL": URL, "DATASENTINEL_API_TOKEN": "of-the-environment"}]
    before = dict(os.environ)
    assert run({"name": "db1"}, environment=environment)["changed"] is False
    assert recorded.requests[0].headers["user-token"] == "of-the-environment" and dict(os.environ) == before


def test_a_token_is_minted_once_for_all_tasks_of_a_run(recorded, make_action):
    recorded.mints("one").displays().displays()
    actions = [make_action(ConnectionAction, {"name": "db1", **PAIR}) for _turn in range(2)]
    assert [action.run(task_vars={})["changed"] for action in actions] == [False, False]


def test_requests_that_is_not_there_is_named(run, monkeypatch):
    monkeypatch.setattr(_action_base, "REQUESTS_IMPORT_ERROR", "Traceback")
    result = run(ARGS)
    assert result["failed"] is True and result["changed"] is False
    assert "requests" in result["msg"] and "Traceback" not in str(result)


def test_without_variables(recorded, make_action):
    recorded.displays()
    assert make_action(ConnectionAction, ARGS).run()["changed"] is False


# --- options that cannot be --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "options, message",
    [
        (
            {"nmae": "x"},
            "Connection 'db1': Unsupported parameters for (datasentinel.platform.datasentinel_connection) module: nmae. Supported parameters include: ",
        ),
        ({"name": None}, "missing required arguments: name"),
        ({"state": "there"}, "Connection 'db1': value of state must be one of: present, absent, enabled, disabled, got: there"),
        ({"port": "five"}, "Connection 'db1': port has to be a whole number, and it is 'five'."),
        ({"port": 0}, "Connection 'db1': port is 0"),
        ({"port": "five", "api_retries": "many"}, "Connection 'db1': api_retries has to be a whole number, and it is 'many'."),
        ({"api_timeout": "long"}, "Connection 'db1': api_timeout has to be a number, and it is 'long'."),
        ({"wait": "maybe"}, "Connection 'db1': wait has to be true or false, and it is 'maybe'."),
    ],
)
def test_a_mistake_reads_as_that_of_a_module(run, delegate, recorded, options, message):
    args = {key: value for key, value in {**ARGS, **options}.items() if value is not None}
    result = run(args)
    assert result["msg"].startswith(message) and result["failed"] is True and result["changed"] is False
    if message.startswith("Connection 'db1'") and "port is 0" not in message:
        assert delegate(args)[0] == result, "and that of the task where it is delegated"


def test_a_mistake_in_a_variable_of_the_environment_is_quoted(run, monkeypatch):
    monkeypatch.setenv("DATASENTINEL_API_TIMEOUT", "long")
    assert run(ARGS)["msg"] == "Connection 'db1': api_timeout has to be a number, and it is 'long'."


@pytest.mark.parametrize("name", ["password", "api_token", "api_password"])
@pytest.mark.parametrize("value, kind", [(True, "a boolean"), (["s3cret"], "a list"), ({"s3cret": "s3cret"}, "a mapping")])
def test_a_secret_that_is_no_text_is_refused_and_not_quoted(run, delegate, recorded, name, value, kind):
    args = {**ARGS, name: value}
    expected = {"failed": True, "changed": False, "msg": f"Connection 'db1': {name} has to be a text, and it is {kind}."}
    assert run(args) == delegate(args)[0] == expected


def test_a_secret_that_is_a_number_is_its_text_and_masked(recorded, run):
    recorded.displays().expects("PUT", status=400, message="not 4711")
    result = run({**ARGS, "password": 4711})
    assert recorded.body(1)["password"] == "4711" and "4711" not in json.dumps(result)


def test_secrets_in_a_mistake_are_masked(run, recorded):
    assert run({**ARGS, "state": "s3cret-pw", "password": "s3cret-pw"})["msg"].endswith("got: ********")
    assert "module: ********. Supported" in run({**ARGS, "s3cret-pw": 1, "password": "s3cret-pw"})["msg"]


# --- where it runs -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("keywords", [{"transport": "ssh"}, {"transport": "local"}, {"transport": "local", "delegate_to": "localhost"}])
def test_where_a_task_is_not_delegated_to_another_host_it_runs_here(recorded, run, keywords):
    recorded.displays()
    assert run(ARGS, **keywords)["changed"] is False


def test_delegated_to_another_host_the_module_runs_there(delegate):
    result, call = delegate({**ARGS, "port": 1}, module={"changed": True, "connection": {"name": "db1"}})
    assert result == {"changed": True, "connection": {"name": "db1"}}
    assert call.options["module_name"] == "datasentinel.platform.datasentinel_connection"
    assert call.options["module_args"] == {**NOTHING_THERE, **ARGS, "port": 1} and not call.options["wrap_async"]


def test_another_host_is_handed_what_the_control_nodes_environment_has(delegate, monkeypatch):
    monkeypatch.setenv("DATASENTINEL_API_PASSWORD", "of-the-process")
    monkeypatch.setenv("DATASENTINEL_CA_PATH", "/ca/of/the/control/node.pem")
    environment = [{"DATASENTINEL_API_URL": URL, "DATASENTINEL_API_USERNAME": "of-the-task", "DATASENTINEL_API_TOKEN": "", "https_proxy": "http://proxy"}]
    _result, call = delegate({"name": "db1", "api_username": "given"}, environment=environment)
    expected = {"name": "db1", "api_username": "given", "api_url": URL, "api_password": "of-the-process", "_proxy_variables": {"https_proxy": "http://proxy"}}
    assert call.options["module_args"] == {**NOTHING_THERE, **expected}


def test_variables_that_are_options_do_not_show_in_the_command_there(delegate):
    environment = [{"DATASENTINEL_API_URL": URL, "DATASENTINEL_API_TOKEN": "s3cret", "DATASENTINEL_CA_PATH": "/there/ca.pem", "OTHER": 1}]
    _result, call = delegate({"name": "db1"}, environment=environment)
    assert call.options["environment"] == "DATASENTINEL_CA_PATH=/there/ca.pem OTHER=1"
    assert call.options["module_args"]["api_token"] == "s3cret"


def test_proxy_variables_do_not_show_there_either_and_are_handed_on(delegate):
    proxies = {"https_proxy": "http://user:s3cret-pw@proxy", "NO_PROXY": "localhost"}
    result, call = delegate(ARGS, environment=[{**proxies, "OTHER": 1}], module={"failed": True, "changed": False, "msg": "not s3cret-pw"})
    assert call.options["environment"] == "OTHER=1" and call.options["module_args"]["_proxy_variables"] == proxies
    assert result["msg"] == "not ********"


def test_the_arguments_do_not_show_where_ansible_prints_them(delegate):
    _result, call = delegate({**ARGS, "password": "s3cret"})
    printed = f"{call.options['module_args']} {call.options['module_args']!r}"
    assert "'password': ..." in printed and "s3cret" not in printed and ACCESS["api_token"] not in printed


def test_what_the_environment_there_holds_does_not_count(delegate):
    result, call = delegate({"name": "db1"})
    message = "missing required arguments: api_url, which may also be set as DATASENTINEL_API_URL"
    assert result["msg"] == f"Connection 'db1': {message}" and call.options is None


# --- whose credentials count -------------------------------------------------------------------------------------

WIDER = {"api_url": URL, "api_token": "wide-token", "api_username": "wide-user", "api_password": "wide-password"}
OTHER = "https://other.example.com"
#: What a narrower scope gives, and which credentials of the wider one do not count beside it: they may be another platform's.
SCOPES = [
    # Else a token that is refused would be renewed with what belongs to another address.
    ({"api_url": OTHER, "api_token": "own"}, ["api_username", "api_password"]),
    ({"api_url": OTHER, "api_token": "own", "api_username": "half"}, ["api_password"]),
    ({"api_url": f"{URL}/", "api_token": "own"}, []),
    ({"api_url": f"{URL}/ds-api", "api_token": "own"}, []),
    ({"api_url": "no address", "api_token": "own"}, ["api_username", "api_password"]),
    ({"api_token": "own"}, []),
    ({"api_url": OTHER}, []),
    ({"api_username": "u", "api_password": "p"}, ["api_token"]),
    ({"api_token": "own", "api_username": "u", "api_password": "p"}, []),
]


VARIABLES = {name: f"DATASENTINEL_{name.upper()}" for name in WIDER}


@pytest.mark.parametrize("given, blank", SCOPES)
@pytest.mark.parametrize("in_environment", [[], ["api_url"], ["api_token", "api_password"], list(WIDER)], ids="+".join)
def test_which_credentials_of_the_processs_environment_count_beside_the_tasks(delegate, monkeypatch, given, blank, in_environment):
    """Wherever the task has its own: in its options, its ``environment``, or some here and some there."""
    for name, variable in VARIABLES.items():
        monkeypatch.setenv(variable, WIDER[name])
    environment = {VARIABLES[name]: value for name, value in given.items() if name in in_environment}
    options = {name: value for name, value in given.items() if name not in in_environment}
    _result, call = delegate({"name": "db1", **options}, environment=[environment])
    assert {name: call.options["module_args"][name] for name in WIDER} == {**WIDER, **given, **dict.fromkeys(blank, "")}
    assert [os.environ[variable] for variable in VARIABLES.values()] == list(WIDER.values())


@pytest.mark.parametrize("url, blank", [(URL, []), (OTHER, ["api_username", "api_password"])])
def test_which_credentials_of_the_tasks_environment_count_beside_its_options(delegate, monkeypatch, url, blank):
    """Without an address of their own, they are for that of the process's environment."""
    monkeypatch.setenv(VARIABLES["api_url"], URL)
    environment = {VARIABLES[name]: WIDER[name] for name in ("api_username", "api_password")}
    _result, call = delegate({"name": "db1", "api_url": url, "api_token": "own", "api_username": None}, environment=[environment])
    given = {"api_url": url, "api_token": "own"}
    assert {name: call.options["module_args"][name] for name in WIDER} == {**WIDER, **given, **dict.fromkeys(blank, "")}


def test_a_blank_token_of_the_tasks_environment_is_none(delegate, monkeypatch):
    for name in ("api_username", "api_password"):
        monkeypatch.setenv(VARIABLES[name], WIDER[name])
    _result, call = delegate({"name": "db1", "api_url": OTHER}, environment=[{VARIABLES["api_token"]: " "}])
    assert call.options["module_args"]["api_password"] == "wide-password"


@pytest.mark.parametrize("given, left_out", SCOPES)
def test_which_credentials_of_module_defaults_count_beside_the_roles(given, left_out):
    assert over(WIDER, given) == {**{name: value for name, value in WIDER.items() if name not in left_out}, **given}


def test_of_a_modules_result_what_ansible_adds_is_left_out_or_masked(delegate):
    module = {
        "failed": True,
        "changed": True,
        "msg": "broken s3cret",
        "exception": "Traceback: s3cret",
        "invocation": {"module_args": {"password": "s3cret"}},
        "module_stdout": "s3cret",
        "module_stderr": "s3cret",
        "stdout_lines": ["s3cret"],
        "connection": {"user": "not-s3cret-at-all"},
        "rc": 1,
    }
    result, _call = delegate({**ARGS, "password": "s3cret"}, module=module)
    assert result == {
        "failed": True,
        "changed": True,
        "msg": "broken ********",
        "module_stdout": "********",
        "module_stderr": "********",
        "stdout_lines": ["********"],
        "connection": {"user": "not-s3cret-at-all"},
        "rc": 1,
    }


UNKNOWN = " Whether the module did its work on bastion before is not known: run the task again, it reads first."


def test_a_host_that_is_not_reached_is_unreachable(delegate):
    result, _call = delegate({**ARGS, "password": "s3cret"}, module=AnsibleConnectionFailure("no route for s3cret"), begun=False)
    assert result == {"unreachable": True, "changed": False, "msg": "no route for ********"}


def test_a_host_that_is_lost_while_the_module_runs_may_have_done_the_work(delegate):
    result, _call = delegate({**ARGS, "password": "s3cret"}, module=AnsibleConnectionFailure("lost s3cret."))
    assert result == {"unreachable": True, "changed": True, "msg": f"lost ********.{UNKNOWN}"}


@pytest.mark.parametrize("exc, message", [(KeyError("s3cret"), "This is a bug in the collection"), (AnsibleError("no s3cret."), "no ********.")])
@pytest.mark.parametrize("begun", [True, False])
def test_no_exception_escapes_and_what_may_have_been_done_is_said(delegate, exc, message, begun):
    result, _call = delegate({**ARGS, "password": "s3cret"}, module=exc, begun=begun)
    assert result["failed"] is True and result["msg"].startswith(message) and "s3cret" not in str(result)
    assert result["changed"] is begun and result["msg"].endswith(UNKNOWN) is begun


@pytest.mark.parametrize("more", [{}, {"changed": False}], ids=["before-2.21", "from-2.21"])
@pytest.mark.parametrize("rc, changed", [(1, True), (137, True), (126, False), (127, False)])
def test_a_module_that_ended_without_a_result_may_have_done_the_work_if_it_was_found(delegate, rc, changed, more):
    result, _call = delegate(ARGS, module={**more, "failed": True, "msg": "MODULE FAILURE", "module_stdout": "", "rc": rc})
    assert result.get("changed", False) is changed and result["msg"].endswith(UNKNOWN) is changed


@pytest.mark.parametrize("options", [{"plugin": InfoAction}, {"check_mode": True}])
def test_what_changes_nothing_has_done_nothing(delegate, options):
    result, _call = delegate(ARGS if "check_mode" in options else {**PAIR, "name": "db1"}, module=AnsibleConnectionFailure("lost"), **options)
    assert result == {"unreachable": True, "changed": False, "msg": "lost"}


# --- async -------------------------------------------------------------------------------------------------------


def test_async_that_would_start_on_the_host_of_the_play_is_refused(run, recorded):
    assert run(ARGS, transport="ssh", async_val=30) == {
        "failed": True,
        "changed": False,
        "msg": "datasentinel_connection runs on the control node, and async would start it on the play's host: leave async out, or delegate the "
        "task to localhost (or to the host that reaches the platform).",
    }


@pytest.mark.parametrize("keywords", [{"transport": "ssh"}, {"transport": "local", "delegate_to": None}, {"transport": "local", "delegate_to": "localhost"}])
def test_async_runs_the_module_where_it_can(delegate, keywords):
    _result, call = delegate(ARGS, async_val=30, **keywords)
    assert call.options["wrap_async"] == 30


@pytest.mark.parametrize("keywords", [{"transport": "ssh"}, {"transport": "local", "delegate_to": None}])
def test_a_token_is_not_left_in_a_file_by_async(delegate, keywords):
    result, call = delegate(PAIR, TokenAction, async_val=30, **keywords)
    assert result["failed"] is True and call.options is None
    assert result["msg"] == "datasentinel_token cannot run with async: Ansible would keep the token in a file, and print it. Leave async out."


# --- what Ansible prints -----------------------------------------------------------------------------------------


def test_a_token_is_printed_nowhere(recorded, run):
    recorded.mints("new-token")
    result = run(PAIR, TokenAction)
    assert result["token"] == "new-token" and result["_ansible_no_log"] is True


def test_a_token_that_could_not_be_minted_hides_nothing(recorded, run):
    recorded.expects("POST", TOKEN_PATH, 401)
    result = run(PAIR, TokenAction)
    assert result["failed"] is True and "_ansible_no_log" not in result


def test_what_a_module_prints_of_a_token_is_not_logged(delegate):
    result, call = delegate(PAIR, TokenAction, module={"changed": False, "token": "new-token"})
    assert result["_ansible_no_log"] is True and call.action._play_context.no_log is True and call.action._task.no_log is True


def test_what_a_module_prints_otherwise_is(delegate):
    result, call = delegate(ARGS)
    assert "_ansible_no_log" not in result and call.action._play_context.no_log is False


@pytest.mark.parametrize("loop_var", ["item", "connection"])
@pytest.mark.parametrize(
    "item, hidden",
    [
        ({"name": "db1", "password": "n3w-pw"}, True),
        ("n3w-pw", True),
        ([["n3w-pw"]], True),
        ({"n3w-pw": 1}, True),
        ({"name": "db1"}, False),
        (None, False),
        (17, False),
    ],
)
def test_a_secret_in_the_item_of_a_loop_is_not_printed(recorded, run, item, hidden, loop_var):
    recorded.displays()
    result = run({**ARGS, "password": "n3w-pw"}, variables={"ansible_loop_var": loop_var, loop_var: item}, check_mode=True)
    assert (result.get("_ansible_no_log"), result["changed"]) == (True if hidden else None, True)


def test_a_password_that_the_platform_returned_counts_too(recorded, run):
    recorded.displays()
    result = run(ARGS, variables={"ansible_loop_var": "item", "item": {"old": PASSWORD}})
    assert result["_ansible_no_log"] is True


def test_info(recorded, run, monkeypatch):
    monkeypatch.setattr(_connection_info_command, "CONCURRENCY", 1)  # a script of exchanges has one order
    recorded.expects("GET", "a", json=shown()).expects("GET", "b", 404)
    result = run({**{key: ARGS[key] for key in ("api_url", "api_token")}, "name": ["a", "b"]}, InfoAction)
    assert (len(result["connections"]), result["missing"]) == (1, ["b"])


def test_urllib3_logs_nothing(recorded, run, caplog, monkeypatch):
    recorded.displays()
    send = _client.Client.request

    def logs(*args, **options):
        logging.getLogger("urllib3.connectionpool").critical("s3cret")
        return send(*args, **options)

    monkeypatch.setattr(_client.Client, "request", logs)
    assert run(ARGS)["changed"] is False and caplog.records == []
