# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The platform as a script, for tests without a server: the calls it expects, in order, and its responses."""

from __future__ import annotations

import base64
from json import dumps, loads
from urllib.parse import urlsplit

import responses
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.datasentinel.platform.plugins.module_utils._commands._command import Context, execute
from ansible_collections.datasentinel.platform.plugins.module_utils._commands._connection_command import CONNECTION
from ansible_collections.datasentinel.platform.plugins.module_utils._common._run_memory import RunMemory
from ansible_collections.datasentinel.platform.plugins.module_utils._common._secrets import Secrets
from hypothesis import strategies as st
from responses.registries import OrderedRegistry

URL = "https://platform.example.com"
PATH = "/ds-api/pool/pg-instances/"
TOKEN_PATH = "/ds-api/user-token"
ACCESS = {"api_url": URL, "api_token": "t0ken-of-the-test"}
PASSWORD = "pa55-of-postgres"
#: A connection as the platform displays it.
SHOWN = {
    "name": "db1",
    "host": "pg1.example.com",
    "port": 5433,
    "user": "datasentinel",
    "password": PASSWORD,
    "tags": "application=sales,environment=production",
    "enabled": True,
    "connected": True,
    "collection-rate": "low",
}

#: Any value of JSON, for property tests.
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def shown(**changes):
    """Return SHOWN with changes; a value of ``...`` leaves the field out."""
    return {key: value for key, value in {**SHOWN, **changes}.items() if value is not ...}


def jwt(**claims):
    """Return a token with these claims, as the platform makes them."""
    return ".".join(base64.urlsafe_b64encode(dumps(part).encode()).decode().rstrip("=") for part in ({"alg": "none"}, claims, "signature"))


class Recorded:
    """A script of exchanges. A context manager: at its end, every expected call must have been made, and no other.

    complete: whether calls that were not made fail the test.
    """

    def __init__(self, complete=True):
        self._mock = responses.RequestsMock(registry=OrderedRegistry, assert_all_requests_are_fired=complete)
        self.pauses: list[float] = []

    def __enter__(self):
        self._mock.start()
        return self

    def __exit__(self, exc_type, *_):
        self._mock.stop(allow_assert=exc_type is None)
        self._mock.reset()

    def expects(self, method, path="db1", status=200, json=None, message=None, body=None, **more):
        """Add the next call, and the response to it.

        path: below the connections, or absolute. json: the JSON of the response. message: its message as the platform words
        it (``status`` of a success, ``error`` of a failure). body: other content, or an exception.
        """
        if message is not None:
            json = {"status" if status < 400 else "error": message}
        if body is None:
            body = b"" if json is None else dumps(json).encode()
            more.setdefault("content_type", "application/json")
        self._mock.add(method, URL + (path if path.startswith("/") else PATH + path), status=status, body=body, **more)
        return self

    def displays(self, **changes):
        """Add a GET that returns the connection db1, with changes to SHOWN."""
        return self.expects("GET", json=shown(**changes))

    def lacks(self):
        """Add a GET of the connection db1 that does not find it."""
        return self.expects("GET", status=404, message="not found")

    def mints(self, token, status=201):
        """Add a token call that returns a token."""
        return self.expects("POST", TOKEN_PATH, status, {"user-token": token})

    @property
    def requests(self):
        """The requests that were made."""
        return [call.request for call in self._mock.calls]

    @property
    def calls(self):
        """The requests that were made, in short: ["GET db1", …]."""
        return [f"{request.method} {urlsplit(request.url).path.removeprefix(PATH)}" for request in self.requests]

    def body(self, number):
        """Return the JSON of the request with that number."""
        return loads(self.requests[number].body)

    def run(self, command=CONNECTION, check_mode=False, secrets=None, memory=None, **options):
        """Run a command with these options, pausing only on paper, and return its result."""
        if command is CONNECTION:
            options.setdefault("name", "db1")
        validation = ArgumentSpecValidator(command.argument_spec).validate({**ACCESS, **options})
        assert not validation.error_messages, validation.error_messages
        secrets = secrets or Secrets()
        secrets.add(*validation._no_log_values)
        context = Context(secrets, memory or RunMemory(), check_mode, self.pauses.append)
        return execute(command, validation.validated_parameters, context)
