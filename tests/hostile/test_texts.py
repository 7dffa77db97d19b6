# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Texts of a platform that quote secrets: in any spelling those that the task knows, where they are marked as such those of others."""

from __future__ import annotations

import html
import re
from json import dumps
from urllib.parse import quote

import pytest
from hostile.checks import check
from hostile.responses import ECHOES, FOREIGN, GIVEN, STORED
from support.recorded import Recorded, shown

# --- known secrets -----------------------------------------------------------------------------------------------

MORE_ECHOES = {
    "json-of-php": lambda secret: re.sub("[<>&']", lambda match: f"\\u{ord(match.group()):04X}", dumps(secret)).replace("/", "\\/"),
    "json-of-dotnet": lambda secret: re.sub("[<>&'+`]", lambda match: f"\\u{ord(match.group()):04X}", dumps(secret).replace('\\"', "\\u0022")),
    "url-of-scripts": lambda secret: quote(secret, safe="!'()*~"),
    "html-of-php": lambda secret: html.escape(secret).replace("&#x27;", "&#039;"),
    "html-of-templates": lambda secret: html.escape(secret).replace("&#x27;", "&#39;").replace("/", "&#x2F;").replace("+", "&#43;"),
}


def failure(text, status=500, **options):
    """The result of a task whose first read fails with this text."""
    with Recorded() as recorded:
        recorded.expects("GET", status=status, message=text)
        return recorded.run(password=GIVEN, api_retries=0, **options)


@pytest.mark.parametrize("echo", [*ECHOES.values(), *MORE_ECHOES.values()], ids=[*ECHOES, *MORE_ECHOES])
def test_an_echo_of_a_known_secret(echo):
    check(failure(f"it is {echo(GIVEN)}, not less"), GIVEN)


BLANKS = "  Two-words-a  and   three-words-b "
#: What becomes of blanks on the way.
BLANKED = {
    "as-it-is": BLANKS,
    "trimmed": BLANKS.strip(),
    "collapsed": " ".join(BLANKS.split()),
    "wrapped": "\n".join(BLANKS.split()),
    "indented": "\n      ".join(BLANKS.split()),
    "no-break": "\u00a0".join(BLANKS.split()),
    "in-json": dumps(BLANKS),
    "in-a-url": quote(BLANKS.strip()),
}


@pytest.mark.parametrize("echo", BLANKED.values(), ids=BLANKED)
def test_an_echo_of_a_secret_with_blanks(echo):
    with Recorded() as recorded:
        recorded.expects("GET", status=500, message=f"it is {echo}, not less")
        result = recorded.run(password=BLANKS, api_retries=0)
    check(result, BLANKS)


@pytest.mark.parametrize("echo", BLANKED.values(), ids=BLANKED)
def test_an_echo_of_a_secret_with_blanks_in_a_field(echo):
    with Recorded() as recorded:
        recorded.displays(note=f"it is {echo}, not less", password=BLANKS.strip())
        result = recorded.run(password=BLANKS, update_password="on_create")
    assert not result.get("failed")
    check(result, BLANKS)


@pytest.mark.parametrize("hidden", ["\u200b", "\u00ad", "\x00", "\x1b[0m", "\u202e", "\x08"])
def test_a_secret_with_something_hidden_in_it(hidden):
    """What makes a text printable does not make a secret of it that was none before."""
    text = f"it is {hidden.join(FOREIGN)} or {FOREIGN[:9]}{hidden}{FOREIGN[9:]}"
    with Recorded() as recorded:
        recorded.expects("GET", status=500, message=text)
        result = recorded.run(password=FOREIGN, api_retries=0)
    check(result, FOREIGN)


@pytest.mark.parametrize("length", range(250, 330, 8))
def test_a_secret_where_the_text_is_cut(length):
    check(failure("x" * length + GIVEN), GIVEN)


def test_a_secret_beyond_what_is_looked_at():
    for length in range(19_960, 20_010, 5):
        check(failure("\n" * length + GIVEN), GIVEN)


