# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The base of what can go wrong. Private to the collection.

Every message is a whole sentence for the operator: what was tried, what came back, what to do next.
"""

from __future__ import annotations


class DatasentinelError(Exception):
    """Base of all errors that the collection raises on purpose; ``str(error)`` is what the user reads."""

    #: A retry of the same read may succeed.
    transient = False
    #: The request, if it was a write, may have taken effect although no success was seen.
    may_have_happened = False

    def structured(self):
        """Return the part of a failed result beside ``msg``: a dict, empty where no request was involved."""
        return {}


class InvalidInput(DatasentinelError):
    """What the user gave cannot be right; nothing was sent. option: the name of the option, where it is one."""

    def __init__(self, message, option=None):
        super().__init__(message)
        self.option = option
