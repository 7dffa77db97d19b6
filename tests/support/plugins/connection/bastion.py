# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A connection to another host, as far as Ansible can tell; in truth to this one."""

from __future__ import annotations

from ansible.plugins.connection.local import Connection as Local

DOCUMENTATION = """
name: bastion
short_description: Another host, for tests
description: Another host, for tests.
author: The datasentinel.platform contributors
extends_documentation_fragment:
  - connection_pipelining
"""


class Connection(Local):
    transport = "bastion"
