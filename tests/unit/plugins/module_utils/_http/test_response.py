# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A response: what may be quoted of it, and what it is where nothing may."""

from __future__ import annotations

import json
import time
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from ansible_collections.datasentinel.platform.plugins.module_utils._common._secrets import Secrets
from ansible_collections.datasentinel.platform.plugins.module_utils._http._response import Response
from hypothesis import given
from hypothesis import strategies as st
from requests.structures import CaseInsensitiveDict
from support.recorded import json_values, shown
from support.spellings import found

PASSWORD = "hunter2-of-postgres"
CONNECTION = json.dumps(shown(password=PASSWORD)).encode()


def response(content=b"", status=200, **headers):
    return Response(status, CaseInsensitiveDict({name.replace("_", "-"): value for name, value in headers.items()}), content)


# --- what may be quoted ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content, message",
    [
        (b'{"error": "no such user"}', "no such user"),
        (b'{"status": "Connection updated!"}', "Connection updated!"),
        (b'{"message": "up and running"}', "up and running"),
        (b'{"message": "third", "status": "second", "error": "first"}', "first"),
        (b'{"error": 17, "status": "second"}', "second"),
        (b'{"error": ""}', ""),
        ('{"error": "größer"}'.encode(), "größer"),
        ('{"error": "UTF-16"}'.encode("utf-16"), "UTF-16"),
        (b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>", "a page titled '502 Bad Gateway'"),
        (b"\n <HTML><TITLE lang='en'>\n Log in \n</TITLE>", "a page titled 'Log in'"),
        ("<title>Größe İ</title>".encode(), "a page titled 'Größe İ'"),
        (b"<title>Caf\xe9</title>", "a page titled 'Café'"),
    ],
)
def test_a_textual_message_and_the_title_of_a_page(content, message):
    assert response(content).message() == message


@pytest.mark.parametrize("charset, encoding", [("cp1250", "cp1250"), ('"ISO-8859-2"', "iso8859-2"), ("utf-16", "utf-16"), ("none", "utf-8"), ("zlib", "utf-8")])
def test_a_title_is_read_in_the_charset_that_the_response_names(charset, encoding):
    content = "<title>Želva</title>".encode(encoding)
    assert response(content, Content_Type=f"text/html; charset={charset}").message() == "a page titled 'Želva'"


def test_a_head_that_ends_within_a_character_is_read_all_the_same():
    content = b"<title>\xc3\xa4</title>" + b"x" * (64 * 1024 - 18) + "ä".encode()
    assert response(content).message() == "a page titled 'ä'"


def test_a_page_is_known_by_its_type_too():
    assert response(b"Hello <title>x</title>").message() == ""
    assert response(b"Hello <title>x</title>", Content_Type="TEXT/HTML; charset=utf-8").message() == "a page titled 'x'"


#: Bodies that hold a password, and what each is.
HOSTILE = [
    (CONNECTION, "a JSON object"),
    (b"[%s]" % CONNECTION, "a JSON list"),
    (CONNECTION + b" trailing", "broken JSON"),
    (CONNECTION.replace(b'"db1"', b'"d\tb1"'), "broken JSON"),
    (CONNECTION.replace(b"db1", b"d\xe9"), "broken JSON"),
    (CONNECTION[:-5], "broken JSON"),
    (b"[" + CONNECTION, "broken JSON"),
    (json.dumps(CONNECTION.decode()).encode(), "a JSON string"),
    (json.dumps(PASSWORD).encode(), "a JSON string"),
    (b'{"error": %s}' % CONNECTION, "a JSON object"),
    (b'{"status": [%s]}' % CONNECTION, "a JSON object"),
    (b'{"data": {"error": "%s"}}' % PASSWORD.encode(), "a JSON object"),
    (b'{"Error": "%s", "detail": "%s"}' % (PASSWORD.encode(), PASSWORD.encode()), "a JSON object"),
    (b'[{"error": "%s"}]' % PASSWORD.encode(), "a JSON list"),
    (b"password=" + PASSWORD.encode(), "text that is no JSON"),
    (b"<html><body>%s</body></html>" % PASSWORD.encode(), "an HTML page"),
    (b"<connection><password>%s</password></connection>" % PASSWORD.encode(), "an HTML page"),
    (b"<html><title></title>%s" % PASSWORD.encode(), "an HTML page"),
    (b"<html><title>%s" % PASSWORD.encode(), "an HTML page"),
    (b"<html><title %s</title>" % PASSWORD.encode(), "an HTML page"),
    (b"<html>%s</title>" % PASSWORD.encode(), "an HTML page"),
    (b'{"error": "%s' % PASSWORD.encode(), "broken JSON"),
    (b"\xef\xbb\xbf\xff" + PASSWORD.encode(), "text that is no JSON"),
    (b"\x1f\x8b\x08" + PASSWORD.encode(), "text that is no JSON"),
    (b"[" * 100_000 + PASSWORD.encode(), "broken JSON"),
]


@pytest.mark.parametrize("content, kind", HOSTILE)
def test_of_anything_else_nothing_is_quoted_but_its_kind_and_size(content, kind):
    assert response(content).message() == ""
    assert response(content).kind() == f"{kind} ({len(content)} bytes)"


