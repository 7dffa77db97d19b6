# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which host of a run a name belongs to. Private to the collection."""

from __future__ import annotations

from ..module_utils._common._errors import InvalidInput


class Names:
    """The names of connections that hosts of this run have claimed. memory: the RunMemory."""

    def __init__(self, memory):
        self._memory = memory

    def claim(self, host, names, api_url):
        """Note that names on a platform are those of a host. Raise InvalidInput, naming both, if one is another host's."""
        keys = [("name", api_url, name) for name in names]
        with self._memory.exclusively("names"):
            owners = [self._memory.get(*key) for key in keys]
            for name, owner in zip(names, owners):
                if owner is not None and owner != host:
                    raise InvalidInput(
                        "The connection %r is also that of the host %s: names are platform-wide, so the two would overwrite each other. "
                        "Set datasentinel_connection_name (or the name in datasentinel_connection_instances) of %s or %s to another one."
                        % (name, owner, owner, host)
                    )
            for key, owner in zip(keys, owners):
                if owner is None:
                    self._memory.put(host, *key)
