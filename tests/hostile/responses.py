# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a hostile or broken platform, or a proxy before it, may send: one table, for every call."""

from __future__ import annotations

import base64
import functools
import gzip
import html
import itertools
import re
import zlib
from dataclasses import dataclass
from json import dumps
from typing import Callable
from urllib.parse import quote, quote_plus, urlencode

from embedded.faults import Response, as_json, bytes_instead, instead

#: Secrets whose words are the same in every spelling but base64, and are searched for by themselves.
STORED = "St0red-alpha\"'</>&%+\\ ä#?omega-st0red"
GIVEN = "G1ven-alpha\"'</>&%+\\ ä#?omega-g1ven"
#: A password that no task knows: somebody else's.
FOREIGN = "F0reign-alpha-omega-f0reign"
#: Escape sequences, C1, separators, bidirectional, zero-width and other characters that no terminal may see raw.
DRIVING = "\x1b[2J\x1b]0;title\x07\x00\x08\x7f\x9b31m\x85\u2028\u2029\u202e\u2066\u200b\u200d\ufeff\u00ad\U000e0041\ud800"


@dataclass(frozen=True)
class Hostile:
    """A hostile response.

    make: for `faults.instead`, or for `faults.bytes_instead` where raw. says: what a failure has to say of it, as a regular
    expression. succeeds: for which of read, write and token it is a success, or is retried. refusal: it says that nothing
    was done. endless: it has no end, so the task needs little patience.
    """

    name: str
    make: Callable
    says: str
    succeeds: str = ""
    refusal: bool = False
    raw: bool = False
    endless: bool = False

    def fault(self, work, struck):
        """Return the fault. work: whether the request is carried out. struck: a list to which the object with secrets is added."""

        def make(secret):
            struck.append(secret)
            return self.make(secret)

        return (bytes_instead if self.raw else instead)(make, work)


ANY = "read write token"
NO_CONNECTION = "it has no host|no usable user-token"


def text(make, code=200, content_type="text/plain"):
    """For `instead`: a body of any kind."""

    def response(secret):
        content = make(secret)
        return Response(code, content if isinstance(content, bytes) else content.encode(), {"content-type": content_type})

    return response


def plus(members):
    """For `instead`: the object, with further members in the very text of JSON."""
    return text(lambda secret: f"{dumps(secret)[:-1]}, {members}}}", content_type="application/json")


def head(*lines, status="200 OK"):
    """The bytes of a head, as far as they go."""
    return "\r\n".join([f"HTTP/1.1 {status}", *lines, ""]).encode("latin-1", "replace")


def whole(*lines, status="200 OK"):
    """For `bytes_instead`: the object as JSON, with these further lines in its head, and a length if there is none in them."""

    def pieces(secret):
        content = dumps(secret).encode()
        length = [] if any(line.lower().startswith(("content-length", "transfer-encoding")) for line in lines) else [f"Content-Length: {len(content)}"]
        yield head("Content-Type: application/json", *length, *lines, status=status) + b"\r\n" + content

    return pieces


def nested(depth, inner, opening="[", closing="]"):
    return opening * depth + inner + closing * depth


#: How platforms, proxies and libraries echo a text.
ECHOES = {
    "plain": str,
    "json": dumps,
    "json-unescaped": lambda secret: dumps(secret, ensure_ascii=False),
    "json-with-slashes": lambda secret: dumps(secret).replace("/", "\\/"),
    "json-without-markup": lambda secret: dumps(secret).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"),
    "json-without-markup-in-capitals": lambda secret: re.sub("[<>&']", lambda match: f"\\u{ord(match.group()):04X}", dumps(secret)),
    "json-in-json": lambda secret: dumps(dumps(secret)),
    "python": repr,
    "html": html.escape,
    "html-text": lambda secret: html.escape(secret, quote=False),
    "html-39": lambda secret: html.escape(secret).replace("&#x27;", "&#39;"),
    "html-34-39": lambda secret: html.escape(secret).replace("&#x27;", "&#39;").replace("&quot;", "&#34;"),
    "html-apos": lambda secret: html.escape(secret).replace("&#x27;", "&apos;"),
    "url": quote,
    "url-part": lambda secret: quote(secret, safe=""),
    "url-query": quote_plus,
    "url-in-small-letters": lambda secret: re.sub("%..", lambda match: match.group().lower(), quote(secret, safe="")),
    "sql": lambda secret: secret.replace("'", "''"),
    "csv": lambda secret: secret.replace('"', '""'),
    "base64": lambda secret: base64.b64encode(secret.encode()).decode(),
    "base64-for-urls": lambda secret: base64.urlsafe_b64encode(secret.encode()).decode(),
}