@pytest.mark.parametrize(
    "content, kind",
    [
        (b"", "nothing"),
        (b" \r\n", "nothing"),
        (b"true", "a JSON boolean (4 bytes)"),
        (b"null", "a JSON null (4 bytes)"),
        (b"1", "a JSON number (1 bytes)"),
        (b"1.5", "a JSON number (3 bytes)"),
        (b"NaN", "a JSON number (3 bytes)"),
        (b"{}", "a JSON object (2 bytes)"),
        (b"9" * 5000, "text that is no JSON (5000 bytes)"),
    ],
)
def test_kinds_without_a_message(content, kind):
    assert response(content).message() == ""
    assert response(content).kind() == kind


UNKNOWN = "a-secret-that-nobody-registered"
KNOWN = "a-known-secret"
bodies = st.recursive(
    json_values | st.sampled_from([UNKNOWN, KNOWN, f"see {UNKNOWN}", f"{KNOWN}: refused"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["error", "status", "message", "password", "data", "detail", UNKNOWN, KNOWN]), inner, max_size=4)
    ),
    max_leaves=8,
)
damages = st.sampled_from(
    [
        lambda body: body,
        lambda body: body[:-1],
        lambda body: body + b" trailing",
        lambda body: b"\xe9" + body,
        lambda body: b"<html>" + body,
        lambda body: json.dumps(body.decode()).encode(),
        lambda body: body.replace(b"-", b"\t"),
    ]
)


@given(bodies, damages)
def test_no_secret_in_any_body_is_quoted(body, damage):
    """A secret that nobody registered may appear within a textual message alone, and one that was registered nowhere."""
    secrets = Secrets()
    secrets.add(KNOWN)
    whole = response(damage(json.dumps(body).encode()))
    quoted = secrets.quote(whole.message()) + whole.kind()
    assert found(quoted, KNOWN) == []
    messages = [body.get(field) for field in ("error", "status", "message")] if isinstance(body, dict) else []
    if UNKNOWN in quoted:
        assert any(isinstance(text, str) and UNKNOWN in text for text in messages)


@pytest.mark.parametrize(
    "content",
    [
        b"<title" * 170_000,
        b"<title>" * 150_000,
        b"<" * 1_000_000,
        b"<html>" + b"<title>x" * 120_000,
        b"<title>" + b"x" * 1_000_000,
        "<title>İ".encode() * 100_000,
    ],
    ids=["unclosed", "opened again and again", "brackets", "titles", "long", "longer in lower case"],
)
def test_a_title_is_looked_for_in_linear_time(content):
    start = time.process_time()
    assert response(content).message() == ""
    assert time.process_time() - start < 0.5


def test_a_title_is_bounded():
    assert response(b"<title>" + b"x" * 5000 + b"</title>").message() == f"a page titled '{'x' * 1000}'"


# --- JSON --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("content, value", [(b"", None), (b" ", None), (b'{"a": 1, "a": 2}', {"a": 2}), (b"[]", [])])
def test_json(content, value):
    assert response(content).json() == value


@pytest.mark.parametrize("content", [b"{", b"\xff", b"[" * 100_000, b'{"a":' * 100_000])
def test_what_is_no_json_is_a_value_error_however_deep_it_is(content):
    with pytest.raises(ValueError):
        response(content).json()
    assert not response(content).is_json_or_empty()


@pytest.mark.parametrize("content", [b"", b"null", b"[]", b'"x"', b'{"error": "x"}'])
def test_json_of_any_type_and_nothing_may_be_the_apis(content):
    assert response(content).is_json_or_empty()


# --- headers -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "location, target",
    [
        ("https://login.example.com/start?token=abc#frag", "https://login.example.com/start"),
        ("https://user:password@login.example.com:8443/a", "https://login.example.com:8443/a"),
        ("https://us@er:pass@word@login.example.com/a", "https://login.example.com/a"),
        # As it is written, or a secret in it would not be masked.
        ("https://S3cret.example.com/a", "https://S3cret.example.com/a"),
        ("https://login.example.com:s3cret/a", ""),
        ("/ds-api/?token=abc", "/ds-api/"),
        ("?token=abc", ""),
        ("#token=abc", ""),
        ("https://[::1", ""),
        ("", ""),
    ],
)
def test_where_a_redirect_leads_without_what_may_be_secret(location, target):
    assert response(Location=location).redirect_target() == target


def test_a_redirect_to_nowhere():
    assert response().redirect_target() == ""


@pytest.mark.parametrize(
    "header, seconds",
    [
        ("17", 17.0),
        (" 0 ", 0.0),
        ("9" * 400, 999999.0),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
        ("²", None),
        ("١٢", None),
        ("1.5", None),
        ("-5", None),
        ("soon", None),
        ("", None),
        ("Wed, 99 Oct 2015 07:28:00 GMT", None),
        ("Wed, 21 Oct 99999 99:99:99 +9999", None),
        (",", None),
        ("\x00", None),
    ],
)
def test_retry_after(header, seconds):
    assert response(Retry_After=header).retry_after() == seconds


def test_retry_after_as_a_date_to_come():
    date = format_datetime(datetime.now(timezone.utc) + timedelta(seconds=100), usegmt=True)
    assert 90 < response(Retry_After=date).retry_after() <= 100


def test_no_retry_after():
    assert response().retry_after() is None


@given(st.text(max_size=40))
def test_any_retry_after_is_a_number_or_nothing(header):
    seconds = response(Retry_After=header).retry_after()
    assert seconds is None or seconds >= 0
