# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every exception that a request may meet, as one typed error that does not quote it."""

from __future__ import annotations

import http.client
import socket
import ssl

import pytest
import requests
import urllib3
from ansible_collections.datasentinel.platform.plugins.module_utils._http import _errors as errors
from ansible_collections.datasentinel.platform.plugins.module_utils._http._deadline import Deadline, TooMuchReceived
from ansible_collections.datasentinel.platform.plugins.module_utils._http._failures import failure, speaks_tls
from support.recorded import URL


class CertificateError(ValueError):
    """As that of urllib3 before 2.0."""


def wrapped(reason):
    """As requests and urllib3 wrap it."""
    return requests.exceptions.ConnectionError(urllib3.exceptions.MaxRetryError(None, "/", reason))


def caused(exc, cause):
    """An exception that was raised from another."""
    exc.__cause__ = cause
    return exc


def certificate(message):
    exc = tls("CERTIFICATE_VERIFY_FAILED", ssl.SSLCertVerificationError)
    exc.verify_message = message
    return exc


def tls(reason, kind=ssl.SSLError):
    """As Python's ssl makes it."""
    exc = kind("s3cret")
    exc.reason = reason
    return exc


def error_for(exc, total=10):
    deadline = Deadline()
    deadline.start(5, total)
    return failure("PUT", URL + "/x", exc, 5, deadline)


def refused(cause=None):
    return wrapped(caused(urllib3.exceptions.NewConnectionError(None, "s3cret"), cause))


UNREACHABLE = "no connection to platform.example.com, or to the proxy before it"


@pytest.mark.parametrize(
    "exc, kind, problem",
    [
        (refused(), errors.Unreachable, f"{UNREACHABLE} (it did not answer)"),
        (refused(ConnectionRefusedError(111, "Connection refused")), errors.Unreachable, f"{UNREACHABLE} (Connection refused)"),
        (refused(socket.gaierror(-2, "Name or service not known")), errors.Unreachable, f"{UNREACHABLE} (Name or service not known)"),
        (requests.exceptions.ConnectTimeout(urllib3.exceptions.ConnectTimeoutError(None, "s3cret")), errors.Unreachable, f"{UNREACHABLE} (it did not answer)"),
        (requests.exceptions.ReadTimeout("s3cret"), errors.TimedOut, "no response within 5 seconds"),
        (requests.exceptions.ConnectionError(urllib3.exceptions.ReadTimeoutError(None, "/", "s3cret")), errors.TimedOut, "no response within 5 seconds"),
        (socket.timeout("timed out"), errors.TimedOut, "no response within 5 seconds"),
        (
            requests.exceptions.ConnectionError(urllib3.exceptions.ProtocolError("s3cret", ConnectionResetError(104, "Connection reset by peer"))),
            errors.ConnectionLost,
            "the connection was lost before the response was complete (Connection reset by peer)",
        ),
        (requests.exceptions.ChunkedEncodingError("s3cret"), errors.ConnectionLost, "the connection was lost before the response was complete"),
        (http.client.BadStatusLine("s3cret"), errors.ConnectionLost, "the connection was lost before the response was complete"),
        (
            requests.exceptions.SSLError(certificate("self-signed certificate")),
            errors.TlsFailure,
            "the platform's certificate was not accepted (self-signed certificate)",
        ),
        (
            requests.exceptions.SSLError(urllib3.exceptions.SSLError(CertificateError("hostname 'x' doesn't match 's3cret'"))),
            errors.TlsFailure,
            "the platform's certificate was not accepted (Hostname mismatch, certificate is not valid for 'platform.example.com'.)",
        ),
        (
            urllib3.exceptions.ProtocolError("s3cret", TooMuchReceived("s3cret")),
            errors.BadResponse,
            "the response is larger than 1024 KiB and was not read to its end",
        ),
        (requests.exceptions.SSLError(tls("WRONG_VERSION_NUMBER")), errors.TlsFailure, "no TLS connection (wrong version number)"),
        (requests.exceptions.SSLError(tls(None)), errors.TlsFailure, "no TLS connection (the handshake failed)"),
        (
            requests.exceptions.SSLError(tls("UNEXPECTED_EOF", ssl.SSLEOFError)),
            errors.ConnectionLost,
            "the connection was lost before the response was complete",
        ),
        (
            requests.exceptions.ProxyError(urllib3.exceptions.MaxRetryError(None, "/", urllib3.exceptions.ProxyError("s3cret", OSError("Tunnel failed: 403")))),
            errors.Unreachable,
            "the proxy did not let the request through",
        ),
        (
            requests.exceptions.ProxyError(urllib3.exceptions.ProxyError("s3cret", ConnectionResetError(104, "Connection reset by peer"))),
            errors.Unreachable,
            "the proxy did not let the request through (Connection reset by peer)",
        ),
        (requests.exceptions.InvalidProxyURL("http://user:s3cret@proxy"), errors.ApiError, "the request could not be made (InvalidProxyURL)"),
        (OSError("Could not find a suitable bundle: s3cret"), errors.ApiError, "the request could not be made (OSError)"),
        (FileNotFoundError(2, "No such file or directory"), errors.ApiError, "the request could not be made (FileNotFoundError: No such file or directory)"),
        (UnicodeError("s3cret"), errors.ApiError, "the request could not be made (UnicodeError)"),
    ],
)
def test_every_exception_becomes_an_error_of_its_kind_and_quotes_the_systems_own_words_alone(exc, kind, problem):
    error = error_for(exc)
    assert error.__class__ is kind, error
    # The system's words follow some that are ours.
    assert error.problem.startswith(problem), error
    assert str(error).startswith(f"PUT {URL}/x: {problem}") and error.advice and "s3cret" not in str(error)


def test_a_certificate_that_was_not_accepted_names_the_option_that_helps():
    assert "give its CA file as ca_path (or DATASENTINEL_CA_PATH)" in str(error_for(certificate("unable to get local issuer certificate")))


@pytest.mark.parametrize("exc", [requests.exceptions.ReadTimeout(), requests.exceptions.ChunkedEncodingError(), socket.timeout()])
def test_whatever_ends_a_request_after_its_deadline_is_the_deadline(exc):
    error = error_for(exc, total=0)
    assert error.__class__ is errors.TimedOut and error.problem == "the response was not complete after 0 seconds"


def test_a_connection_that_was_not_made_in_time_sent_nothing():
    assert error_for(refused(), total=0).__class__ is errors.Unreachable


def test_an_exception_that_is_its_own_cause_ends():
    exc = ValueError()
    exc.__context__ = exc
    assert error_for(exc).__class__ is errors.ApiError


# --- whether a port speaks https ---------------------------------------------------------------------------------


def test_a_port_that_speaks_https(listen):
    server = listen(lambda listener, connection: listener.read_head(connection), tls=True)
    assert speaks_tls(server.url.replace("https", "http"))
    assert server.heads == []


def test_a_port_that_speaks_http(listen):
    assert not speaks_tls(listen(lambda listener, connection: connection.recv(10)).url)


def test_no_port_at_all(listen):
    server = listen(None)
    server.__exit__()
    assert not speaks_tls(server.url)


@pytest.mark.parametrize("url", ["http://127.0.0.1:99999", "http://" + "x" * 300])
def test_no_address_at_all(url):
    assert not speaks_tls(url)
