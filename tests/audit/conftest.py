# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

import pytest
from embedded.collection import ROOT
from support.playbook import Ansible, access_by_password


@pytest.fixture
def ansible(tmp_path, platform):
    """ansible-playbook, with a user and password in its environment."""
    return Ansible(tmp_path, access_by_password(platform))


@pytest.fixture(scope="session")
def schema():
    """The JSON schema that the collection ships."""
    return json.loads((ROOT / "playbooks/files/audit.schema.json").read_text())
