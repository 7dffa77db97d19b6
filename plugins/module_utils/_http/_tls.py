# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""TLS contexts, each made once and then shared. Private to the collection.

Loading a bundle of a hundred and more authorities costs some 30 ms. What is loaded before the workers of a run are
forked costs them nothing.
"""

from __future__ import annotations

import contextlib
import functools
import os

from ._deadline import DeadlineTlsSocket
from ._libraries import requests, urllib3


@functools.lru_cache(maxsize=8)
def context_for(cert_reqs, ca_file, ca_folder):
    """Return the SSLContext for what requests decided on: verification, a bundle, a folder of authorities (or None).

    Raise OSError (ssl.SSLError among them) where the bundle cannot be read or holds no certificates.
    """
    verification = urllib3.util.ssl_.resolve_cert_reqs(cert_reqs)
    context = urllib3.util.ssl_.create_urllib3_context(cert_reqs=verification)
    if ca_file or ca_folder:
        context.load_verify_locations(ca_file, ca_folder)
    context.sslsocket_class = DeadlineTlsSocket
    return context


def preload(ca_path=None):
    """Load authorities for the workers that are forked from this process.

    ca_path: of a bundle, a file or a folder. Without it, those that requests trusts by default.
    """
    if requests is not None:
        path = ca_path or requests.certs.where()
        with contextlib.suppress(OSError):  # whoever needs them says so
            context_for("CERT_REQUIRED", *((None, path) if os.path.isdir(path) else (path, None)))
