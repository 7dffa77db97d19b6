# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bringing a connection to what is wanted: read, decide, write, confirm, wait. Private to the collection.

The rules: a write is never repeated blindly. When its outcome is unknown, or somebody else was quicker, the connection
is read again and the decision made anew. Check mode differs in one place only: where the writes would be sent.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Optional

from ._connection import Connection, from_platform
from .._common._errors import ApiError, NotEffective, StatusError, WaitTimeout

#: Seconds between two looks of `wait_connected`: they grow from the first to the last.
POLL_PAUSES = (1.0, 2.0, 3.0, 5.0)

#: The statuses that mean, for a call, that somebody else was quicker.
_RACES = {"create": 409, "update": 404, "enable": 404, "disable": 404, "delete": 404}


@dataclass
class Progress:
    """What a task has seen and done so far; kept up to date, so that it is right when the task fails half-way.

    before, after: the connection as it was found, and as it is (or, in check mode, would be); None: there is none.
    done: a write took effect, or may have. unsure: the call (text) whose outcome has not been looked at yet, or None.
    password_was_sent: a write that carried the password was answered with success.
    password_changes: the password is among what changes. said: the platform's sentences.
    """

    before: Optional[Connection] = None
    after: Optional[Connection] = None
    done: bool = False
    unsure: Optional[str] = None
    password_was_sent: bool = False
    password_changes: bool = False
    said: list = field(default_factory=list)

    @property
    def changed(self):
        """Whether this task changed something, or may have."""
        return self.done or self.unsure is not None


def read(api, name, retries=None, timeout=None):
    """The Connection of that name, or None. Raises an ApiError. The password that it shows becomes a known secret."""
    shown = api.display(name, retries, timeout)
    if shown is None:
        return None
    try:
        connection = from_platform(name, shown)
    except ValueError as exc:
        raise api.unreadable(name, exc) from None
    if connection.password_is_shown:
        api.secrets.add(connection.password)
    return connection


def reconcile(api, wanted, progress, check_mode=False):
    """Brings the connection to what is wanted, and confirms it by a read if anything was written.

    api: a ConnectionApi. wanted: a DesiredConnection. progress: a new Progress, filled in as things happen.
    Raises a DatasentinelError; progress then says what had been done.
    """
    retries = api.retries()
    progress.before = progress.after = current = read(api, wanted.name, retries)
    while True:
        writes = wanted.writes(current, progress.password_was_sent)
        if not writes:
            return
        progress.password_changes |= wanted.changes_password(current, progress.password_was_sent)
        if check_mode:
            progress.done = True
            progress.after = wanted.merged_into(current)
            return
        if _carry_out(api, wanted.name, writes, progress, retries):
            progress.after = _confirmed(api, wanted, progress)
            return
        seen = read(api, wanted.name, retries)
        # An unsure write that left no trace was not done; but a password that is not shown leaves none.
        traceless = progress.password_changes and seen is not None and not seen.password_is_shown
        progress.done |= progress.unsure is not None and (traceless or not _same(current, seen))
        progress.unsure = None
        progress.after = current = seen


def wait_connected(api, wanted, progress, timeout, clock=time.monotonic):
    """Reads the connection until the platform reports it connected; progress.after is the last that was seen.

    timeout: seconds of wall-clock time. Raises WaitTimeout, or an ApiError that is not passing.
    """
    start = clock()
    looks = 0
    trouble = None
    while True:
        seen = progress.after
        if seen is not None and seen.connected:
            return
        left = timeout - (clock() - start)
        if seen is None or seen.enabled is False or left <= 0:
            raise WaitTimeout(_not_connected(wanted.name, seen, timeout, trouble))
        api.sleep(min(POLL_PAUSES[min(looks, len(POLL_PAUSES) - 1)], left))
        looks += 1
        left = timeout - (clock() - start)
        try:
            # Even the last look is given a moment to be answered.
            progress.after = read(api, wanted.name, timeout=max(left, 1.0))
            trouble = None
        except ApiError as exc:
            if not exc.transient:
                raise
            trouble = exc


def _carry_out(api, name, writes, progress, retries):
    """Sends writes one after the other, and notes what became of them.

    True: all were answered with success. False: the outcome of one is unknown, or somebody else was quicker, so that
    the connection has to be read again. Raises an ApiError that is final.
    """
    for write in writes:
        call = getattr(api, write.call)
        try:
            said = call(name) if write.body is None else call(name, write.body)
        except ApiError as exc:
            if exc.may_have_happened:
                progress.unsure = write.call
            raced = isinstance(exc, StatusError) and exc.status == _RACES[write.call]
            if (exc.transient or raced) and retries.again(exc):
                return False
            raise
        progress.done = True
        progress.password_was_sent |= "password" in (write.body or {})
        if said:
            progress.said.append(said)
    return True


def _same(one, other):
    """Whether two Connections (or None) are the same in what tasks set."""
    if one is None or other is None:
        return one is other
    return one.managed() == other.managed() and one.password == other.password


def _confirmed(api, wanted, progress):
    """The connection as it is after the writes. Raises NotEffective if it is not as wanted."""
    after = read(api, wanted.name, api.retries())
    said = "The platform answered %r" % " ".join(progress.said)
    rival = "If another job changes the same connection at the same time, let one of them finish first; otherwise the platform's log says more."
    if wanted.state == "absent":
        if after is not None:
            raise NotEffective("%s, but the connection %r is still there. %s" % (said, wanted.name, rival))
    elif after is None:
        raise NotEffective("%s, but there is no connection %r. %s" % (said, wanted.name, rival))
    else:
        wrong = ["password" if key == "password" else "%s (wanted %s, is %s)" % (key, *pair) for key, pair in wanted.differences(after).items()]
        if wrong:
            raise NotEffective("%s, but did not take over: %s. %s" % (said, ", ".join(wrong), rival))
    return after


def _not_connected(name, seen, timeout, trouble):
    """What to say when a connection is not connected in the end."""
    if seen is None:
        return "The connection %r is gone: it was deleted while this task waited for it to be connected." % name
    who = "%s:%s as user %s" % (seen.host, seen.port, seen.user)
    if seen.enabled is False:
        return "The connection %r (%s) is disabled, so the platform does not connect it: use state: enabled, or do not wait." % (name, who)
    return (
        "The platform is not connected to %r (%s) after %g seconds. Check that PostgreSQL runs there, that pg_hba.conf lets the "
        "platform's address in, and that the password is right.%s" % (name, who, timeout, " The last look failed: %s" % trouble if trouble else "")
    )


def explain(exc, progress):
    """The sentence for a DatasentinelError: its own, and what this task did, or may have done, before it."""
    sentences = [str(exc)]
    if progress.said and not isinstance(exc, NotEffective):
        sentences.append("Before that, the platform answered %r." % " ".join(progress.said))
    if progress.unsure is not None:
        sentences.append("The %s that was sent may have taken effect all the same: run the task again, it reads first." % progress.unsure)
    return " ".join(sentences)
