# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can go wrong with a request, as types. Private to the collection."""

from __future__ import annotations

from .._common._errors import DatasentinelError


class ApiError(DatasentinelError):
    """A request failed.

    method, url: the request. problem: what came back, without a full stop. status: HTTP status, None without
    a response. detail: what the platform's message was (already free of secrets and short). advice: sentences on what to do.
    retry_after: seconds that the platform asked to wait before the next request (``Retry-After``), or None.
    """

    advice = ""
    #: Nothing came back, so the platform may be out of reach.
    no_response = False

    def __init__(self, method, url, problem, status=None, detail=None, advice=None, retry_after=None):
        self.method = method
        self.url = url
        self.problem = problem
        self.status = status
        self.detail = detail
        self.retry_after = retry_after
        if advice is not None:
            self.advice = advice
        parts = ["%s %s: %s." % (method, url, problem), self.advice]
        super().__init__(" ".join(part for part in parts if part))

    def structured(self):
        """Return ``error`` of a failed result: ``method``, ``url`` and, where there are any, ``status`` and ``detail``."""
        facts = {"method": self.method, "url": self.url, "status": self.status, "detail": self.detail}
        return {"error": {key: value for key, value in facts.items() if value is not None}}


# --- no response -------------------------------------------------------------------------------------------------


class Unreachable(ApiError):
    """No connection was made, so nothing was sent."""

    transient = True
    no_response = True
    advice = "Check api_url, that the platform runs, and that this machine reaches it (proxy, firewall, DNS)."


class ConnectionLost(ApiError):
    """The connection broke before the whole response was there."""

    transient = True
    may_have_happened = True
    no_response = True
    advice = "The platform, or a proxy before it, closed the connection; run again, and look at their logs."


class TimedOut(ApiError):
    """The response did not arrive in time."""

    transient = True
    may_have_happened = True
    no_response = True
    advice = "Raise api_timeout if the platform is slow, or look at what holds it up."


class TlsFailure(ApiError):
    """The TLS handshake failed, so nothing was sent."""


class WrongScheme(ApiError):
    """A port that speaks https was addressed with http."""

    advice = "This port speaks https: write https:// in api_url."


# --- a response that is not the API's ----------------------------------------------------------------------------


class BadResponse(ApiError):
    """The response is not what the API returns: a page, broken JSON, another type, too large."""

    may_have_happened = True
    advice = "Something between here and the platform may have answered in its place: check api_url and proxies."


class Redirected(ApiError):
    """The response sends the client elsewhere; it does not go, since it carries a token."""

    # Some servers answer so when the work is done.
    may_have_happened = True
    advice = "Redirects are not followed, so that the token stays with api_url: give the platform's final address as api_url."


# --- a response that means failure -------------------------------------------------------------------------------


class StatusError(ApiError):
    """A status that means failure, and that a retry does not change."""


class Unauthorized(StatusError):
    """401."""


class Forbidden(StatusError):
    """403."""

    advice = "The platform user needs the data admin profile and the admin privilege to manage connections."


class NotFound(StatusError):
    """404. from_api: whether the body is JSON or empty, as the API's own would be, and no page of something between."""

    from_api = False
    advice = "If that cannot be, api_url has a path prefix too many, or lacks one."


class Conflict(StatusError):
    """409."""


class ServerError(StatusError):
    """500, or another status from there on: the platform gave up on the request."""

    may_have_happened = True
    advice = "The platform's log says more."


class TooManyRequests(StatusError):
    """429: the platform refused for now, without doing anything."""

    transient = True
    advice = "The platform is busy: run again later, or with fewer forks."


#: What to do about a proxy that refuses, and about one that wants to know who asks.
PROXY_VARIABLES = "Check the proxy variables (HTTPS_PROXY, NO_PROXY), and what the proxy allows."
PROXY_CREDENTIALS = "Give the user and password that it asks for in the proxy variable (HTTPS_PROXY, HTTP_PROXY), or name the platform in NO_PROXY."


class ProxyRefused(StatusError):
    """407: a proxy wants a user and password, and has handed nothing on."""

    advice = PROXY_CREDENTIALS


class GatewayError(StatusError):
    """502, 503, 504: the platform, or a proxy before it, is not available for now."""

    transient = True
    may_have_happened = True
    advice = "The platform, or a proxy before it, is not available for now: run again when it is."


_BY_STATUS = {
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    407: ProxyRefused,
    409: Conflict,
    429: TooManyRequests,
    500: ServerError,
    502: GatewayError,
    503: GatewayError,
    504: GatewayError,
}


def error_class(status):
    """Return the type of error for a status that does not mean success, redirects aside."""
    other = BadResponse if status < 400 else StatusError if status < 500 else ServerError
    return _BY_STATUS.get(status, other)
