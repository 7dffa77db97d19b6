# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ansible's data as plain data. Private to the collection."""

from __future__ import annotations

_SCALARS = frozenset([str, int, float, bool, type(None)])


def plain(value):
    """Return value as plain JSON types: no vault objects, no tagged or unsafe texts of Ansible's, which libraries trip over."""
    if type(value) in _SCALARS:
        # Nearly all there is in results of thousands of connections.
        return value
    if isinstance(value, dict):
        return {plain(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    for kind in (int, float):
        if isinstance(value, kind):
            return kind(value)
    # str(), for an inline !vault value decrypts it; join, for a subclass of str may keep itself.
    return "".join(str(value))
