# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults for tests: what a platform, a proxy before it, or somebody else may do to a request.

A fault is an async function of an Exchange; it decides whether the request is handled and what the response is.
"""

from __future__ import annotations

import asyncio
import functools
import html
import json
import random
import re
import threading
from collections.abc import Awaitable, Iterable
from dataclasses import dataclass, field
from typing import Callable
from urllib.parse import quote, unquote

from .journal import Call, Journal


@dataclass
class Response:
    """A response before it is sent."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


class Exchange:
    """A request on its way to the platform, and its response on the way back."""

    def __init__(self, faults: Faults, scope, body: bytes, send, call: Call):
        self.faults = faults
        self.call = call
        self._scope = scope
        self._body = body
        self._send = send

    @property
    def name(self) -> str:
        """The connection that the request is about."""
        return unquote(self.call.path.partition("/pg-instances/")[2].partition("/")[0])

    async def handled(self) -> Response:
        """Let the platform do its work. Returns the response that it would send."""
        response = Response(500, b"", {})
        received = False

        async def receive():
            nonlocal received
            if received:
                return {"type": "http.disconnect"}
            received = True
            return {"type": "http.request", "body": self._body, "more_body": False}

        async def collect(message):
            if message["type"] == "http.response.start":
                response.status = message["status"]
                response.headers = {key.decode(): value.decode("latin-1") for key, value in message["headers"] if key != b"content-length"}
            else:
                response.body += message.get("body", b"")

        await self.faults.app(self._scope, receive, collect)
        return response

    async def respond(self, response: Response, drip: float = 0, announced: bool = True):
        """Send a response.

        Args:
            drip: seconds between its bytes.
            announced: whether with a Content-Length; a 204 never has one.
        """
        self.call.status = response.status
        headers = {"content-type": "application/json", **response.headers} if response.body else dict(response.headers)
        if announced and response.status != 204:
            headers["content-length"] = str(len(response.body))
        await self._send({"type": "http.response.start", "status": response.status, "headers": [(k.encode(), v.encode("latin-1")) for k, v in headers.items()]})
        step = 1 if drip else 64 * 1024
        for start in range(0, len(response.body), step):
            await self._send({"type": "http.response.body", "body": response.body[start : start + step], "more_body": True})
            await asyncio.sleep(drip)
        await self._send({"type": "http.response.body", "body": b""})

    async def write(self, pieces: Iterable[bytes]):
        """Send these bytes in place of a response, as long as the client takes them, and close the connection."""
        transport = self._send.__self__.transport
        for piece in pieces:
            transport.write(piece)
            # Always once, so that the loop sees whether the client has gone.
            await asyncio.sleep(0)
            while transport.get_write_buffer_size() and not transport.is_closing():
                await asyncio.sleep(0.001)
            if transport.is_closing():
                break
        transport.close()

    def drop(self):
        """Break the connection off."""
        self._send.__self__.transport.abort()


Fault = Callable[[Exchange], Awaitable[None]]


@dataclass
class Rule:
    """When a fault occurs: at the nth matching call from now on, and how many times in a row."""

    fault: Fault
    method: str | None
    path: str | None
    nth: int
    times: int
    matched: int = 0

    def applies_to(self, call: Call) -> bool:
        """Whether the fault occurs at this call; counts it if it matches."""
        if self.method not in (None, call.method) or not re.search(self.path or "", call.path):
            return False
        self.matched += 1
        return self.nth <= self.matched < self.nth + self.times


class Faults:
    """The platform's outermost layer: keeps the journal, and injects faults."""

    def __init__(self, app, journal: Journal, store, tokens):
        self.app = app
        self.store = store
        self.tokens = tokens
        self._journal = journal
        self._lock = threading.Lock()
        self._rules: list[Rule] = []
        self._chance: tuple[random.Random, float, list[Fault]] | None = None

    def add(self, fault: Fault, method: str | None = None, path: str | None = None, nth: int = 1, times: int = 1):
        """Inject a fault.

        Args:
            method, path: the calls that count, path as a regular expression; None: all.
            nth: the first of these calls at which the fault occurs.
            times: at how many calls in a row.
        """
        with self._lock:
            self._rules.append(Rule(fault, method, path, nth, times))

    def at_random(self, share: float, seed: int, faults: list[Fault]):
        """Inject one of the faults at a share (0 to 1) of all calls, in the same way for the same seed."""
        with self._lock:
            self._chance = (random.Random(seed), share, faults)

    def clear(self):
        """Remove all faults."""
        with self._lock:
            self._rules.clear()
            self._chance = None

    def _fault(self, call: Call) -> Fault:
        with self._lock:
            applicable = [rule.fault for rule in self._rules if rule.applies_to(call)]
            if not applicable and self._chance is not None:
                dice, share, faults = self._chance
                if dice.random() < share:
                    return dice.choice(faults)
        return applicable[0] if applicable else none

    async def __call__(self, scope, receive, send):
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        headers = {key.decode("latin-1"): value.decode("latin-1") for key, value in scope["headers"]}
        call = Call(scope["method"], scope["raw_path"].decode("latin-1"), headers, body)
        self._journal.add(call)
        await self._fault(call)(Exchange(self, scope, body, send, call))


# --- the faults --------------------------------------------------------------------------------------------------


