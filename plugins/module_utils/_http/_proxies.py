# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The variables that name proxies: the credentials in them, and which proxy is meant. Private to the collection."""

from __future__ import annotations

import base64
import os
from urllib.parse import unquote, urlsplit

from ._libraries import requests


def proxy_secrets():
    """Return the passwords of proxies as texts: as written, decoded, and as HTTP Basic authentication sends them.

    Where there is a user alone, that is a key.
    """
    found = []
    for name, value in os.environ.items():
        if not name.lower().endswith("_proxy") or "@" not in value:
            continue
        # By hand, and generously: a password with characters that should have been encoded is one all the same.
        address = value.partition("//")[2] or value
        user, _colon, password = address.rpartition("@")[0].partition(":")
        secret = password or user
        if secret:
            pair = "%s:%s" % (unquote(user), unquote(password))
            found += [secret, unquote(secret), base64.b64encode(pair.encode("utf-8", "surrogateescape")).decode("ascii")]
    return found


def proxy_for(url):
    """Return host and port (text) of the proxy that requests to a URL go through, without its credentials; None if there is none, or no telling."""
    proxies = requests.utils.get_environ_proxies(url, no_proxy=None)
    proxy = requests.utils.select_proxy(url, proxies)
    try:
        parts = urlsplit(proxy if proxy and "//" in proxy else "//%s" % (proxy or ""))
        if "@" in (proxy or "") and "@" not in parts.netloc:
            return None  # what looks like a host and port is the beginning of a user and password
        return parts.hostname and (parts.hostname if parts.port is None else "%s:%d" % (parts.hostname, parts.port))
    except ValueError:
        return None
