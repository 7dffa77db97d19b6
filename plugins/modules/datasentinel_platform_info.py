#!/usr/bin/python
# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: datasentinel_platform_info
short_description: Read whether a Datasentinel platform is there and lets one in
version_added: 1.0.0
description:
  - Reads what the platform tells about itself and, if there are credentials, whether they may manage connections. It changes nothing.
  - It fails only if the platform cannot be reached, or responds with an error or with something that is not the API's.
    Credentials that are refused are a result.
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
seealso:
  - module: datasentinel.platform.datasentinel_connection
"""

EXAMPLES = r"""
# This task finds the platform and the credentials in the environment.
- name: Read whether the platform lets us in
  datasentinel.platform.datasentinel_platform_info:
  register: platform

- name: Stop if it does not
  ansible.builtin.assert:
    that: platform.access == 'granted'
"""

RETURN = r"""
version:
  description: The version of the platform.
  type: str
  returned: success
  sample: v2.0.0
status:
  description: The state of the platform, in its own words.
  type: str
  returned: success
  sample: OK
message:
  description: The platform's own message.
  type: str
  returned: success
  sample: Datasentinel backend API up and running
access:
  description:
    - C(granted) means that the credentials may manage connections.
    - C(refused) means that the token, or the username and password, are not accepted.
    - C(forbidden) means that the user lacks the I(data admin) profile or the I(admin) privilege.
    - C(not tried) means that there were no credentials.
  type: str
  returned: success
  sample: granted
reason:
  description: Why access is refused or forbidden, and what to do.
  type: str
  returned: when access is refused or forbidden
api_url:
  description: The address of the platform.
  type: str
  returned: success
  sample: https://platform.example.com
error:
  description: The request that failed, as M(datasentinel.platform.datasentinel_connection) returns it.
  type: dict
  returned: on failure, if a request failed
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.datasentinel.platform.plugins.module_utils import _module_runner
from ansible_collections.datasentinel.platform.plugins.module_utils._commands._platform_info_command import PLATFORM_INFO


def main():
    """Runs the module where the task is delegated to; otherwise the action plugin of the same name does the work."""
    _module_runner.run(AnsibleModule(argument_spec=_module_runner.argument_spec(PLATFORM_INFO), supports_check_mode=True), PLATFORM_INFO)


if __name__ == "__main__":
    main()
