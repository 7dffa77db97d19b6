# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The routes of the platform, as the contract has them."""

# No postponed annotations: FastAPI could not see those that name the functions inside make_app.

import base64
import binascii
import secrets
from datetime import datetime, timezone
from typing import Annotated

from fastapi import Depends, FastAPI, Path, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.security import APIKeyHeader, HTTPBasic
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictInt, StrictStr
from starlette.exceptions import HTTPException
from starlette.routing import Match

from .login import login
from .store import Store
from .tokens import Tokens, User

Text = Annotated[StrictStr, Field(min_length=1, pattern=r"^[^\x00]+$")]
Tags = Annotated[StrictStr, Field(pattern=r"^[^\x00]*$")]


def whole(number):
    """5432.0 is an integer in JSON, "5432" is not."""
    return int(number) if isinstance(number, float) and number.is_integer() else number


Port = Annotated[StrictInt, Field(ge=1, le=65535), BeforeValidator(whole)]


class Wanted(BaseModel):
    """What a connection is created with."""

    model_config = ConfigDict(extra="ignore")
    host: Text
    port: Port
    user: Text
    password: Text
    tags: Tags


class Change(BaseModel):
    """What is changed of a connection."""

    model_config = ConfigDict(extra="ignore")
    host: Text | None = None
    port: Port | None = None
    user: Text | None = None
    password: Text | None = None
    tags: Tags | None = None


class Shown(BaseModel):
    """A connection as it is displayed."""

    model_config = ConfigDict(extra="allow")
    name: str
    host: str
    port: int
    user: str
    password: str
    tags: str
    enabled: bool
    connected: bool


class Said(BaseModel):
    """A sentence on what was done."""

    status: str


class Failure(BaseModel):
    """A sentence on what went wrong."""

    error: str


class Token(BaseModel):
    """A minted token."""

    user_token: str = Field(alias="user-token")


class TokenFacts(BaseModel):
    """What a token stands for."""

    email: str
    expire_time: str
    organization_name: str
    user: str


class Health(BaseModel):
    """That the platform runs."""

    status: str
    message: str
    version: str


class Refusal(Exception):
    """An answer other than success: a status and a sentence."""

    def __init__(self, status: int, error: str):
        super().__init__(error)
        self.status = status
        self.error = error


ERRORS = {
    401: "The token, or the user and password, are not accepted.",
    403: "The user lacks the data admin profile or the admin privilege.",
    404: "There is no connection of that name.",
    409: "There is one of that name already.",
    500: "The request could not be carried out, for example because its body is not as it should be.",
}


def errors(*statuses: int) -> dict:
    """The documented answers for failures."""
    return {status: {"model": Failure, "description": ERRORS[status]} for status in statuses}


