# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is made once for a run of Ansible: this is imported in its main process, before any worker is forked. Private."""

from __future__ import annotations

from ..module_utils._common._run_memory import RunMemory
from ..module_utils._http._tls import preload
from ._names import Names
from ._pauses import Pauses

#: The memory that all workers of the run share.
MEMORY = RunMemory()
#: Whose names the run's connections are.
NAMES = Names(MEMORY)
#: What the run has paused.
PAUSES = Pauses(MEMORY)
PAUSES.report_at_exit()
preload()
