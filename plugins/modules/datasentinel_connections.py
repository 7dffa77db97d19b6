#!/usr/bin/python
# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: datasentinel_connections
short_description: Keep many PostgreSQL connections of a Datasentinel platform in their desired states
version_added: 1.0.0
description:
  - Does what M(datasentinel.platform.datasentinel_connection) does, for many connections in one task and several at a time.
  - Everything is checked before anything is sent. One connection that fails leaves the others done; the task fails in the end and
    names those that failed.
author:
  - The datasentinel.platform contributors (!UNKNOWN)
extends_documentation_fragment:
  - datasentinel.platform.access
  - datasentinel.platform.access.delegation
  - datasentinel.platform.access.attributes
attributes:
  diff_mode:
    support: full
    details: One diff for each connection that changes. A password that changes is shown as changed, never as a value.
  idempotent:
    support: partial
    details: Some platforms do not return the password, or return a mask in its place. There it cannot be compared, so every run sends it and
      reports a change, unless O(connections[].update_password=on_create).
options:
  connections:
    description:
      - The connections, each with the options of M(datasentinel.platform.datasentinel_connection) that describe one.
      - Each name may occur only once.
      - Either O(connections) or O(src) is required. Both together are an error.
    type: list
    elements: dict
    suboptions:
      name:
        description: The identifier of the connection on the platform.
        type: str
        required: true
      state:
        description: The state, as in M(datasentinel.platform.datasentinel_connection).
        type: str
        choices: [present, absent, enabled, disabled]
        default: present
      host:
        description: Address of the PostgreSQL server as the platform reaches it. Needed to create a connection.
        type: str
      port:
        description: Port of the PostgreSQL server. A new connection for which none is given gets 5432.
        type: int
      user:
        description: The PostgreSQL user that the platform logs in as. Needed to create a connection.
        type: str
      password:
        description: The password of O(connections[].user). Needed to create a connection.
        type: str
      tags:
        description: The tags, a mapping or a string like V(application=sales,environment=production).
        type: raw
      purge_tags:
        description: Whether to remove tags that are not given.
        type: bool
        default: true
      update_password:
        description: V(always) updates the password of an existing connection if it differs, V(on_create) never does.
        type: str
        choices: [always, on_create]
        default: always
  src:
    description:
      - A file on the control node that holds the connections, instead of O(connections). Its ending tells what it is. It may be encrypted by ansible-vault.
      - A relative path is looked for as M(ansible.builtin.copy) does it. In a role, that is in its folder C(files) and in the role itself,
        and after that, or without a role, in the folder C(files) beside the playbook and beside the playbook itself.
      - C(.csv), a table as a spreadsheet writes it, with commas, semicolons or tabs. The first row names the options. A column
        like C(tags.environment) holds the values of one tag. An option whose cell is empty counts as not given.
      - C(.yml), C(.yaml) or C(.json), a list of mappings.
    type: path
  defaults:
    description: Used where a connection does not give an option. It may hold the options of O(connections).
    type: dict
  concurrency:
    description: How many connections are worked on at the same time, from 1 to 64.
    type: int
    default: 8
  wait:
    description: Whether to wait until the platform reports all of them as connected, except those with O(connections[].state=absent) or
      O(connections[].state=disabled).
    type: bool
    default: false
  wait_timeout:
    description: Seconds to wait at most, for all of them together.
    type: int
    default: 60
seealso:
  - module: datasentinel.platform.datasentinel_connection
  - name: Role datasentinel_connection
    description: Describes the connections by the inventory, instead of by a list or file.
    link: https://github.com/ansible-collections/datasentinel.platform/blob/main/roles/datasentinel_connection/README.md
"""

EXAMPLES = r"""
- name: Register the PostgreSQL servers of a spreadsheet
  datasentinel.platform.datasentinel_connections:
    api_url: https://platform.example.com
    api_token: "{{ datasentinel_token }}"
    src: connections.csv
    defaults:
      user: datasentinel
      password: "{{ datasentinel_password }}"

# This task finds the platform and the credentials in the environment.
- name: Keep a list of connections
  datasentinel.platform.datasentinel_connections:
    connections:
      - name: sales-production
        host: pg-sales-1734.example.com
        port: 9342
        tags: {application: sales, environment: production}
      - name: billing-production
        host: pg-billing-1201.example.com
      - name: gone
        state: absent
    defaults:
      user: datasentinel
      password: "{{ datasentinel_password }}"
"""

RETURN = r"""
results:
  description: One result for each connection, in the order given.
  type: list
  elements: dict
  returned: always, unless something was refused before anything was sent
  contains:
    name:
      description: The name of the connection.
      type: str
      sample: sales-production
    action:
      description: What was done, or in check mode would be. One of C(created), C(updated), C(enabled), C(disabled), C(deleted), C(unchanged), C(failed).
      type: str
      sample: created
    changed:
      description: Whether something was changed, or may have been.
      type: bool
      sample: true
    failed:
      description: Whether it failed.
      type: bool
      sample: false
    msg:
      description: The platform's message on what was written; on failure, what went wrong and what to do.
      type: str
      sample: Connection created and connected!
    connection:
      description: The connection, as M(datasentinel.platform.datasentinel_connection) returns it.
      type: dict
    error:
      description: The request that failed, as M(datasentinel.platform.datasentinel_connection) returns it.
      type: dict
summary:
  description: The number of connections for each action.
  type: dict
  returned: with results
  sample: {created: 3, updated: 0, enabled: 0, disabled: 0, deleted: 0, unchanged: 996, failed: 1}
diff:
  description: What changes of each connection that does, by name.
  type: list
  elements: dict
  returned: with results
msg:
  description: The counts in a sentence, and on failure which connections failed and why.
  type: str
  returned: always
  sample: "1,000 connections: 3 created, 996 unchanged, 1 failed."
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.datasentinel.platform.plugins.module_utils import _module_runner
from ansible_collections.datasentinel.platform.plugins.module_utils._commands._connections_command import CONNECTIONS


def main():
    """Runs the module where the task is delegated to; otherwise the action plugin of the same name does the work."""
    _module_runner.run(AnsibleModule(argument_spec=_module_runner.argument_spec(CONNECTIONS), supports_check_mode=True), CONNECTIONS)


if __name__ == "__main__":
    main()