def quoting(secret):
    """A text with a password in many spellings: one that the task was given, and those of others where they are marked as such."""
    known = " ".join(echo(GIVEN) for echo in ECHOES.values())
    return f"{known} {dumps({'password': FOREIGN})} postgresql://ds:{FOREIGN}@pg1/postgres password={FOREIGN} {dumps(secret)}"


SHAPES = [
    Hostile("list", as_json(lambda secret: [secret]), "a JSON list"),
    Hostile("list-of-lists", as_json(lambda secret: [[secret], secret]), "a JSON list"),
    Hostile("object-in-a-list", as_json(lambda secret: {"items": [secret]}), NO_CONNECTION, "write"),
    Hostile("object-in-an-object", as_json(lambda secret: {"data": secret, "host": None}), NO_CONNECTION, "write"),
    Hostile("json-in-json", as_json(dumps), "a JSON string"),
    Hostile("json-in-json-in-json", as_json(lambda secret: dumps(dumps(secret))), "a JSON string"),
    Hostile("trailing-text", text(lambda secret: dumps(secret) + " and more"), "broken JSON"),
    Hostile("two-objects", text(lambda secret: dumps(secret) * 2), "broken JSON"),
    Hostile("raw-tab", text(lambda secret: dumps({**secret, "note": "-"}).replace('"-"', '"\t"')), "broken JSON"),
    Hostile("latin-1", text(lambda secret: dumps({**secret, "note": "é"}, ensure_ascii=False).encode("latin-1")), "broken JSON"),
    Hostile("utf-16", text(lambda secret: dumps(secret).encode("utf-16")), "", ANY),
    Hostile("byte-order-mark", text(lambda secret: dumps(secret).encode("utf-8-sig")), "", ANY),
    Hostile("truncated", text(lambda secret: dumps(secret)[:-2]), "broken JSON"),
    Hostile("python", text(repr), "broken JSON"),
    Hostile("prefixed", text(lambda secret: ")]}'\n" + dumps(secret)), "text that is no JSON"),
    Hostile("script", text(lambda secret: f"callback({dumps(secret)})", content_type="application/javascript"), "text that is no JSON"),
    Hostile("form", text(urlencode), "text that is no JSON"),
    Hostile("plain", text(lambda secret: " ".join(map(str, secret.values()))), "text that is no JSON"),
    Hostile("xml", text(lambda secret: "".join(f"<{key}>{value}</{key}>" for key, value in secret.items()), content_type="text/xml"), "an HTML page"),
    Hostile("page", text(lambda secret: f"<html><body><pre>{html.escape(dumps(secret))}</pre>", content_type="text/html"), "an HTML page"),
    Hostile("titled-page", text(lambda secret: f"<title>{quoting(secret)}</title>{dumps(secret)}", content_type="text/html"), "a page titled|an HTML page"),
    Hostile("empty", text(lambda _secret: b""), "nothing came back|no usable", "write"),
    Hostile("null", text(lambda _secret: b"null"), "a JSON null"),
    Hostile("number", text(lambda _secret: b"-0"), "a JSON number"),
]

