# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One deadline, and one number of bytes, for all that a request does on its socket. Private to the collection.

The timeouts of sockets count from byte to byte, so a response that drips in outlasts them. Here every read is given no
more than what is left of the whole. The thread that asked does all the work: nothing is left behind that could send later.
Bytes are counted here, below the libraries: some of them read a line, such as the size of a chunk, however long it is.
"""

from __future__ import annotations

import socket
import ssl
import time

#: Bytes that may be received for one request: a body of 1 MiB, with what chunks of a few bytes each put around it.
MOST_RECEIVED = 8 * 1024 * 1024


class TooMuchReceived(OSError):
    """More came than any response may have."""


class Deadline:
    """When the current request ends at the latest, and how much it may receive until then.

    total: the seconds that `start` was given, of which `expired` tells whether they are over. sent: whether anything has been
    sent since then.
    """

    def __init__(self):
        self.total = 0.0
        self.sent = False
        self._pause = 0.0
        self._end = 0.0
        self._received = 0

    def start(self, pause, total):
        """Begin a request. pause, total: the seconds that one read, and all of it, may take."""
        self.total = total
        self.sent = False
        self._pause = pause
        self._end = time.monotonic() + total
        self._received = 0

    @property
    def expired(self):
        """Whether the time is over."""
        return time.monotonic() >= self._end

    def next_timeout(self):
        """Return the seconds that the next read may take. Raise socket.timeout if the time is over."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise socket.timeout("timed out")
        return min(left, self._pause)

    def note_received(self, size):
        """Count the bytes that a read returned. Raise TooMuchReceived."""
        self._received += size
        if self._received > MOST_RECEIVED:
            raise TooMuchReceived("more than %d bytes" % MOST_RECEIVED)


class _Limited:
    """A socket whose reads heed a Deadline, where it is given one, and which notes there that something was sent."""

    deadline = None

    def recv_into(self, *args, **kwargs):
        """As socket.socket has it."""
        if self.deadline is None:
            return super().recv_into(*args, **kwargs)
        self.settimeout(self.deadline.next_timeout())
        size = super().recv_into(*args, **kwargs)
        self.deadline.note_received(size)
        return size

    def sendall(self, *args, **kwargs):
        """As socket.socket has it."""
        if self.deadline is not None:
            self.deadline.sent = True
        return super().sendall(*args, **kwargs)


class DeadlineSocket(_Limited, socket.socket):
    """A TCP socket with a deadline."""

    @classmethod
    def over(cls, sock, deadline):
        """Return a socket with that deadline in place of sock, whose connection it takes over."""
        timeout = sock.gettimeout()
        new = cls(sock.family, sock.type, sock.proto, fileno=sock.detach())
        new.settimeout(timeout)
        new.deadline = deadline
        return new


class DeadlineTlsSocket(_Limited, ssl.SSLSocket):
    """A TLS socket with a deadline; its handshake is one operation, which the timeout before it bounds."""
