# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: onboarding
short_description: What became of the connections of hosts that were onboarded
version_added: 1.0.0
description:
  - Serves the playbook C(onboard), and returns one line for each connection, from what the platform says of it.
  - The lines are made here, and not by expressions in the playbook, so that text of the platform is never taken for an expression.
positional: hosts
options:
  _input:
    description: The variables of all hosts, C(hostvars).
    type: dict
    required: true
  hosts:
    description: The hosts that were onboarded together.
    type: list
    elements: str
    required: true
  alive:
    description: Those of them that Ansible still works on.
    type: list
    elements: str
    required: true
  all_hosts:
    description: All hosts of the play.
    type: list
    elements: str
    required: true
author:
  - The datasentinel.platform contributors (!UNKNOWN)
"""

EXAMPLES = r"""
- name: List what became of each connection
  ansible.builtin.debug:
    msg: >-
      {{ hostvars | datasentinel.platform.onboarding(
      ansible_play_hosts_all, alive=ansible_play_hosts,
      all_hosts=ansible_play_hosts_all) }}
"""

RETURN = r"""
_value:
  description: Mappings with C(host), C(line), and whether it has C(failed).
  type: list
  elements: dict
  sample:
    - {host: pg1, line: "sales: connected", failed: false}
"""

from ..plugin_utils._onboarding import lines


class FilterModule:
    """The filter of the playbook onboard."""

    def filters(self):
        return {"onboarding": lines}
