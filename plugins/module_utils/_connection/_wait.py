# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting until the platform is connected. Private to the collection."""

from __future__ import annotations

import time

from .._http._errors import ApiError
from ._errors import WaitTimeout
from ._reconcile import read

#: Seconds between two reads: they grow from the first to the last.
PAUSES = (1.0, 2.0, 3.0, 5.0)
#: With which the message on a disabled connection begins: to wait for one is a failure of the task, and none of the host.
IS_DISABLED = "It is disabled "


def wait_until_connected(platform, name, progress, timeout, left=None, clock=time.monotonic):
    """Read the connection until the platform reports it connected; progress.after is the last that was read.

    platform: a Platform. timeout: seconds of wall-clock time. left: those of them that are left, None for all.
    Raise WaitTimeout, or an ApiError that is not transient.
    """
    start = clock() - (0 if left is None else timeout - left)
    reads = 0
    failure = None
    while True:
        connection = progress.after
        if connection is not None and connection.connected:
            return
        remaining = timeout - (clock() - start)
        # Whoever comes when the time is over is read once all the same.
        if connection is None or connection.enabled is False or (remaining <= 0 and reads):
            raise WaitTimeout(_not_connected(connection, timeout, failure))
        if remaining > 0:
            platform.sleep(min(PAUSES[min(reads, len(PAUSES) - 1)], remaining))
        reads += 1
        remaining = timeout - (clock() - start)
        try:
            # Even the last read is given a moment.
            progress.after = read(platform, name, timeout=max(remaining, 1.0))
            failure = None
        except ApiError as exc:
            if not exc.transient:
                raise
            failure = exc


def _not_connected(connection, timeout, failure):
    """Return the message for a connection (None: not found) that is not connected in the end."""
    if connection is None:
        return "It is gone: it was deleted while this task waited for the platform to connect to it."
    if connection.enabled is False:
        return IS_DISABLED + "(%s), so the platform does not connect to it: use state: enabled, or do not wait." % connection.who()
    return (
        "The platform is not connected to %s after %.0f seconds. Check that PostgreSQL runs there, that pg_hba.conf lets the platform's "
        "address in, and that the password is right.%s" % (connection.who(), timeout, " The last read failed: %s" % failure if failure else "")
    )
