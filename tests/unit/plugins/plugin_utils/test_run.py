# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is made once for a run."""

from __future__ import annotations

from pathlib import Path

from ansible_collections.datasentinel.platform.plugins.plugin_utils._run import bundles_in


def test_bundles_are_found_in_the_variables_that_name_them_with_home_and_variables_resolved(monkeypatch):
    monkeypatch.setenv("PLACE", "/etc/place")
    named = {"DATASENTINEL_CA_PATH": "~/ca.pem", "REQUESTS_CA_BUNDLE": "$PLACE/ca.pem", "CURL_CA_BUNDLE": "", "SSL_CERT_FILE": "/other.pem"}
    assert bundles_in(named) == [str(Path.home() / "ca.pem"), "/etc/place/ca.pem"]