#: Statuses that are no success, or not that of the call, with the object.
STATUSES = [
    *(Hostile(f"status-{code}", as_json(code=code), f"status {code}", "write") for code in (202, 203, 206, 207, 226, 299)),
    *(Hostile(f"status-{code}", as_json(code=code), f"status {code}", refusal=True) for code in (400, 403, 405, 410, 418, 422, 451)),
    *(Hostile(f"status-{code}", as_json(code=code), f"status {code}") for code in (300, 500, 501, 505, 507, 511, 520, 524, 599)),
    # Met by a new token, a look at the connection, or a retry.
    Hostile("status-401", as_json(code=401), "refused api_username and api_password", "read write", refusal=True),
    *(Hostile(f"status-{code}", as_json(code=code), f"status {code}", ANY) for code in (502, 503, 504)),
    Hostile("status-429", as_json(code=429), "status 429", ANY, refusal=True),
    Hostile("status-409", as_json(lambda secret: {"error": "it exists", "existing": secret}, 409), "status 409", "write", refusal=True),
]

ERRORS = [
    Hostile("error-object", as_json(lambda secret: {"error": secret}), NO_CONNECTION, "write"),
    Hostile("error-list", as_json(lambda secret: {"error": [secret], "status": secret}), NO_CONNECTION, "write"),
    Hostile("error-500-object", as_json(lambda secret: {"error": secret}, 500), "a JSON object"),
    Hostile("error-500-list", as_json(lambda secret: {"error": [secret], "message": {"x": secret}}, 500), "a JSON object"),
    Hostile("error-500-json", as_json(lambda secret: {"error": dumps(secret)}, 500), "status 500"),
    Hostile("error-500-json-in-json", as_json(lambda secret: {"error": dumps(dumps(secret))}, 500), "status 500"),
    Hostile("error-500-python", as_json(lambda secret: {"error": str(secret)}, 500), "status 500"),
    Hostile("error-500-quoting", as_json(lambda secret: {"error": quoting(secret)}, 500), "status 500"),
    Hostile("error-400-quoting", as_json(lambda secret: {"message": quoting(secret)}, 400), "status 400", refusal=True),
    Hostile("status-quoting", as_json(lambda secret: {"status": quoting(secret)}), NO_CONNECTION, "write"),
]

ELSEWHERE = f"https://ds:{FOREIGN}@127.0.0.1:9/login?token={FOREIGN}#{FOREIGN}"
REDIRECTS = [
    *(Hostile(f"redirect-{code}", as_json(code=code, headers={"location": ELSEWHERE}), "to https://127.0.0.1:9/login") for code in (301, 302, 303, 307, 308)),
    Hostile("redirect-relative", as_json(code=302, headers={"location": f"/login?token={FOREIGN}"}), "a redirect to /login"),
    Hostile("redirect-nowhere", as_json(code=302), "a redirect to nowhere"),
    Hostile("redirect-driving", whole("Location: /a\x1b[2J\x9b31m\x7fb", status="302 Found"), "a redirect to /a", raw=True),
    Hostile("redirect-latin-1", whole("Location: /\xe9\xff", status="302 Found"), "a redirect", raw=True),
    Hostile("redirect-unparsable", whole("Location: http://[::1", status="302 Found"), "a redirect", raw=True),
    Hostile("redirect-quoting", as_json(code=302, headers={"location": f"http://ds:{FOREIGN}?@127.0.0.1:9/"}), "a redirect to"),
]

OF_ANSIBLE = ("ansible_facts", "_ansible_no_log", "failed", "invocation", "changed", "msg", "warnings")
OF_SECRETS = ("password", "Passwd", "db-pwd", "client_secret", "access-token", "dsn", "connection-string", "conninfo")
VALUES = [
    Hostile("not-a-number", plus('"x": NaN, "y": [-Infinity, 1e400]'), "", ANY),
    Hostile("huge-integer", plus('"x": ' + "9" * 5000), "broken JSON"),
    Hostile("large-integer", plus('"x": ' + "9" * 4000), "", ANY),
    Hostile("keys-twice", plus(f'"x": {{"a": 1, "a": 2}}, "passwd": "{FOREIGN}", "passwd": 1'), "", ANY),
    Hostile("half-characters", plus('"x": "\\ud800", "\\udc00": 1, "message": "\\udfff"'), "", ANY),
    Hostile("booleans-as-text", as_json(lambda secret: {**secret, "enabled": "True", "connected": "false"}), "", ANY),
    Hostile("driving", as_json(lambda secret: {**secret, "message": DRIVING, "note": DRIVING, DRIVING: {DRIVING: [DRIVING]}}), "", ANY),
    Hostile("driving-error", as_json(lambda _secret: {"error": DRIVING}, 500), "status 500"),
    Hostile("driving-title", text(lambda _secret: f"<title>{DRIVING[:-1]}</title>", content_type="text/html"), "a page titled"),
    Hostile("names-of-ansibles-own", as_json(lambda secret: {**secret, **{name: {"x": True} for name in OF_ANSIBLE}}), "", ANY),
    Hostile(
        "secrets-at-any-depth",
        as_json(
            lambda secret: {
                **secret,
                "a": {"b": [{name: FOREIGN} for name in OF_SECRETS]},
                "b": [{"c": secret.get("password"), "password": {"d": FOREIGN}, "url": f"postgresql://ds:{FOREIGN}@pg1/postgres"}],
            }
        ),
        "",
        ANY,
    ),
]

