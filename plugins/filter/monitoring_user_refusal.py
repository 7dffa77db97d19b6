# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: monitoring_user_refusal
short_description: Why the monitoring user cannot have a name or a password
version_added: 1.0.0
description:
  - Serves the role P(datasentinel.platform.datasentinel_monitoring_user#role), and returns why a name or a password that is given for the
    monitoring user cannot be used, before anything is changed.
positional: user, password
options:
  _input:
    description: The clusters of a host, of which C(user) and C(password) count.
    type: list
    elements: dict
    required: true
  user:
    description: The name where a cluster has none of its own.
    type: str
    required: true
  password:
    description: The password where a cluster has none of its own.
    type: str
author:
  - The datasentinel.platform contributors (!UNKNOWN)
"""

EXAMPLES = r"""
- name: Check the name of the monitoring user
  ansible.builtin.assert:
    that: refusal == ''
    fail_msg: "{{ refusal }}"
  vars:
    refusal: >-
      {{ [{}]
      | datasentinel.platform.monitoring_user_refusal('datasentinel') }}
"""

RETURN = r"""
_value:
  description: The reason, and what to do. Empty if there is none.
  type: str
  sample: ""
"""

from ..module_utils._postgresql._login import refusal


def monitoring_user_refusal(clusters, user, password=None):
    """Return the first refusal of a host's clusters. Numbers are taken as text, as modules do."""
    logins = [(str(cluster.get("user") or user), str(cluster.get("password") or password or "")) for cluster in clusters]
    return next(filter(None, (refusal(*login) for login in logins)), "")


class FilterModule:
    """The filter of the role datasentinel_monitoring_user."""

    def filters(self):
        return {"monitoring_user_refusal": monitoring_user_refusal}
