# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Connection API as Python calls: one for each row of the contract. Private to the collection."""

from __future__ import annotations

from urllib.parse import quote

from .._common._errors import ApiError, BadResponse, InvalidInput, NotFound, Unauthorized
from .._common._text import has_control
from ._tokens import TokenSource

_PATH = "/ds-api/pool/pg-instances/"


def check_name(name):
    """Raises InvalidInput for a name that one segment of a URL's path cannot carry reliably."""
    if not name.strip():
        raise InvalidInput("name is empty: it is the identifier of the connection on the platform.")
    if name in (".", "..") or any(character in name for character in "/\\") or has_control(name):
        raise InvalidInput("name is %r: it must not be '.' or '..', nor hold '/', '\\' or a control character." % name)


class ConnectionApi:
    """Calls of the Connection API on one platform.

    client: a Client, whose secrets, sleep and retries are handed on.

    Bodies and answers are the platform's own: names with hyphens, tags as text.
    Every call raises an ApiError when it fails; a 401 is met by one new token where there is a username and password.
    """

    def __init__(self, client):
        self.secrets = client.secrets
        self.sleep = client.sleep
        self.retries = client.retries
        self._client = client
        self._tokens = TokenSource(self._client)

    def display(self, name, retries=None, timeout=None):
        """The connection as the platform shows it (dict), or None if there is none of that name.

        retries: a Retries for transient failures; None: the first failure is final. timeout: seconds, if less than api_timeout.
        """
        while True:
            try:
                answer = self._call("GET", name, timeout=timeout)
                break
            except NotFound as exc:
                return self._absent(exc)
            except ApiError as exc:
                if not (exc.transient and retries is not None and retries.again(exc)):
                    raise
        return self._client.object_in("GET", self._path(name), answer)

    def unreadable(self, name, problem):
        """The error for a connection that was displayed with something in it that cannot be (problem: a clause)."""
        return BadResponse("GET", self._client.settings.api_url + self._path(name), "the platform shows a connection whose %s" % problem, status=200)

    def create(self, name, body):
        """POST: host, port, user, password and tags. Gives the platform's sentence, as the four below do."""
        return self._write("POST", name, body=body, expected=(201, 200))

    def update(self, name, body):
        """PUT: any of the five fields."""
        return self._write("PUT", name, body=body)

    def enable(self, name):
        """PATCH …/enable."""
        return self._write("PATCH", name, "/enable")

    def disable(self, name):
        """PATCH …/disable."""
        return self._write("PATCH", name, "/disable")

    def delete(self, name):
        """DELETE."""
        return self._write("DELETE", name)

    # --- below the calls -----------------------------------------------------------------------------------------

    @staticmethod
    def _path(name, action=""):
        return _PATH + quote(name, safe="") + action

    def _write(self, method, name, action="", body=None, expected=(200,)):
        answer = self._call(method, name, action, body, expected)
        said = self._client.object_in(method, self._path(name, action), answer).get("status")
        return said if isinstance(said, str) else ""

    def _call(self, method, name, action="", body=None, expected=(200,), timeout=None):
        while True:
            auth = self._tokens.auth()
            try:
                return self._client.request(method, self._path(name, action), auth, body, expected, timeout)
            except Unauthorized as exc:
                # Refused before anything was done, so sending the same again with a new token repeats nothing.
                self._tokens.renew(exc)

    @staticmethod
    def _absent(not_found):
        """None if a 404 is the API's own "no such connection"; raised again, with advice, if it is somebody else's."""
        if not_found.from_api:
            return None
        raise ApiError(
            not_found.method,
            not_found.url,
            "status 404 came with something that is not the API's JSON, so it does not say whether the connection exists (%s)" % not_found.detail,
            status=404,
            detail=not_found.detail,
            advice="Check that api_url is the address of a Datasentinel platform, with the path prefix where it has one.",
        )
