# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An HTTP client for one server: one request in, one response or one typed error out. Private to the collection.

It knows HTTP and the rules of safe sending, but neither Ansible nor what the calls mean: TLS is verified, redirects are
not followed, ``~/.netrc`` is not read, responses are bounded in size and time, and what they hold is quoted with care.
"""

from __future__ import annotations

from .._common._version import VERSION
from . import _errors as errors
from ._content import NotDecodable, TooLarge, content_of
from ._deadline import Deadline
from ._failures import TOO_LARGE, failure, refused_by_proxy, speaks_tls
from ._libraries import Session, requests, urllib3
from ._proxies import proxy_secrets
from ._response import Response
from ._transport import CONNECT_TIMEOUT, DeadlineAdapter

USER_AGENT = "datasentinel.platform/%s (Ansible collection)" % VERSION
_HEADERS = {"User-Agent": USER_AGENT, "Accept-Encoding": "identity", "Accept": "application/json", "Connection": "keep-alive"}
#: A request may take this many times its timeout in all, however slowly the response drips.
PATIENCE = 2
OK = (200,)
#: Any success: of a write, the read after it shows what it did.
ANY_SUCCESS = range(200, 300)


class HeaderAuth:
    """Authentication for requests by one header.

    A callable, as requests takes authentication.
    """

    def __init__(self, name, value):
        self._name = name
        self._value = value

    def __call__(self, request):
        request.headers[self._name] = self._value
        return request


class _Session(Session):
    """A session that does not even look where a redirect leads: a Location that cannot be read would be an exception."""

    def get_redirect_target(self, resp):
        """Return None: redirects are not followed."""
        return


class Client:
    """Sends requests to one server and to nowhere else.

    base_url: without a trailing slash. verify: True, False or the path of a CA bundle. timeout: seconds for one read.
    secrets: a Secrets, for what errors quote. Close it, or use it in a ``with``; one thread at a time.
    """

    def __init__(self, base_url, verify, timeout, secrets):
        self._base_url = base_url
        self._verify = verify
        self._timeout = timeout
        self._secrets = secrets
        if verify is False:
            # The user was warned already; urllib3 would print once more, straight into the play's output. For the whole
            # process, since filters of warnings are not those of one thread.
            urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
        self._secrets.add(*proxy_secrets())
        self._deadline = Deadline()
        self._session = None
        # Of the session: what the environment says of proxies and authorities, as arguments of its requests.
        self._settings: dict = {}
        self._responded = False

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self.close()

    def close(self):
        """End all connections; the next request makes new ones."""
        if self._session is not None:
            self._session.close()
            self._session = None

    def request(self, method, path, auth, body=None, expected=OK, timeout=None, total=None, confidential=False):
        """Send one request, once, and return the Response.

        path: percent-encoded, below base_url. auth: a HeaderAuth. body: JSON types or None. expected: the statuses that
        mean success. timeout, total: seconds for one read and for all of it, if less than usual. confidential: no error
        quotes what came back. Raise an ApiError.
        """
        url = self.url(path)
        timeout = self._timeout if timeout is None else min(timeout, self._timeout)
        usual = timeout * PATIENCE
        self._deadline.start(timeout, usual if total is None else min(total, usual))
        try:
            response = self._send(method, url, auth, body, timeout)
        except errors.ApiError:
            self.close()
            raise
        except Exception as exc:  # requests lets errors of urllib3, ssl, socket and codecs through
            # A connection that was given up is not used again.
            self.close()
            raise self._failure(method, url, exc, timeout) from None
        self._responded = True
        if response.status < 200:
            # Python takes any of these but 100 for the whole response, and the one that follows would answer the next request.
            self.close()
        self._check_status(method, url, response, expected, confidential)
        return response

    def json_object(self, method, path, response, confidential=False):
        """Return the JSON object in the Response to method and path, as a dict. Raise BadResponse if it is something else."""
        try:
            content = response.json()
        except ValueError:
            content = None
        if isinstance(content, dict):
            self._secrets.add(*response.secrets())
            return content
        detail = None if confidential else self._detail(response)
        problem = "%s came back (status %d) where a JSON object was expected%s" % (response.kind(), response.status, ": %s" % detail if detail else "")
        raise errors.BadResponse(method, self.url(path), problem, status=response.status, detail=detail)

    def url(self, path):
        """Return the URL of a path below base_url."""
        return self._base_url + path

    # --- sending -------------------------------------------------------------------------------------------------

    def _send(self, method, url, auth, body, timeout):
        if self._session is None:
            self._session = _Session()
            adapter = DeadlineAdapter(self._deadline)
            for scheme in ("https://", "http://"):
                self._session.mount(scheme, adapter)
            # verify is given here: on the session, REQUESTS_CA_BUNDLE would override a False.
            self._settings = self._session.merge_environment_settings(url, {}, True, self._verify, None)
        # Not by Session.request, which looks for proxies, merges headers and reads ~/.netrc for each request anew: a third of its cost.
        request = requests.Request(method, url, _HEADERS, auth=auth, json=body, cookies=self._session.cookies).prepare()
        response = self._session.send(request, timeout=(min(timeout, CONNECT_TIMEOUT), timeout), allow_redirects=False, **self._settings)
        with response:
            try:
                return Response(response.status_code, response.headers, content_of(response.raw, response.headers))
            except TooLarge:
                problem = TOO_LARGE
            except NotDecodable:
                problem = "the response is compressed, and cannot be decompressed"
            raise errors.BadResponse(method, url, problem, status=response.status_code)

    # --- judging -------------------------------------------------------------------------------------------------

    def _failure(self, method, url, exc, timeout):
        error = failure(method, url, exc, timeout, self._deadline)
        if isinstance(error, errors.ConnectionLost) and not self._responded and url.startswith("http://") and speaks_tls(url):
            return errors.WrongScheme(method, url, "the connection was closed, since http:// was spoken to a port that speaks https")
        return error

    def _check_status(self, method, url, response, expected, confidential):
        status = response.status
        if status in expected:
            return
        if 300 <= status < 400:
            target = self._secrets.quote(response.redirect_target(with_path=not confidential)) or "nowhere"
            raise errors.Redirected(method, url, "status %d, a redirect to %s" % (status, target), status=status, detail=target)
        detail = None if confidential else self._detail(response)
        problem = "status %d (expected %s): %s" % (status, _described(expected), detail or response.kind() + " came with it")
        if status == 407:
            raise refused_by_proxy(method, url, problem, detail)
        error = errors.error_class(status)(method, url, problem, status=status, detail=detail, retry_after=response.retry_after())
        if isinstance(error, errors.NotFound):
            error.from_api = response.is_json_or_empty()
        raise error

    def _detail(self, response):
        """Return the response's message, safe to be shown; None if it has none."""
        self._secrets.add(*response.secrets())
        return self._secrets.quote(response.message()) or None


def _described(expected):
    return "2xx" if expected is ANY_SUCCESS else " or ".join(str(status) for status in expected)
