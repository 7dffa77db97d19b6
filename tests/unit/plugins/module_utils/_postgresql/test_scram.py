# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.datasentinel.platform.plugins.module_utils._postgresql._scram import _prepared, verifier

#: Made by PostgreSQL 18 for the password "s3cret".
STORED = "SCRAM-SHA-256$4096:RsJxdLVGY1K6rhG7Q5i/MQ==$75FYjPXi/fkaz2T1jj7FhFa8mZNB3k1wq1koZHuUhv4=:OHfvv3jrt5gwjl36akE77+3S8VYPJJ/mHLjWXxdK2/c="


def test_the_verifier_that_postgresql_has_made_is_recognised():
    assert verifier("s3cret", STORED) == STORED


@pytest.mark.parametrize("stored", [None, "", "md5" + "a" * 32, STORED, "SCRAM-SHA-256$broken"])
def test_a_new_verifier_has_a_salt_of_its_own(stored):
    made, again = verifier("another", stored), verifier("another", stored)
    assert made.startswith("SCRAM-SHA-256$4096:") and len({made, again, stored}) == 3
    assert verifier("another", made) == made and "another" not in made


def test_the_iterations_of_the_server_are_taken_and_those_of_a_stored_verifier_are_kept():
    made = verifier("s3cret", None, 9000)
    assert made.startswith("SCRAM-SHA-256$9000:") and verifier("s3cret", made) == made


@pytest.mark.parametrize(
    "password, prepared",
    [
        ("I\u00adX", "IX"),
        ("\ufb01n\u00a0e", "fin e"),
        ("\u2168\u00e9", "IX\u00e9"),
        ("e\u0301", "\u00e9"),
        ("a\u200bb", "a b"),
        # Refused by SASLprep, and so taken as they are: unassigned, a control character, both directions, nothing left.
        ("\u0378\ufb01", "\u0378\ufb01"),
        ("\u00e9\x07\ufb01", "\u00e9\x07\ufb01"),
        ("\u06271", "\u06271"),
        ("\u00ad", "\u00ad"),
        ("\u06271\u0628", "\u06271\u0628"),
        ("\u0340a", "\u0340a"),
        ("a\x07b", "a\x07b"),
    ],
)
def test_passwords_are_prepared_as_postgresql_does(password, prepared):
    assert _prepared(password) == prepared
