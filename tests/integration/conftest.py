# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from support.playbook import Ansible


@pytest.fixture
def ansible(tmp_path, platform):
    """ansible-playbook, with a way to the platform in its environment."""
    return Ansible(tmp_path, {"DATASENTINEL_API_URL": platform.url, "DATASENTINEL_API_TOKEN": platform.token()})


@pytest.fixture(params=["in-process", "module"])
def runner(request):
    """The task keywords that decide where a task runs: in the control node's process, or as a module on another host."""
    # What is in the environment of the control node is not in that of another host.
    return {} if request.param == "in-process" else {"delegate_to": "bastion"}
