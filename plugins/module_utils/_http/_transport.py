# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How requests makes our connections: with a deadline, and with TLS contexts that are made once. Private to the collection."""

from __future__ import annotations

import errno
import ipaddress
import socket
import threading

from ._deadline import DeadlineSocket
from ._libraries import HTTPAdapter, HTTPConnection, HTTPConnectionPool, HTTPSConnection, HTTPSConnectionPool, urllib3
from ._tls import context_for

#: Seconds: a connection that is not made by then is not made later either (the kernel has asked four times).
CONNECT_TIMEOUT = 10.0


class DeadlineAdapter(HTTPAdapter):
    """The transport of a requests.Session: everything that its connections do heeds one Deadline."""

    def __init__(self, deadline):
        self._deadline = deadline
        super().__init__()

    def init_poolmanager(self, *args, **kwargs):
        """As HTTPAdapter has it."""
        super().init_poolmanager(*args, **kwargs)
        self._use_our_pools(self.poolmanager)

    def proxy_manager_for(self, *args, **kwargs):
        """As HTTPAdapter has it."""
        return self._use_our_pools(super().proxy_manager_for(*args, **kwargs))

    def _use_our_pools(self, manager):
        if "http" in manager.pool_classes_by_scheme and manager.pool_classes_by_scheme["http"] is not HTTPConnectionPool:
            return manager  # SOCKS proxies have pools of their own
        manager.pool_classes_by_scheme = {"http": self._makes(_HttpPool), "https": self._makes(_HttpsPool)}
        return manager

    def _makes(self, pool_class):
        def make(*args, **kwargs):
            pool = pool_class(*args, **kwargs)
            pool.deadline = self._deadline
            return pool

        return make


class _DeadlineConnection:
    """A mixin over urllib3's connections: a bounded name look-up, and a socket with the deadline."""

    deadline = None

    def _new_conn(self):
        name = self._dns_host
        failure = None
        try:
            for address in self._addresses(name):
                self._dns_host = address
                self.timeout = min(self.deadline.next_timeout(), CONNECT_TIMEOUT)
                try:
                    return DeadlineSocket.over(super()._new_conn(), self.deadline)
                except urllib3.exceptions.HTTPError as exc:
                    failure = exc
            raise failure
        except socket.timeout as exc:
            # Before anything is sent, unlike a timeout of a read.
            raise urllib3.exceptions.ConnectTimeoutError(self, "timed out") from exc
        finally:
            # The certificate is verified against this name.
            self._dns_host = name

    def _addresses(self, name):
        """Return the addresses of a host, one of them where it is an address itself. Raise NewConnectionError."""
        if _is_address(name):
            return [name]
        found = {}

        def look_up():
            try:
                found["addresses"] = [entry[4][0] for entry in socket.getaddrinfo(name, self.port, 0, socket.SOCK_STREAM)]
            except (OSError, UnicodeError) as exc:
                found["error"] = exc

        # A look-up has no timeout of its own. A thread that is left behind looks a name up and does nothing else.
        thread = threading.Thread(target=look_up, daemon=True)
        thread.start()
        thread.join(min(self.deadline.next_timeout(), CONNECT_TIMEOUT))
        if found.get("addresses"):
            return found["addresses"]
        reason = found.get("error") or OSError(errno.ETIMEDOUT, "the name look-up took too long")
        raise urllib3.exceptions.NewConnectionError(self, str(reason)) from reason


class _HttpConnection(_DeadlineConnection, HTTPConnection):
    pass


class _HttpsConnection(_DeadlineConnection, HTTPSConnection):
    def connect(self):
        """As HTTPSConnection has it, with a context that others use too."""
        authorities = self.ca_certs, self.ca_cert_dir
        self.ssl_context = context_for(self.cert_reqs, *authorities)
        # It holds them already; urllib3 would load them once more.
        self.ca_certs = self.ca_cert_dir = None
        try:
            super().connect()
        finally:
            # urllib3 connects again with the same object.
            self.ca_certs, self.ca_cert_dir = authorities
        self.sock.deadline = self.deadline


class _DeadlinePool:
    deadline = None

    def _new_conn(self):
        connection = super()._new_conn()
        connection.deadline = self.deadline
        return connection


class _HttpPool(_DeadlinePool, HTTPConnectionPool):
    ConnectionCls = _HttpConnection


class _HttpsPool(_DeadlinePool, HTTPSConnectionPool):
    ConnectionCls = _HttpsConnection


def _is_address(name):
    try:
        ipaddress.ip_address(name.strip("[]").partition("%")[0])
    except ValueError:
        return False
    return True
