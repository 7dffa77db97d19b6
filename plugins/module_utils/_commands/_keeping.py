# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keeping one connection in its desired state, from the decision to the result; the same for one and for many. Private."""

from __future__ import annotations

import re

from .._connection._progress import Progress
from .._connection._reconcile import reconcile
from .._connection._tags import OF_THE_PLATFORM
from .._connection._wait import wait_until_connected
from ._command import failure, named

#: The messages of successful writes, which do not explain why a connection fails.
_SUCCESS = re.compile(r"(connection )?(created|updated|enabled|disabled|deleted)( and connected)?[.!]?", re.IGNORECASE)


class Keeping:
    """The reconciliation of one connection.

    desired: the DesiredConnection. check_mode: nothing is written. progress: what was done. failed: the failure as part
    of a result, None while all is well. finished: whether it has been reconciled, or failed.
    """

    def __init__(self, desired, check_mode):
        self.desired = desired
        self.progress = Progress()
        self.failed = None
        self.finished = False
        self._check_mode = check_mode

    @property
    def to_be_connected(self):
        """Whether the platform is expected to connect to it."""
        return self.desired.state in ("present", "enabled") and not self._check_mode

    def reconcile(self, platform):
        """Bring it into its desired state; a failure is noted. platform: a Platform."""
        self._attempt(reconcile, platform, self.desired, self.progress, self._check_mode)
        self.finished = True

    def wait(self, platform, seconds, left=None):
        """Wait until it is connected, if it is to be; a failure is noted. left: the seconds that are left, None for all."""
        if self.to_be_connected and self.failed is None:
            self._attempt(wait_until_connected, platform, self.desired.name, self.progress, seconds, left)

    def _attempt(self, step, *args):
        try:
            step(*args)
        except Exception as exc:  # whatever it is, what was written before has to be reported
            self.failed = failure(exc, lambda error: named(self.desired.name, self.progress.explain(error)))

    def not_begun(self, exc):
        """Note that an exception kept it from being begun, or from going on."""
        self.failed = self.failed or failure(exc, lambda error: named(self.desired.name, error))

    def result(self, secrets):
        """Return the result of datasentinel_connection."""
        report, warnings = {}, []
        try:
            if self.failed is None or (self.progress.changed and not self.progress.outdated):
                report = self._report(secrets)
            warnings = self._warnings()
        except Exception as exc:  # what was done has to be reported all the same
            self.failed = self.failed or failure(exc, lambda error: named(self.desired.name, error))
        return {**report, **(self.failed or {}), "changed": self.progress.changed, "warnings": warnings}

    def action(self):
        """Return what was done, or in check mode would be, in a word."""
        before, after = self.progress.before, self.progress.after
        if self.failed:
            return "failed"
        if not self.progress.changed:
            return "unchanged"
        if after is None:
            return "deleted"
        if before is None:
            return "created"
        if self.progress.password_changes or {**before.managed(), "enabled": None} != {**after.managed(), "enabled": None}:
            return "updated"
        return "enabled" if after.enabled else "disabled"

    def _report(self, secrets):
        report = {"diff": self.progress.diff()}
        if self.progress.after is not None:
            report["connection"] = self.progress.after.public(secrets)
        if self.progress.messages:
            report["msg"] = " ".join(self.progress.messages)
        return report

    def _warnings(self):
        """Return warnings: of tags that may not last, and of a connection that the platform does not reach, with its own reason."""
        name, connection, warnings = self.desired.name, self.progress.after, []
        own = sorted(OF_THE_PLATFORM.intersection(self.desired.tags or {}))
        if own:
            warnings.append(named(name, "the platform sets the tags %s itself: what a task gives for them may not last." % ", ".join(own)))
        if self.to_be_connected and not self.failed and connection.connected is False and connection.enabled is not False:
            # A connection has no field for the reason; where the platform tells it, that is in its response to a write.
            reasons = [message for message in self.progress.messages if not _SUCCESS.fullmatch(message)]
            reason = " The platform's message: %s" % " ".join(reasons) if reasons else ""
            warnings.append(named(name, "the platform is not connected to %s.%s" % (connection.who(), reason)))
        return warnings
