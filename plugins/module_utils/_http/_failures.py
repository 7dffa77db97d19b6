# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the exceptions of requests, urllib3, ssl and sockets to one typed error. Private to the collection.

Their texts are not quoted, but for the system's own words: they hold URLs, proxies' passwords and what a server sent.
"""

from __future__ import annotations

import http.client
import re
import socket
import ssl
from urllib.parse import urlsplit

from . import _errors as errors
from ._content import LARGEST_CONTENT
from ._deadline import TooMuchReceived
from ._libraries import requests, urllib3
from ._proxies import proxy_for

#: The problem of a response that was not read to its end.
TOO_LARGE = "the response is larger than %d KiB and was not read to its end" % (LARGEST_CONTENT // 1024)
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
    if among(TooMuchReceived):
        return errors.BadResponse(method, url, TOO_LARGE)
    unverified = _why_not_verified(causes, url)
    if unverified:
        return errors.TlsFailure(
            method,
            url,
            "the platform's certificate was not accepted (%s)" % unverified,
            advice="If the platform uses a private certificate authority, give its CA file as ca_path (or DATASENTINEL_CA_PATH).",
        )
    if among(urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError):
        # A ConnectTimeoutError is a kind of timeout too, but one in which nothing was sent.
        proxy = proxy_for(url)
        place = "the proxy %s" % proxy if proxy else "%s, or to the proxy before it" % urlsplit(url).netloc
        return errors.Unreachable(method, url, "no connection to %s (%s)" % (place, reason or "it did not answer"))
    if deadline.expired:
        return errors.TimedOut(method, url, "the response was not complete after %g seconds" % deadline.total)
    if among(requests.exceptions.Timeout, urllib3.exceptions.TimeoutError, socket.timeout):
        return errors.TimedOut(method, url, "no response within %g seconds" % timeout)
    if among(urllib3.exceptions.ProxyError):
        status = _status_of_a_tunnel(causes)
        came = "status %s" % status if status else reason
        problem = "the proxy%s did not let the request through%s" % (_named(proxy_for(url)), " (%s)" % came if came else "")
        return errors.Unreachable(method, url, problem, advice=errors.PROXY_CREDENTIALS if status == "407" else errors.PROXY_VARIABLES)
    if among(ssl.SSLError) and not among(ssl.SSLEOFError, ssl.SSLZeroReturnError):
        advice = "Check that api_url's port speaks https, and that ca_path holds certificates in PEM form."
        return errors.TlsFailure(method, url, "no TLS connection (%s)" % (reason or "the handshake failed"), advice=advice)
    lost = (requests.exceptions.ConnectionError, requests.exceptions.ChunkedEncodingError, urllib3.exceptions.ProtocolError, ConnectionError)
    if among(*lost, http.client.HTTPException):
        return errors.ConnectionLost(method, url, "the connection was lost before the response was complete%s" % (" (%s)" % reason if reason else ""))
    if deadline.sent:
        return errors.BadResponse(method, url, "the response cannot be understood (%s)" % type(exc).__name__)
    problem = "the request could not be made (%s%s)" % (type(exc).__name__, ": %s" % reason if reason else "")
    return errors.ApiError(method, url, problem, advice="Check api_url, ca_path and the proxy variables.")


def refused_by_proxy(method, url, problem, detail):
    """Return the ApiError for a status 407. problem: what came back. detail: the message that came with it, or None."""
    proxy = proxy_for(url)
    return errors.ProxyRefused(method, url, "%s, from the proxy%s" % (problem, _named(proxy)), status=407, detail=detail)


def _why_not_verified(causes, url):
    """Return why a certificate was not accepted, None if that is not what happened."""
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return cause.verify_message
        if type(cause).__name__ == "CertificateError":
            # Of urllib3 before 2.0, which compares names itself, and quotes those in the certificate.
            return "Hostname mismatch, certificate is not valid for '%s'." % urlsplit(url).hostname
    return None


def _named(proxy):
    return " %s" % proxy if proxy else ""


def _status_of_a_tunnel(causes):
    """Return the status (text) with which a proxy refused to make a tunnel, None if it did not come to that."""
    for cause in causes:
        found = re.search(r"\bTunnel connection failed: ([1-5][0-9]{2})\b", str(cause)) if isinstance(cause, OSError) else None
        if found:
            return found.group(1)
    return None


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
