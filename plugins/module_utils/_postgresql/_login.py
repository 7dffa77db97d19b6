# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which names and passwords the monitoring user cannot have. Private."""

from __future__ import annotations

import re

from .._common._text import has_control

#: In bytes. PostgreSQL cuts off what is longer.
NAME_LIMIT = 63

_HASH = re.compile(r"md5[0-9a-fA-F]{32}|SCRAM-SHA-256\$\d+:.*", re.DOTALL)
# PostgreSQL's view of pg_hba.conf does not tell them from names in quotes.
_KEYWORDS = ("all", "sameuser", "samerole", "samegroup", "replication")


def refusal(user, password=None):
    """Return why the monitoring user cannot have a name or a password, as a message without the password, or an empty text."""
    reason = _of_name(user)
    if reason:
        return (
            "%r cannot be the name of the monitoring user: %s. Set another in datasentinel_connection_user (or datasentinel_monitoring_user_name, or the "
            "user of the item in datasentinel_connection_instances)." % (user, reason)
        )
    reason = _of_password(password or "")
    return (
        reason
        and "The password of the monitoring user %s cannot be used: %s. Set another in datasentinel_connection_password (or the variable that gives it)."
        % (user, reason)
    )


def _of_name(user):
    if has_control(user) or '"' in user or "%" in user:
        return "it holds a control character, a quotation mark or a percent sign"
    if len(user.encode()) > NAME_LIMIT:
        return "PostgreSQL cuts names after %d bytes" % NAME_LIMIT
    if user in _KEYWORDS or user[:1] in ("+", "@", "/"):
        return "in pg_hba.conf it means something else"
    if user.lower() in ("public", "none") or user.startswith("pg_"):
        return "PostgreSQL reserves it"
    return ""


def _of_password(password):
    if has_control(password):
        return "it holds a control character"
    if _HASH.fullmatch(password):
        return "it looks like the hash of one, and the platform needs the password itself"
    return ""