BOUNDS = [
    Hostile("deep-300", text(lambda secret: f'{{"error": {nested(300, dumps(secret))}}}'), NO_CONNECTION, "write"),
    Hostile("deep-100000", text(lambda secret: f'{{"error": {nested(100_000, dumps(secret))}}}'), "broken JSON"),
    Hostile("deep-100000-objects", text(lambda secret: nested(100_000, dumps(secret), '{"a":', "}")), "broken JSON"),
    Hostile("deep-field", plus(f'"x": {nested(300, "1")}, "y": {nested(900, "1")}'), "", ANY),
    Hostile("long-status", as_json(lambda secret: {**secret, "status": "x" * 280_000}), "", ANY),
    Hostile("long-error", as_json(lambda secret: {"error": f"x {dumps(secret)}" * 1000}, 500), "status 500"),
    Hostile("long-title", text(lambda secret: "<title" * 170_000 + dumps(secret), content_type="text/html"), "an HTML page"),
    Hostile("many-fields", plus(",".join(f'"field-{number}": "{"v" * 1500}"' for number in range(500))), "", ANY),
    Hostile("large", text(lambda secret: dumps(secret).ljust(1024 * 1024 + 1)), "larger than 1024 KiB"),
]

CHUNKED = head("Transfer-Encoding: chunked") + b"\r\n"
WIRE = [
    Hostile("gzip-junk", whole("Content-Encoding: gzip"), "response", raw=True),
    Hostile("unknown-encoding", whole("Content-Encoding: br, zstd, x-nothing"), "response", ANY, raw=True),
    Hostile("two-lengths", whole("Content-Length: 5", "Content-Length: 7"), "response", raw=True),
    Hostile("length-too-long", whole("Content-Length: 100000"), "lost before the response was complete", ANY, raw=True),
    Hostile("length-too-short", whole("Content-Length: 20"), "broken JSON", raw=True),
    Hostile("length-negative", whole("Content-Length: -5"), "", ANY, raw=True),
    Hostile("length-superscript", whole("Content-Length: ²"), "", ANY, raw=True),
    Hostile("long-header", whole("X-Long: " + "x" * 60_000), "", ANY, raw=True),
    Hostile("too-long-header", whole("X-Long: " + "x" * 70_000), "lost", ANY, raw=True),
    Hostile("many-headers", whole(*(f"X-{number}: {FOREIGN}" for number in range(500))), "lost", ANY, raw=True),
    Hostile("broken-header", whole(f"no colon {FOREIGN}"), "", ANY, raw=True),
    Hostile("folded-header", whole("X-Folded: a", " b", "\tc"), "", ANY, raw=True),
    Hostile("driving-header", whole("Content-Type: text/\x1b[2J\x9b;html"), "", ANY, raw=True),
    Hostile("informational", lambda secret: [head(status="103 Early Hints") + b"\r\n", *whole()(secret)], "status 103", raw=True),
    Hostile("continue-first", lambda secret: [(head(status="100 Continue") + b"\r\n") * 20, *whole()(secret)], "", ANY, raw=True),
    Hostile("no-content-with-content", whole(status="204 No Content"), "status 204", "write", raw=True),
    Hostile("reason-with-secrets", whole(status=f"500 {FOREIGN}"), "status 500", raw=True),
    Hostile("no-http", lambda secret: [dumps(secret).encode()], "lost", ANY, raw=True),
    Hostile("no-http-status", whole(status="²00 OK"), "lost", ANY, raw=True),
    Hostile("status-of-4-digits", whole(status="1200 OK"), "lost", ANY, raw=True),
    Hostile("ssh", lambda _secret: [b"SSH-2.0-OpenSSH_9.2\r\n"], "lost", ANY, raw=True),
    Hostile("zero-bytes", lambda _secret: [b"\0" * 1000], "lost", ANY, raw=True),
    Hostile("chunk-of-no-size", lambda secret: [CHUNKED, b"xyz\r\n" + dumps(secret).encode()], "lost", ANY, raw=True),
    Hostile("chunk-of-negative-size", lambda secret: [CHUNKED, b"-5\r\n" + dumps(secret).encode()], "cannot be understood", ANY, raw=True),
    Hostile("chunk-of-huge-size", lambda secret: [CHUNKED, b"f" * 20 + b"\r\n" + dumps(secret).encode()], "lost", ANY, raw=True),
]


