# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Access to the platform: what every module of the collection takes."""

    DOCUMENTATION = r"""
options:
  api_url:
    description:
      - Address of the Datasentinel platform, for example V(https://platform.example.com).
        A path prefix and a trailing slash are allowed.
      - Over plain V(http) beyond the loopback addresses the task warns, since anybody on the way can read along.
      - If it is not set, the environment variable E(DATASENTINEL_API_URL) is used.
    type: str
    required: true
  api_token:
    description:
      - A ready access token. It wins over O(api_username) and O(api_password).
      - Tokens live 24 hours. M(datasentinel.platform.datasentinel_token) mints one for a play.
      - If it is not set, the environment variable E(DATASENTINEL_API_TOKEN) is used.
    type: str
  api_username:
    description:
      - A platform user with the I(data admin) profile and the I(admin) privilege.
      - With O(api_password), a token is minted for this task, and once more if the platform refuses a token in between.
      - If it is not set, the environment variable E(DATASENTINEL_API_USERNAME) is used.
    type: str
  api_password:
    description:
      - The password of O(api_username).
      - If it is not set, the environment variable E(DATASENTINEL_API_PASSWORD) is used.
    type: str
  validate_certs:
    description:
      - Whether the platform's TLS certificate is verified. Turn it off for a test at most, and rather give O(ca_path).
      - If it is not set, the environment variable E(DATASENTINEL_VALIDATE_CERTS) is used.
    type: bool
    default: true
  ca_path:
    description:
      - A file with the certificates, in PEM form, of the certificate authorities to trust instead of the system's.
      - It is looked for where the task runs, which is the control node if the task is not delegated.
      - If it is not set, the environment variable E(DATASENTINEL_CA_PATH) is used.
    type: path
  api_timeout:
    description:
      - Seconds that one request may wait for the platform, more than 0.
        An answer that drips in is given up after twice that time.
    type: float
    default: 30.0
  api_retries:
    description:
      - How many further retries follow a transient failure
        (no connection, connection lost, timeout, status 429, 502, 503 or 504), with growing pauses.
      - A write is never repeated blindly. The connection is read again, and the decision made anew.
    type: int
    default: 3
requirements:
  - requests (where the task runs, which is the control node if the task is not delegated)
notes:
  - Runs in the control node's own process (in AWX, in the execution environment), whatever the play's hosts, C(become)
    or interpreter. Delegated to another host, it runs there as an ordinary module.
  - Proxies are taken from the usual environment variables E(HTTPS_PROXY) and E(NO_PROXY).
    The C(environment) keyword works for them, and for the variables named with the options.
"""

    ATTRIBUTES = r"""
options: {}
attributes:
  action:
    support: full
    description: Indicates this has a corresponding action plugin so some parts of the options can be executed on the controller.
  action_group:
    support: full
    description: Use C(group/datasentinel.platform.datasentinel) in C(module_defaults) to set the access options once for all modules.
    membership:
      - datasentinel.platform.datasentinel
  async:
    support: partial
    description: Supports being used with the C(async) keyword.
    details: Only on a local connection or delegated, since the task would otherwise start on the host that is registered.
  check_mode:
    support: full
    description: Can run in check_mode and return changed status prediction without modifying target.
  delegation:
    support: full
    description: Can be used in conjunction with C(delegate_to). Delegated to another host, the requests are made from there.
  diff_mode:
    support: none
    description: Will return details on what has changed (or possibly needs changing in check_mode), when in diff mode.
  idempotent:
    support: full
    description: When run twice in a row outside check mode, with the same arguments, the second invocation indicates no change.
"""
