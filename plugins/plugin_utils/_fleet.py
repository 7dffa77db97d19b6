# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The connections of all hosts of a play, kept in one task. Private to the collection."""

from __future__ import annotations

from ..module_utils._commands._bounds import check_concurrency
from ..module_utils._commands._connections_command import together
from ..module_utils._commands._many import Entry, counted, in_words, keep_all, summary
from ..module_utils._commands._options import CONNECTIONS, typed
from ._host_connections import combined
from ._inventory import Inventory

#: The task variable by which a task asks for it.
FROM_INVENTORY = "datasentinel_connections_from_inventory"


class Fleet:
    """The hosts of a play's batch that have not failed; the arguments are those of Inventory.

    options: those of datasentinel_connections, and what module_defaults give.
    """

    def __init__(self, loader, variables_of, task_vars, options):
        self._options = options
        self._inventory = Inventory(loader, variables_of, task_vars, options)

    def keep(self, context):
        """Keep all connections, and return the result of them together, with ``hosts``: that of each host as the role returns it.

        context: the Context. Raise InvalidInput for what is wrong with the task itself; a host that is wrong fails alone.
        """
        concurrency = typed({"concurrency": CONNECTIONS["concurrency"]}, self._options)["concurrency"]
        check_concurrency(concurrency)
        hosts = self._inventory.read(context.secrets)
        todo = [described for connections in hosts.values() for described in connections if not described.item.left_alone]
        results = keep_all([_entry(described) for described in todo], context, concurrency)
        by_connection = dict(zip(map(id, todo), results))
        of_hosts = {host: _of_host(connections, by_connection, context.secrets) for host, connections in hosts.items()}
        result = together(results, self._inventory.warnings, _sentence(hosts, results))
        return {**result, "msg": context.secrets.mask(result["msg"]), "hosts": of_hosts}


def _sentence(hosts, results):
    """Return how many connections there are and what became of them, those that were left alone among them, and how many hosts have none."""
    left = [described.item for connections in hosts.values() for described in connections if described.item.left_alone]
    wanted = " or ".join(sorted({item.options["state"] for item in left}))
    counts = {**summary(results), "left alone, since the inventory wants %s %s" % ("it" if len(left) == 1 else "them", wanted): len(left)}
    sentences = [in_words(counts, len(results) + len(left)) + "."] if results or left else []
    bare = sum(not connections for connections in hosts.values())
    if bare:
        text = "%s %s no connections, since datasentinel_connection_instances is an empty list."
        sentences.append(text % (counted(bare, "host"), "has" if bare == 1 else "have"))
    return " ".join(sentences)


def _entry(described):
    return Entry(described.item.name, described.settings, described.desired, described.failed, described.wait_timeout)


def _of_host(connections, by_connection, secrets):
    results = [
        {"changed": False, "msg": secrets.mask(described.item.left_alone)} if described.item.left_alone else by_connection[id(described)]
        for described in connections
    ]
    return combined([described.item for described in connections], results)
