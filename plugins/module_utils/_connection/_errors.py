# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can go wrong with a connection, as types. Private to the collection."""

from __future__ import annotations

from .._common._errors import DatasentinelError


class WaitTimeout(DatasentinelError):
    """The platform did not report the connection as connected in time."""


class NotEffective(DatasentinelError):
    """A write was answered with success, and the confirming read shows something else."""
