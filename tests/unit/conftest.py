# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from types import SimpleNamespace

import pytest
import trustme
from ansible_collections.datasentinel.platform.plugins.module_utils._common._run_memory import RunMemory
from ansible_collections.datasentinel.platform.plugins.module_utils._common._secrets import Secrets
from support.recorded import Recorded

HOST = "127.0.0.1"
#: Seconds for what a test waits for and expects to happen.
PATIENCE = 10


class Listener:
    """A server on the loopback that does with each connection what a test describes; a context manager.

    handle: takes the Listener and a connected socket, in a thread of its own; None: nothing is accepted before `accept`.
    context: an SSLContext, for TLS. accepted: how many connections were. heads: the heads of the requests that came, as
    bytes. stop: an Event, set at the end.
    """

    def __init__(self, handle, context=None, backlog=16):
        self._handle = handle
        self._context = context
        self._socket = socket.create_server((HOST, 0), backlog=backlog)
        self._threads = []
        self.port = self._socket.getsockname()[1]
        self.url = f"{'https' if context else 'http'}://{HOST}:{self.port}"
        self.accepted = 0
        self.heads = []
        self.stop = threading.Event()

    def __enter__(self):
        if self._handle is not None:
            self._start(self._accept_all)
        return self

    def __exit__(self, *exc_info):
        self.stop.set()
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(PATIENCE)
        self._socket.close()

    def accept(self, timeout=0.2):
        """Return the next connection, None if there is none within timeout seconds."""
        self._socket.settimeout(timeout)
        try:
            connection, _address = self._socket.accept()
        except socket.timeout:
            return None
        connection.settimeout(PATIENCE)
        return connection

    def read_head(self, connection):
        """Read a request up to its empty line, and note it. Return whether one came."""
        head = b""
        while b"\r\n\r\n" not in head:
            part = connection.recv(4096)
            if not part:
                return False
            head += part
        self.heads.append(head)
        return True

    def _accept_all(self):
        while not self.stop.is_set():
            try:
                connection, _address = self._socket.accept()
            except OSError:
                return
            self.accepted += 1
            connection.settimeout(PATIENCE)
            self._start(self._serve, connection)

    def _serve(self, connection):
        with contextlib.suppress(OSError), connection:  # the client may go away
            if self._context is None:
                self._handle(self, connection)
            else:
                with self._context.wrap_socket(connection, server_side=True) as wrapped:
                    self._handle(self, wrapped)

    def _start(self, target, *args):
        thread = threading.Thread(target=target, args=args, daemon=True, name="listener")
        self._threads.append(thread)
        thread.start()


@pytest.fixture
def recorded():
    """A script of exchanges with the platform; one that is not played to its end fails the test."""
    with Recorded() as script:
        yield script


@pytest.fixture
def memory():
    """The memory of a run."""
    return RunMemory(64 * 1024)


@pytest.fixture
def secrets():
    """The secrets of a task."""
    return Secrets()


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    """The path of a certificate authority's file, and an SSLContext for a server that it vouches for."""
    ca = trustme.CA()
    path = tmp_path_factory.mktemp("authority") / "ca.pem"
    ca.cert_pem.write_to_path(path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert(HOST, "localhost").configure_cert(context)
    return str(path), context


@pytest.fixture
def listen(authority):
    """A function that starts a Listener: handle, and whether over TLS; they are stopped at the end of the test."""
    listeners = []

    def start(handle, tls=False, **options):
        listener = Listener(handle, authority[1] if tls else None, **options).__enter__()
        listeners.append(listener)
        return listener

    yield start
    for listener in listeners:
        listener.__exit__()


@pytest.fixture
def make_action():
    """A function that makes an action plugin for a task of a new run.

    plugin: its class. args: the task's. transport: of the connection. variables: of the host. keywords: of the task.
    """
    # `ansible-test units` runs the tests of module_utils without these.
    from ansible.parsing.dataloader import DataLoader
    from ansible.playbook.task import Task
    from ansible.template import Templar
    from ansible_collections.datasentinel.platform.plugins.plugin_utils._run import MEMORY

    MEMORY.clear()

    def make(plugin, args, transport="local", variables=None, **keywords):
        task = Task()
        task.args = args
        for name, value in keywords.items():
            setattr(task, name, value)
        loader = DataLoader()
        # What a shell puts before a command, for a test to see what shows there.
        shell = SimpleNamespace(tmpdir=None, env_prefix=lambda **shown: " ".join(f"{name}={value}" for name, value in shown.items()))
        return plugin(
            task,
            SimpleNamespace(transport=transport, _shell=shell),
            play_context=SimpleNamespace(no_log=False),
            loader=loader,
            templar=Templar(loader, variables=variables or {}),
            shared_loader_obj=None,
        )

    return make
