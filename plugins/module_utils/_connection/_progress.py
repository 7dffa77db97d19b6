# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a task has found and done so far. Private to the collection."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Optional

from ._connection import Connection
from ._errors import NotEffective


@dataclass
class Progress:
    """Kept up to date, so that it is right when the task fails half-way.

    before, after: the connection as it was found, and as it is (or, in check mode, would be); None: not found.
    outdated: something was sent since after was read. wrote: a write took effect, or may have.
    unsure: the call (text) whose outcome has not been read yet, or None. without_trace: the one whose outcome was unknown when
    it was last read, and nothing was to be seen of it, or None.
    password_was_sent: a write that carried the password was answered with success.
    password_changes: the password is among what changes. messages: the platform's own, safe to be shown.
    """

    before: Optional[Connection] = None
    after: Optional[Connection] = None
    outdated: bool = False
    wrote: bool = False
    unsure: Optional[str] = None
    without_trace: Optional[str] = None
    password_was_sent: bool = False
    password_changes: bool = False
    messages: list = field(default_factory=list)

    @property
    def changed(self):
        """Whether this task changed something, or may have."""
        return self.wrote or self.unsure is not None

    def diff(self):
        """Return before and after as a diff shows them; of a password that it changes, and no value of it."""
        diff = {"before": _managed(self.before), "after": _managed(self.after)}
        if self.password_changes:
            diff["after"]["password"] = "<hidden>" if self.before is None else "<hidden, changed>"
            if self.before is not None:
                diff["before"]["password"] = "<hidden>"
        return diff

    def explain(self, exc):
        """Return the sentences for a DatasentinelError: its own, and what this task did, or may have done, before it."""
        sentences = [str(exc)]
        if self.messages and not isinstance(exc, NotEffective):
            sentences.append("Before that, the platform answered %r." % " ".join(self.messages))
        elif self.wrote and not isinstance(exc, NotEffective):
            sentences.append("Before that, something was written with success.")
        if self.unsure is not None:
            sentences.append("The %s that was sent may have taken effect all the same: run the task again, it reads first." % self.unsure)
        return " ".join(sentences)


def _managed(connection):
    return {} if connection is None else connection.managed()
