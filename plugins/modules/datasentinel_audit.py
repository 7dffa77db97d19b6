# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: datasentinel_audit
short_description: Find out which PostgreSQL servers are not monitored as the inventory describes
version_added: 1.0.0
description:
  - Compares the connections of all hosts of the play with the platform, in one task, with one call for each connection, and changes nothing.
    The comparison is that of M(datasentinel.platform.datasentinel_connection) in check mode.
  - The connections are those that the variables of the role P(datasentinel.platform.datasentinel_connection#role) describe.
  - Writes C(audit.html), C(audit.json) and C(audit.csv) on the control node, and fails if it finds something, see O(fail_on).
  - The playbook C(datasentinel.platform.audit) is the usual way to run it. It publishes the files as well.
  - If no platform can be reached, or none accepts the token, it fails at once and writes nothing.
author:
  - The datasentinel.platform contributors (!UNKNOWN)
extends_documentation_fragment:
  - datasentinel.platform.access
  - datasentinel.platform.access.attributes
attributes:
  async:
    support: none
    details: It reads the inventory, and a module that is started in the background does not have it.
  check_mode:
    details: The files of the report are written in check mode as well.
  delegation:
    support: none
    description: Cannot be delegated, since it reads the inventory. It always runs on the control node.
  diff_mode:
    support: N/A
    details: It changes nothing on the platform.
options:
  dest:
    description:
      - The folder for the files, on the control node. It is made if it does not exist, and files of an earlier audit are replaced.
      - A relative path begins at the current folder of C(ansible-playbook).
    type: path
    default: datasentinel-audit
  previous:
    description:
      - The C(audit.json) of an earlier audit, on the control node. The report then tells what is new, what is still there and what is resolved.
      - If the file does not exist, the task warns and compares with nothing.
      - It may be in O(dest), since it is read before files are replaced.
    type: path
  reports:
    description:
      - Files C(audit.json), or patterns such as V(slices/*/audit.json), on the control node, which are put together into one report.
        Nothing is read from the platform then.
      - A connection that is in several of them counts as the newest has it.
    type: list
    elements: str
  slice:
    description:
      - Which part of the inventory this run sees, as text for the report, for example V(2 of 4).
    type: str
  fail_on:
    description:
      - The findings for which the task fails, any of V(not_registered), V(disabled), V(not_connected), V(unknown), V(differs)
        and V(unwanted), or V(none), with which it never fails.
      - If it is not set, it fails for all of them.
    type: list
    elements: str
  concurrency:
    description:
      - How many connections are read at the same time, from 1 to 64.
    type: int
    default: 8
notes:
  - Use it with C(run_once). Otherwise each host of the play audits all of them.
seealso:
  - module: datasentinel.platform.datasentinel_connection
  - module: datasentinel.platform.datasentinel_connections
"""

EXAMPLES = r"""
# These tasks find the platform and the credentials in the environment.
# What the connections should be comes from the inventory.

- name: Audit all hosts of the play
  datasentinel.platform.datasentinel_audit:
    dest: "{{ playbook_dir }}/report"
    fail_on: none
  vars:
    datasentinel_connection_password: "{{ datasentinel_password }}"
  run_once: true
  register: audit

- name: Fail if a server is not monitored at all
  ansible.builtin.assert:
    that:
      - audit.summary.not_registered == 0
      - audit.summary.disabled == 0
      - audit.summary.not_connected == 0
    fail_msg: "{{ audit.lines }}"
  run_once: true

- name: Compare with the last report
  datasentinel.platform.datasentinel_audit:
    dest: "{{ playbook_dir }}/report"
    previous: "{{ playbook_dir }}/report/audit.json"
    fail_on: [not_registered, disabled]
  vars:
    datasentinel_connection_password: "{{ datasentinel_password }}"
  run_once: true
"""

RETURN = r"""
msg:
  description: The report in a sentence.
  type: str
  returned: success, or when it fails because of findings
  sample: "3 of 120 connections need attention: 2 not registered, 1 differs, 117 ok."
summary:
  description: The number of connections for each finding.
  type: dict
  returned: success, or when it fails because of findings
  sample: {not_registered: 2, disabled: 0, not_connected: 0, unknown: 0, differs: 1, unwanted: 0, ok: 117}
failing:
  description: The part of the summary for which the task fails.
  type: dict
  returned: success, or when it fails because of findings
  sample: {not_registered: 2, differs: 1}
lines:
  description: The report in lines. What was found is listed, the worst first, up to 50 connections.
  type: list
  elements: str
  returned: success, or when it fails because of findings
files:
  description: The paths of the files.
  type: dict
  returned: success, or when it fails because of findings
  sample: {html: /home/me/datasentinel-audit/audit.html, json: /home/me/datasentinel-audit/audit.json, csv: /home/me/datasentinel-audit/audit.csv}
facts:
  description:
    - What is worth keeping of the report in a few numbers. The playbook hands it to AWX.
  type: dict
  returned: success, or when it fails because of findings
  contains:
    generated_at:
      description: When the audit was made, in UTC.
      type: str
      sample: "2026-11-24T02:00:07Z"
    platform:
      description: The address of the platform.
      type: str
      sample: https://platform.example.com
    hosts:
      description: The number of hosts that the audit saw.
      type: int
      sample: 118
    connections:
      description: The number of their connections.
      type: int
      sample: 120
    summary:
      description: As RV(summary).
      type: dict
      sample: {not_registered: 2, disabled: 0, not_connected: 0, unknown: 0, differs: 1, unwanted: 0, ok: 117}
    changes:
      description: The number of findings that are new, still there, resolved, or were not seen this time. V(null) without O(previous).
      type: dict
      sample: {new: 1, still: 2, resolved: 4, not_seen: 0}
error:
  description: The request that failed, as M(datasentinel.platform.datasentinel_connection) returns it.
  type: dict
  returned: on failure, if a request failed
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.datasentinel.platform.plugins.module_utils import _module_runner
from ansible_collections.datasentinel.platform.plugins.module_utils._commands._audit_command import AUDIT


def main():
    """Fails with a message: the action plugin of the same name does the work."""
    _module_runner.run(AnsibleModule(argument_spec=_module_runner.argument_spec(AUDIT), supports_check_mode=True), AUDIT)


if __name__ == "__main__":
    main()
