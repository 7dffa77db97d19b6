# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is made once for a run of Ansible: this is imported in its main process, before any worker is forked. Private."""

from __future__ import annotations

import os

from ..module_utils._common._run_memory import RunMemory
from ..module_utils._http._tls import preload
from ._interruptions import Interruptions
from ._names import Names
from ._pauses import Pauses

#: Variables that name a bundle of authorities: ours, and those that requests knows. The first one counts.
_BUNDLES = ("DATASENTINEL_CA_PATH", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


def preload_for(environment):
    """Load the authorities that tasks with these variables need: none, where the platform is reached by HTTP."""
    if not environment.get("DATASENTINEL_API_URL", "").strip().lower().startswith("http:"):
        named = next(filter(None, map(environment.get, _BUNDLES)), None)
        preload(named and os.path.expanduser(os.path.expandvars(named)))  # as Ansible resolves paths


#: The memory that all workers of the run share.
MEMORY = RunMemory()
#: Whose names the run's connections are.
NAMES = Names(MEMORY)
#: What the run has paused.
PAUSES = Pauses(MEMORY)
PAUSES.report_at_exit()
#: What it would have paused, in check mode.
FORESEEN_PAUSES = Pauses(MEMORY, "foreseen")
#: How far its workers were when it was interrupted.
INTERRUPTIONS = Interruptions(MEMORY)
INTERRUPTIONS.report_at_exit()
preload_for(os.environ)
