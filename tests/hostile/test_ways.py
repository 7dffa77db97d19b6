# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where requests go: not after redirects, through proxies without showing what is not theirs, and over TLS to none but the platform."""

from __future__ import annotations

import base64
import datetime
import os
import ssl
from urllib.parse import quote

import pytest
import trustme
from ansible_collections.datasentinel.platform.plugins.module_utils._platform import _retries
from embedded import faults
from embedded.faults import Response
from hostile.checks import check, leaks
from hostile.selection import some
from hostile.sockets import Server, sends, tunnel
from support.runners import RUNNERS

THERE = {"host": "127.0.0.1", "port": 1, "user": "ds", "password": "pa55-of-postgres", "tags": ""}
TOKEN = "t0ken-alpha-omega-t0ken"


@pytest.fixture(params=RUNNERS)
def run(request, monkeypatch):
    """A function that runs a task."""
    monkeypatch.setattr(_retries, "FIRST_PAUSE", 0.001)

    def run(**options):
        return RUNNERS[request.param]({"api_token": TOKEN, "api_timeout": 5, "api_retries": 0, "name": "db1", **options})

    return run


# --- api_url -----------------------------------------------------------------------------------------------------


ENDS = ["#", "?", "/#/", "/#", "/?", "#/", "?/", "/#/connections", "/?token=t0ken-in-the-url", "/ds-api/?", "/ds-api#", " #", "# ", "/a?b#c", "?#"]


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("state", ["present", "absent"])
def test_a_query_or_fragment_in_api_url_is_refused_and_nothing_is_sent(run, platform, end, state):
    platform.store.put("db1", **THERE)
    result = run(api_url=platform.url + end, api_token=platform.token(), state=state)
    assert result["failed"] and not result["changed"] and "api_url" in result["msg"]
    assert platform.journal.said() == [] and platform.display("db1") is not None
    check(result, "t0ken-in-the-url")


@pytest.mark.parametrize("user", ["admin:s3cret-in-the-url@", "admin:s3cret-in-the-url\uff20", "admin:s3cret-in-the-url%40"])
def test_a_user_in_api_url_is_refused_and_not_quoted(run, user):
    result = run(api_url=f"https://{user}platform.example.com:99999/")
    assert result["failed"]
    check(result, "s3cret-in-the-url")


# --- redirects ---------------------------------------------------------------------------------------------------

CODES = [300, 301, 302, 303, 304, 305, 306, 307, 308]
TARGETS = {
    "another-host": "{elsewhere}/ds-api/pool/pg-instances/db1?token={token}",
    "another-host-without-scheme": "//{address}/x?token={token}#{token}",
    "another-scheme": "https://ds:{token}@{address}/x",
    "here": "/ds-api/pool/pg-instances/db2?token={token}",
}


@pytest.mark.parametrize("code, target, call", some(CODES, TARGETS, ["read", "write", "token"], every=3))
def test_a_redirect_is_not_followed(run, platform, code, target, call):
    target = TARGETS[target]
    method, path = {"read": ("GET", "db1"), "write": ("PUT", "db1"), "token": ("POST", "user-token")}[call]
    platform.store.put("db1", **THERE)
    platform.store.put("db2", **{**THERE, "port": 2})
    with Server(sends("200 OK", b"{}")) as elsewhere:
        location = target.format(elsewhere=elsewhere.url, address=elsewhere.address, token=TOKEN[::-1])
        platform.faults.add(faults.instead(lambda _secret: Response(code, b"", {"location": location}), work=False), method, path)
        result = run(api_url=platform.url, api_token=None, api_username=platform.username, api_password=platform.password, port=2)
        assert elsewhere.heads == []
    assert result["failed"] and "Redirects are not followed, so that the token stays with api_url" in result["msg"]
    assert result["error"]["status"] == code
    assert [said for said in platform.journal.said() if "db2" in said] == [] and platform.display("db1")["port"] == 1
    check(result, TOKEN[::-1], platform.password)


def test_a_redirect_of_the_token_call_that_holds_the_token_in_its_path(run, platform):
    minted = []

    def make(secret):
        minted.append(secret["user-token"])
        return Response(303, b"", {"location": f"/session/{minted[0]}/"})

    platform.faults.add(faults.instead(make), "POST", "user-token")
    result = run(api_url=platform.url, api_token=None, api_username=platform.username, api_password=platform.password)
    assert minted and result["failed"]
    check(result, *minted)


# --- proxies -----------------------------------------------------------------------------------------------------

