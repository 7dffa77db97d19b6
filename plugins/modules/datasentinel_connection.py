#!/usr/bin/python
# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: datasentinel_connection
short_description: Keep a PostgreSQL connection of a Datasentinel platform as wanted
version_added: 1.0.0
description:
  - Creates, changes, enables, disables and deletes the connections through which a Datasentinel platform watches
    PostgreSQL servers without an agent.
  - Reads first, changes only what differs, and confirms every change by reading again.
author:
  - The datasentinel.platform contributors (!UNKNOWN)
extends_documentation_fragment:
  - datasentinel.platform.access
  - datasentinel.platform.access.attributes
attributes:
  diff_mode:
    support: full
    details: A password that changes is shown as changed, never as a value.
options:
  name:
    description:
      - The identifier of the connection on the platform.
      - It must not be empty, V(.) or V(..), nor hold V(/), V(\\) or a control character.
      - A connection whose name begins with V(ssl) is made over TLS, with certificate files that lie on the platform under that name.
    type: str
    required: true
  state:
    description:
      - V(present), the connection exists with the attributes given. Whether it is enabled is left alone.
      - V(enabled) and V(disabled), it also is so. Disabled, the platform pauses its monitoring.
      - V(absent), it is gone.
      - Attributes that are not given are left as they are.
    type: str
    choices: [present, absent, enabled, disabled]
    default: present
  host:
    description: Address of the PostgreSQL server as the platform reaches it. Needed to create a connection.
    type: str
  port:
    description: Port of the PostgreSQL server, from 1 to 65535. Where it is not given, a new connection gets 5432 and an existing one keeps its port.
    type: int
  user:
    description: The PostgreSQL user that the platform logs in as, by convention V(datasentinel). Needed to create a connection.
    type: str
  password:
    description: The password of O(user). Needed to create a connection.
    type: str
  tags:
    description:
      - The tags of the connection, a mapping of text to text, numbers or booleans, or a text like V(application=sales,environment=production).
      - V({}) and an empty text take all tags away. Where it is not given, tags are left as they are.
      - Keys and values cannot hold a comma, an equals sign or a control character. Spaces around them do not count.
      - Access on the platform may be ruled by tags, so they decide who sees a server.
    type: raw
  purge_tags:
    description: Whether tags that are not in O(tags) are taken away. If V(false), the given tags are added to those there.
    type: bool
    default: true
  update_password:
    description:
      - V(always), the password is compared with the one that the platform returns, and changed if it differs.
        Where the platform returns none or a mask, it is sent each time and the task is changed each time.
      - V(on_create), the password is set when the connection is created, and left alone from then on.
    type: str
    choices: [always, on_create]
    default: always
  wait:
    description:
      - Whether to wait until the platform reports the connection as connected.
      - It has no effect with O(state=absent) and O(state=disabled), nor in check mode.
    type: bool
    default: false
  wait_timeout:
    description: Seconds to wait at most, 1 or more. When they are over, the task fails and names host, port and user.
    type: int
    default: 60
seealso:
  - module: datasentinel.platform.datasentinel_connection_info
  - module: datasentinel.platform.datasentinel_token
  - name: Connection API
    description: The page of the vendor's manual on the API that this module speaks.
    link: https://docs.datasentinel.io/manual/implementation/platform-usage/api/connection-api
"""

EXAMPLES = r"""
- name: Register a PostgreSQL server
  datasentinel.platform.datasentinel_connection:
    api_url: https://platform.example.com
    api_token: "{{ datasentinel_token }}"
    name: sales-production
    host: pg-sales-1734.example.com
    port: 9342
    user: datasentinel
    password: "{{ datasentinel_password }}"
    tags:
      application: sales
      environment: production

# The tasks below find the platform and the credentials in the environment:
# DATASENTINEL_API_URL, and DATASENTINEL_API_TOKEN or DATASENTINEL_API_USERNAME and DATASENTINEL_API_PASSWORD.

- name: Pause monitoring for a maintenance window
  datasentinel.platform.datasentinel_connection:
    name: sales-production
    state: disabled

- name: Resume it, and wait until the platform is connected again
  datasentinel.platform.datasentinel_connection:
    name: sales-production
    state: enabled
    wait: true
    wait_timeout: 120

- name: Add a tag to those there
  datasentinel.platform.datasentinel_connection:
    name: sales-production
    tags:
      datacenter: lyon
    purge_tags: false

- name: Remove the connection of a server that is gone
  datasentinel.platform.datasentinel_connection:
    name: sales-production
    state: absent
"""

RETURN = r"""
connection:
  description:
    - The connection as it is after the task; in check mode, as it would be.
    - Names are in snake_case, tags are a mapping, and the password is left out.
    - Further fields that the platform shows are passed on, for example RV(connection.collection_rate).
  type: dict
  returned: when the connection exists after the task
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
      description: The tags.
      type: dict
      sample: {application: sales, environment: production}
    enabled:
      description: Whether the platform monitors the server.
      type: bool
      sample: true
    connected:
      description: Whether the platform is connected to the server. V(null) in check mode for a connection that would be created.
      type: bool
      sample: true
    collection_rate:
      description: How often the platform collects.
      type: str
      sample: low
diff:
  description: What the task sets of the connection, before and after. A password that changes is shown as changed, never as a value.
  type: dict
  returned: success, and failure after a change
  contains:
    before:
      description: The connection before; empty if there was none.
      type: dict
      sample: {name: sales-production, host: pg-sales-1734.example.com, port: 5432, user: datasentinel, tags: {}, enabled: true}
    after:
      description: The connection after; empty if there is none.
      type: dict
      sample: {name: sales-production, host: pg-sales-1734.example.com, port: 9342, user: datasentinel, tags: {}, enabled: true}
msg:
  description: The platform's own sentence on what was written; on failure, what went wrong and what to do.
  type: str
  returned: when something was written, and on failure
  sample: Connection created and connected!
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
      description: The HTTP status, if there was an answer.
      type: int
      sample: 500
    detail:
      description: What the platform said.
      type: str
      sample: internal error
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.datasentinel.platform.plugins.module_utils import _module_runner
from ansible_collections.datasentinel.platform.plugins.module_utils._commands._connection_command import CONNECTION


def main():
    """Runs the module where the task is delegated to; otherwise the action plugin of the same name does the work."""
    _module_runner.run(AnsibleModule(argument_spec=CONNECTION.argument_spec, supports_check_mode=True), CONNECTION)


if __name__ == "__main__":
    main()
