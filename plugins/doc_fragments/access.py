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
        A path prefix, a trailing slash and V(/ds-api) at the end are allowed.
        A URL with a user and password, a query or a fragment (V(@), V(?) or V(#)) is refused.
      - Plain V(http) beyond the loopback addresses draws a warning, since anybody on the way can read along.
      - If it is not set, the environment variable E(DATASENTINEL_API_URL) is used.
    type: str
    required: true
  api_token:
    description:
      - A ready access token. It takes precedence over O(api_username) and O(api_password).
        If the platform refuses it and they are given too, a new token is minted from them.
      - Tokens live 24 hours.
      - If it is not set, the environment variable E(DATASENTINEL_API_TOKEN) is used, unless the task gives O(api_username) and O(api_password).
    type: str
  api_username:
    description:
      - A platform user with the I(data admin) profile and the I(admin) privilege.
      - With O(api_password), one access token is minted for the whole run, and shared by all tasks with the same platform, user and
        password. If the platform refuses the token in between, it is renewed once.
      - If it is not set, the environment variable E(DATASENTINEL_API_USERNAME) is used.
    type: str
  api_password:
    description:
      - The password of O(api_username). If the platform refuses it, it is not sent again in the same run.
      - If it is not set, the environment variable E(DATASENTINEL_API_PASSWORD) is used.
    type: str
  validate_certs:
    description:
      - Whether to verify the platform's TLS certificate. V(false) draws a warning. For a private certificate authority, set O(ca_path) instead.
      - If it is not set, the environment variable E(DATASENTINEL_VALIDATE_CERTS) is used.
    type: bool
    default: true
  ca_path:
    description:
      - A file with the certificates, in PEM form, of the certificate authorities to trust instead of the default ones.
      - It is a file on the machine where the task runs, which is the control node if the task is not delegated.
      - If it is not set, the environment variable E(DATASENTINEL_CA_PATH) of that machine is used,
        and then E(REQUESTS_CA_BUNDLE) and E(CURL_CA_BUNDLE), as C(requests) has it.
    type: path
  api_timeout:
    description:
      - Seconds that one request may wait for the platform, more than 0 and at most a day.
        A request takes at most twice that time in all, and making a connection at most 10 seconds.
      - If it is not set, the environment variable E(DATASENTINEL_API_TIMEOUT) is used.
    type: float
    default: 30.0
  api_retries:
    description:
      - How many retries follow a transient failure
        (no connection, connection lost, timeout, status 429, 502, 503 or 504), with growing pauses.
      - A write is never repeated blindly. The connection is read again, and the decision made anew.
      - Once a task has used up its retries because nothing came back from the platform, the other tasks of the run make a single attempt of at most
        5 seconds each, until one of them gets a response.
      - At most 1000.
      - If it is not set, the environment variable E(DATASENTINEL_API_RETRIES) is used.
    type: int
    default: 3
requirements:
  - requests >= 2.25.0 (where the task runs, which is the control node if the task is not delegated)
notes:
  - Runs in the control node's own process (in AWX, in the execution environment), whatever the play's hosts, C(become)
    or interpreter.
  - Proxies are taken from the usual environment variables E(HTTPS_PROXY) and E(NO_PROXY) where the task runs.
    The C(environment) keyword works for them, and for the variables named with the options.
"""

    DELEGATION = r"""
options: {}
requirements:
  - python >= 3.9 (on a host to which the task is delegated)
notes:
  - Delegated to another host, it runs there as an ordinary module. The environment variables named with the options are read on the control
    node and handed to it, except for E(DATASENTINEL_CA_PATH). Each delegated task mints a token of its own. To use one for all of them, mint it
    with M(datasentinel.platform.datasentinel_token) and set O(api_token).
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
