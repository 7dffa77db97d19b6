# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The molecule scenario: reconcile, idempotence, verify, cleanup."""

from __future__ import annotations

from embedded.collection import ROOT


def test_molecule(run):
    output = run("molecule", "test", cwd=ROOT)
    assert "successful=7" in output and "failed=0" in output
