# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Connection API as Python calls: one for each row of the contract. Private to the collection."""

from __future__ import annotations

from urllib.parse import quote

from .._common._errors import InvalidInput
from .._common._secret_fields import texts_in
from .._common._text import has_control
from .._http._client import ANY_SUCCESS
from .._http._errors import ApiError, BadResponse, NotFound, Unauthorized

_PATH = "/ds-api/pool/pg-instances/"
#: A name that no connection has.
NO_CONNECTION = "ansible-access-check-of-no-connection"
#: What platforms put in place of a secret, repeated.
_MASK_CHARACTERS = frozenset("*•●xX#.·-_?")


def check_name(name):
    """Raise InvalidInput for a name that one segment of a URL's path cannot carry reliably."""
    if not name.strip():
        raise InvalidInput("name is empty: it is the identifier of the connection on the platform.", "name")
    if name in (".", "..") or "/" in name or "\\" in name or has_control(name):
        raise InvalidInput("name is %r: it must not be '.' or '..', nor hold '/', '\\' or a control character." % name, "name")


def is_mask(password):
    """Return whether a password as the platform returns it is one repeated mask character, so that it means nothing."""
    return len(set(password)) == 1 and password[0] in _MASK_CHARACTERS


class ConnectionApi:
    """Calls of the Connection API on one platform.

    client: a PlatformClient. tokens: a TokenSource. secrets: the Secrets, which every password that is shown is added to.

    Bodies and results are the platform's own: names with hyphens, tags as text.
    Every call raises an ApiError when it fails; a 401 is met by one new token where there is a username and password.
    """

    def __init__(self, client, tokens, secrets):
        self._client = client
        self._tokens = tokens
        self._secrets = secrets

    def display(self, name, retries=None, timeout=None):
        """Return the connection as the platform shows it (dict), or None if it is not found.

        retries: Retries for transient failures; None: the first failure is final. timeout: seconds, if less than api_timeout.
        """
        while True:
            try:
                response = self._call("GET", name, timeout=timeout)
                break
            except NotFound as exc:
                return self._absent(exc)
            except ApiError as exc:
                if retries is None or not (exc.transient and retries.allow(exc)):
                    raise
        shown = self._client.json_object("GET", self._path(name), response)
        self._remember(shown.get("password"))
        if shown.get("host") is None:
            raise self.unreadable(name, "the response (status 200) is no connection: it has no host")
        return shown

    def check_access(self, retries=None):
        """Look for a connection that does not exist, which needs the right to manage connections, and changes nothing. retries: as above."""
        self.display(NO_CONNECTION, retries)

    def unreadable(self, name, problem):
        """Return the error for what was displayed and cannot be a connection. problem: without a full stop, and without values."""
        return BadResponse("GET", self._client.url(self._path(name)), problem, status=200)

    def create(self, name, body):
        """POST: host, port, user, password and tags. Return the platform's message, as the four below do; ``""`` if there is none."""
        return self._write("POST", name, body=body)

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

    def _write(self, method, name, action="", body=None):
        response = self._call(method, name, action, body=body, expected=ANY_SUCCESS)
        if response.content.strip():
            # Whatever is no object of the API's may be somebody else's answer.
            self._client.json_object(method, self._path(name, action), response)
        return self._secrets.quote(response.message())

    def _call(self, method, name, action="", **options):
        while True:
            auth = self._tokens.auth()
            try:
                response = self._client.request(method, self._path(name, action), auth, **options)
                self._tokens.accepted()
                return response
            except Unauthorized as exc:
                # Refused before anything was done, so sending the same with a new token repeats nothing.
                self._tokens.renew(exc)

    def _remember(self, password):
        """Add a password to the known secrets, whatever its type, unless it is a mask."""
        self._secrets.add(*(text for text in texts_in(password) if not is_mask(str(text))))

    @staticmethod
    def _absent(not_found):
        """Return None if a 404 is the API's own; raise it with advice if it is somebody else's."""
        if not_found.from_api:
            return
        raise ApiError(
            not_found.method,
            not_found.url,
            "status 404 came with something that is not the API's JSON, so it does not tell whether the connection exists%s"
            % (" (%s)" % not_found.detail if not_found.detail else ""),
            status=404,
            detail=not_found.detail,
            advice="Check that api_url is the address of a Datasentinel platform, with the path prefix where it has one.",
        )
