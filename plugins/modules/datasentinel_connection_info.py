#!/usr/bin/python
# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: datasentinel_connection_info
short_description: Read PostgreSQL connections of a Datasentinel platform
version_added: 1.0.0
description:
  - Reads connections by name, and changes nothing.
  - Names are required, since the platform has no documented call that lists all connections.
author:
  - The datasentinel.platform contributors (!UNKNOWN)
extends_documentation_fragment:
  - datasentinel.platform.access
  - datasentinel.platform.access.delegation
  - datasentinel.platform.access.attributes
attributes:
  check_mode:
    details: This action does not modify state.
  diff_mode:
    support: N/A
    details: This action does not modify state.
options:
  name:
    description:
      - The name of a connection, or a list of names.
      - A string is one name, even if it holds a comma.
    type: raw
    required: true
seealso:
  - module: datasentinel.platform.datasentinel_connection
"""

EXAMPLES = r"""
- name: Read a connection
  datasentinel.platform.datasentinel_connection_info:
    api_url: https://platform.example.com
    api_token: "{{ datasentinel_token }}"
    name: sales-production
  register: sales

- name: Fail if it does not exist or is not connected
  ansible.builtin.assert:
    that:
      - sales.missing == []
      - sales.connections[0].connected

# This task finds the platform and the credentials in the environment.
- name: Read the connections of all PostgreSQL hosts at once
  datasentinel.platform.datasentinel_connection_info:
    name: "{{ groups['postgresql'] }}"
  run_once: true
  register: all_hosts
"""

RETURN = r"""
connections:
  description:
    - The connections that exist, in the order of the names.
    - Names of fields are in snake_case, tags are a mapping, and the password is left out.
    - Other fields of the platform are included, unless their names look like those of secrets.
  type: list
  elements: dict
  returned: success
  contains:
    name:
      description: The identifier.
      type: str
      sample: sales-production
    host:
      description: Address of the PostgreSQL server.
      type: str
      sample: pg-sales-1734.example.com
    port:
      description: Its port.
      type: int
      sample: 9342
    user:
      description: The PostgreSQL user.
      type: str
      sample: datasentinel
    tags:
      description: The tags, those that the platform sets itself included.
      type: dict
      sample: {application: sales, environment: production}
    enabled:
      description: Whether the platform monitors the server.
      type: bool
      sample: true
    connected:
      description: Whether the platform is connected to the server.
      type: bool
      sample: true
missing:
  description: The names for which there is no connection, in the order of the names.
  type: list
  elements: str
  returned: success
  sample: [sales-staging]
error:
  description: The request that failed.
  type: dict
  returned: on failure, if a request failed
  contains:
    method:
      description: The HTTP method.
      type: str
      sample: GET
    url:
      description: The URL.
      type: str
      sample: https://platform.example.com/ds-api/pool/pg-instances/sales-production
    status:
      description: The HTTP status, if there was a response.
      type: int
      sample: 500
    detail:
      description: The platform's message, if there was one, shortened and without secrets. Of a redirect, the address to which it leads.
      type: str
      sample: internal error
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.datasentinel.platform.plugins.module_utils import _module_runner
from ansible_collections.datasentinel.platform.plugins.module_utils._commands._connection_info_command import CONNECTION_INFO


def main():
    """Runs the module where the task is delegated to; otherwise the action plugin of the same name does the work."""
    _module_runner.run(AnsibleModule(argument_spec=_module_runner.argument_spec(CONNECTION_INFO), supports_check_mode=True), CONNECTION_INFO)


if __name__ == "__main__":
    main()
