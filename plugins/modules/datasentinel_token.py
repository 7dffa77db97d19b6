#!/usr/bin/python
# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: datasentinel_token
short_description: Return an access token of a Datasentinel platform
version_added: 1.0.0
description:
  - Returns the access token of the run, for tasks that need it as a value, for example those of M(ansible.builtin.uri). The other modules of the
    collection do not need it, unless they are delegated to another host.
  - The token is minted from O(api_username) and O(api_password), unless an earlier task of the run has minted one for them.
    They are used before O(api_token) here. If only O(api_token) is given, that token is returned and nothing is sent.
  - Never reports a change. In check mode it does the same, since later tasks need the token there too.
author:
  - The datasentinel.platform contributors (!UNKNOWN)
extends_documentation_fragment:
  - datasentinel.platform.access
  - datasentinel.platform.access.delegation
  - datasentinel.platform.access.attributes
attributes:
  async:
    support: none
    details: Ansible would keep the token in a file, and print it.
  check_mode:
    details: The token is minted in check mode as well, since later tasks need it.
  diff_mode:
    support: N/A
    details: This action does not modify state.
notes:
  - The result can be registered. It is not printed, even without C(no_log), but a C(debug) task that you write prints what you register.
  - Delegated to another host, a token that is minted there is in the output of the module, which Ansible prints with E(ANSIBLE_DEBUG).
seealso:
  - module: datasentinel.platform.datasentinel_connection
"""

EXAMPLES = r"""
# Where the platform can be reached from another host only:
- name: Mint one token for all tasks that are delegated to that host
  datasentinel.platform.datasentinel_token:
    api_url: https://platform.example.com
    api_username: automation
    api_password: "{{ datasentinel_api_password }}"
  delegate_to: bastion
  run_once: true
  register: minted

- name: Register a PostgreSQL server with it
  datasentinel.platform.datasentinel_connection:
    api_url: https://platform.example.com
    api_token: "{{ minted.token }}"
    name: sales-production
    host: pg-sales-1734.example.com
    user: datasentinel
    password: "{{ datasentinel_password }}"
  delegate_to: bastion
"""

RETURN = r"""
token:
  description: The access token. It is not in the task's output.
  type: str
  returned: success
  sample: eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjE3NjQwMDAwMDB9.c2lnbmF0dXJl
expires_at:
  description:
    - When the token expires, in ISO 8601 and UTC. It is read from the token if that is a JWT, and 24 hours after it was minted otherwise.
    - V(null) for a token that was given as O(api_token) and is not a JWT.
  type: str
  returned: success
  sample: "2026-11-24T08:00:00Z"
api_url:
  description: The platform that the token belongs to.
  type: str
  returned: success
  sample: https://platform.example.com
api_username:
  description: The user for whom it was minted. V(null) for a token that was given as O(api_token).
  type: str
  returned: success
  sample: automation
error:
  description: The request that failed.
  type: dict
  returned: on failure, if a request failed
  contains:
    method:
      description: The HTTP method.
      type: str
      sample: POST
    url:
      description: The URL.
      type: str
      sample: https://platform.example.com/ds-api/user-token
    status:
      description: The HTTP status, if there was a response.
      type: int
      sample: 401
    detail:
      description: The address to which a redirect leads. Nothing else of a response is quoted, since it may hold a token.
      type: str
      sample: https://login.example.com/
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.datasentinel.platform.plugins.module_utils import _module_runner
from ansible_collections.datasentinel.platform.plugins.module_utils._commands._token_command import TOKEN


def main():
    """Runs the module where the task is delegated to; otherwise the action plugin of the same name does the work."""
    _module_runner.run(AnsibleModule(argument_spec=_module_runner.argument_spec(TOKEN), supports_check_mode=True), TOKEN)


if __name__ == "__main__":
    main()
