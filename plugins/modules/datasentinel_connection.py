#!/usr/bin/python
# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: datasentinel_connection
short_description: Manage a PostgreSQL connection of a Datasentinel platform
version_added: 1.0.0
description:
  - Creates, updates, enables, disables and deletes the connections through which a Datasentinel platform monitors
    PostgreSQL servers without an agent.
  - Reads first, changes only what differs, and confirms every change by reading again. That is one request where there is nothing to do, and
    three for most changes.
  - Options that are not given leave what they describe unchanged.
author:
  - The datasentinel.platform contributors (!UNKNOWN)
extends_documentation_fragment:
  - datasentinel.platform.access
  - datasentinel.platform.access.delegation
  - datasentinel.platform.access.attributes
attributes:
  diff_mode:
    support: full
    details: A password that changes is shown as changed, never as a value.
  idempotent:
    support: partial
    details:
      - Some platforms do not return the password, or return a mask in its place. There, O(password) cannot be compared, so every run sends
        it and reports a change, unless O(update_password=on_create).
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
      - V(present) creates the connection, or updates the options that are given. Whether it is enabled is left unchanged.
      - V(enabled) and V(disabled) also switch its monitoring on or off. If the connection does not exist and O(host), O(user) and O(password)
        are not given, that is an error.
      - V(absent) deletes the connection.
      - With V(present) and V(enabled), a warning follows if the platform cannot connect to the server.
    type: str
    choices: [present, absent, enabled, disabled]
    default: present
  host:
    description:
      - Host name or IP address of the PostgreSQL server, as the platform reaches it. Needed to create a connection.
      - A scheme, a port, a path or a space in it is refused.
    type: str
  port:
    description: Port of the PostgreSQL server, from 1 to 65535. If it is not given, a new connection gets 5432 and an existing one keeps its port.
    type: int
  user:
    description: The PostgreSQL user that the platform logs in as, by convention V(datasentinel). Needed to create a connection.
    type: str
  password:
    description: The password of O(user). Needed to create a connection.
    type: str
  tags:
    description:
      - The tags of the connection, a mapping whose values are strings, numbers or booleans, or a string like
        V(application=sales,environment=production).
      - V({}) and an empty string remove all tags. If it is not given, tags are left unchanged.
      - Keys and values cannot hold a comma, an equals sign or a control character. Spaces around them do not count.
      - The tags V(pg_instance), V(pg_version), V(server) and V(database) are set by the platform itself. They are neither compared nor removed,
        and a warning follows if they are given here.
      - The platform can grant access by tags, so they decide who sees a server.
    type: raw
  purge_tags:
    description:
      - Whether to remove the tags that are not in O(tags). If V(false), the given tags are added to those of the connection.
      - It has no effect if O(tags) is not given.
    type: bool
    default: true
  update_password:
    description:
      - V(always) compares the password with the one that the platform returns, and updates it if it differs.
        If the platform returns none or a mask, the password is sent in every run, and every run reports a change.
      - V(on_create) sets the password when the connection is created, and never updates it.
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
    description: Seconds to wait at most, 1 or more. After that, the task fails with host, port and user in its message.
    type: int
    default: 60
seealso:
  - module: datasentinel.platform.datasentinel_connection_info
  - module: datasentinel.platform.datasentinel_token
  - name: Connection API
    description: The page of the vendor's manual on the API that this module uses.
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
# DATASENTINEL_API_URL, and DATASENTINEL_API_TOKEN
# or DATASENTINEL_API_USERNAME and DATASENTINEL_API_PASSWORD.

- name: Disable monitoring
  datasentinel.platform.datasentinel_connection:
    name: sales-production
    state: disabled

- name: Enable it, and wait until the platform is connected again
  datasentinel.platform.datasentinel_connection:
    name: sales-production
    state: enabled
    wait: true
    wait_timeout: 120

- name: Add a tag, and keep the others
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
    - The connection as it is after the task. In check mode, as it would be.
    - Names of fields are in snake_case, tags are a mapping, and the password is left out.
    - Other fields of the platform are included, for example RV(connection.collection_rate), unless their names look like those of secrets.
  type: dict
  returned: when the connection exists after the task, and was read since the last write to it
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
      description: Whether the platform is connected to the server. V(null) in check mode for a connection that would be created.
      type: bool
      sample: true
    collection_rate:
      description: How often the platform collects.
      type: str
      sample: low
diff:
  description: The fields that a task can set, before and after. A password that changes is shown as changed, never as a value.
  type: dict
  returned: on success, and on failure after a change
  contains:
    before:
      description: The connection before. Empty if it did not exist.
      type: dict
      sample: {name: sales-production, host: pg-sales-1734.example.com, port: 5432, user: datasentinel, tags: {}, enabled: true}
    after:
      description: The connection after. Empty if it does not exist.
      type: dict
      sample: {name: sales-production, host: pg-sales-1734.example.com, port: 9342, user: datasentinel, tags: {}, enabled: true}
msg:
  description: The platform's own message about what was written. On failure, what went wrong and what to do.
  type: str
  returned: when something was written and the platform sent a message, and on failure
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
from ansible_collections.datasentinel.platform.plugins.module_utils._commands._connection_command import CONNECTION


def main():
    """Runs the module where the task is delegated to; otherwise the action plugin of the same name does the work."""
    _module_runner.run(AnsibleModule(argument_spec=_module_runner.argument_spec(CONNECTION), supports_check_mode=True), CONNECTION)


if __name__ == "__main__":
    main()
