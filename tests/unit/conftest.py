# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from support.recorded import Recorded


@pytest.fixture
def recorded():
    """A script of exchanges with the platform; one that is not played to its end fails the test."""
    with Recorded() as script:
        yield script
