# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""requests and urllib3, where they are installed. Private to the collection.

Parsers of documentation and tests of Ansible import this without them; a task says then what is missing.
"""

from __future__ import annotations

import traceback

__all__ = (
    "REQUESTS_IMPORT_ERROR",
    "HTTPAdapter",
    "HTTPConnection",
    "HTTPConnectionPool",
    "HTTPSConnection",
    "HTTPSConnectionPool",
    "Session",
    "requests",
    "urllib3",
)

try:
    import requests
    import urllib3
    from requests.adapters import HTTPAdapter
    from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
except ImportError:
    REQUESTS_IMPORT_ERROR = traceback.format_exc()
    requests = urllib3 = None
    Session = HTTPAdapter = HTTPConnection = HTTPConnectionPool = HTTPSConnection = HTTPSConnectionPool = object
else:
    REQUESTS_IMPORT_ERROR = None
    Session = requests.Session
    HTTPConnection = HTTPConnectionPool.ConnectionCls
    HTTPSConnection = HTTPSConnectionPool.ConnectionCls