def without_end(*start, piece):
    """For `bytes_instead`: a beginning, and then the same bytes for ever."""
    return lambda _secret: itertools.chain(start, itertools.repeat(piece))


def bomb(times, *lines, status="200 OK"):
    """For `bytes_instead`: 50 MiB of nothing, compressed so many times."""

    def pieces(_secret):
        content = compressed(times)
        yield head("Content-Encoding: " + ", ".join(["gzip"] * times), f"Content-Length: {len(content)}", *lines, status=status) + b"\r\n" + content

    return pieces


@functools.lru_cache
def compressed(times):
    """50 MiB of nothing, compressed so many times."""
    packer = zlib.compressobj(9, wbits=31)
    content = b"".join(packer.compress(b"\0" * 1024 * 1024) for _mebibyte in range(50)) + packer.flush()
    return content if times == 1 else gzip.compress(content)


REDIRECT = head("Location: /login", status="307 Elsewhere") + b"\r\n"
ENDLESS = [
    Hostile("gzip-bomb", bomb(1), "larger than 1024 KiB|response", raw=True),
    Hostile("gzip-bomb-twice", bomb(2), "larger than 1024 KiB|response", raw=True),
    Hostile("endless-body", without_end(head() + b"\r\n", piece=b"x" * 65536), "larger than 1024 KiB", raw=True),
    Hostile("endless-chunks", without_end(CHUNKED, piece=(b"64\r\n" + b"x" * 100 + b"\r\n") * 600), "larger than 1024 KiB", raw=True),
    Hostile("endless-size-of-a-chunk", without_end(CHUNKED, piece=b"1" * 65536), "lost|larger than 1024 KiB|not complete", ANY, raw=True),
    Hostile("endless-trailer", without_end(CHUNKED + b"0\r\n", piece=b"X: y\r\n" * 10000), "not complete|lost", ANY, raw=True, endless=True),
    Hostile("endless-continue", without_end(piece=head(status="100 Continue") + b"\r\n"), "not complete|lost", ANY, raw=True, endless=True),
    Hostile("endless-headers", without_end(head(), piece=b"X: y\r\n" * 1000), "lost", ANY, raw=True),
    Hostile("endless-header", without_end(head() + b"X: ", piece=b"y" * 65536), "lost", ANY, raw=True),
    Hostile("endless-redirect", without_end(REDIRECT, piece=b"x" * 65536), "a redirect|not complete|larger than", ANY, raw=True, endless=True),
    Hostile("gzip-bomb-redirect", bomb(1, "Location: /login", status="307 Elsewhere"), "a redirect|larger than 1024 KiB", raw=True),
]

RESPONSES = [*SHAPES, *STATUSES, *ERRORS, *REDIRECTS, *VALUES, *BOUNDS, *WIRE]
