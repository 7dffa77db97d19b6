# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The command lines that are printed for a person to run. Private to the collection."""

from __future__ import annotations

import re

#: Names that neither a shell nor Ansible's patterns take for something else; no others are written into a command. Quotes for the shell would
#: not do: Ansible itself splits the value of datasentinel_hosts at spaces, commas and colons. The playbook maintenance goes by the same rule.
_PLAIN = re.compile(r"\w[\w.-]*")


def plain_names(hosts):
    """Return those of the names of hosts that may stand in a command."""
    return [host for host in hosts if _PLAIN.fullmatch(host)]


def command_line(playbook, hosts):
    """Return the command line that runs a playbook of the collection on hosts, which all have plain names."""
    return "ansible-playbook datasentinel.platform.%s -i inventory -e datasentinel_hosts=%s" % (playbook, ",".join(hosts))
