# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Access to the platform: the options for it, checked. Private to the collection."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Optional

from .._common._errors import InvalidInput
from .._common._text import has_control
from ._api_url import checked_url

#: Seconds.
_DAY = 86400
_MOST_RETRIES = 1000


@dataclass(frozen=True)
class Settings:
    """Where the platform is, and the credentials for it; made by `settings_from`, so every value is known to be usable.

    api_url: without a trailing slash. token: a ready one, or None. username, password: both or neither; with both, a
    token can be minted. verify: True, False or the path of a CA bundle. timeout: seconds. retries: after the first try.
    """

    api_url: str
    token: Optional[str] = field(default=None, repr=False)
    username: Optional[str] = None
    password: Optional[str] = field(default=None, repr=False)
    verify: object = True
    timeout: float = 30.0
    retries: int = 3

    @property
    def can_mint(self):
        """Whether there is a username and password to mint a token from."""
        return self.username is not None

    @property
    def has_credentials(self):
        """Whether there is a token, or what to mint one from."""
        return self.token is not None or self.can_mint


def settings_from(params, credentials_needed=True):
    """Check the access options of a task.

    params: the options of the ``datasentinel.platform.access`` fragment, with their types. credentials_needed: whether a
    token, or a username and password, have to be among them.
    Return the Settings and a list of warnings. Raise InvalidInput.
    """
    api_url, warnings = checked_url(params["api_url"])
    token, username, password = (_given(params, name) for name in ("api_token", "api_username", "api_password"))
    if token is not None and not all("!" <= character <= "~" for character in token):
        raise InvalidInput("api_token holds a space, a line break or another character that no token has: was it copied whole, and alone?")
    if username is not None and (":" in username or has_control(username)):
        raise InvalidInput("api_username holds a colon or a control character, which HTTP Basic authentication cannot carry.")
    if password is not None and has_control(password):
        raise InvalidInput("api_password holds a control character, which HTTP Basic authentication cannot carry.")
    if (username is None) != (password is None):
        # Half a credential is of no use; a ready token needs neither.
        given, missing = ("api_username", "api_password") if password is None else ("api_password", "api_username")
        if token is None:
            raise InvalidInput("%s is given without %s: give both (DATASENTINEL_%s)." % (given, missing, missing.upper()))
        username = password = None
    if token is None and username is None and credentials_needed:
        raise InvalidInput(
            "No access to the platform: give api_token, or api_username and api_password, or set "
            "DATASENTINEL_API_TOKEN, or DATASENTINEL_API_USERNAME and DATASENTINEL_API_PASSWORD."
        )
    if not params["validate_certs"]:
        warnings.append("validate_certs is false: whoever stands between here and %s can read and change everything. Give ca_path instead." % api_url)
    return (
        Settings(
            api_url=api_url,
            token=token,
            username=username,
            password=password,
            verify=_verification(params),
            timeout=_checked_timeout(params["api_timeout"]),
            retries=_checked_retries(params["api_retries"]),
        ),
        warnings,
    )


def _given(params, name):
    """Return an option, None where it is empty or blank."""
    value = params.get(name)
    return value if value is not None and value.strip() else None


def _verification(params):
    if not params["validate_certs"]:
        return False
    ca_path = params.get("ca_path")
    if not ca_path:
        return True
    if not os.path.isfile(ca_path):
        raise InvalidInput("ca_path: there is no file %s here, where the task runs. It has to hold the CA certificates in PEM form." % ca_path)
    return ca_path


def _checked_timeout(seconds):
    # Python's sockets cannot count for longer than some centuries.
    if not 0 < seconds <= _DAY:
        raise InvalidInput("api_timeout is %s: it has to be a number of seconds above 0, at most a day (%d)." % (seconds, _DAY))
    return seconds


def _checked_retries(count):
    if not 0 <= count <= _MOST_RETRIES:
        raise InvalidInput("api_retries is %s: it has to be 0 to %d." % (count, _MOST_RETRIES))
    return count
