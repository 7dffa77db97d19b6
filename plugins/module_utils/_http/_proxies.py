# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Credentials in the variables that name proxies. Private to the collection."""

from __future__ import annotations

import base64
import os
from urllib.parse import unquote


def proxy_secrets():
    """Return the passwords of proxies as texts: as written, decoded, and as HTTP Basic authentication sends them."""
    found = []
    for name, value in os.environ.items():
        if not name.lower().endswith("_proxy") or "@" not in value:
            continue
        # By hand, and generously: a password with characters that should have been encoded is one all the same.
        address = value.partition("//")[2] or value
        user, _colon, password = address.rpartition("@")[0].partition(":")
        if password:
            pair = "%s:%s" % (unquote(user), unquote(password))
            found += [password, unquote(password), base64.b64encode(pair.encode("utf-8", "surrogateescape")).decode("ascii")]
    return found
