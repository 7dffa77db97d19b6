# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The processes of this machine."""

from __future__ import annotations

import subprocess


def running_from(folder) -> list[str]:
    """Return the command lines of the processes that name a folder."""
    lines = subprocess.run(["ps", "-wweo", "args="], capture_output=True, text=True, check=True).stdout.splitlines()
    return [line for line in lines if str(folder) in line]
