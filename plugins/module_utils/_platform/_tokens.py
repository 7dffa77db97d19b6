# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Access tokens: minting one, and knowing when it ends. Private to the collection."""

from __future__ import annotations

import base64
import json
from datetime import datetime, timedelta, timezone

from .._http._client import HeaderAuth
from .._http._errors import ApiError, BadResponse, Unauthorized

TOKEN_PATH = "/ds-api/user-token"
#: How long a token lives, by the vendor's manual.
LIFETIME = timedelta(hours=24)


class NoToken(ApiError):
    """No token could be minted, so that the call that needed it was not made.

    A type of its own, not that of its cause: a 404 to the token call does not mean that a connection is absent, and one
    that was lost leaves no write in doubt. refused: the platform does not accept the username and password.
    """

    refused = False

    @classmethod
    def because_of(cls, cause, advice=None):
        """Return the NoToken for the ApiError that the token call met. advice: other than the cause's own."""
        error = cls(cause.method, cause.url, cause.problem, status=cause.status, detail=cause.detail, advice=advice or cause.advice)
        error.no_response = cause.no_response
        return error

    @classmethod
    def because_refused(cls, method, url, problem, status):
        """Return the NoToken for a username and password that were refused."""
        error = cls(method, url, problem, status=status, advice="The platform refused api_username and api_password: check them.")
        error.refused = True
        return error


def mint(client, username, password, secrets, retries):
    """Return a new token (text).

    client: a PlatformClient. Transient failures are retried: a token that was made and lost does no harm. Nothing that
    comes back is quoted. Raise NoToken.
    """
    pair = "%s:%s" % (username, password)
    basic = base64.b64encode(pair.encode("utf-8", "surrogateescape")).decode("ascii")
    secrets.add(basic)
    while True:
        try:
            response = client.request("POST", TOKEN_PATH, HeaderAuth("Authorization", "Basic " + basic), expected=(201, 200), confidential=True)
            break
        except Unauthorized as exc:
            raise NoToken.because_refused(exc.method, exc.url, exc.problem, exc.status) from None
        except ApiError as exc:
            if not (exc.transient and retries.allow(exc)):
                raise NoToken.because_of(exc) from None
    try:
        token = client.json_object("POST", TOKEN_PATH, response, confidential=True).get("user-token")
        if not isinstance(token, str) or not token or not all("!" <= character <= "~" for character in token):
            raise BadResponse("POST", client.url(TOKEN_PATH), "the response holds no usable user-token", status=response.status)
    except BadResponse as exc:
        raise NoToken.because_of(exc) from None
    secrets.add(token)
    return token


def end_of(token):
    """Return when a token ends (an aware datetime in UTC), from the token itself where it is a JWT, else None."""
    try:
        payload = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return datetime.fromtimestamp(claims["exp"], timezone.utc)
    except (IndexError, KeyError, TypeError, ValueError, OverflowError, OSError, RecursionError):
        return None


def expires_at(token, minted_at=None):
    """Return when a token ends as ISO 8601 in UTC, from the token itself where it is a JWT.

    Where it is not: 24 hours after it was minted, None if that is not known. minted_at: seconds since 1970, as `time.time` has it.
    """
    end = end_of(token) or (None if minted_at is None else datetime.fromtimestamp(minted_at, timezone.utc) + LIFETIME)
    return None if end is None else end.strftime("%Y-%m-%dT%H:%M:%SZ")
