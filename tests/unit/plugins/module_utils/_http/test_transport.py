# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Real connections on the loopback: every request ends in time, and what was given up is never sent later."""

from __future__ import annotations

import os
import socket
import threading
import time
import tracemalloc

import pytest
from ansible_collections.datasentinel.platform.plugins.module_utils._common._secrets import Secrets
from ansible_collections.datasentinel.platform.plugins.module_utils._http import _deadline, _failures, _transport
from ansible_collections.datasentinel.platform.plugins.module_utils._http import _errors as errors
from ansible_collections.datasentinel.platform.plugins.module_utils._http._client import Client, HeaderAuth

AUTH = HeaderAuth("user-token", "t0ken")
TIMEOUT = 0.15
#: Seconds that a busy machine may take besides.
SLACK = 2.0
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


def respond(listener, connection):
    listener.read_head(connection)
    connection.sendall(OK)


def drip_headers(listener, connection):
    listener.read_head(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Drip: ")
    while not listener.stop.wait(0.02):
        connection.sendall(b"x")


def drip_body(listener, connection):
    listener.read_head(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while not listener.stop.wait(0.02):
        connection.sendall(b" ")


def drip_chunks(listener, connection):
    listener.read_head(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while not listener.stop.wait(0.02):
        connection.sendall(b"1\r\n \r\n")


def drip_lines(listener, connection):
    listener.read_head(connection)
    while not listener.stop.wait(0.02):
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")


def never(listener, connection):
    listener.read_head(connection)
    listener.stop.wait()


@pytest.fixture
def request_to(authority):
    """A function that makes a request with so little patience, and returns the response."""

    def make(url, timeout=TIMEOUT, **options):
        with Client(url, authority[0], timeout, Secrets()) as client:
            return client.request("GET", "/ds-api/", AUTH, **options)

    return make


@pytest.fixture
def names(monkeypatch):
    """Addresses by host name, as a look-up finds them: a list, or a function that returns it."""
    known = {}
    real = socket.getaddrinfo

    def look_up(host, port, *args, **options):
        if host not in known:
            return real(host, port, *args, **options)
        found = known[host]() if callable(known[host]) else known[host]
        return [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, port)) for address in found]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return known


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch):
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def no_thread_is_left_behind():
    before = threading.enumerate()
    yield
    left = [thread for thread in threading.enumerate() if thread not in before and thread.name != "listener"]
    for thread in left:
        thread.join(0.5)
    assert [thread for thread in left if thread.is_alive()] == []


# --- every request ends in time ----------------------------------------------------------------------------------


@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
@pytest.mark.parametrize("behaviour", [drip_headers, drip_body, drip_chunks, drip_lines])
def test_a_response_that_drips_ends_after_twice_the_timeout(listen, request_to, behaviour, tls):
    server = listen(behaviour, tls)
    start = time.monotonic()
    with pytest.raises(errors.TimedOut, match="the response was not complete after 0.3 seconds. Raise api_timeout"):
        request_to(server.url)
    assert 2 * TIMEOUT <= time.monotonic() - start < 2 * TIMEOUT + SLACK


@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
def test_a_response_that_never_comes_ends_after_the_timeout(listen, request_to, tls):
    server = listen(never, tls)
    start = time.monotonic()
    with pytest.raises(errors.TimedOut, match="no response within 0.5 seconds"):
        request_to(server.url, timeout=0.5)
    assert 0.5 <= time.monotonic() - start < 0.5 + SLACK


@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
@pytest.mark.parametrize("start, piece", [(b"", b"1"), (b"1;", b"x"), (b"0\r\nX: ", b"y"), (b"-5\r\n", b"x")], ids=["size", "extension", "trailer", "negative"])
def test_a_line_without_an_end_is_given_up_before_it_fills_the_memory(listen, request_to, monkeypatch, start, piece, tls):
    """Some versions of urllib3 read the line of a chunk's size, and what follows a size below 0, however long it is."""
    # After such a response over HTTP the client probes for TLS, which this server leaves unanswered.
    monkeypatch.setattr(_failures, "_PROBE_TIMEOUT", 0.1)

    def endless(listener, connection):
        listener.read_head(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + start)
        while True:
            connection.sendall(piece * 65536)

    tracemalloc.start()
    try:
        with pytest.raises((errors.BadResponse, errors.ConnectionLost)):
            request_to(listen(endless, tls).url, timeout=30)
        assert tracemalloc.get_traced_memory()[1] < 3 * _deadline.MOST_RECEIVED
    finally:
        tracemalloc.stop()


