# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults for tests: what a platform, a proxy before it, or somebody else may do to a request.

A fault is an async function of an Exchange; it decides whether and how the request is handled and answered.
"""

from __future__ import annotations

import asyncio
import html
import json
import random
import re
import threading
from dataclasses import dataclass
from typing import Awaitable, Callable
from urllib.parse import quote, unquote

from .journal import Call, Journal


@dataclass
class Answer:
    """An answer before it is sent."""

    status: int
    body: bytes
    headers: dict[str, str]


class Exchange:
    """One request on its way, in the hands of a fault."""

    def __init__(self, faults: "Faults", scope, body: bytes, send, call: Call):
        self.faults = faults
        self.call = call
        self._scope = scope
        self._body = body
        self._send = send

    @property
    def name(self) -> str:
        """The connection that the request is about."""
        return unquote(self.call.path.partition("/pg-instances/")[2].partition("/")[0])

    async def handled(self) -> Answer:
        """Lets the platform do its work, and gives the answer it would send."""
        answer = Answer(500, b"", {})
        asked = False

        async def receive():
            nonlocal asked
            if asked:
                return {"type": "http.disconnect"}
            asked = True
            return {"type": "http.request", "body": self._body, "more_body": False}

        async def collect(message):
            if message["type"] == "http.response.start":
                answer.status = message["status"]
                answer.headers = {key.decode(): value.decode("latin-1") for key, value in message["headers"] if key != b"content-length"}
            else:
                answer.body += message.get("body", b"")

        await self.faults.app(self._scope, receive, collect)
        return answer

    async def answer(self, answer: Answer, drip: float = 0, announced: bool = True):
        """Sends an answer. drip: seconds between its bytes. announced: with a Content-Length."""
        self.call.status = answer.status
        headers = {"content-type": "application/json", **answer.headers}
        if announced:
            headers["content-length"] = str(len(answer.body))
        await self._send({"type": "http.response.start", "status": answer.status, "headers": [(k.encode(), v.encode("latin-1")) for k, v in headers.items()]})
        step = 1 if drip else 64 * 1024
        for start in range(0, len(answer.body), step):
            await self._send({"type": "http.response.body", "body": answer.body[start : start + step], "more_body": True})
            await asyncio.sleep(drip)
        await self._send({"type": "http.response.body", "body": b""})

    def drop(self):
        """Breaks the connection off."""
        self._send.__self__.transport.abort()


Fault = Callable[[Exchange], Awaitable[None]]


@dataclass
class Rule:
    """When a fault strikes: at the nth matching call from now on, and so many times."""

    fault: Fault
    method: str | None
    path: str | None
    nth: int
    times: int
    seen: int = 0

    def strikes(self, call: Call) -> bool:
        if self.method not in (None, call.method) or not re.search(self.path or "", call.path):
            return False
        self.seen += 1
        return self.nth <= self.seen < self.nth + self.times


class Faults:
    """The platform's outermost layer: keeps the journal, and lets faults strike."""

    def __init__(self, app, journal: Journal, store, tokens):
        self.app = app
        self.store = store
        self.tokens = tokens
        self._journal = journal
        self._lock = threading.Lock()
        self._rules: list[Rule] = []
        self._chance: tuple[random.Random, float, list[Fault]] | None = None

    def add(self, fault: Fault, method: str | None = None, path: str | None = None, nth: int = 1, times: int = 1):
        """Lets a fault strike. method, path (a regular expression): of the calls that count; None: all."""
        with self._lock:
            self._rules.append(Rule(fault, method, path, nth, times))

    def at_random(self, share: float, seed: int, faults: list[Fault]):
        """Lets one of the faults strike at so large a share of all calls, the same way for the same seed."""
        with self._lock:
            self._chance = (random.Random(seed), share, faults)

    def clear(self):
        """No more faults."""
        with self._lock:
            self._rules.clear()
            self._chance = None

    def _striking(self, call: Call) -> Fault:
        with self._lock:
            striking = [rule.fault for rule in self._rules if rule.strikes(call)]
            if not striking and self._chance is not None:
                dice, share, faults = self._chance
                if dice.random() < share:
                    return dice.choice(faults)
        return striking[0] if striking else none

    async def __call__(self, scope, receive, send):
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        headers = {key.decode("latin-1"): value.decode("latin-1") for key, value in scope["headers"]}
        call = Call(scope["method"], scope["raw_path"].decode("latin-1"), headers, body)
        self._journal.note(call)
        await self._striking(call)(Exchange(self, scope, body, send, call))


