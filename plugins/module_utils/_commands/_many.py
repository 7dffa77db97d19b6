# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keeping many connections at once. Private to the collection."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from typing import Optional

from .._connection._desired_connection import DesiredConnection
from .._platform._settings import Settings
from ._keeping import Keeping
from ._threads import Threads

#: Every action, in the order of a summary.
ACTIONS = ("created", "updated", "enabled", "disabled", "deleted", "unchanged", "failed")


@dataclass
class Entry:
    """One connection to be kept.

    settings: of its platform. desired: the DesiredConnection. failed: why it is not even tried (a failed result), None if it
    is. wait_timeout: seconds to wait for it to be connected, None not to wait.
    """

    name: str
    settings: Optional[Settings] = None
    desired: Optional[DesiredConnection] = None
    failed: Optional[dict] = None
    wait_timeout: Optional[int] = None


def keep_all(entries, context, concurrency):
    """Keep connections, so many at a time, and return the result of each in the order given.

    entries: of Entry; the longest of their times to wait counts for all of them together. context: the Context.
    A result is that of datasentinel_connection, with ``name``, ``action`` and ``failed``.
    """
    keepings = [None if entry.failed else Keeping(entry.desired, context.check_mode) for entry in entries]
    todo = [number for number, keeping in enumerate(keepings) if keeping is not None]
    threads = Threads(context, concurrency, lambda number: entries[number].settings, lambda: _progress(keepings, len(entries)))
    for number, exc in threads.each(todo, lambda platform, number: keepings[number].reconcile(platform)).items():
        keepings[number].not_begun(exc)
    waiting = [number for number in todo if entries[number].wait_timeout and keepings[number].to_be_connected and not keepings[number].failed]
    if waiting:
        timeout = max(entries[number].wait_timeout for number in waiting)
        end = time.monotonic() + timeout
        errors = threads.each(waiting, lambda platform, number: keepings[number].wait(platform, timeout, end - time.monotonic()))
        for number, exc in errors.items():
            keepings[number].not_begun(exc)
    return [_result(entry, keeping, context.secrets) for entry, keeping in zip(entries, keepings)]


def summary(results):
    """Return the number of results for each action."""
    counts = Counter(result["action"] for result in results)
    return {action: counts[action] for action in ACTIONS}


def in_words(counts, total):
    """Return a summary as a clause: ``1,250 connections: 3 created, 1 failed``. counts: by what is said of them."""
    parts = ["%s %s" % (format(count, ","), action) for action, count in counts.items() if count]
    return "%s: %s" % (counted(total, "connection"), ", ".join(parts))


def counted(count, noun):
    """Return a number of things: ``1 host``, ``1,250 hosts``."""
    return "%s %s%s" % (format(count, ","), noun, "" if count == 1 else "s")


def _result(entry, keeping, secrets):
    if keeping is None:
        result = {"action": "failed", **entry.failed}
    else:
        result = keeping.result(secrets)
        result = {"action": keeping.action(), "failed": False, **result}
    # A message about one connection may quote what is the password of another.
    return {"name": entry.name, **result, **{key: secrets.mask_values(result[key]) for key in ("msg", "warnings") if key in result}}


def _progress(keepings, total):
    """Return a line on how far it is: what is done, in words."""
    counts = Counter(keeping.action() for keeping in keepings if keeping is not None and keeping.finished)
    done = sum(counts.values())
    words = ["%s %s" % (format(counts[action], ","), action) for action in ACTIONS if counts[action]]
    return "%s of %s connections: %s" % (format(done, ","), format(total, ","), ", ".join(words) or "none done yet")
