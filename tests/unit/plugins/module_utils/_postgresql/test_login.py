# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.datasentinel.platform.plugins.module_utils._postgresql._login import refusal


@pytest.mark.parametrize("user", ["datasentinel", "Monitor 2", "a,b#c", "a'b", "m\u00fcller", "x" * 63, "\u00fc" * 31, "ALL", "allen", "a+b", "pgmon", "123"])
@pytest.mark.parametrize("password", [None, "", "s3cret", "md5sum", "md5" + "x" * 32, "SCRAM-SHA-256", "\u00fc \u65e5"])
def test_what_is_possible_is_not_refused(user, password):
    assert refusal(user, password) == ""


@pytest.mark.parametrize(
    "user, reason",
    [
        *[(user, "in pg_hba.conf it means something else") for user in ("all", "sameuser", "samerole", "samegroup", "replication", "+x", "@x", "/x")],
        *[(user, "PostgreSQL cuts names after 63 bytes") for user in ("x" * 64, "\u00fc" * 32)],
        *[(user, "PostgreSQL reserves it") for user in ("public", "PUBLIC", "none", "pg_monitor")],
        *[(user, "it holds a control character, a quotation mark or a percent sign") for user in ('we"ird', "a%b", "a\nb", "a\x7f")],
    ],
)
def test_a_name_that_cannot_be_is_refused(user, reason):
    message = refusal(user, "s3cret")
    assert message.startswith(f"{user!r} cannot be the name of the monitoring user: {reason}. Set another in datasentinel_connection_user")


@pytest.mark.parametrize(
    "password, reason",
    [
        ("bell\x07s3cret", "it holds a control character"),
        ("s3cret\n", "it holds a control character"),
        ("s3cret\x85", "it holds a control character"),
        ("md5" + "0aF9" * 8, "it looks like the hash of one"),
        ("SCRAM-SHA-256$4096:AAAA$BBBB:CCCC", "it looks like the hash of one"),
    ],
)
def test_a_password_that_cannot_be_is_refused_and_not_quoted(password, reason):
    message = refusal("datasentinel", password)
    assert message.startswith(f"The password of the monitoring user datasentinel cannot be used: {reason}")
    assert password not in message and "s3cret" not in message