# --- the faults --------------------------------------------------------------------------------------------------


async def none(exchange: Exchange):
    """No fault."""
    await exchange.answer(await exchange.handled())


def status(code: int, error: str = "injected", retry_after: str | None = None) -> Fault:
    """An error status, without doing the work."""

    async def fault(exchange: Exchange):
        headers = {} if retry_after is None else {"retry-after": retry_after}
        await exchange.answer(Answer(code, json.dumps({"error": error}).encode(), headers))

    return fault


def status_after(code: int) -> Fault:
    """An error status, though the work was done: a gateway that gave up too early."""

    async def fault(exchange: Exchange):
        await exchange.handled()
        await exchange.answer(Answer(code, b'{"error": "injected after the work"}', {}))

    return fault


def body(content: bytes, code: int = 200, content_type: str = "application/json") -> Fault:
    """An answer of any content, without doing the work."""

    async def fault(exchange: Exchange):
        await exchange.answer(Answer(code, content, {"content-type": content_type}))

    return fault


def html_page(code: int = 200) -> Fault:
    """A page of something that stands in the platform's place."""
    return body(b"<html><head><title>Welcome to the proxy</title></head><body>Hello</body></html>", code, "text/html")


broken_json = body(b'{"name": "half of')
wrong_type = body(b'["a", "list"]')


def delay(seconds: float) -> Fault:
    """The answer comes late; the work is done before."""

    async def fault(exchange: Exchange):
        answer = await exchange.handled()
        await asyncio.sleep(seconds)
        await exchange.answer(answer)

    return fault


def drip(seconds: float) -> Fault:
    """The answer comes byte by byte."""

    async def fault(exchange: Exchange):
        await exchange.answer(await exchange.handled(), drip=seconds)

    return fault


async def drop_before(exchange: Exchange):
    """The connection breaks before anything is done."""
    exchange.drop()


async def drop_after(exchange: Exchange):
    """The connection breaks after the work was done: the answer is lost."""
    await exchange.handled()
    exchange.drop()


def oversize(announced: bool) -> Fault:
    """An answer of 64 MiB; announced: with its Content-Length."""

    async def fault(exchange: Exchange):
        await exchange.answer(Answer(200, b" " * (64 * 1024 * 1024), {}), announced=announced)

    return fault


def redirect(target: str, code: int = 307) -> Fault:
    """The answer sends the client elsewhere."""

    async def fault(exchange: Exchange):
        await exchange.answer(Answer(code, b"", {"location": target}))

    return fault


async def expire_token(exchange: Exchange):
    """The token of this call expires just now."""
    exchange.faults.tokens.expire(exchange.call.headers.get("user-token", ""))
    await none(exchange)


def shown(change: Callable[[dict], None]) -> Fault:
    """A displayed connection is changed on its way: change(connection) does it."""

    async def fault(exchange: Exchange):
        answer = await exchange.handled()
        if answer.status == 200:
            connection = json.loads(answer.body)
            change(connection)
            answer.body = json.dumps(connection).encode()
        await exchange.answer(answer)

    return fault


masked_password = shown(lambda connection: connection.update(password="********"))
missing_password = shown(lambda connection: connection.pop("password"))
reordered_tags = shown(lambda connection: connection.update(tags=" , ".join(reversed(connection["tags"].split(",")))))
text_port = shown(lambda connection: connection.update(port=str(connection["port"])))


def echo(code: int = 500) -> Fault:
    """An error that quotes all that was sent, in several spellings."""

    async def fault(exchange: Exchange):
        secrets = [exchange.call.headers.get(name, "") for name in ("user-token", "authorization")]
        try:
            secrets += [str(value) for value in json.loads(exchange.call.body).values()]
        except ValueError:
            pass
        said = " ".join(spelling(secret) for secret in secrets for spelling in (str, json.dumps, quote, repr, html.escape))
        await exchange.answer(Answer(code, json.dumps({"error": said}).encode(), {}))

    return fault


def rival(change: Callable, after: bool = False) -> Fault:
    """Somebody else changes the connection just before, or just after, the work: change(store, name) does it."""

    async def fault(exchange: Exchange):
        if not after:
            change(exchange.faults.store, exchange.name)
        answer = await exchange.handled()
        if after:
            change(exchange.faults.store, exchange.name)
        await exchange.answer(answer)

    return fault
