# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The platform as a running server, for tests and for the command line."""

from __future__ import annotations

import secrets
import socket
import ssl
import threading
import time
from pathlib import Path

import trustme
import uvicorn

from .app import make_app
from .faults import Faults
from .journal import Journal
from .store import Store
from .tokens import LIFETIME, Tokens, User
from .variants import Variants

#: Seconds for the server to start, and to stop.
PATIENCE = 10


class Platform:
    """An embedded platform on the loopback; a context manager that starts and stops it.

    Args:
        state: the SQLite file.
        tls: over HTTPS, with a certificate authority of its own.
        ca_dir: where the authority's certificate is written.
        port: 0 takes a free one.
        username, password: the user who may manage connections; a password is generated if none is given. A user `viewer`,
            with the same password, may not.
        lifetime: of tokens, in seconds.
    """

    host = "127.0.0.1"

    def __init__(self, state, tls=False, ca_dir=None, port=0, username="admin", password=None, lifetime=LIFETIME):
        self.username = username
        self.password = password or secrets.token_urlsafe(16)
        self.ca_path = Path(ca_dir) / "datasentinel-ca.pem" if tls else None
        self.store = Store(state)
        self.tokens = Tokens(self.store.setting("signing-key", lambda: secrets.token_hex(32)), lifetime)
        self.journal = Journal()
        self.variants = Variants()
        self._user = User(username, self.password)
        self._app = make_app(self.store, self.tokens, [self._user, User("viewer", self.password, manages=False)], self.variants)
        self.faults = Faults(self._app, self.journal, self.store, self.tokens)
        # asyncio turns off Nagle's algorithm, and its 40 ms, only where the protocol is named.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind((self.host, port))
        self.url = f"{'https' if tls else 'http'}://{self.host}:{self._socket.getsockname()[1]}"
        config = uvicorn.Config(self.faults, log_config=None, http="h11", ws="none", lifespan="off")
        config.load()
        if tls:
            config.ssl = self._context()
        self._server = uvicorn.Server(config)
        # In a thread: signals stay with whoever starts the platform.
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True)

    def __enter__(self):
        self._thread.start()
        deadline = time.monotonic() + PATIENCE
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > deadline:
                raise RuntimeError("The embedded platform did not start.")
            time.sleep(0.01)
        return self

    def __exit__(self, *exc_info):
        # Without waiting for clients that keep their connection open.
        self._server.should_exit = self._server.force_exit = True
        self._thread.join(PATIENCE)
        self._socket.close()
        self.store.close()

    def reset(self):
        """Back to the start: no connections, faults or variants, and an empty journal."""
        self.faults.clear()
        self.variants.reset()
        for name in self.store.names():
            self.store.delete(name)
        self.journal.clear()

    def token(self) -> str:
        """A valid token, minted without a request."""
        return self.tokens.mint(self._user)

    def environment(self) -> dict[str, str]:
        """The variables that give the collection access to this platform."""
        ca_path = {"DATASENTINEL_CA_PATH": str(self.ca_path)} if self.ca_path else {}
        return {
            "DATASENTINEL_API_URL": self.url,
            "DATASENTINEL_API_USERNAME": self.username,
            "DATASENTINEL_API_PASSWORD": self.password,
            **ca_path,
        }

    def display(self, name: str) -> dict | None:
        """A connection as it is stored, None if it does not exist."""
        return self.store.get(name)

    def _context(self):
        authority = trustme.CA(organization_name="Embedded Datasentinel platform")
        authority.cert_pem.write_to_path(self.ca_path)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(self.host, "localhost").configure_cert(context)
        return context