PROXY_USER, PROXY_PASSWORD = "pr0xy-user", "pr0xy/pass:w@rd %+-alpha"
CREDENTIALS = f"{PROXY_USER}:{quote(PROXY_PASSWORD, safe='')}"
BASIC = base64.b64encode(f"{PROXY_USER}:{PROXY_PASSWORD}".encode()).decode()
OF_THE_PROXY = (PROXY_PASSWORD, quote(PROXY_PASSWORD, safe=""), BASIC)


@pytest.fixture
def proxied(monkeypatch):
    """A function that has every request go through a proxy, with credentials."""

    def proxied(address, credentials=CREDENTIALS):
        for name in list(os.environ):
            if name.lower().endswith("_proxy"):
                monkeypatch.delenv(name)
        for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy"):
            monkeypatch.setenv(name, f"http://{credentials}@{address}")

    return proxied


def test_a_tunnel_carries_no_token(run, tls_platform, proxied):
    tls_platform.reset()
    tls_platform.store.put("db1", **THERE)
    with Server(tunnel) as proxy:
        proxied(proxy.address)
        result = run(
            api_url=tls_platform.url, ca_path=str(tls_platform.ca_path), api_token=None, api_username="admin", api_password=tls_platform.password, port=2
        )
    assert result["changed"] and not result.get("failed"), result
    assert len(proxy.heads) == 1 and proxy.heads[0].startswith(b"CONNECT 127.0.0.1:")
    tokens = {call.headers.get("user-token") for call in tls_platform.journal.all()} - {None}
    assert leaks(proxy.heads[0].decode(), tls_platform.password, THERE["password"], *tokens) == []
    assert f"Basic {BASIC}".encode() in proxy.heads[0], "the credentials were not used, so the test shows nothing"
    check(result, *OF_THE_PROXY, *tokens)


REFUSALS = {
    "empty": sends("407 Proxy Authentication Required"),
    "quoting": sends("407 Proxy Authentication Required", f'{{"error": "{PROXY_USER}:{PROXY_PASSWORD} {CREDENTIALS} Basic {BASIC}"}}'.encode()),
    "page": sends("407 Proxy Authentication Required", f"<title>{CREDENTIALS} {PROXY_PASSWORD} {BASIC}</title>".encode(), "Content-Type: text/html"),
    "forbidden": sends(f"403 Forbidden {PROXY_PASSWORD}"),
    "redirect": sends("302 Found", b"", f"Location: http://{CREDENTIALS}@127.0.0.1:9/login?url=http://{CREDENTIALS}@{PROXY_PASSWORD}"),
    "redirect-to-a-path": sends("302 Found", b"", f"Location: /login/{BASIC}/{quote(PROXY_PASSWORD, safe='')}"),
    "silent": lambda head, connection: None,
    "quoting-all": lambda head, connection: connection.sendall(head),
}


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("respond", REFUSALS.values(), ids=REFUSALS)
def test_a_proxy_that_refuses(run, proxied, respond, scheme):
    with Server(respond) as proxy:
        proxied(proxy.address)
        result = run(api_url=f"{scheme}://platform.example.com")
    assert result["failed"] and not result["changed"]
    assert proxy.heads and BASIC.encode() in proxy.heads[0], "the proxy was not asked"
    assert "407" not in result["msg"] or "proxy" in result["msg"].lower(), result["msg"]
    check(result, *OF_THE_PROXY, TOKEN)


MISSPELLED = [f"pr0xy-user:pr0xy{character}pass-alpha" for character in "/?#\\"] + ["[:pr0xy-pass-alpha"]


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("credentials", [CREDENTIALS, *MISSPELLED])
def test_a_proxy_that_is_not_there_or_misspelled(run, proxied, scheme, credentials):
    proxied("127.0.0.1:9", credentials)
    result = run(api_url=f"{scheme}://platform.example.com")
    assert result["failed"] and not result["changed"] and "proxy" in result["msg"].lower()
    check(result, credentials.partition(":")[2], TOKEN, *OF_THE_PROXY)


def test_a_token_as_the_user_of_a_proxy(run, proxied):
    """Some proxies take a key as the user, and no password."""
    key = "pr0xy-key-alpha"
    basic = base64.b64encode(f"{key}:".encode()).decode()
    with Server(sends("407 Proxy Authentication Required", f'{{"error": "{key} is not known (Basic {basic})"}}'.encode())) as proxy:
        proxied(proxy.address, f"{key}:")
        check(run(api_url="http://platform.example.com"), key, basic)


# --- TLS ---------------------------------------------------------------------------------------------------------

