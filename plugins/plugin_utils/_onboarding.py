# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the playbook onboard tells of each connection at its end. Private to the collection."""

from __future__ import annotations

from ..module_utils._connection._wait import IS_DISABLED
from ._plain import plain

#: The facts that the playbook leaves on a host: the hosts it was onboarded with, and the task that failed.
BATCH, FAILED_TASK = "datasentinel_onboard_batch", "datasentinel_onboard_failed_task"
UNREACHED = "NOT connected: the host could not be reached"


def lines(hostvars, hosts, alive, all_hosts):
    """Return the lines of hosts that were onboarded together, as mappings with host, line and failed.

    hostvars: the variables of all hosts. alive: the hosts that Ansible still works on. all_hosts: of the play. Hosts that were not begun
    are listed where Ansible will not begin them: it ends a play when all hosts of a batch have failed.
    """
    listed = [entry for host in hosts for entry in _of_host(hostvars[host], host, host in alive)]
    if all(any(entry["failed"] for entry in listed if entry["host"] == host) for host in hosts):
        waiting = [host for host in all_hosts if host not in hosts and BATCH not in hostvars[host]]
        listed += [_entry(host, host, "not begun, since all hosts before it failed", failed=True) for host in waiting]
    return listed


def _of_host(variables, host, alive):
    task = variables.get(FAILED_TASK)
    result = plain(variables.get("datasentinel_connection_result"))
    if task:
        names = _names(variables, host)
        # None of them is registered then, those that are prepared neither.
        message = "NOT connected: %r failed%s, as shown above" % (plain(task), " for a cluster of the host" if len(names) > 1 else "")
        return [_entry(host, name, message, failed=True) for name in names]
    if not isinstance(result, dict) or ("results" not in result and (not alive or not result or result.get("skipped"))):
        return [_entry(host, name, UNREACHED, failed=True) for name in _names(variables, host)]
    if "results" not in result:
        return [_entry(host, name, "NOT connected: %s" % result.get("msg", "failed"), failed=True) for name in _names(variables, host)]
    if not result["results"]:
        return [_entry(host, host, "has no connections (datasentinel_connection_instances is an empty list)")]
    return [_of_connection(host, entry) for entry in result["results"]]


def _of_connection(host, entry):
    """Return the entry of one connection, from its result."""
    name, connection, message = entry["name"], entry.get("connection") or {}, entry.get("msg") or ""
    own = "Connection %r: " % name
    message = message.removeprefix(own)
    if connection.get("connected"):
        return _entry(host, name, "connected")
    # To wait for a disabled connection is a failure of the module, and none of the host.
    if message.startswith(IS_DISABLED) if entry["failed"] else connection.get("enabled") is False:
        return _entry(host, name, "registered and disabled")
    if entry["failed"]:
        return _entry(host, name, "NOT connected: %s" % (message or "failed"), failed=True)
    if not connection:
        return _entry(host, name, message or "not registered")
    return _entry(host, name, "would be registered" if entry["changed"] else "registered, not connected")


def _names(variables, host):
    """Return the names of the connections of a host whose connections were not reached."""
    instances = plain(variables.get("datasentinel_connection_instances"))
    names = [item["name"] for item in instances if isinstance(item, dict) and "name" in item] if isinstance(instances, list) else []
    return names or [plain(variables.get("datasentinel_connection_name")) or host]


def _entry(host, name, state, failed=False):
    return {"host": host, "line": "%s: %s" % (name if name == host else "%s (%s)" % (name, host), state), "failed": failed}
