# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An HTTP client for the platform: one request in, one answer or one typed error out. Private to the collection.

It knows HTTP and the rules of safe sending, but neither Ansible nor what the calls mean:
TLS is verified, redirects are not followed, ``~/.netrc`` is not read, answers are bounded in size and time.
"""

from __future__ import annotations

import json
import re
import ssl
import threading
import time
import traceback
import warnings
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from .._common import _errors as errors
from ._retries import Retries
from .._common._text import shorten
from .._common._version import VERSION

try:
    import requests
    import urllib3
except ImportError:
    requests = None
    REQUESTS_IMPORT_ERROR = traceback.format_exc()
else:
    REQUESTS_IMPORT_ERROR = None

USER_AGENT = "datasentinel.platform/%s (Ansible collection)" % VERSION
LARGEST_ANSWER = 1024 * 1024
#: A request may take this many times api_timeout in all, however slowly the answer drips.
PATIENCE = 2

_STATUS_ERRORS = {
    401: errors.Unauthorized,
    403: errors.Forbidden,
    404: errors.NotFound,
    409: errors.Conflict,
    429: errors.TooManyRequests,
    500: errors.ServerError,
    502: errors.GatewayError,
    503: errors.GatewayError,
    504: errors.GatewayError,
}


@dataclass(frozen=True)
class Response:
    """An answer as it came. status: int. headers: case-insensitive mapping. content: bytes, at most LARGEST_ANSWER."""

    status: int
    headers: object
    content: bytes

    def json(self):
        """The content as JSON types, None if there is none. Raises ValueError if it is not JSON."""
        try:
            return json.loads(self.content) if self.content.strip() else None
        except RecursionError:
            raise ValueError("it is nested too deeply") from None

    def said(self):
        """What the answer says to a person: the API's ``error`` or ``status`` sentence, or the start of any other content."""
        try:
            said = self.json()
        except ValueError:
            text = self.content.decode("utf-8", "replace")
            title = re.search("<title[^>]*>(.*?)</title", text, re.IGNORECASE | re.DOTALL)
            return "a page titled '%s'" % title.group(1).strip() if title else text
        if isinstance(said, dict):
            said = said.get("error", said.get("status", said))
        if said is None or isinstance(said, str):
            return said or ""
        return json.dumps(said, ensure_ascii=False)


class HeaderAuth:
    """Authentication for requests by one header.

    A callable given as ``auth``, since requests would otherwise add or replace credentials from ``~/.netrc``.
    """

    def __init__(self, name, value):
        self._name = name
        self._value = value

    def __call__(self, request):
        request.headers[self._name] = self._value
        return request


