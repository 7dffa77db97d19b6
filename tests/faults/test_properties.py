# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever a platform answers, and whatever a user gives: a result, never an exception; and what is sent is what was given."""

from __future__ import annotations

import json

import pytest
from ansible_collections.datasentinel.platform.plugins.module_utils._platform import _retries
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.recorded import Recorded, json_values, shown

disturbed = st.dictionaries(st.sampled_from(sorted(shown())), json_values).map(lambda changes: {**shown(), **changes})
answers = st.binary(max_size=60) | (json_values | disturbed).map(lambda value: json.dumps(value).encode())
# Statuses without a body of their own, and 1xx, are not for a mock to answer with content.
statuses = st.sampled_from([200, 201, 202, 301, 400, 401, 403, 404, 405, 409, 418, 422, 429, 500, 501, 502, 503, 504, 599])
texts = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=20).filter(str.strip)


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(_retries, "FIRST_PAUSE", 0.0)


def well_formed(result):
    assert isinstance(result["changed"], bool)
    assert result.get("failed") in (None, True)
    assert not result.get("failed") or (isinstance(result["msg"], str) and "a bug in the collection" not in result["msg"]), result
    json.dumps(result)


@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(statuses, answers, st.sampled_from(["present", "absent", "enabled", "disabled"]))
def test_any_answer_to_the_first_read(status, content, state):
    with Recorded() as recorded:
        recorded._mock.assert_all_requests_are_fired = False
        recorded.expects("GET", status=status, body=content, content_type="application/json")
        # Whatever was understood from it, the next call ends the task.
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            recorded.expects(method, status=403)
        well_formed(recorded.run(state=state, host="h", user="u", password="pw-of-it", api_retries=0))


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(statuses, answers)
def test_any_answer_to_a_write(status, content):
    with Recorded() as recorded:
        recorded._mock.assert_all_requests_are_fired = False
        recorded.expects("GET", json=shown()).expects("PUT", status=status, body=content, content_type="application/json").expects("GET", status=403)
        result = recorded.run(port=1, api_retries=0)
        well_formed(result)
        assert result.get("failed")


hosts = st.from_regex(r"[a-z0-9][a-zäöü0-9._-]{0,20}", fullmatch=True) | st.ip_addresses().map(str)
tag_texts = st.text(st.characters(exclude_categories=["Cc", "Cs"], exclude_characters=",="), min_size=1, max_size=10).filter(str.strip)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(hosts, texts, texts, st.integers(1, 65535), st.dictionaries(tag_texts, tag_texts, max_size=4))
def test_what_is_sent_is_what_was_given(host, user, password, port, tags):
    with Recorded() as recorded:
        recorded.expects("GET", status=404).expects("POST", status=201, message="created")
        recorded.expects("GET", status=403)
        well_formed(recorded.run(host=host, user=user, password=password, port=port, tags=tags))
        sent = recorded.body(1)
    assert {key: sent[key] for key in ("host", "user", "password", "port")} == {"host": host, "user": user, "password": password, "port": port}
    stripped = {key.strip(): value.strip() for key, value in tags.items()}
    assert len(stripped) < len(tags) or dict(part.split("=") for part in sent["tags"].split(",") if part) == stripped
