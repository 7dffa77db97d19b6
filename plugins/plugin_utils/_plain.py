# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ansible's data as plain data. Private to the collection."""

from __future__ import annotations


def plain(value):
    """Return value as plain JSON types: no vault objects, no tagged or unsafe texts of Ansible's, which libraries trip over."""
    if isinstance(value, dict):
        return {plain(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if value is None or isinstance(value, bool):
        return value
    for kind in (int, float):
        if isinstance(value, kind):
            return kind(value)
    # str(), for an inline !vault value decrypts it; join, for a subclass of str may keep itself.
    return "".join(str(value))