def test_what_is_received_is_counted_for_each_request_anew(listen, monkeypatch):
    monkeypatch.setattr(_deadline, "MOST_RECEIVED", 2 * len(OK) - 1)

    def respond_twice(listener, connection):
        respond(listener, connection)
        respond(listener, connection)

    server = listen(respond_twice)
    with Client(server.url, True, 5, Secrets()) as client:
        assert [client.request("GET", "/", AUTH).status for _turn in range(2)] == [200, 200]
    assert server.accepted == 1


def test_a_mebibyte_in_chunks_of_a_byte_is_no_more_than_it_may_be(listen, request_to):
    def respond_in_chunks(listener, connection):
        listener.read_head(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\n \r\n" * 50_000 + b"2\r\n{}\r\n0\r\n\r\n")

    assert request_to(listen(respond_in_chunks).url, timeout=30).json() == {}


def test_a_handshake_that_never_comes_ends_after_the_timeout(listen, request_to):
    server = listen(lambda listener, connection: listener.stop.wait())
    with pytest.raises(errors.TimedOut):
        request_to(server.url.replace("http://", "https://"))


def test_a_request_may_be_given_less_in_all(listen, request_to):
    server = listen(drip_body)
    with pytest.raises(errors.TimedOut, match="not complete after 0.4 seconds"):
        request_to(server.url, timeout=60, total=0.4)


def test_the_time_begins_anew_with_each_request_on_a_connection(listen):
    def respond_slowly(listener, connection):
        for _turn in range(3):
            listener.read_head(connection)
            listener.stop.wait(0.15)
            connection.sendall(OK)

    server = listen(respond_slowly)
    with Client(server.url, True, 0.4, Secrets()) as client:
        for _turn in range(3):
            assert client.request("GET", "/ds-api/", AUTH, total=0.4).json() == {}
    assert server.accepted == 1


# --- nothing is sent later ---------------------------------------------------------------------------------------


def test_a_server_that_accepts_after_the_deadline_never_sees_the_request(listen, request_to, authority):
    server = listen(None)
    with pytest.raises(errors.TimedOut):
        request_to(server.url.replace("http://", "https://"))
    connection = server.accept()
    with connection, pytest.raises(OSError):
        wrapped = authority[1].wrap_socket(connection, server_side=True)
        assert wrapped.recv(4096) == b""
        raise ConnectionResetError
    assert server.accept() is None


def test_a_connection_that_was_not_made_in_time_is_not_made_later(listen, request_to):
    server = listen(None, backlog=0)
    fillers = [socket.socket() for _turn in range(3)]
    for filler in fillers:
        filler.setblocking(False)
        filler.connect_ex(("127.0.0.1", server.port))
    with pytest.raises(errors.Unreachable, match=r"no connection to 127.0.0.1:\d+, or to the proxy before it \(it did not answer\)"):
        request_to(server.url)
    for filler in fillers:
        filler.close()
    # The kernel of a client that still wanted to connect would ask again after one second.
    end = time.monotonic() + 1.3
    while time.monotonic() < end:
        connection = server.accept(timeout=0.1)
        if connection is not None:
            with connection:
                assert connection.recv(4096) == b""


def test_a_look_up_that_hangs_ends_in_time_and_nothing_is_sent_later(listen, request_to, names):
    server = listen(respond)
    release = threading.Event()

    def hang():
        release.wait(10)
        return ["127.0.0.1"]

    names["platform.test"] = hang
    before = threading.enumerate()
    start = time.monotonic()
    with pytest.raises(errors.Unreachable, match=r"no connection to platform.test:\d+, or to the proxy before it \(the name look-up took too long\)"):
        request_to(f"http://platform.test:{server.port}")
    assert time.monotonic() - start < TIMEOUT + SLACK
    assert all(thread.daemon for thread in threading.enumerate() if thread not in before), "so that the process can end"
    release.set()
    time.sleep(0.1)
    assert server.accepted == 0


# --- names and addresses -----------------------------------------------------------------------------------------


def test_a_name_that_is_not_found(request_to, names):
    def not_found():
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    names["platform.test"] = not_found
    with pytest.raises(errors.Unreachable, match=r"no connection to platform.test, or to the proxy before it \(Name or service not known\)"):
        request_to("http://platform.test")


def test_a_name_that_no_look_up_takes(request_to):
    with pytest.raises(errors.ApiError):
        request_to("http://" + "x" * 70 + ".test")


def test_of_several_addresses_the_first_that_works_is_used(listen, request_to, names):
    server = listen(respond)
    names["platform.test"] = ["127.0.0.2", "127.0.0.3", "127.0.0.1"]
    assert request_to(f"http://platform.test:{server.port}", timeout=5).json() == {}
    assert b"\r\nHost: platform.test:" in server.heads[0]


def test_of_several_addresses_that_do_not_work_one_reason_is_named(listen, request_to, names):
    server = listen(None)
    server.__exit__()
    names["platform.test"] = ["127.0.0.2", "127.0.0.1"]
    with pytest.raises(errors.Unreachable, match="Connection refused"):
        request_to(f"http://platform.test:{server.port}", timeout=5)


def test_the_certificate_is_verified_against_the_name_not_the_address(listen, request_to, names):
    server = listen(respond, tls=True)
    names["platform.test"] = names["localhost"] = ["127.0.0.1"]
    assert request_to(f"https://localhost:{server.port}", timeout=5).json() == {}
    with pytest.raises(errors.TlsFailure, match="platform.test"):
        request_to(f"https://platform.test:{server.port}", timeout=5)


def test_an_address_is_not_looked_up(listen, request_to, monkeypatch):
    monkeypatch.setattr(_transport, "threading", None)
    assert request_to(listen(respond).url, timeout=5).json() == {}


@pytest.mark.parametrize(
    "name, is_address", [("127.0.0.1", True), ("::1", True), ("[::1]", True), ("fe80::1%eth0", True), ("localhost", False), ("1.2.3", False), ("", False)]
)
def test_addresses(name, is_address):
    assert _transport._is_address(name) is is_address


# --- proxies -----------------------------------------------------------------------------------------------------


def test_a_proxy_is_asked_for_the_whole_url(listen, request_to, monkeypatch):
    proxy = listen(respond)
    monkeypatch.setenv("http_proxy", proxy.url)
    assert request_to("http://platform.test", timeout=5).json() == {}
    assert proxy.heads[0].startswith(b"GET http://platform.test/ds-api/ HTTP/1.1\r\n")


def tunnel(listener, connection, context):
    listener.read_head(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    with context.wrap_socket(connection, server_side=True) as wrapped:
        respond(listener, wrapped)


def test_a_proxy_makes_a_tunnel_and_does_not_see_the_token(listen, request_to, monkeypatch, authority):
    proxy = listen(lambda listener, connection: tunnel(listener, connection, authority[1]))
    monkeypatch.setenv("https_proxy", proxy.url)
    assert request_to("https://localhost:1", timeout=5).json() == {}
    connect, request = proxy.heads
    assert connect.startswith(b"CONNECT localhost:1 HTTP/1.") and b"t0ken" not in connect
    assert b"user-token: t0ken" in request


def test_a_proxy_that_refuses_the_tunnel(listen, request_to, monkeypatch):
    def refuse(listener, connection):
        listener.read_head(connection)
        connection.sendall(b"HTTP/1.1 403 s3cret\r\nContent-Length: 0\r\n\r\n")

    monkeypatch.setenv("https_proxy", listen(refuse).url)
    refusal = r"the proxy 127.0.0.1:\d+ did not let the request through \(status 403\). Check the proxy variables"
    with pytest.raises(errors.Unreachable, match=refusal) as refused:
        request_to("https://platform.test", timeout=5)
    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize("url", ["https://platform.test", "http://platform.test"])
def test_a_proxy_that_wants_to_know_who_asks(listen, request_to, monkeypatch, url):
    def refuse(listener, connection):
        listener.read_head(connection)
        connection.sendall(b"HTTP/1.1 407 s3cret\r\nContent-Length: 0\r\n\r\n")

    proxy = listen(refuse).url.replace("://", "://user:s3cret@")
    monkeypatch.setenv("https_proxy", proxy)
    monkeypatch.setenv("http_proxy", proxy)
    with pytest.raises(errors.ApiError, match=r"status 407.* in the proxy variable \(HTTPS_PROXY, HTTP_PROXY\), or name the platform in NO_PROXY") as refused:
        request_to(url, timeout=5)
    assert f"the proxy {proxy.partition('@')[2]}" in str(refused.value) and "s3cret" not in str(refused.value)
    assert not refused.value.may_have_happened


@pytest.mark.parametrize("behaviour", [drip_headers, never])
def test_a_proxy_that_takes_too_long_ends_in_time(listen, request_to, monkeypatch, behaviour):
    monkeypatch.setenv("https_proxy", listen(behaviour).url)
    start = time.monotonic()
    with pytest.raises(errors.TimedOut):
        request_to("https://platform.test")
    assert time.monotonic() - start < 2 * TIMEOUT + SLACK


def test_a_proxy_that_is_not_there(listen, request_to, monkeypatch):
    gone = listen(None)
    gone.__exit__()
    monkeypatch.setenv("https_proxy", gone.url.replace("://", "://user:s3cret@"))
    with pytest.raises(errors.Unreachable, match=r"no connection to the proxy 127.0.0.1:\d+ \(") as refused:
        request_to("https://platform.test", timeout=5)
    assert "s3cret" not in str(refused.value)
