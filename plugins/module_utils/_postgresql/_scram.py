# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Verifiers of passwords, as PostgreSQL stores them (SCRAM-SHA-256), so that no statement has to hold a password. Private."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
import stringprep
import unicodedata

#: What PostgreSQL takes where nothing else is set.
ITERATIONS = 4096

_VERIFIER = re.compile(r"SCRAM-SHA-256\$(\d+):([A-Za-z0-9+/=]+)\$[A-Za-z0-9+/=]+:[A-Za-z0-9+/=]+")
_PROHIBITED = (
    stringprep.in_table_a1,
    stringprep.in_table_c21_c22,
    stringprep.in_table_c3,
    stringprep.in_table_c4,
    stringprep.in_table_c5,
    stringprep.in_table_c6,
    stringprep.in_table_c7,
    stringprep.in_table_c8,
    stringprep.in_table_c9,
)


def verifier(password, stored=None, iterations=ITERATIONS):
    """Return the verifier of a password: the stored one, if it is of this password, or else a new one with a salt of its own."""
    found = _VERIFIER.fullmatch(stored or "")
    if found and hmac.compare_digest(_made(password, base64.b64decode(found[2]), int(found[1])), stored):
        return stored
    return _made(password, os.urandom(16), iterations)


def _made(password, salt, iterations):
    """Return the verifier with this salt (RFC 5802)."""
    salted = hashlib.pbkdf2_hmac("sha256", _prepared(password).encode(), salt, iterations)
    stored_key = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server_key = hmac.digest(salted, b"Server Key", "sha256")
    return "SCRAM-SHA-256$%d:%s$%s:%s" % (iterations, *(base64.b64encode(part).decode() for part in (salt, stored_key, server_key)))


def _prepared(password):
    """Return a password as PostgreSQL and its clients hash it: prepared by SASLprep (RFC 4013), or as it is where that refuses it."""
    if password.isascii():
        return password
    # In PostgreSQL's order: spaces first, and what is refused is looked for before the text is normalised.
    spaced = "".join(" " if stringprep.in_table_c12(char) else char for char in password)
    mapped = "".join(char for char in spaced if not stringprep.in_table_b1(char))
    refused = not mapped or any(is_prohibited(char) for char in mapped for is_prohibited in _PROHIBITED)
    return password if refused or not _has_one_direction(mapped) else unicodedata.normalize("NFKC", mapped)


def _has_one_direction(text):
    """Return whether a text with characters that are written from right to left begins and ends with them, and holds no others."""
    if not any(map(stringprep.in_table_d1, text)):
        return True
    return stringprep.in_table_d1(text[0]) and stringprep.in_table_d1(text[-1]) and not any(map(stringprep.in_table_d2, text))
