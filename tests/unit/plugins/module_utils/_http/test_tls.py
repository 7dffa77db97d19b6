# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""TLS contexts: made once, and verified against what was asked for."""

from __future__ import annotations

import ssl
import warnings

import pytest
import requests
from ansible_collections.datasentinel.platform.plugins.module_utils._common._secrets import Secrets
from ansible_collections.datasentinel.platform.plugins.module_utils._http import _errors as errors
from ansible_collections.datasentinel.platform.plugins.module_utils._http import _tls
from ansible_collections.datasentinel.platform.plugins.module_utils._http._client import Client, HeaderAuth
from ansible_collections.datasentinel.platform.plugins.module_utils._http._tls import context_for, preload

AUTH = HeaderAuth("user-token", "t0ken")


def respond(listener, connection):
    while listener.read_head(connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")


@pytest.fixture(autouse=True)
def nothing_is_loaded():
    context_for.cache_clear()
    yield
    context_for.cache_clear()


@pytest.fixture
def server(listen):
    """A server that speaks TLS."""
    return listen(respond, tls=True)


def ask(url, verify):
    with Client(url, verify, 5, Secrets()) as client:
        return client.request("GET", "/ds-api/", AUTH).json()


def test_a_context_is_made_once_for_what_it_verifies(authority):
    context = context_for("CERT_REQUIRED", authority[0], None)
    assert context is context_for("CERT_REQUIRED", authority[0], None)
    assert context.verify_mode == ssl.CERT_REQUIRED and len(context.get_ca_certs()) == 1
    assert context_for("CERT_NONE", None, None).verify_mode == ssl.CERT_NONE
    assert context_for("CERT_REQUIRED", requests.certs.where(), None) is not context


def test_the_authorities_are_loaded_once_for_all_tasks(server, authority, monkeypatch):
    loaded = []

    class Context(ssl.SSLContext):
        def load_verify_locations(self, *args, **options):
            loaded.append(args)
            super().load_verify_locations(*args, **options)

    def create(cert_reqs):
        context = Context(ssl.PROTOCOL_TLS_CLIENT)
        # Before 2.0, urllib3 compares the name by itself.
        context.check_hostname = False
        return context

    monkeypatch.setattr(_tls.urllib3.util.ssl_, "create_urllib3_context", create)
    context_for.cache_clear()
    for _turn in range(3):
        assert ask(server.url, authority[0]) == {}
    context_for.cache_clear()
    assert loaded == [(authority[0], None)]


def test_preloaded_authorities_are_those_of_requests_by_default():
    context_for.cache_clear()
    preload()
    assert context_for.cache_info().misses == 1
    context_for("CERT_REQUIRED", requests.certs.where(), None)
    assert (context_for.cache_info().misses, context_for.cache_info().hits) == (1, 1)


def test_a_preloaded_bundle_may_be_a_file_or_a_folder(authority, tmp_path):
    context_for.cache_clear()
    preload(authority[0])
    preload(str(tmp_path))
    misses = context_for.cache_info().misses
    context_for("CERT_REQUIRED", authority[0], None)
    context_for("CERT_REQUIRED", None, str(tmp_path))
    assert misses == context_for.cache_info().misses == 2


def test_authorities_that_cannot_be_preloaded_stop_nothing(monkeypatch):
    monkeypatch.setattr(_tls.requests.certs, "where", lambda: "/no/such/bundle.pem")
    preload()
    preload("/no/such/other.pem")


@pytest.mark.parametrize("content, kind", [(None, FileNotFoundError), ("", ssl.SSLError), ("no certificates", ssl.SSLError)])
def test_a_bundle_that_cannot_be_read(tmp_path, content, kind):
    bundle = tmp_path / "ca.pem"
    if content is not None:
        bundle.write_text(content)
    with pytest.raises(kind):
        context_for("CERT_REQUIRED", str(bundle), None)


def test_a_certificate_of_the_given_authority(server, authority):
    assert ask(server.url, authority[0]) == {}


def test_a_certificate_of_another_authority(server):
    with pytest.raises(
        errors.TlsFailure, match=r"certificate was not accepted \(.*\)\. If the platform uses a private certificate authority, give its CA file"
    ):
        ask(server.url, True)
    assert server.heads == []


def test_an_empty_bundle_names_ca_path(server, tmp_path):
    (tmp_path / "ca.pem").write_text("")
    with pytest.raises(errors.TlsFailure, match="ca_path holds certificates in PEM form"):
        ask(server.url, str(tmp_path / "ca.pem"))
    assert server.heads == []


def test_https_to_a_port_that_speaks_http(listen):
    server = listen(lambda listener, connection: connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n"))
    with pytest.raises(errors.TlsFailure, match="Check that api_url's port speaks https"):
        ask(server.url.replace("http://", "https://"), True)


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_no_variable_overrides_the_given_authority(server, authority, monkeypatch, variable):
    monkeypatch.setenv(variable, requests.certs.where())
    assert ask(server.url, authority[0]) == {}


def test_without_verification_any_certificate_does_and_nothing_is_printed(server, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", requests.certs.where())
    with warnings.catch_warnings(record=True) as printed:
        warnings.simplefilter("always")
        assert ask(server.url, False) == {}
    assert printed == []


def test_a_verification_that_was_turned_off_for_one_task_is_on_for_the_next(server):
    ask(server.url, False)
    with pytest.raises(errors.TlsFailure):
        ask(server.url, True)
