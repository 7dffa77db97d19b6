# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One deadline for all that a request does on its socket."""

from __future__ import annotations

import socket
import time

import pytest
from ansible_collections.datasentinel.platform.plugins.module_utils._http._deadline import Deadline, DeadlineSocket


@pytest.fixture
def deadline():
    return Deadline()


@pytest.fixture
def pair(deadline):
    """A DeadlineSocket, and the other end of its connection."""
    here, there = socket.socketpair()
    here.settimeout(7.0)
    ours = DeadlineSocket.over(here, deadline)
    with ours, there:
        yield ours, there


def test_a_read_may_take_its_pause_and_no_more_than_what_is_left_of_the_whole(deadline):
    deadline.start(pause=5, total=100)
    assert deadline.next_timeout() == 5
    deadline.start(pause=100, total=5)
    assert 4 < deadline.next_timeout() <= 5


def test_after_the_whole_no_read_is_begun(deadline):
    deadline.start(pause=5, total=0)
    assert deadline.expired
    with pytest.raises(socket.timeout, match="timed out"):
        deadline.next_timeout()


def test_a_new_request_has_a_new_deadline(deadline):
    deadline.start(pause=5, total=0)
    deadline.start(pause=5, total=9)
    assert not deadline.expired and deadline.total == 9 and deadline.next_timeout() == 5


def test_a_socket_takes_over_the_connection_and_its_timeout(pair):
    ours, there = pair
    assert ours.gettimeout() == 7.0
    ours.sendall(b"hello")
    assert there.recv(5) == b"hello"


def test_it_is_known_whether_anything_of_a_request_was_sent(pair, deadline):
    deadline.start(pause=5, total=5)
    assert deadline.sent is False
    pair[0].sendall(b"GET")
    assert deadline.sent is True
    deadline.start(pause=5, total=5)
    assert deadline.sent is False


def test_a_read_that_is_in_time(pair, deadline):
    ours, there = pair
    deadline.start(pause=5, total=5)
    there.sendall(b"hello")
    assert ours.recv_into(bytearray(5)) == 5


def test_reads_that_never_pause_end_with_the_whole(pair, deadline):
    ours, there = pair
    deadline.start(pause=5, total=0.05)
    there.sendall(b"x" * 1000)
    start = time.monotonic()
    with pytest.raises(socket.timeout):
        while True:
            ours.recv_into(bytearray(1))
            time.sleep(0.01)
    assert time.monotonic() - start < 1


def test_a_read_waits_no_longer_than_a_pause(pair, deadline):
    deadline.start(pause=0.05, total=60)
    with pytest.raises(socket.timeout):
        pair[0].recv_into(bytearray(1))


def test_without_a_deadline_it_is_a_socket_like_any_other(pair):
    ours, there = pair
    ours.deadline = None
    there.sendall(b"hello")
    assert ours.recv_into(bytearray(5)) == 5 and ours.gettimeout() == 7.0
