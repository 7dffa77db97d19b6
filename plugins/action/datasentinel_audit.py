# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.datasentinel.platform.plugins.module_utils._commands._audit_command import AUDIT
from ansible_collections.datasentinel.platform.plugins.plugin_utils._audit_action import AuditAction


class ActionModule(AuditAction):
    """Runs datasentinel_audit in the control node's own process."""

    command = AUDIT


def main():
    """For ansible-lint alone: it checks a task's arguments against an action plugin only if it finds a module in it."""
    AnsibleModule(argument_spec=AUDIT.argument_spec)
