# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Calls of a platform: bounded in number and in time, and remembered without anything secret."""

from __future__ import annotations

import os
from dataclasses import dataclass
from urllib.parse import quote

import requests

#: Calls of a run at most. It makes about 35; the rest is for removing what was made.
MOST_CALLS = 60
#: Seconds for a call.
PATIENCE = 30
CONNECTION = "/pool/pg-instances/"


class Unusable(Exception):
    """The platform cannot be asked at all: the message says why."""


@dataclass(frozen=True)
class Reply:
    """What came back. status: of HTTP, 0 if nothing came. body: its JSON, None without any. kind: what the body is, in words."""

    status: int
    body: object
    kind: str

    def field(self, name):
        """Return a field of a JSON object, None if there is none."""
        return self.body.get(name) if isinstance(self.body, dict) else None


@dataclass(frozen=True)
class Access:
    """A way to a platform, by the same variables as the collection's.

    Attributes:
        url: of the platform, without /ds-api.
        token: an access token; None: one is minted.
        username: of a user who may manage connections.
        password: of that user.
        verify: what requests takes to verify certificates with.
    """

    url: str
    token: str | None
    username: str | None
    password: str | None
    verify: bool | str

    @classmethod
    def from_environment(cls, environment=None):
        """Return the access that variables describe, those of the process unless others are given."""
        environment = os.environ if environment is None else environment
        given = {name: environment.get(f"DATASENTINEL_{name}") or None for name in ("API_URL", "API_TOKEN", "API_USERNAME", "API_PASSWORD", "CA_PATH")}
        if not given["API_URL"]:
            raise Unusable("DATASENTINEL_API_URL is not set: the address of the platform.")
        if not (given["API_USERNAME"] and given["API_PASSWORD"]) and not given["API_TOKEN"]:
            raise Unusable("Set DATASENTINEL_API_USERNAME and DATASENTINEL_API_PASSWORD (or DATASENTINEL_API_TOKEN alone, and tokens are not checked).")
        url = given["API_URL"].rstrip("/").removesuffix("/ds-api")
        if not url.startswith(("https://", "http://")) or "@" in url:
            raise Unusable("DATASENTINEL_API_URL has to be an address as https://platform.example.com.")
        unverified = (environment.get("DATASENTINEL_VALIDATE_CERTS") or "true").lower() in {"false", "no", "0", "off"}
        return cls(url, given["API_TOKEN"], given["API_USERNAME"], given["API_PASSWORD"], not unverified and (given["CA_PATH"] or True))


class Caller:
    """Calls a platform. made: how many calls were made. secrets: texts that are shown nowhere."""

    def __init__(self, access):
        self._access = access
        self._session = requests.Session()
        # No netrc, which adds credentials; proxies are those of the environment all the same.
        self._session.trust_env = False
        self._session.proxies = requests.utils.get_environ_proxies(access.url)
        self.made = 0
        self.token = access.token
        self.secrets = {secret for secret in (access.token, access.password) if secret}

    def __call__(self, method, path, *, token=None, body=None, basic=False, params=None):
        """Make a call. token: sent as it is; None: none. basic: whether user and password are sent. Returns the Reply."""
        if self.made >= MOST_CALLS:
            raise Unusable(f"More than {MOST_CALLS} calls: this is an error of these checks.")
        self.made += 1
        try:
            response = self._session.request(
                method,
                f"{self._access.url}/ds-api{path}",
                json=body,
                params=params,
                headers={} if token is None else {"user-token": token},
                auth=(self._access.username, self._access.password) if basic else None,
                verify=self._access.verify,
                timeout=PATIENCE,
                allow_redirects=False,
            )
        except requests.RequestException as exc:
            return Reply(0, None, f"nothing ({type(exc).__name__})")
        return Reply(response.status_code, *_content(response))

    def connection(self, method, name, action="", body=None, **more):
        """Make a call of the Connection API, with the token of the run unless another is given."""
        return self(method, CONNECTION + quote(name, safe="") + action, body=body, **{"token": self.token, **more})

    def quoted(self, text):
        """Return text of the platform's as it may be shown: short, printable, without secrets."""
        shown = str(text)
        for secret in sorted(self.secrets, key=len, reverse=True):
            shown = shown.replace(secret, "<secret>")
        return "".join(character if character.isprintable() else "?" for character in shown)[:200]


def _content(response):
    if not response.content.strip():
        return None, "no body"
    try:
        body = response.json()
    except ValueError:
        page = response.content.lstrip()[:1] == b"<"
        return None, "an HTML page" if page else "text that is no JSON"
    return body, f"a JSON object with {', '.join(sorted(body)) or 'nothing'}" if isinstance(body, dict) else "JSON that is no object"
