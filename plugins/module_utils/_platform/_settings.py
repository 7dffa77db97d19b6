# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How to reach the platform: the access options, checked. Private to the collection."""

from __future__ import annotations

import ipaddress
import math
import os
from dataclasses import dataclass, field
from typing import Optional
from urllib.parse import urlsplit

from .._common._errors import InvalidInput
from .._common._text import has_control


@dataclass(frozen=True)
class Settings:
    """Where the platform is and how to be let in; made by `settings_from`, so every value is known to be usable.

    api_url: without a trailing slash. token: a ready one, or None. username, password: both or neither; with both, a
    token can be minted. verify: True, False or the path of a CA bundle. timeout: seconds. retries: further retries.
    """

    api_url: str
    token: Optional[str] = field(default=None, repr=False)
    username: Optional[str] = None
    password: Optional[str] = field(default=None, repr=False)
    verify: object = True
    timeout: float = 30.0
    retries: int = 3

    @property
    def can_mint(self):
        """Whether there is a username and password to mint a token from."""
        return self.username is not None


def settings_from(params, run_token=None):
    """Checks the access options of a task.

    params: the options of the ``datasentinel.platform.access`` fragment, with their types. run_token: what
    ``datasentinel_token`` returned earlier in the run; it is used in place of a token of the task's own if it was
    minted on the same platform for the same user, and set aside otherwise, so that it never goes elsewhere.
    Gives the Settings and a list of warnings. Raises InvalidInput.
    """
    api_url, warnings = _checked_url(params["api_url"])
    token = params.get("api_token") or None
    username = params.get("api_username") or None
    password = params.get("api_password") or None
    if token is not None and not _fits_a_header(token):
        raise InvalidInput(
            "api_token holds a space, a line break or another character that no token has: was it copied whole, and alone?"
        )
    if username is not None and (":" in username or has_control(username)):
        raise InvalidInput("api_username holds a colon or a control character, which HTTP Basic authentication cannot carry.")
    if password is not None and has_control(password):
        raise InvalidInput("api_password holds a control character, which HTTP Basic authentication cannot carry.")
    if (username is None) != (password is None):
        # Half a credential is of no use; a ready token needs neither.
        given, missing = ("api_username", "api_password") if password is None else ("api_password", "api_username")
        if token is None:
            raise InvalidInput("%s is given without %s: give both (%s)." % (given, missing, _variable(missing)))
        username = password = None
    if token is None and username is None:
        raise InvalidInput(
            "No access to the platform: give api_token, or api_username and api_password, or set "
            "DATASENTINEL_API_TOKEN, or DATASENTINEL_API_USERNAME and DATASENTINEL_API_PASSWORD."
        )
    if token is None and run_token and (run_token.get("api_url"), run_token.get("api_username")) == (api_url, username):
        token = run_token.get("token")
    return (
        Settings(
            api_url=api_url,
            token=token,
            username=username,
            password=password,
            verify=_verification(params),
            timeout=_checked_timeout(params["api_timeout"]),
            retries=_checked_retries(params["api_retries"]),
        ),
        warnings,
    )


def _variable(option):
    return "DATASENTINEL_%s" % option.upper()


def _fits_a_header(token):
    return all("!" <= character <= "~" for character in token)


def _checked_url(given):
    """api_url without its trailing slash, and the warnings it deserves."""
    url = given.strip().rstrip("/")
    advice = "It looks like https://platform.example.com, with a port or a path prefix where there is one."
    if not url:
        raise InvalidInput("api_url is empty. %s Or set DATASENTINEL_API_URL." % advice)
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError as exc:
        raise InvalidInput("api_url is not a URL (%s). %s" % (exc, advice)) from None
    if "@" in parts.netloc:
        # Not quoted in the message: what stands before the @ may be a password.
        raise InvalidInput("api_url holds a user or password: give them as api_username and api_password instead.")
    if parts.scheme not in ("http", "https"):
        raise InvalidInput("api_url is %r: only http:// and https:// are possible. %s" % (given, advice))
    if not host or parts.query or parts.fragment or has_control(url) or " " in url or "\\" in url:
        raise InvalidInput("api_url is %r, which is not the address of a platform. %s" % (given, advice))
    if parts.scheme == "http" and not _is_loopback(host):
        return url, ["api_url is %s: without https, tokens and passwords travel readable for anybody on the way." % url]
    return url, []


def _is_loopback(host):
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _verification(params):
    if not params["validate_certs"]:
        return False
    ca_path = params.get("ca_path")
    if not ca_path:
        return True
    if not os.path.exists(ca_path):
        raise InvalidInput("ca_path: there is no file %s here, where the task runs. It has to hold the CA certificates in PEM form." % ca_path)
    return ca_path


def _checked_timeout(seconds):
    if not (math.isfinite(seconds) and seconds > 0):
        raise InvalidInput("api_timeout is %s: it has to be a number of seconds above 0." % seconds)
    return seconds


def _checked_retries(count):
    if count < 0:
        raise InvalidInput("api_retries is %s: it has to be 0 or more." % count)
    return count
