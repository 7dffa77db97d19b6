# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The variables that name proxies: credentials in them are secrets, and messages name host and port."""

from __future__ import annotations

import os

import pytest
from ansible_collections.datasentinel.platform.plugins.module_utils._http._proxies import proxy_for, proxy_secrets


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch):
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"])
def test_a_password_as_written_decoded_and_as_basic_authentication(monkeypatch, name):
    monkeypatch.setenv(name, "http://us%40er:pass%2Fword@proxy.example.com:3128/")
    assert proxy_secrets() == ["pass%2Fword", "pass/word", "dXNAZXI6cGFzcy93b3Jk"]


@pytest.mark.parametrize("url", ["user:s3cret@proxy:3128", "socks5h://user:s3cret@proxy", "HTTP://user:s3cret@proxy", "http://user:p@s3cret@proxy"])
def test_however_the_proxy_is_written(monkeypatch, url):
    monkeypatch.setenv("https_proxy", url)
    assert proxy_secrets()[0] in ("s3cret", "p@s3cret")


@pytest.mark.parametrize("url", ["http://proxy.example.com:3128", "", "@", "http://:@proxy"])
def test_a_proxy_without_credentials(monkeypatch, url):
    monkeypatch.setenv("https_proxy", url)
    assert proxy_secrets() == []


@pytest.mark.parametrize("url", ["http://k%2Fey@proxy.example.com", "http://k%2Fey:@proxy"])
def test_a_user_without_a_password_is_a_key(monkeypatch, url):
    monkeypatch.setenv("https_proxy", url)
    assert proxy_secrets() == ["k%2Fey", "k/ey", "ay9leTo="]


def test_only_variables_that_name_proxies_count(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://user:s3cret@host")
    monkeypatch.setenv("NO_PROXY", "localhost,example.com")
    assert proxy_secrets() == []


def test_undecodable_bytes(monkeypatch):
    monkeypatch.setenv("https_proxy", "http://user:s3cr\udce9t@proxy")
    assert proxy_secrets()[0] == "s3cr\udce9t"


def test_no_proxies_at_all():
    assert proxy_secrets() == []


@pytest.mark.parametrize("password", ["pass/word", "pass#word", "pass?word"])
def test_a_password_that_should_have_been_encoded(monkeypatch, password):
    monkeypatch.setenv("https_proxy", f"http://user:{password}@proxy")
    assert password in proxy_secrets()


# --- which proxy -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "proxy, name",
    [
        ("http://proxy.example.com:3128/", "proxy.example.com:3128"),
        ("http://user:s3cret@proxy.example.com:3128", "proxy.example.com:3128"),
        ("user:s3cret@proxy:3128", "proxy:3128"),
        ("http://key@proxy", "proxy"),
        ("http://user:12/s3cret@proxy", None),
        ("http://user:s3cret?@proxy", None),
        ("http://[::1", None),
        ("", None),
    ],
)
def test_a_proxy_is_named_without_its_credentials(monkeypatch, proxy, name):
    monkeypatch.setenv("https_proxy", proxy)
    assert proxy_for("https://platform.test/x") == name


def test_a_platform_that_no_proxy_is_asked_for(monkeypatch):
    monkeypatch.setenv("https_proxy", "http://proxy")
    monkeypatch.setenv("no_proxy", "platform.test")
    assert proxy_for("https://platform.test/x") is None and proxy_for("http://other.test") is None
