# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is the same for every command: a result free of secrets, whatever happens."""

from __future__ import annotations

import pytest
from ansible_collections.datasentinel.platform.plugins.module_utils._commands._command import Command, Context, execute, failure, named
from ansible_collections.datasentinel.platform.plugins.module_utils._commands._options import Option
from ansible_collections.datasentinel.platform.plugins.module_utils._common._errors import InvalidInput
from ansible_collections.datasentinel.platform.plugins.module_utils._common._secrets import MASK
from ansible_collections.datasentinel.platform.plugins.module_utils._http._errors import StatusError
from support.recorded import URL


@pytest.fixture
def result_of(secrets, memory):
    """A function that executes a command that does what a function does, where `s3cret` is a secret."""
    secrets.add("s3cret")

    def run(function):
        return execute(Command("module", {}, lambda params, context: function()), {}, Context(secrets, memory))

    return run


def raises(exc):
    def function():
        raise exc

    return function


def test_a_command_is_handed_its_options_and_the_task(secrets, memory):
    context = Context(secrets, memory, check_mode=True)
    assert execute(Command("module", {}, lambda params, given: {"changed": False, "got": [params, given]}), {"a": 1}, context)["got"] == [{"a": 1}, context]


def test_free_text_is_masked(result_of):
    result = result_of(lambda: {"changed": True, "msg": "the s3cret", "warnings": ["a s3cret", "none"]})
    assert result == {"changed": True, "msg": f"the {MASK}", "warnings": [f"a {MASK}", "none"]}


def test_what_is_structured_is_left_to_the_command_which_knows_it(result_of):
    result = {"changed": False, "connection": {"user": "s3cret"}, "diff": {"before": {"host": "s3cret"}}, "token": "s3cret"}
    assert result_of(lambda: dict(result)) == result


def test_an_error_is_a_failed_result_with_its_message_masked(result_of):
    assert result_of(raises(InvalidInput("Not s3cret."))) == {"failed": True, "changed": False, "msg": f"Not {MASK}."}


def test_an_error_of_a_request_has_its_structured_part(result_of):
    assert result_of(raises(StatusError("GET", URL, "no", status=400)))["error"] == {"method": "GET", "url": URL, "status": 400}


def test_a_bug_of_ours_is_no_traceback_and_quotes_nothing(result_of):
    result = result_of(raises(KeyError("a body that nobody knows")))
    assert result["failed"] is True and result["changed"] is False
    assert result["msg"].startswith("This is a bug in the collection: KeyError in test_command.py:") and result["msg"].endswith(". Please report it.")
    assert "body" not in str(result)


@pytest.mark.parametrize("exc", [KeyboardInterrupt, SystemExit])
def test_what_ends_a_process_is_let_through(result_of, exc):
    with pytest.raises(exc):
        result_of(raises(exc()))


def test_a_failure_is_explained_as_the_command_wants_it():
    assert failure(InvalidInput("It is not."), lambda error: named("db1", error))["msg"] == "Connection 'db1': It is not."
    assert failure(KeyError("x"), lambda error: named("db1", error))["msg"] == (
        "Connection 'db1': This is a bug in the collection: KeyError in nowhere. Please report it."
    )


def test_the_argument_spec_is_that_of_the_options():
    assert Command("module", {"a": Option(required=True)}, None).argument_spec == {"a": {"type": "str", "no_log": False, "required": True}}
