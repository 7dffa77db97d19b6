# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Access tokens: minting one, knowing when it ends, renewing it once. Private to the collection."""

from __future__ import annotations

import base64
import json
from datetime import datetime, timedelta, timezone

from .._http._client import HeaderAuth
from .._common._errors import ApiError, BadResponse, NoToken, Unauthorized

TOKEN_PATH = "/ds-api/user-token"
#: How long a token lives, by the vendor's manual.
LIFETIME = timedelta(hours=24)


def mint(client):
    """A new token (text) from the username and password of the client's settings.

    Passing failures are tried again: a token that was made and lost does no harm.
    Raises NoToken.
    """
    settings = client.settings
    pair = "%s:%s" % (settings.username, settings.password)
    basic = base64.b64encode(pair.encode("utf-8", "surrogateescape")).decode("ascii")
    client.secrets.add(basic)
    retries = client.retries()
    while True:
        try:
            answer = client.request("POST", TOKEN_PATH, HeaderAuth("Authorization", "Basic " + basic), expected=(201, 200))
            break
        except Unauthorized as exc:
            raise NoToken.because_of(exc, "The platform refused api_username and api_password: check them.") from None
        except ApiError as exc:
            if not (exc.transient and retries.again(exc)):
                raise NoToken.because_of(exc) from None
    try:
        token = client.object_in("POST", TOKEN_PATH, answer).get("user-token")
    except BadResponse as exc:
        raise NoToken.because_of(exc) from None
    if not isinstance(token, str) or not token or not all("!" <= character <= "~" for character in token):
        raise NoToken("POST", settings.api_url + TOKEN_PATH, "the answer holds no usable user-token", status=answer.status, advice=BadResponse.advice)
    client.secrets.add(token)
    return token


def expires_at(token, just_minted=True):
    """When a token ends: ISO 8601 in UTC, from the token itself where it is a JWT.

    Where it is not: 24 hours from now if it was just minted, else None.
    """
    try:
        payload = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        moment = datetime.fromtimestamp(claims["exp"], timezone.utc)
    except (IndexError, KeyError, TypeError, ValueError, OverflowError, OSError):
        if not just_minted:
            return None
        moment = datetime.now(timezone.utc) + LIFETIME
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


class TokenSource:
    """The token of a task: the ready one, or one minted when it is first needed; renewed at most once."""

    def __init__(self, client):
        self._client = client
        self._token = client.settings.token
        self._renewed = False

    def auth(self):
        """Authentication for a request. Raises an ApiError if a token has to be minted and cannot be."""
        if self._token is None:
            self._token = mint(self._client)
        return HeaderAuth("user-token", self._token)

    def renew(self, refused):
        """Makes a new token after a 401, or raises: refused is the Unauthorized that a request met."""
        if not self._client.settings.can_mint:
            raise _refused(
                refused, "The platform refused the token. Tokens live 24 hours: mint a new one, or give api_username and api_password."
            ) from None
        if self._renewed:
            raise _refused(refused, "The platform refused two tokens in a row, the second one just minted: look at the user's rights there.") from None
        self._renewed = True
        self._token = mint(self._client)


def _refused(exc, advice):
    return Unauthorized(exc.method, exc.url, exc.problem, status=exc.status, detail=exc.detail, advice=advice)
