# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Servers on the loopback that are no platform: what a redirect leads to, proxies, ports with a certificate of any kind."""

from __future__ import annotations

import socket
import ssl
import threading

#: Seconds for what a test expects to happen.
PATIENCE = 10


class Server:
    """A server that notes what each connection sends up to an empty line, and responds with something; a context manager.

    respond: takes the head of a request (bytes) and the connected socket, in a thread of its own. context: for TLS.
    heads: what was received, as bytes; a connection that sends no head adds what it sent.
    """

    def __init__(self, respond=lambda head, connection: None, context=None):
        self._respond = respond
        self._context = context
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self.port = self._socket.getsockname()[1]
        self.address = f"127.0.0.1:{self.port}"
        self.url = f"{'https' if context else 'http'}://{self.address}"
        self.heads: list[bytes] = []

    def __enter__(self):
        self._threads[0].start()
        return self

    def __exit__(self, *exc_info):
        self._socket.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(PATIENCE)
        self._socket.close()

    def _accept(self):
        while True:
            try:
                connection, _address = self._socket.accept()
            except OSError:
                return
            connection.settimeout(PATIENCE)
            self._threads.append(threading.Thread(target=self._serve, args=[connection], daemon=True))
            self._threads[-1].start()

    def _serve(self, connection):
        head = b""
        try:
            with connection:
                if self._context is not None:
                    connection = self._context.wrap_socket(connection, server_side=True)
                with connection:
                    while not head.endswith(b"\r\n\r\n"):
                        part = connection.recv(1)
                        if not part:
                            break
                        head += part
                    self.heads.append(head)
                    self._respond(head, connection)
        except (OSError, ssl.SSLError):
            pass  # the client went away


def sends(status, content=b"", *lines):
    """For Server: a response."""

    def respond(_head, connection):
        head = "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {len(content)}", "Content-Type: application/json", *lines, "", ""])
        connection.sendall(head.encode("latin-1") + content)

    return respond


def tunnel(head, connection):
    """For Server: a proxy that connects to where it is asked to, and hands everything on."""
    host, _colon, port = head.split()[1].decode().rpartition(":")
    with socket.create_connection((host, int(port)), PATIENCE) as other:
        connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        back = threading.Thread(target=_copy, args=[other, connection], daemon=True)
        back.start()
        _copy(connection, other)
        back.join(PATIENCE)


def _copy(source, target):
    try:
        while part := source.recv(65536):
            target.sendall(part)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass
