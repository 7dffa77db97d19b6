# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: scram_verifier
short_description: What PostgreSQL stores of a password
version_added: 1.0.0
description:
  - Serves the role P(datasentinel.platform.datasentinel_monitoring_user#role), and returns the verifier (SCRAM-SHA-256) of a password.
    PostgreSQL is given the verifier, so that the password is in no statement, and in no log of statements.
  - A verifier that is stored already is returned as it is, if it is that of the password.
positional: stored, iterations
options:
  _input:
    description: The password.
    type: str
    required: true
  stored:
    description: What PostgreSQL has stored already.
    type: str
  iterations:
    description: The number of iterations of a new verifier, PostgreSQL's setting C(scram_iterations).
    type: int
    default: 4096
author:
  - The datasentinel.platform contributors (!UNKNOWN)
"""

EXAMPLES = r"""
- name: Set the password of the monitoring user
  community.postgresql.postgresql_user:
    name: datasentinel
    password: >-
      {{ vault_datasentinel_password
      | datasentinel.platform.scram_verifier }}
"""

RETURN = r"""
_value:
  description: The verifier.
  type: str
  sample: SCRAM-SHA-256$4096:c2FsdA==$oKyRuqNAxy8YEPlGVPHLLV3BMCIy0yq=:8YEPlGVPHLLV3BMCIy0yqoKyRuqNAxy=
"""

from ..module_utils._postgresql._scram import ITERATIONS, verifier


def scram_verifier(password, stored=None, iterations=ITERATIONS):
    """Return the verifier of a password. Numbers are taken as text, as modules do."""
    return verifier(str(password), stored and str(stored), int(iterations))


class FilterModule:
    """The filter of the role datasentinel_monitoring_user."""

    def filters(self):
        return {"scram_verifier": scram_verifier}
