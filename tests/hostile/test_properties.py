# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever comes back, with secrets in any shape, place and spelling: a result that is safe, never an exception."""

from __future__ import annotations

import base64
import json
from email.utils import format_datetime

import pytest
from ansible_collections.datasentinel.platform.plugins.module_utils._commands._connection_info_command import CONNECTION_INFO
from ansible_collections.datasentinel.platform.plugins.module_utils._commands._token_command import TOKEN
from ansible_collections.datasentinel.platform.plugins.module_utils._platform import _retries
from hostile.checks import check
from hostile.responses import DRIVING, ECHOES, FOREIGN, GIVEN, OF_ANSIBLE, STORED
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.recorded import TOKEN_PATH, Recorded, shown

#: Echoes that are not searched for yet are in test_texts.
ECHOED = [name for name in ECHOES if not name.startswith("json-without-markup")]
NEW_TOKEN = "t0ken-alpha.omega-t0ken"

known = st.sampled_from(ECHOED).map(lambda name: ECHOES[name](GIVEN))
#: Letters alone would not be told from a word; a digit or a quote beside a secret could be part of another spelling.
around = st.text(st.sampled_from(" ab:=,;{}[]()<>\n\t") | st.sampled_from(DRIVING[:-1]), max_size=12)
marked = st.sampled_from([f'"password": "{FOREIGN}"', f"//ds:{FOREIGN}@pg1/", f"'token': '{FOREIGN}'", f"secret={FOREIGN} "])
texts = st.builds("".join, st.lists(around | known | marked, max_size=5))
secret_names = st.sampled_from(["password", "Password", "db_password", "passwd", "pwd", "client-secret", "token", "user-token", "dsn", "connection-string"])
names = st.sampled_from(["name", "data", "error", "status", "message", "connections", "details", *OF_ANSIBLE]) | around | known
scalars = st.none() | st.booleans() | st.integers() | st.floats() | texts
#: Any JSON: secrets that the task knows anywhere, others below names of secrets, or marked as such in a text.
values = st.recursive(
    scalars | st.dictionaries(secret_names, st.sampled_from([FOREIGN, STORED, [FOREIGN], {"value": STORED}, [[{"a": FOREIGN}]]]), max_size=2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=8,
)
fields = ["password", "enabled", "connected", "note", "details", "error", "status", "message", "further-field", "collection-rate"]
displayed = st.dictionaries(st.sampled_from(fields), values, max_size=4).map(lambda changes: {**shown(password=STORED), **changes})
wrapped = st.sampled_from(["{}", "[{}]", '{{"error": {}}}', '{{"data": [{}]}}', "{} and more", "{}{}", '"{}"', "callback({})", "\ufeff{}", "{}\x00"])
encodings = st.sampled_from(["utf-8", "utf-8", "utf-8", "latin-1", "utf-16", "utf-32-be", "utf-8-sig"])
statuses = st.sampled_from([200, 200, 200, 201, 202, 203, 206, 226, 301, 302, 307, 400, 401, 403, 404, 409, 418, 422, 429, 500, 501, 502, 503, 599])
kinds = st.sampled_from(["application/json", "text/html", "text/plain", "", "\x1b[2J"])


@st.composite
def bodies(draw):
    content = json.dumps(draw(displayed | values), ensure_ascii=draw(st.booleans()))
    return draw(wrapped).replace("{}", content).replace("{{", "{").replace("}}", "}").encode(draw(encodings), "replace")


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(_retries, "FIRST_PAUSE", 0.0)


several = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@several
@given(statuses, bodies(), kinds, st.sampled_from(["present", "absent", "enabled", "disabled"]))
def test_any_body_of_the_first_read(status, body, kind, state):
    with Recorded(complete=False) as recorded:
        recorded.expects("GET", status=status, body=body, content_type=kind)
        # Whatever was understood from it, the next call ends the task.
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            recorded.expects(method, status=403)
        check(recorded.run(state=state, host="h", user="u", password=GIVEN, api_retries=0), GIVEN, STORED, FOREIGN)


@several
@given(st.sampled_from(["POST", "PUT", "PATCH", "DELETE"]), statuses, bodies(), kinds)
def test_any_body_of_a_write(method, status, body, kind):
    options = {"POST": {"host": "h", "user": "u"}, "PUT": {"port": 1}, "PATCH": {"state": "disabled"}, "DELETE": {"state": "absent"}}[method]
    path = "db1/disable" if method == "PATCH" else "db1"
    with Recorded(complete=False) as recorded:
        # The password that is stored is masked: nobody here knows it.
        recorded.lacks() if method == "POST" else recorded.displays(password="********")
        recorded.expects(method, path, status=status, body=body, content_type=kind).expects("GET", status=403)
        result = recorded.run(password=GIVEN, update_password="on_create", api_retries=0, **options)
    check(result, GIVEN, STORED, FOREIGN)
    assert result["failed"]
    assert result["changed"] or status >= 300, "it may have been done"


@several
@given(bodies())
def test_any_body_of_the_confirming_read(body):
    with Recorded(complete=False) as recorded:
        recorded.displays(password="********").expects("PUT", message="updated").expects("GET", body=body)
        result = recorded.run(port=1, password=GIVEN, update_password="on_create", api_retries=0)
    check(result, GIVEN, STORED, FOREIGN)
    assert result["changed"]


@several
@given(st.lists(displayed | values, min_size=1, max_size=3))
def test_any_bodies_of_connections_that_are_read(contents):
    with Recorded(complete=False) as recorded:
        for number, content in enumerate(contents):
            recorded.expects("GET", f"db{number}", json=content)
        result = recorded.run(CONNECTION_INFO, name=[f"db{number}" for number in range(len(contents))], api_token=GIVEN.replace(" ", ""), api_retries=0)
    check(result, STORED, FOREIGN)


tokens = st.sampled_from([NEW_TOKEN, f"{NEW_TOKEN}\n", [NEW_TOKEN], {"token": NEW_TOKEN}, "", None, True, 5, f"Bearer {NEW_TOKEN}", f"{NEW_TOKEN}\u200b"])
token_names = st.sampled_from(["user-token", "token", "access_token", "error", "status", "message"])
token_bodies = st.dictionaries(token_names, tokens, max_size=3) | tokens | st.lists(tokens, max_size=2)


@several
@given(statuses, token_bodies, wrapped, encodings, kinds)
def test_any_body_of_the_token_call(status, content, wrapping, encoding, kind):
    body = wrapping.replace("{}", json.dumps(content)).replace("{{", "{").replace("}}", "}").encode(encoding, "replace")
    with Recorded(complete=False) as recorded:
        recorded.expects("POST", TOKEN_PATH, status, body=body, content_type=kind, headers={"Location": f"/login?token={NEW_TOKEN}"})
        recorded.expects("GET", status=500, message=f"{NEW_TOKEN} is no good")
        result = recorded.run(api_token=None, api_username="admin", api_password=GIVEN, password=STORED, api_retries=0)
    assert result["failed"] and not result["changed"]
    # An error of a call that followed can only be masked where the token was accepted.
    check(result, GIVEN, STORED, *([NEW_TOKEN] if len(recorded.requests) == 1 or "********" in result["msg"] else []))
    if len(recorded.requests) == 1:
        assert (TOKEN_PATH in result["msg"] and "detail" not in result["error"]) or status in (301, 302, 307)


claims_of_tokens = st.dictionaries(st.sampled_from(["exp", "iat"]), scalars | st.lists(st.integers(), max_size=2))


@several
@given(claims_of_tokens.map(json.dumps))
def test_any_claims_of_a_token(claims):
    """When a token ends is a date, or 24 hours from now; never an exception."""
    token = ".".join(["e30", base64.urlsafe_b64encode(claims.encode()).decode().rstrip("="), "x"])
    with Recorded() as recorded:
        recorded.mints(token)
        result = recorded.run(TOKEN, api_token=None, api_username="admin", api_password=GIVEN)
    assert result["token"] == token and len(result["expires_at"]) == 20


numbers = st.text(st.sampled_from("0123456789²٣-+.eE "), max_size=400)
like_dates = st.from_regex(r"[A-Z][a-z]{2}, [0-9]{1,5} [A-Z][a-z]{2} [0-9]{1,6} [0-9:]{1,9} ([+-][0-9]{1,6}|GMT|Z|)", fullmatch=True)
dates = st.datetimes().map(format_datetime) | like_dates


@several
@given(numbers | dates | st.text(st.characters(max_codepoint=255, exclude_categories=["Cc"]), max_size=40), st.sampled_from([429, 503]))
def test_any_retry_after(value, status):
    """It is heeded within bounds, or not at all; and the retry that comes then is what counts."""
    with Recorded() as recorded:
        recorded.displays().expects("PUT", status=status, json={}, headers={"Retry-After": value}).displays().expects("PUT", message="updated").displays(port=1)
        result = recorded.run(port=1)
    assert not result.get("failed") and result["changed"]
    assert all(0 <= pause <= 60 for pause in recorded.pauses)