# --- secrets of others -------------------------------------------------------------------------------------------

MARKED = {
    "json": f'{{"password": "{FOREIGN}"}}',
    "json-without-blanks": f'{{"user":"ds","password":"{FOREIGN}","port":1}}',
    "json-with-escapes": f'{{"password": "\\"{FOREIGN}"}}',
    "json-in-json": dumps(dumps({"password": FOREIGN})),
    "json-in-json-in-json": dumps(dumps(dumps({"password": FOREIGN}))),
    "json-list": f'{{"password": ["{FOREIGN}", "{FOREIGN}"]}}',
    "json-object": f'{{"password": {{"value": "{FOREIGN}"}}}}',
    "json-in-html": html.escape(dumps({"password": FOREIGN})),
    "json-without-quotes": f"\\u0022password\\u0022: \\u0022{FOREIGN}\\u0022",
    "python": f"{{'password': '{FOREIGN}'}}",
    "python-2": f"{{u'password': u'{FOREIGN}'}}",
    "python-bytes": f"{{'password': b'{FOREIGN}'}}",
    "python-call": f"Connection(user='ds', password='{FOREIGN}')",
    "yaml": f"password: {FOREIGN}",
    "ini": f"PGPASSWORD = {FOREIGN}",
    "libpq": f"host=pg1 user=ds password={FOREIGN} dbname=postgres",
    "libpq-quoted": f"host=pg1 password = '{FOREIGN}'",
    "ruby": f'{{:password=>"{FOREIGN}"}}',
    "perl": f"'password' => '{FOREIGN}'",
    "sql": f"ALTER ROLE ds PASSWORD '{FOREIGN}'",
    "xml": f"<password>{FOREIGN}</password>",
    "xml-attribute": f'<connection password="{FOREIGN}"/>',
    "query": f"/login?user=ds&password={FOREIGN}&next=/",
    "token": f'"user-token": "{FOREIGN}"',
    "token-query": f"https://platform/ds-api/user-token?token={FOREIGN}",
    "secret": f"client_secret={FOREIGN}",
    "url": f"postgresql://ds:{FOREIGN}@pg1:5432/postgres",
    "url-without-scheme": f"//ds:{FOREIGN}@pg1",
    "url-in-json": f"postgresql:\\/\\/ds:{FOREIGN}@pg1",
    "url-with-an-at": f"https://ds:a@{FOREIGN}@pg1",
    "jdbc": f"jdbc:postgresql://pg1/postgres?user=ds&password={FOREIGN}",
    "header": f"user-token: {FOREIGN}",
}


@pytest.mark.parametrize("text", MARKED.values(), ids=MARKED)
def test_a_text_in_which_a_secret_is_marked_as_such(text):
    check(failure(f"it failed: {text} is no good"), FOREIGN)


@pytest.mark.parametrize("text", MARKED.values(), ids=MARKED)
def test_a_field_in_which_a_secret_is_marked_as_such(text):
    with Recorded() as recorded:
        recorded.displays(note=f"it failed: {text} is no good")
        check(recorded.run(), FOREIGN)


@pytest.mark.parametrize("status", [400, 409, 500])
@pytest.mark.parametrize(
    "body",
    [
        {"error": f"no login with {STORED}", "password": STORED},
        {"error": f"no login with {STORED}", "connection": {"password": STORED}},
        {"error": f"no login with {STORED}", "connections": [{"a": {"passwd": STORED}}]},
    ],
    ids=["beside", "below", "far-below"],
)
def test_a_text_that_quotes_the_password_that_comes_with_it(body, status):
    with Recorded() as recorded:
        recorded.displays().expects("PUT", status=status, json=body)
        result = recorded.run(port=2, api_retries=0)
    check(result, STORED)


def test_a_field_that_quotes_the_password_of_another_field():
    with Recorded() as recorded:
        recorded.expects("GET", json=shown(note=f"was {FOREIGN}", options=[{"old-password": FOREIGN}]))
        check(recorded.run(), FOREIGN)
