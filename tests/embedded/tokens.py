# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Users of the platform and their access tokens."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass

import jwt

LIFETIME = 24 * 3600


@dataclass(frozen=True)
class User:
    """A platform user. manages: whether with the data admin profile and the admin privilege."""

    name: str
    password: str
    manages: bool = True


class Tokens:
    """Mint and check JWTs that are signed with a key and valid for so many seconds."""

    def __init__(self, key: str, lifetime: float = LIFETIME):
        self.lifetime = lifetime
        self._key = key
        self._expired: set[str] = set()

    def mint(self, user: User) -> str:
        """Returns a new token for a user."""
        claims = {"sub": user.name, "exp": time.time() + self.lifetime, "jti": secrets.token_hex(8)}
        return jwt.encode(claims, self._key, algorithm="HS256")

    def claims(self, token: str) -> dict | None:
        """The claims of a token, None if it is invalid or has expired."""
        if token in self._expired:
            return None
        try:
            return jwt.decode(token, self._key, algorithms=["HS256"])
        except jwt.InvalidTokenError:
            return None

    def expire(self, token: str):
        """Make a token expire at once."""
        self._expired.add(token)
