# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How what is measured reaches the platform: over HTTP, or over HTTPS with authorities from one place or another."""

from __future__ import annotations

import ssl
from pathlib import Path

import requests

HTTP = "HTTP"
HTTPS = "HTTPS"
HTTPS_CA_PATH = "HTTPS, bundle as ca_path"
HTTPS_AUTHORITY = "HTTPS, one authority as ca_path"
#: What each of them is, for whoever reads the tables.
ACCESSES = {
    HTTP: "without TLS",
    HTTPS: "the platform's authority is one of those in the system's bundle, which REQUESTS_CA_BUNDLE names; no option of the collection is set",
    HTTPS_CA_PATH: "the same file, named by ca_path",
    HTTPS_AUTHORITY: "ca_path names a file that holds the platform's authority and nothing else",
}
#: Where systems keep their bundle, besides where OpenSSL says.
BUNDLES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem")


def environment(access: str, platform, bundle: Path) -> dict[str, str]:
    """The variables that lead to a platform. platform: a PlatformProcess. bundle: a file made by `write_bundle`."""
    authorities = {
        HTTP: {},
        HTTPS: {"REQUESTS_CA_BUNDLE": str(bundle)},
        HTTPS_CA_PATH: {"DATASENTINEL_CA_PATH": str(bundle)},
        HTTPS_AUTHORITY: {"DATASENTINEL_CA_PATH": str(platform.ca_path)},
    }
    return {
        "DATASENTINEL_API_URL": platform.url,
        "DATASENTINEL_API_USERNAME": platform.username,
        "DATASENTINEL_API_PASSWORD": platform.password,
        **authorities[access],
    }


def write_bundle(path: Path, authority: Path) -> int:
    """Write the system's bundle and one more authority to a file. Returns how many authorities it holds."""
    candidates = [ssl.get_default_verify_paths().cafile, *BUNDLES, requests.certs.where()]
    system = next(Path(candidate) for candidate in candidates if candidate and Path(candidate).is_file())
    bundle = system.read_text(encoding="utf-8") + "\n" + authority.read_text()
    path.write_text(bundle, encoding="utf-8")
    return bundle.count("-----BEGIN CERTIFICATE-----")
