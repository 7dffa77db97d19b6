#!/usr/bin/python
# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: datasentinel_token
short_description: Mint an access token of a Datasentinel platform
version_added: 1.0.0
description:
  - Mints an access token from O(api_username) and O(api_password), once for a play, for the other modules to use as their O(api_token).
  - It never reports a change, and it also mints in check mode, since the tasks that follow need the token there too.
  - Where only O(api_token) is given, that token is returned and nothing is sent.
author:
  - The datasentinel.platform contributors (!UNKNOWN)
extends_documentation_fragment:
  - datasentinel.platform.access
  - datasentinel.platform.access.attributes
notes:
  - The result can be registered, but is not printed, even without C(no_log), unless the task runs under C(debug) of your own.
  - Delegated to another host, the token is in what the module prints for Ansible, which Ansible shows with E(ANSIBLE_DEBUG).
seealso:
  - module: datasentinel.platform.datasentinel_connection
"""

EXAMPLES = r"""
- name: Mint one token for the play
  datasentinel.platform.datasentinel_token:
    api_url: https://platform.example.com
    api_username: automation
    api_password: "{{ datasentinel_api_password }}"
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
"""

RETURN = r"""
token:
  description: The access token. The task's output does not show it.
  type: str
  returned: success
  sample: eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjE3NjQwMDAwMDB9.c2lnbmF0dXJl
expires_at:
  description:
    - When it ends, ISO 8601 in UTC. It comes from the token itself where that is a JWT, and is 24 hours from now otherwise.
    - V(null) for a token that was given as O(api_token) and is no JWT.
  type: str
  returned: success
  sample: "2026-11-24T08:00:00Z"
api_url:
  description: The platform that the token belongs to.
  type: str
  returned: success
  sample: https://platform.example.com
api_username:
  description: The user that it was minted for.
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
      description: The HTTP status, if there was an answer.
      type: int
      sample: 401
    detail:
      description: What the platform said.
      type: str
      sample: bad credentials
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.datasentinel.platform.plugins.module_utils import _module_runner
from ansible_collections.datasentinel.platform.plugins.module_utils._commands._token_command import TOKEN


def main():
    """Runs the module where the task is delegated to; otherwise the action plugin of the same name does the work."""
    _module_runner.run(AnsibleModule(argument_spec=TOKEN.argument_spec, supports_check_mode=True), TOKEN)


if __name__ == "__main__":
    main()