class Client:
    """Sends requests to one platform and to nowhere else.

    settings: a Settings. secrets: a Secrets, for what errors quote. sleep: pauses for so many seconds.
    Close it, or use it in a ``with``.
    """

    def __init__(self, settings, secrets, sleep=time.sleep):
        self.settings = settings
        self.secrets = secrets
        self.sleep = sleep
        self._session = requests.Session()
        self._session.headers.update({"User-Agent": USER_AGENT, "Accept": "application/json", "Accept-Encoding": "identity"})

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self._session.close()

    def retries(self):
        """The retries of a new step."""
        return Retries(self.settings.retries, self.sleep)

    def request(self, method, path, auth, body=None, expected=(200,), timeout=None):
        """Sends one request, once.

        path: percent-encoded, under api_url. auth: a HeaderAuth. body: JSON types or None. expected: the statuses that
        mean success. timeout: seconds, api_timeout if None.
        Gives the Response. Raises an ApiError.
        """
        url = self.settings.api_url + path
        timeout = self.settings.timeout if timeout is None else min(timeout, self.settings.timeout)
        try:
            answer = _within(timeout * PATIENCE, self._send, method, url, auth, body, timeout)
        except errors.ApiError:
            raise
        except TimeoutError:
            raise errors.TimedOut(method, url, "the answer was not complete after %g seconds" % (timeout * PATIENCE)) from None
        except Exception as exc:  # requests lets errors of urllib3, ssl, socket and codecs through
            raise self._failure(method, url, exc, timeout) from None
        self._check_status(method, url, answer, expected)
        return answer

    def object_in(self, method, path, answer):
        """The JSON object that an Response to method and path holds, as a dict. Raises BadResponse if it holds something else."""
        try:
            content = answer.json()
        except ValueError as exc:
            what = "an HTML page" if _is_html(answer) else "broken JSON (%s)" % shorten(str(exc), 80)
        else:
            if isinstance(content, dict):
                return content
            what = {list: "a list", type(None): "nothing"}.get(type(content), "a plain value")
        raise errors.BadResponse(
            method,
            self.settings.api_url + path,
            "%s came back (status %d) where a JSON object was expected%s" % (what, answer.status, self._quoted(answer)),
            status=answer.status,
            detail=self._detail(answer),
        )

    # --- sending -------------------------------------------------------------------------------------------------

    def _send(self, method, url, auth, body, timeout):
        with warnings.catch_warnings():
            if self.settings.verify is False:
                # The user said validate_certs: false; urllib3 would print a warning straight into the play's output.
                warnings.simplefilter("ignore", urllib3.exceptions.InsecureRequestWarning)
            # verify goes with the request: on the session, REQUESTS_CA_BUNDLE would override a False.
            response = self._session.request(
                method, url, auth=auth, json=body, timeout=timeout, verify=self.settings.verify, allow_redirects=False, stream=True
            )
        with response:
            return Response(response.status_code, response.headers, self._read(method, url, response))

    @staticmethod
    def _read(method, url, response):
        """The content, read no further than LARGEST_ANSWER."""
        too_large = errors.BadResponse(
            method, url, "the answer is larger than %d KiB and was not read to its end" % (LARGEST_ANSWER // 1024), status=response.status_code
        )
        declared = response.headers.get("Content-Length", "")
        if declared.isdigit() and int(declared) > LARGEST_ANSWER:
            raise too_large
        content = b""
        for chunk in response.iter_content(16 * 1024):
            content += chunk
            if len(content) > LARGEST_ANSWER:
                raise too_large
        return content

    # --- judging -------------------------------------------------------------------------------------------------

    def _check_status(self, method, url, answer, expected):
        if answer.status in expected:
            return
        wanted = " or ".join(str(status) for status in expected)
        if 300 <= answer.status < 400:
            target = self.secrets.mask(answer.headers.get("Location", ""))
            raise errors.Redirected(
                method, url, "status %d, a redirect to %s" % (answer.status, shorten(target) or "nowhere"), status=answer.status, detail=target or None
            )
        kind = _STATUS_ERRORS.get(answer.status)
        if kind is None:
            kind = errors.BadResponse if answer.status < 400 else errors.StatusError
        problem = "status %d (expected %s)%s" % (answer.status, wanted, self._quoted(answer))
        error = kind(method, url, problem, status=answer.status, detail=self._detail(answer), retry_after=_retry_after(answer))
        if isinstance(error, errors.NotFound):
            error.from_api = _is_json_or_empty(answer)
        raise error

    def _detail(self, answer):
        """What the answer says, masked first and cut then, so that no half of a secret is left; None if it says nothing."""
        return shorten(self.secrets.mask(answer.said())) or None

    def _quoted(self, answer):
        detail = self._detail(answer)
        return ": %s" % detail.rstrip(".") if detail else ", without a word"

    def _failure(self, method, url, exc, timeout):
        """The typed error for an exception of requests or of what lies below it."""
        causes = list(_causes(exc))

        def among(*kinds):
            return next((cause for cause in causes if isinstance(cause, kinds)), None)

        said = shorten(self.secrets.mask(str(causes[-1])), 200)
        if among(ssl.SSLCertVerificationError):
            return errors.TlsFailure(
                method,
                url,
                "the platform's certificate was not accepted (%s)" % among(ssl.SSLCertVerificationError).verify_message,
                advice="If the platform uses a private certificate authority, give its CA file as ca_path (or DATASENTINEL_CA_PATH).",
            )
        if among(urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError):
            # ConnectTimeout is a kind of timeout too, but one in which nothing was sent.
            host = urlsplit(url).netloc
            return errors.Unreachable(method, url, "no connection to %s, or to the proxy before it (%s)" % (host, said))
        if among(requests.exceptions.Timeout, urllib3.exceptions.TimeoutError):
            return errors.TimedOut(method, url, "no answer within %g seconds" % timeout)
        if among(ssl.SSLError) and not among(ssl.SSLEOFError, ssl.SSLZeroReturnError):
            return errors.TlsFailure(
                method, url, "no TLS connection (%s)" % said, advice="Check that api_url's port speaks https, and that ca_path holds certificates in PEM form."
            )
        if among(requests.exceptions.ConnectionError, requests.exceptions.ChunkedEncodingError, urllib3.exceptions.ProtocolError, ConnectionError):
            return errors.ConnectionLost(method, url, "the connection was lost before the answer was complete (%s)" % said)
        problem = "the request could not be made (%s: %s)" % (type(exc).__name__, said)
        return errors.ApiError(method, url, problem, advice="Check api_url, ca_path and the proxy variables.")


def _within(seconds, call, *args):
    """What call(*args) gives or raises; TimeoutError if that takes more than so many seconds.

    A thread, since the timeouts of sockets count from byte to byte, and name look-ups have none: only a second pair of
    eyes can bound the whole. One that is left behind holds nothing but its socket, and ends with the process.
    """
    outcome = {}

    def run():
        try:
            outcome["answer"] = call(*args)
        except Exception as exc:
            outcome["error"] = exc

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        raise TimeoutError
    if "error" in outcome:
        raise outcome["error"]
    return outcome["answer"]


def _causes(exc):
    """An exception and all that it wraps, outermost first: requests and urllib3 hide the reason in different places."""
    seen = []
    queue = [exc]
    while queue:
        cause = queue.pop(0)
        if isinstance(cause, BaseException) and cause not in seen:
            seen.append(cause)
            queue += [getattr(cause, "reason", None), cause.__cause__, cause.__context__, *cause.args]
    return seen


def _is_json_or_empty(answer):
    try:
        answer.json()
    except ValueError:
        return False
    return True


def _is_html(answer):
    return "html" in answer.headers.get("Content-Type", "") or answer.content.lstrip()[:1] == b"<"


def _retry_after(answer):
    """Seconds of a Retry-After header (a number, or an HTTP date), None without a usable one."""
    given = answer.headers.get("Retry-After", "").strip()
    if given.isdigit():
        return float(given[:6])
    try:
        return max(0.0, parsedate_to_datetime(given).timestamp() - time.time())
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