def make_app(store: Store, tokens: Tokens, users: list[User]) -> FastAPI:
    """The platform as an ASGI application."""
    app = FastAPI(title="Embedded Datasentinel platform", version="v2.0.0")
    basic = HTTPBasic(auto_error=False)
    key = APIKeyHeader(name="user-token", auto_error=False)
    by_name = {user.name: user for user in users}

    def user_of_basic(request: Request, _declared=Depends(basic)) -> User:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        try:
            name, _, password = base64.b64decode(given, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            name = password = ""
        user = by_name.get(name)
        if scheme.lower() != "basic" or user is None or not secrets.compare_digest(user.password.encode(), password.encode()):
            raise Refusal(401, "Wrong user or password")
        return user

    def manager(token: Annotated[str | None, Depends(key)]) -> User:
        claims = tokens.claims(token) if token else None
        user = by_name.get(claims["sub"]) if claims else None
        if user is None:
            raise Refusal(401, "Invalid or expired token")
        if not user.manages:
            raise Refusal(403, "The data admin profile and the admin privilege are required")
        return user

    def existing(name: str) -> dict:
        shown = store.get(name)
        if shown is None:
            raise Refusal(404, f"Connection {name} not found")
        return shown

    def look(name: str) -> str | None:
        """Logs in again and notes whether that works. Gives why not."""
        shown = existing(name)
        trouble = login(shown) if shown["enabled"] else "it is disabled"
        with store.exclusively():
            if store.get(name) is not None:
                store.put(name, connected=trouble is None)
        return trouble

    Name = Annotated[str, Path(description="The identifier of the connection.", min_length=1, pattern=r"^[^/\x00]+$")]
    guarded = {"dependencies": [Depends(manager)]}
    path = "/ds-api/pool/pg-instances/{name}"

    @app.post(path, status_code=201, response_model=Said, responses=errors(401, 403, 409, 500), **guarded)
    def create(name: Name, wanted: Wanted):
        with store.exclusively():
            if store.get(name) is not None:
                raise Refusal(409, f"Connection {name} already exists")
            store.put(name, **wanted.model_dump())
        trouble = look(name)
        return {"status": f"Connection created, not connected: {trouble}" if trouble else "Connection created and connected!"}

    @app.get(path, response_model=Shown, responses=errors(401, 403, 404, 500), **guarded)
    def display(name: Name):
        shown = existing(name)
        if shown["enabled"] and not shown["connected"]:
            look(name)
        return JSONResponse(existing(name))

    @app.put(path, response_model=Said, responses=errors(401, 403, 404, 500), **guarded)
    def update(name: Name, change: Change):
        with store.exclusively():
            existing(name)
            store.put(name, **change.model_dump(exclude_none=True))
        look(name)
        return {"status": "Connection updated!"}

    @app.patch(path + "/disable", response_model=Said, responses=errors(401, 403, 404, 500), **guarded)
    def disable(name: Name):
        with store.exclusively():
            existing(name)
            store.put(name, enabled=False, connected=False)
        return {"status": "Connection disabled!"}

    @app.patch(path + "/enable", response_model=Said, responses=errors(401, 403, 404, 500), **guarded)
    def enable(name: Name):
        with store.exclusively():
            existing(name)
            store.put(name, enabled=True)
        look(name)
        return {"status": "Connection enabled!"}

    @app.delete(path, response_model=Said, responses=errors(401, 403, 404, 500), **guarded)
    def delete(name: Name):
        with store.exclusively():
            existing(name)
            store.delete(name)
        return {"status": "Connection deleted!"}

    @app.post("/ds-api/user-token", status_code=201, response_model=Token, responses=errors(401, 500))
    def mint(user: Annotated[User, Depends(user_of_basic)]):
        return JSONResponse({"user-token": tokens.mint(user)}, 201)

    @app.get("/ds-api/user-token", response_model=TokenFacts, responses=errors(401, 500))
    def token_facts(token: Annotated[str, Query()], _user: Annotated[User, Depends(user_of_basic)]):
        claims = tokens.claims(token)
        if claims is None:
            raise Refusal(401, "Invalid or expired token")
        ends = datetime.fromtimestamp(claims["exp"], timezone.utc)
        return {
            "email": f"{claims['sub']}@example.com",
            "expire_time": ends.strftime("%Y-%m-%d %H:%M:%S"),
            "organization_name": "example",
            "user": claims["sub"],
        }

    @app.get("/ds-api/", response_model=Health)
    def health():
        return {"status": "OK", "message": "Datasentinel backend API up and running", "version": "v2.0.0"}

    @app.exception_handler(Refusal)
    def refused(_request, exc: Refusal):
        return JSONResponse({"error": exc.error}, exc.status)

    @app.exception_handler(HTTPException)
    def no_such_route(request: Request, exc: HTTPException):
        headers = dict(exc.headers or {})
        if exc.status_code == 405:
            # Each route knows its own method alone.
            headers["allow"] = ", ".join(sorted({method for route in app.routes if route.matches(request.scope)[0] != Match.NONE for method in route.methods}))
        return JSONResponse({"error": str(exc.detail)}, exc.status_code, headers=headers)

    @app.exception_handler(RequestValidationError)
    def malformed(_request, exc: RequestValidationError):
        # The contract has no status for a malformed request but 500.
        first = exc.errors()[0]
        return JSONResponse({"error": f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"}, 500)

    describe = app.openapi

    def openapi() -> dict:
        """FastAPI's description, less the 422 that it takes for granted: a malformed request is answered with 500 here."""
        described = describe()
        for calls in described["paths"].values():
            for call in calls.values():
                call["responses"].pop("422", None)
        return described

    app.openapi = openapi
    return app
