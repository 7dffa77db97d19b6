# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bringing a connection into its desired state: read, decide, write, confirm. Private to the collection.

The rules: a write is never repeated blindly. When its outcome is unknown, or somebody else was quicker, the connection
is read again and the decision made anew. Check mode differs in one place only: where the writes would be sent.
"""

from __future__ import annotations

from .._common._text import printable, shorten
from .._http._errors import ApiError, Conflict, NotFound
from ._connection import from_platform
from ._errors import NotEffective

#: The error that means, for a call, that somebody else was quicker.
_RACES = {"create": Conflict, "update": NotFound, "enable": NotFound, "disable": NotFound, "delete": NotFound}

#: The calls for which that may have been this task itself, by the same call before.
_RACES_ITSELF = ("create", "delete")


def read(platform, name, retries=None, timeout=None):
    """Return the Connection of that name, or None if it is not found. Raise an ApiError.

    platform: a Platform. retries: for transient failures, None for none. timeout: seconds, if less than api_timeout.
    """
    shown = platform.connections.display(name, retries, timeout)
    if shown is None:
        return None
    try:
        return from_platform(name, shown)
    except ValueError as exc:
        raise platform.connections.unreadable(name, "the platform shows a connection whose %s" % exc) from None


def reconcile(platform, desired, progress, check_mode=False):
    """Bring a connection into its desired state, and confirm it by a read if anything was written.

    platform: a Platform. desired: a DesiredConnection. progress: a new Progress, filled in as things happen.
    Raise a DatasentinelError; progress then holds what had been done.
    """
    retries = platform.new_retries()
    progress.before = progress.after = current = read(platform, desired.name, retries)
    while True:
        writes = desired.writes(current, progress.password_was_sent)
        if not writes:
            return
        progress.password_changes |= desired.changes_password(current, progress.password_was_sent)
        if check_mode:
            progress.wrote = True
            progress.after = desired.merged_into(current)
            return
        progress.outdated = True
        if _carry_out(platform.connections, desired.name, writes, progress, retries):
            progress.after = after = read(platform, desired.name, platform.new_retries())
            progress.outdated = False
            _confirm(desired, after, progress)
            _confirm_password(current, after, progress)
            return
        after = read(platform, desired.name, retries)
        # An unsure write that left no trace was not done so far; but a password that is not shown leaves none.
        traceless = progress.password_changes and after is not None and not after.password_is_shown
        progress.wrote |= progress.unsure is not None and (traceless or not _same(current, after))
        progress.without_trace, progress.unsure, progress.outdated = progress.unsure, None, False
        progress.after = current = after
        if not progress.wrote:
            # What somebody else did meanwhile is no work of this task.
            progress.before, progress.password_changes = after, False


def _carry_out(connections, name, writes, progress, retries):
    """Send writes one after the other, and note what became of them.

    Return True if all were answered with success, and False if the outcome of one is unknown, or somebody else was
    quicker, so that the connection has to be read again. Raise an ApiError that is final.
    """
    for write in writes:
        call = getattr(connections, write.call)
        try:
            message = call(name) if write.body is None else call(name, write.body)
        except ApiError as exc:
            raced = isinstance(exc, _RACES[write.call])
            # What left no trace may have been carried out after that was looked for.
            late = raced and progress.without_trace == write.call and write.call in _RACES_ITSELF
            if exc.may_have_happened or late:
                progress.unsure = write.call
            if (exc.transient or raced) and retries.allow(exc):
                return False
            raise
        progress.wrote = True
        progress.password_was_sent |= "password" in (write.body or {})
        if message:
            progress.messages.append(message)
    return True


def _same(one, other):
    """Return whether two Connections (or None) are the same in what tasks set."""
    if one is None or other is None:
        return one is other
    return one.managed() == other.managed() and one.password == other.password


def _confirm(desired, after, progress):
    """Raise NotEffective if the connection after the writes (None: not found) is not in its desired state."""
    message = "The platform answered %s" % (repr(" ".join(progress.messages)) if progress.messages else "with success")
    rival = "If another job changes the same connection at the same time, let one of them finish first; otherwise the platform's log says more."
    if desired.state == "absent":
        if after is not None:
            raise NotEffective("%s, but the connection is still there. %s" % (message, rival))
    elif after is None:
        raise NotEffective("%s, but the connection was not found. %s" % (message, rival))
    else:
        wrong = [key if key == "password" else "%s (desired %s, is %s)" % (key, *map(_shown, pair)) for key, pair in desired.differences(after).items()]
        if wrong:
            raise NotEffective("%s, but these did not change as described: %s. %s" % (message, ", ".join(wrong), rival))


def _shown(value):
    return shorten(printable(str(value)), 200)


def _confirm_password(before, after, progress):
    """Raise NotEffective if a password that is shown changed although the task did not ask for it.

    That is what a platform does whose update replaces what it does not get; the one before cannot be brought back from here.
    """
    if before is None or after is None or progress.password_was_sent or not before.password_is_shown or after.password is None:
        return
    if after.password != before.password and (after.password_is_shown or not after.password):
        raise NotEffective(
            "The update was made, but the password changed as well, although the task did not send one: this platform's update "
            "replaces what it does not get, or another job changed it. Give password, with update_password: always, so that the platform can log in again."
        )