YESTERDAY = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=1)


@pytest.fixture(scope="module")
def authorities(tmp_path_factory):
    """Two authorities, and the files of both."""
    folder = tmp_path_factory.mktemp("authorities")
    made = {}
    for name in ("ours", "other"):
        made[name] = trustme.CA()
        made[name].cert_pem.write_to_path(folder / f"{name}.pem")
    return made, folder


def context(certificate, version=None):
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(made)
    if version is not None:
        made.minimum_version = ssl.TLSVersion.TLSv1
        made.maximum_version = version
        made.set_ciphers("DEFAULT:@SECLEVEL=0")
    return made


#: What a port shows: the authority that vouches for it, the name, and more.
CERTIFICATES = {
    "wrong-authority": lambda ca: context(ca["other"].issue_cert("127.0.0.1")),
    "wrong-name": lambda ca: context(ca["ours"].issue_cert("platform.example.com")),
    "expired": lambda ca: context(ca["ours"].issue_cert("127.0.0.1", not_before=YESTERDAY - datetime.timedelta(days=9), not_after=YESTERDAY)),
}


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1")
@pytest.mark.parametrize("certificate", CERTIFICATES.values(), ids=CERTIFICATES)
@pytest.mark.parametrize("bundle", [None, "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"])
def test_a_certificate_that_is_not_accepted(run, authorities, certificate, bundle, monkeypatch):
    """Whatever the environment says: ca_path alone counts."""
    made, folder = authorities
    if bundle is not None:
        both = folder / "both.pem"
        both.write_text("".join((folder / f"{name}.pem").read_text() for name in ("ours", "other")))
        monkeypatch.setenv(bundle, str(both))
    with Server(sends("200 OK", b"{}"), certificate(made)) as server:
        result = run(api_url=server.url, ca_path=str(folder / "ours.pem"))
        assert [head for head in server.heads if head] == [], "something was sent"
    assert result["failed"] and not result["changed"] and "certificate was not accepted" in result["msg"]
    assert "ca_path" in result["msg"]
    check(result, TOKEN)


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1")
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1], ids=["1.0", "1.1"])
@pytest.mark.parametrize("verify", [True, False])
def test_tls_that_is_too_old(run, authorities, version, verify):
    made, folder = authorities
    with Server(sends("200 OK", b"{}"), context(made["ours"].issue_cert("127.0.0.1"), version)) as server:
        result = run(api_url=server.url, ca_path=str(folder / "ours.pem"), validate_certs=verify)
        assert [head for head in server.heads if head] == [], "something was sent"
    assert result["failed"] and "TLS" in result["msg"]
    check(result, TOKEN)


@pytest.mark.parametrize("bundle", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_a_bundle_of_the_environment_overrides_neither_ca_path_nor_validate_certs(run, authorities, bundle, monkeypatch):
    made, folder = authorities
    monkeypatch.setenv(bundle, str(folder / "other.pem"))
    with Server(sends("404 Not Found", b"{}"), context(made["ours"].issue_cert("127.0.0.1"))) as server:
        for options in ({"ca_path": str(folder / "ours.pem")}, {"validate_certs": False}, {"validate_certs": False, "ca_path": "/no/such.pem"}):
            result = run(api_url=server.url, state="absent", **options)
            assert not result.get("failed"), result
        assert len(server.heads) == 3


PATHS = {"missing": "missing.pem", "empty": "empty.pem", "junk": "junk.pem", "broken": "broken.pem", "folder": "."}


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
def test_a_ca_path_that_holds_no_authority(run, authorities, tmp_path, path):
    made, _folder = authorities
    (tmp_path / "empty.pem").touch()
    (tmp_path / "junk.pem").write_bytes(bytes(range(256)) * 100)
    (tmp_path / "broken.pem").write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    with Server(sends("200 OK", b"{}"), context(made["ours"].issue_cert("127.0.0.1"))) as server:
        result = run(api_url=server.url, ca_path=str(tmp_path / path))
        assert [head for head in server.heads if head] == [], "something was sent"
    assert result["failed"] and "ca_path" in result["msg"]
    check(result, TOKEN)


def test_a_port_that_speaks_http_is_not_sent_anything_meant_for_https(run):
    with Server(sends("200 OK", b"{}")) as server:
        result = run(api_url=server.url.replace("http", "https"), api_timeout=0.5)
        # What comes is the beginning of a handshake, if it ends in a line at all.
        assert all(TOKEN.encode() not in head for head in server.heads)
    assert result["failed"] and "https" in result["msg"]
    check(result, TOKEN)
