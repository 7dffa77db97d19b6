# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the exceptions of requests, urllib3, ssl and sockets to one typed error. Private to the collection.

Their texts are not quoted, but for the system's own words: they hold URLs, proxies' passwords and what a server sent.
"""

from __future__ import annotations

import http.client
import socket
import ssl
from urllib.parse import urlsplit

from . import _errors as errors
from ._libraries import requests, urllib3

#: Seconds for finding out whether a port speaks https.
_PROBE_TIMEOUT = 2.0


def failure(method, url, exc, timeout, deadline):
    """Return the ApiError for an exception that a request met.

    timeout: the seconds that one read was given. deadline: the Deadline of the request.
    """
    causes = _causes(exc)

    def among(*kinds):
        return next((cause for cause in causes if isinstance(cause, kinds)), None)

    reason = _reason(causes)
    if among(ssl.SSLCertVerificationError):
        return errors.TlsFailure(
            method,
            url,
            "the platform's certificate was not accepted (%s)" % among(ssl.SSLCertVerificationError).verify_message,
            advice="If the platform uses a private certificate authority, give its CA file as ca_path (or DATASENTINEL_CA_PATH).",
        )
    if among(urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError):
        # A ConnectTimeoutError is a kind of timeout too, but one in which nothing was sent.
        problem = "no connection to %s, or to the proxy before it (%s)" % (urlsplit(url).netloc, reason or "it did not answer")
        return errors.Unreachable(method, url, problem)
    if deadline.expired:
        return errors.TimedOut(method, url, "the response was not complete after %g seconds" % deadline.total)
    if among(requests.exceptions.Timeout, urllib3.exceptions.TimeoutError, socket.timeout):
        return errors.TimedOut(method, url, "no response within %g seconds" % timeout)
    if among(urllib3.exceptions.ProxyError):
        problem = "the proxy did not let the request through%s" % (" (%s)" % reason if reason else "")
        return errors.Unreachable(method, url, problem, advice="Check the proxy variables (HTTPS_PROXY, NO_PROXY), and what the proxy allows.")
    if among(ssl.SSLError) and not among(ssl.SSLEOFError, ssl.SSLZeroReturnError):
        advice = "Check that api_url's port speaks https, and that ca_path holds certificates in PEM form."
        return errors.TlsFailure(method, url, "no TLS connection (%s)" % (reason or "the handshake failed"), advice=advice)
    if among(requests.exceptions.ContentDecodingError, urllib3.exceptions.DecodeError):
        return errors.BadResponse(method, url, "the response is compressed, and cannot be decompressed")
    lost = (requests.exceptions.ConnectionError, requests.exceptions.ChunkedEncodingError, urllib3.exceptions.ProtocolError, ConnectionError)
    if among(*lost, http.client.HTTPException):
        return errors.ConnectionLost(method, url, "the connection was lost before the response was complete%s" % (" (%s)" % reason if reason else ""))
    if deadline.sent:
        return errors.BadResponse(method, url, "the response cannot be understood (%s)" % type(exc).__name__)
    problem = "the request could not be made (%s%s)" % (type(exc).__name__, ": %s" % reason if reason else "")
    return errors.ApiError(method, url, problem, advice="Check api_url, ca_path and the proxy variables.")


def speaks_tls(url):
    """Return whether the port of an http:// URL answers a TLS handshake; nothing is sent over it."""
    parts = urlsplit(url)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        with socket.create_connection((parts.hostname, parts.port or 80), _PROBE_TIMEOUT) as plain, context.wrap_socket(plain):
            return True
    except (OSError, ValueError):
        return False


def _reason(causes):
    """Return the system's own words for what happened, ``""`` if it has none."""
    for cause in reversed(causes):
        if isinstance(cause, ssl.SSLError) and getattr(cause, "reason", None):
            return cause.reason.replace("_", " ").lower()
        if isinstance(cause, OSError) and isinstance(cause.strerror, str):
            return cause.strerror
    return ""


def _causes(exc):
    """Return an exception and all that it wraps, outermost first: requests and urllib3 hide the reason in different places."""
    causes = []
    queue = [exc]
    while queue:
        cause = queue.pop(0)
        if isinstance(cause, BaseException) and cause not in causes:
            causes.append(cause)
            queue += [getattr(cause, "reason", None), cause.__cause__, cause.__context__, *cause.args]
    return causes