async def none(exchange: Exchange):
    """No fault."""
    await exchange.respond(await exchange.handled())


def status(code: int, error: str = "injected", retry_after: str | None = None) -> Fault:
    """An error status, without doing the work."""

    async def fault(exchange: Exchange):
        headers = {} if retry_after is None else {"retry-after": retry_after}
        await exchange.respond(Response(code, json.dumps({"error": error}).encode(), headers))

    return fault


def status_after(code: int) -> Fault:
    """An error status, though the work was done: a gateway that gave up too early."""

    async def fault(exchange: Exchange):
        await exchange.handled()
        await exchange.respond(Response(code, b'{"error": "injected after the work"}', {}))

    return fault


def body(content: bytes, code: int = 200, content_type: str = "application/json") -> Fault:
    """A response of any content, without doing the work."""

    async def fault(exchange: Exchange):
        await exchange.respond(Response(code, content, {"content-type": content_type}))

    return fault


def html_page(code: int = 200) -> Fault:
    """A page of something that answers in the platform's place, such as a proxy."""
    return body(b"<html><head><title>Welcome to the proxy</title></head><body>Hello</body></html>", code, "text/html")


broken_json = body(b'{"name": "half of')
wrong_type = body(b'["a", "list"]')


def delay(seconds: float, work: bool = False) -> Fault:
    """The response comes late. work: the work is done late too, and not before."""

    async def fault(exchange: Exchange):
        if work:
            await asyncio.sleep(seconds)
        response = await exchange.handled()
        if not work:
            await asyncio.sleep(seconds)
        await exchange.respond(response)

    return fault


def drip(seconds: float) -> Fault:
    """The response comes byte by byte."""

    async def fault(exchange: Exchange):
        await exchange.respond(await exchange.handled(), drip=seconds)

    return fault


async def drop_before(exchange: Exchange):
    """The connection breaks before anything is done."""
    exchange.drop()


async def drop_after(exchange: Exchange):
    """The connection breaks after the work was done: the response is lost."""
    await exchange.handled()
    exchange.drop()


@functools.cache
def _oversized() -> bytes:
    return b" " * (64 * 1024 * 1024)


def oversize(announced: bool) -> Fault:
    """A response of 64 MiB; announced: with its Content-Length."""

    async def fault(exchange: Exchange):
        await exchange.respond(Response(200, _oversized(), {}), announced=announced)

    return fault


def redirect(target: str, code: int = 307) -> Fault:
    """The response sends the client elsewhere."""

    async def fault(exchange: Exchange):
        await exchange.respond(Response(code, b"", {"location": target}))

    return fault


async def expire_token(exchange: Exchange):
    """The token of this call expires during it."""
    exchange.faults.tokens.expire(exchange.call.headers.get("user-token", ""))
    await none(exchange)


def shown(change: Callable[[dict], None]) -> Fault:
    """A displayed connection is changed on its way, by change(connection)."""

    async def fault(exchange: Exchange):
        response = await exchange.handled()
        if response.status == 200:
            connection = json.loads(response.body)
            change(connection)
            response.body = json.dumps(connection).encode()
        await exchange.respond(response)

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
        message = " ".join(spelling(secret) for secret in secrets for spelling in (str, json.dumps, quote, repr, html.escape))
        await exchange.respond(Response(code, json.dumps({"error": message}).encode(), {}))

    return fault


def rival(change: Callable, after: bool = False) -> Fault:
    """Somebody else changes the connection just before, or just after, the work, by change(store, name)."""

    async def fault(exchange: Exchange):
        if not after:
            change(exchange.faults.store, exchange.name)
        response = await exchange.handled()
        if after:
            change(exchange.faults.store, exchange.name)
        await exchange.respond(response)

    return fault


# --- hostile responses -------------------------------------------------------------------------------------------


def instead(make: Callable[[dict], Response], work: bool = True) -> Fault:
    """A response in place of the platform's, made of what it would rather not show.

    Args:
        make: takes an object with secrets, the connection as it is stored (or was sent), or the minted token.
        work: whether the request is carried out all the same.
    """

    async def fault(exchange: Exchange):
        await exchange.respond(make(await _confidential(exchange, work)))

    return fault


def bytes_instead(make: Callable[[dict], Iterable[bytes]], work: bool = True) -> Fault:
    """As `instead`, for what no server sends: make returns the bytes on the wire, piece by piece, without an end if it likes."""

    async def fault(exchange: Exchange):
        await exchange.write(make(await _confidential(exchange, work)))

    return fault


async def _confidential(exchange: Exchange, work: bool) -> dict:
    """Let the platform do its work, or not. Returns the object with secrets that the request is about."""
    before = exchange.faults.store.get(exchange.name)
    minting = exchange.call.path.endswith("/user-token")
    response = await exchange.handled() if work or minting else None
    if minting:
        return json.loads(response.body)
    sent = json.loads(exchange.call.body or b"{}")
    return exchange.faults.store.get(exchange.name) or before or {"name": exchange.name, **sent}


def as_json(change: Callable[[dict], object] = dict, code: int = 200, headers: dict[str, str] | None = None) -> Callable[[dict], Response]:
    """For `instead`: what change makes of the object, as JSON."""
    return lambda secret: Response(code, json.dumps(change(secret)).encode(), headers or {})
