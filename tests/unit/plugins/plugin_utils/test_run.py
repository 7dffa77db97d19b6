# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is made once for a run."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.datasentinel.platform.plugins.plugin_utils import _run


@pytest.fixture
def preloaded(monkeypatch):
    """What is preloaded, in order."""
    paths = []
    monkeypatch.setattr(_run, "preload", paths.append)
    return paths


@pytest.mark.parametrize(
    "environment, path",
    [
        ({}, None),
        ({"DATASENTINEL_API_URL": "https://platform.example.com", "SSL_CERT_FILE": "/other.pem"}, None),
        ({"DATASENTINEL_CA_PATH": "~/ca.pem", "REQUESTS_CA_BUNDLE": "/other.pem"}, str(Path.home() / "ca.pem")),
        ({"DATASENTINEL_CA_PATH": "", "REQUESTS_CA_BUNDLE": "$PLACE/ca.pem", "CURL_CA_BUNDLE": "/other.pem"}, "/etc/place/ca.pem"),
        ({"CURL_CA_BUNDLE": "/ca.pem"}, "/ca.pem"),
    ],
)
def test_the_authorities_that_requests_would_take_are_preloaded(monkeypatch, preloaded, environment, path):
    monkeypatch.setenv("PLACE", "/etc/place")
    _run.preload_for(environment)
    assert preloaded == [path]


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080", " HTTP://platform.example.com"])
def test_a_platform_that_is_reached_by_http_needs_no_authorities(preloaded, url):
    _run.preload_for({"DATASENTINEL_API_URL": url})
    assert preloaded == []
