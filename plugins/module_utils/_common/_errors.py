# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can go wrong, as types. Private to the collection.

Every message is a whole sentence for the operator: what was tried, what came back, what to do next.
"""

from __future__ import annotations


class DatasentinelError(Exception):
    """Base of all errors that the collection raises on purpose; ``str(error)`` is what the user reads."""

    #: A later try of the same read may succeed.
    transient = False
    #: The request, if it was a write, may have taken effect although no success was seen.
    may_have_happened = False
    #: Seconds that the platform asked to wait before the next try (``Retry-After``), or None.
    retry_after = None

    def structured(self):
        """The part of a failed result beside ``msg``: a dict, empty where no request was involved."""
        return {}


class InvalidInput(DatasentinelError):
    """What the user gave cannot be right."""


class WaitTimeout(DatasentinelError):
    """The platform did not report the connection as connected in time."""


class NotEffective(DatasentinelError):
    """A write was answered with success, and the confirming read shows something else."""


class ApiError(DatasentinelError):
    """A request failed.

    method, url: the request. problem: what came back, without a full stop. status: HTTP status, None without
    an answer. detail: what the platform said (already free of secrets and short). advice: sentences on what to do.
    """

    advice = ""

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
        """``error`` of a failed result: ``method``, ``url`` and, where there are any, ``status`` and ``detail``."""
        facts = {"method": self.method, "url": self.url, "status": self.status, "detail": self.detail}
        return {"error": {key: value for key, value in facts.items() if value is not None}}


class NoToken(ApiError):
    """No token could be minted, so that the call that needed it was not made.

    A kind of its own, not that of its cause: a 404 to the token call says nothing about a connection, and one that was
    lost leaves no write in doubt.
    """

    @classmethod
    def because_of(cls, cause, advice=None):
        """The NoToken for the ApiError that the token call met. advice: other than the cause's own."""
        return cls(cause.method, cause.url, cause.problem, status=cause.status, detail=cause.detail, advice=advice or cause.advice)


# --- no answer ---------------------------------------------------------------------------------------------------


class Unreachable(ApiError):
    """No connection was made, so nothing was sent."""

    transient = True
    advice = "Check api_url, that the platform runs, and that this machine reaches it (proxy, firewall, DNS)."


class ConnectionLost(ApiError):
    """The connection broke before the whole answer was there."""

    transient = True
    may_have_happened = True
    advice = "The platform, or a proxy before it, closed the connection; try again, and look at their logs."


class TimedOut(ApiError):
    """The answer did not arrive in time."""

    transient = True
    may_have_happened = True
    advice = "Raise api_timeout if the platform is slow, or look at what holds it up."


class TlsFailure(ApiError):
    """The TLS handshake failed, so nothing was sent."""


# --- an answer that is not the API's -----------------------------------------------------------------------------


class BadResponse(ApiError):
    """The answer is not what the API gives: a page, broken JSON, another type, too large."""

    may_have_happened = True
    advice = "Something between here and the platform may have answered in its place: check api_url and proxies."


class Redirected(ApiError):
    """The answer sends the client elsewhere; it does not go, since it carries a token."""

    advice = "Redirects are not followed, so that the token stays with api_url: give the platform's final address as api_url."


# --- an answer that says no --------------------------------------------------------------------------------------


class StatusError(ApiError):
    """A status that means failure, and that trying again does not change."""


class Unauthorized(StatusError):
    """401."""


class Forbidden(StatusError):
    """403."""

    advice = "The platform user needs the data admin profile and the admin privilege to manage connections."


class NotFound(StatusError):
    """404. from_api: whether the body is JSON or empty, as the API's own would be, and no page of something between."""

    from_api = False


class Conflict(StatusError):
    """409."""


class ServerError(StatusError):
    """500: the platform gave up on the request."""

    may_have_happened = True
    advice = "The platform's log says more."


class TooManyRequests(StatusError):
    """429: the platform refused for now, without doing anything."""

    transient = True
    advice = "The platform is busy: run again later, or with fewer forks."


class GatewayError(StatusError):
    """502, 503, 504: the platform, or a proxy before it, is not available for now."""

    transient = True
    may_have_happened = True
    advice = "The platform, or a proxy before it, is not available for now: run again when it is."
