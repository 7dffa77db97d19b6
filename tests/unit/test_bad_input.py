# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What cannot be right is refused with a sentence, and nothing is sent."""

from __future__ import annotations

import pytest
from ansible_collections.datasentinel.platform.plugins.module_utils._commands._all import CONNECTION, CONNECTION_INFO, Command, Context, execute
from ansible_collections.datasentinel.platform.plugins.module_utils._common._secrets import Secrets
from support.recorded import shown


@pytest.mark.parametrize(
    "options, sentence",
    [
        ({"name": " "}, "name is empty"),
        ({"name": ".."}, "name is '..'"),
        ({"name": "a/b"}, "name is 'a/b': it must not be '.' or '..', nor hold '/', '\\' or a control character."),
        ({"port": 0}, "port is 0: it has to be a number from 1 to 65535."),
        ({"port": 65536}, "port is 65536"),
        ({"port": -1}, "port is -1"),
        ({"host": ""}, "host is empty"),
        ({"user": " "}, "user is empty"),
        ({"password": ""}, "password is empty"),
        ({"host": "a\nb"}, "host is empty, or holds a control character"),
        ({"tags": "application"}, "The tag 'application' has no '='"),
        ({"tags": {"a": "b,c"}}, "The value of the tag 'a' holds a comma"),
        ({"tags": ["a=b"]}, "tags has to be a mapping"),
        ({"wait_timeout": 0}, "wait_timeout is 0"),
        ({"api_url": "platform"}, "api_url is 'platform'"),
        ({"api_token": None}, "No access to the platform"),
        ({"ca_path": "/no/such.pem"}, "ca_path: there is no file /no/such.pem"),
    ],
)
def test_connection(recorded, options, sentence):
    result = recorded.run(CONNECTION, **options)
    assert result["failed"] is True and result["changed"] is False
    assert sentence in result["msg"]
    assert recorded.calls == []


@pytest.mark.parametrize("name, sentence", [([""], "name is empty"), (["a", "b/c"], "name is 'b/c'"), ([["a"]], "it holds ['a']"), ({"a": 1}, "it holds {'a': 1}"), (True, "it holds True")])
def test_info(recorded, name, sentence):
    assert sentence in recorded.run(CONNECTION_INFO, name=name)["msg"]
    assert recorded.calls == []


def test_tags_that_the_platform_sets_itself_draw_a_warning(recorded):
    recorded.expects("GET", says=shown(tags="server=x"))
    assert "The platform sets the tags server itself" in recorded.run(tags={"server": "x"})["warnings"][0]


@pytest.mark.parametrize(
    "answer, sentence",
    [
        ({"body": "<html>Hello</html>"}, "an HTML page came back (status 200) where a JSON object was expected"),
        ({"body": '{"name": '}, "broken JSON"),
        ({"says": ["db1"]}, "a list came back"),
        ({"says": {**shown(), "port": "default"}}, "the platform shows a connection whose port is not a number"),
        ({"status": 302, "headers": {"Location": "https://login.example.com"}}, "a redirect to https://login.example.com"),
        ({"status": 403, "says": "no"}, "data admin profile and the admin privilege"),
    ],
)
def test_answers_that_cannot_be(recorded, answer, sentence):
    recorded.expects("GET", **answer)
    result = recorded.run()
    assert result["failed"] is True and sentence in result["msg"]
    assert f"GET {recorded.requests[0].url}" in result["msg"] and result["error"]["method"] == "GET"


def test_info_returns_what_exists_in_the_order_asked_for(recorded):
    recorded.expects("GET", "b", says=shown()).expects("GET", "no", status=404).expects("GET", "7", says=shown())
    result = recorded.run(CONNECTION_INFO, name=["b", "no", 7])
    assert [connection["name"] for connection in result["connections"]] == ["b", "7"]
    assert "password" not in str(result)


def test_a_bug_of_ours_is_no_traceback_and_leaks_nothing():
    def run(params, context):
        raise KeyError("s3cret")

    secrets = Secrets()
    secrets.add("s3cret")
    result = execute(Command("module", {}, run), {}, Context(secrets))
    assert result["failed"] is True and "KeyError in test_bad_input.py:" in result["msg"] and "s3cret" not in str(result)
