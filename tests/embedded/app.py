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
from fastapi.responses import JSONResponse, Response
from fastapi.security import APIKeyHeader, HTTPBasic
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictInt, StrictStr
from starlette.exceptions import HTTPException
from starlette.routing import Match

from .login import login
from .store import Store
from .tokens import Tokens, User
from .variants import Variants

Text = Annotated[StrictStr, Field(min_length=1, pattern=r"^[^\x00]+$")]
Tags = Annotated[StrictStr, Field(pattern=r"^[^\x00]*$")]


def integral(number):
    """5432.0 is an integer in JSON, "5432" is not."""
    return int(number) if isinstance(number, float) and number.is_integer() else number


Port = Annotated[StrictInt, Field(ge=1, le=65535), BeforeValidator(integral)]


class NewConnection(BaseModel):
    """The fields of a connection to be created."""

    model_config = ConfigDict(extra="ignore")
    host: Text
    port: Port
    user: Text
    password: Text
    tags: Tags


class Change(BaseModel):
    """The fields of a connection to be changed."""

    model_config = ConfigDict(extra="ignore")
    host: Text | None = None
    port: Port | None = None
    user: Text | None = None
    password: Text | None = None
    tags: Tags | None = None


class DisplayedConnection(BaseModel):
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


class Message(BaseModel):
    """What was done."""

    status: str


class Failure(BaseModel):
    """What went wrong."""

    error: str


class Token(BaseModel):
    """A minted token."""

    user_token: str = Field(alias="user-token")


class TokenDetails(BaseModel):
    """Whose a token is, and until when it is valid."""

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
    """A response other than success: its status and message."""

    def __init__(self, status: int, error: str):
        super().__init__(error)
        self.status = status
        self.error = error


ERRORS = {
    401: "The token, or the user and password, are not accepted.",
    403: "The user lacks the data admin profile or the admin privilege.",
    404: "The connection was not found.",
    409: "A connection of that name exists already.",
    500: "The request could not be carried out, for example because its body is not as it should be.",
}


def errors(*statuses: int) -> dict:
    """The documented responses for failures."""
    return {status: {"model": Failure, "description": ERRORS[status]} for status in statuses}


def make_app(store: Store, tokens: Tokens, users: list[User], variants: Variants) -> FastAPI:
    """The platform as an ASGI application."""
    app = FastAPI(title="Embedded Datasentinel platform", version="v2.0.0")
    basic = HTTPBasic(auto_error=False)
    key = APIKeyHeader(name="user-token", auto_error=False)
    by_name = {user.name: user for user in users}

    def user_of_basic(request: Request, _declared=Depends(basic)) -> User:
        scheme, _space, credentials = request.headers.get("authorization", "").partition(" ")
        try:
            name, _colon, password = base64.b64decode(credentials, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            name = password = ""
        user = by_name.get(name)
        if scheme.lower() != "basic" or user is None or not secrets.compare_digest(user.password.encode(), password.encode()):
            raise Refusal(401, "Wrong user or password")
        return user

    def user_of_basic_if_sent(request: Request) -> User | None:
        return user_of_basic(request) if "authorization" in request.headers else None

    # Asynchronous, since FastAPI has a thread do what is not, which takes longer than this.
    async def manager(token: Annotated[str | None, Depends(key)]) -> User:
        claims = tokens.claims(token) if token else None
        user = by_name.get(claims["sub"]) if claims else None
        if user is None:
            raise Refusal(401, "Invalid or expired token")
        if not user.manages:
            raise Refusal(403, "The data admin profile and the admin privilege are required")
        return user

    def existing(name: str) -> dict:
        connection = store.get(name)
        if connection is None:
            raise Refusal(404, f"Connection {name} not found")
        return connection

    def connect(name: str) -> str | None:
        """Log in to PostgreSQL and store whether that succeeds. Returns why not, or None."""
        connection = existing(name)
        reason = login(connection) if connection["enabled"] else "it is disabled"
        with store.exclusively():
            if store.get(name) is not None:
                store.put(name, connected=reason is None)
        return reason

    def written(message: str, status: int = 200) -> Response:
        """The response to a write that succeeded."""
        if variants.bodiless is not None:
            return Response(status_code=variants.bodiless)
        return JSONResponse({"status": message}, status)

    Name = Annotated[str, Path(description="The identifier of the connection.", min_length=1, pattern=r"^[^/\x00]+$")]
    guarded = {"dependencies": [Depends(manager)]}
    path = "/ds-api/pool/pg-instances/{name}"

    @app.post(path, status_code=201, response_model=Message, responses=errors(401, 403, 409, 500), **guarded)
    def create(name: Name, connection: NewConnection):
        with store.exclusively():
            if store.get(name) is not None:
                raise Refusal(409, f"Connection {name} already exists")
            store.put(name, **variants.created(connection.model_dump()))
        reason = connect(name)
        return written(f"Connection created, not connected: {reason}" if reason else "Connection created and connected!", 201)

    @app.get(path, response_model=DisplayedConnection, responses=errors(401, 403, 404, 500), **guarded)
    def display(name: Name):
        if variants.health_pages:
            return JSONResponse(health())
        connection = existing(name)
        if connection["enabled"] and not connection["connected"]:
            connect(name)
        return JSONResponse(variants.displayed(existing(name)))

    @app.put(path, response_model=Message, responses=errors(401, 403, 404, 500), **guarded)
    def update(name: Name, change: Change):
        with store.exclusively():
            existing(name)
            store.put(name, **variants.updated(change.model_dump(exclude_none=True)))
        connect(name)
        return written("Connection updated!")

    @app.patch(path + "/disable", response_model=Message, responses=errors(401, 403, 404, 500), **guarded)
    def disable(name: Name):
        with store.exclusively():
            existing(name)
            store.put(name, enabled=False, connected=False)
        return written("Connection disabled!")

    @app.patch(path + "/enable", response_model=Message, responses=errors(401, 403, 404, 500), **guarded)
    def enable(name: Name):
        with store.exclusively():
            existing(name)
            store.put(name, enabled=True)
        connect(name)
        return written("Connection enabled!")

    @app.delete(path, response_model=Message, responses=errors(401, 403, 404, 500), **guarded)
    def delete(name: Name):
        with store.exclusively():
            existing(name)
            store.delete(name)
        return written("Connection deleted!")

    @app.post("/ds-api/user-token", status_code=201, response_model=Token, responses=errors(401, 500))
    def mint(user: Annotated[User, Depends(user_of_basic)]):
        return JSONResponse({"user-token": tokens.mint(user)}, 201)

    # The manual's example sends Basic, the vendor's toolkit sends nothing.
    optional_basic = {"security": [{}, {"HTTPBasic": []}]}

    @app.get("/ds-api/user-token", response_model=TokenDetails, responses=errors(401, 500), openapi_extra=optional_basic)
    def token_details(token: Annotated[str, Query()], _user: Annotated[User | None, Depends(user_of_basic_if_sent)]):
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
        """FastAPI's description without the 422 that it adds everywhere: the status for a malformed request is 500 here."""
        described = describe()
        for calls in described["paths"].values():
            for call in calls.values():
                call["responses"].pop("422", None)
        return described

    app.openapi = openapi
    return app
