# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One token for a run: where a task has its token from. Private to the collection."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone

from .._http._client import HeaderAuth
from .._http._errors import Unauthorized
from ._tokens import NoToken, end_of, mint

#: A token that ends sooner than this is not begun with.
_MARGIN = timedelta(seconds=60)


class TokenSource:
    """The token of a task: the ready one, or the one that the run has for this platform, user and password.

    client: a PlatformClient. settings: the Settings. memory: the RunMemory, in which a token, or the refusal of a username
    and password, is there for all tasks. new_retries: returns new Retries. A token that is refused is renewed, but not twice in a row.
    minted_at: when the token was minted, in seconds since 1970; None for a ready one.
    """

    def __init__(self, client, settings, secrets, memory, reachability, new_retries):
        self._client = client
        self._settings = settings
        self._secrets = secrets
        self._memory = memory
        self._reachability = reachability
        self._new_retries = new_retries
        self._key = ("token", settings.api_url, settings.username, settings.password)
        self._token = settings.token
        self._renewed = False
        self.minted_at = None

    def token(self):
        """Return the token (text). Raise NoToken if it has to be minted and cannot be."""
        if self._token is None:
            self._token = self._of_the_run(refused=None)
        return self._token

    def auth(self):
        """Return the authentication for a request. Raise NoToken."""
        return HeaderAuth("user-token", self.token())

    def renew(self, error):
        """Have another token after a 401, or raise. error: the Unauthorized that a request met."""
        if not self._settings.can_mint:
            advice = "The platform refused the token. Tokens live 24 hours: mint a new one, or give api_username and api_password."
            raise _refused(error, advice) from None
        if self._renewed:
            advice = "The platform refused two tokens in a row, the second one new: check the user's rights on the platform."
            raise _refused(error, advice) from None
        self._renewed = True
        self._token = self._of_the_run(refused=self._token)

    def accepted(self):
        """Note that the platform took the token, so that one refused later may be renewed as well."""
        self._renewed = False

    def _of_the_run(self, refused):
        """Return the token that the run has, or mint it. refused: a token that is of no use any more."""
        started = time.monotonic()
        token = self._stored(refused)
        if token is None and self._reachability.problem() is None:
            with self._memory.exclusively(*self._key, patience=self._longest_minting()):
                token = self._stored(refused)
                if token is None and not self._failed_since(started):
                    return self._mint()
        # Where another task could not mint while this one waited, each goes on by itself, side by side.
        return token or self._mint()

    def _stored(self, refused):
        """Return the stored token, None if there is no usable one. Raise NoToken if the username and password were refused."""
        stored = self._memory.get(*self._key) or {}
        if "refusal" in stored:
            raise NoToken.because_refused(*stored["refusal"])
        token = stored.get("token")
        if token is None or token == refused:
            return None
        end = end_of(token)
        if end is not None and end < datetime.now(timezone.utc) + _MARGIN:
            return None
        self._secrets.add(token)
        self.minted_at = stored["minted_at"]
        return token

    def _failed_since(self, moment):
        return (self._memory.get(*self._key) or {}).get("failed", moment) > moment

    def _mint(self):
        try:
            token = mint(self._client, self._settings.username, self._settings.password, self._secrets, self._new_retries())
        except NoToken as exc:
            outcome = {"refusal": [exc.method, exc.url, exc.problem, exc.status]} if exc.refused else {"failed": time.monotonic()}
            self._memory.put(outcome, *self._key)
            raise
        self.minted_at = time.time()
        self._memory.put({"token": token, "minted_at": self.minted_at}, *self._key)
        return token

    def _longest_minting(self):
        """Return the seconds after which nobody waits for another task's minting any more."""
        return (self._settings.retries + 1) * (2 * self._settings.timeout + 60)


def _refused(error, advice):
    return Unauthorized(error.method, error.url, error.problem, status=error.status, detail=error.detail, advice=advice)
