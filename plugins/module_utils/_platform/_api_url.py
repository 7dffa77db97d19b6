# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The address of a platform, checked. Private to the collection."""

from __future__ import annotations

import ipaddress
import unicodedata
from urllib.parse import unquote, urlsplit

from .._common._errors import InvalidInput
from .._common._text import has_control

_ADVICE = "It looks like https://platform.example.com, with a port or a path prefix where there is one."
#: The manual's guide on automation writes the base URL with the root of the API, which every path here begins with.
_API_ROOT = "/ds-api"
_CALLS = (_API_ROOT + "/user-token", _API_ROOT + "/pool/")


def checked_url(given):
    """Return api_url without a trailing slash and without ``/ds-api``, and a list of warnings. Raise InvalidInput."""
    if "@" in unquote(unicodedata.normalize("NFKC", given)):
        # Not quoted: what stands before the @ may be a password.
        raise InvalidInput("api_url holds an @, and so perhaps a user and password: give them as api_username and api_password instead.")
    url = given.strip().rstrip("/")
    if not url:
        raise InvalidInput("api_url is empty. %s Or set DATASENTINEL_API_URL." % _ADVICE)
    if "?" in url or "#" in url:
        # Not quoted: what follows may be a token.
        raise InvalidInput("api_url is more than an address: leave out the ? or # and what follows. %s" % _ADVICE)
    if has_control(url) or " " in url or "\\" in url:
        raise InvalidInput("api_url is %r, which holds a space, a backslash or a control character. %s" % (given, _ADVICE))
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError as exc:
        raise InvalidInput("api_url is not a URL (%s). %s" % (exc, _ADVICE)) from None
    if parts.scheme not in ("http", "https"):
        raise InvalidInput("api_url is %r: only http:// and https:// are possible. %s" % (given, _ADVICE))
    if not host:
        raise InvalidInput("api_url is %r, which is not the address of a platform. %s" % (given, _ADVICE))
    if any(call in parts.path for call in _CALLS):
        raise InvalidInput("api_url is %r, which is the address of a call of the API: leave out %s and what follows. %s" % (given, _API_ROOT, _ADVICE))
    if parts.path.endswith(_API_ROOT):
        url = url[: -len(_API_ROOT)].rstrip("/")
    if parts.scheme == "http" and not _is_loopback(host):
        return url, ["api_url is %s: without https, tokens and passwords travel readable for anybody on the way." % url]
    return url, []


def comparable_url(given):
    """Return api_url as `checked_url` does, to compare it with another; as it is, if it is refused."""
    try:
        return checked_url(given)[0]
    except InvalidInput:
        return given


def _is_loopback(host):
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
