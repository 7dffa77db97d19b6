# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.datasentinel.platform.plugins.filter.scram_verifier import FilterModule

verifier = FilterModule().filters()["scram_verifier"]


def test_a_number_is_taken_as_text():
    made = verifier(12345, "", "8192")
    assert made.startswith("SCRAM-SHA-256$8192:") and verifier("12345", made) == made
