# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The differences of a connection, one for each thing that differs, as the files of a report show them. Private to the collection."""

from __future__ import annotations


def sides(differences):
    """Return the differences as a list of (label, platform, inventory), all of them text; None: not there, or not to be shown.

    Of tags, each that differs is one of its own.
    """
    found = []
    for difference in differences:
        platform, inventory = difference["platform"], difference["inventory"]
        if difference["field"] == "tags":
            platform, inventory = platform or {}, inventory or {}
            keys = [key for key in sorted({**platform, **inventory}) if platform.get(key) != inventory.get(key)]
            found += [("tag %s" % key, platform.get(key), inventory.get(key)) for key in keys]
        else:
            found.append((difference["field"], _text(platform), _text(inventory)))
    return found


def differences_in_words(differences):
    """Return the differences as one text."""
    return "; ".join(
        label if platform is inventory is None else "%s: %s (inventory: %s)" % (label, _or_missing(platform), _or_missing(inventory))
        for label, platform, inventory in sides(differences)
    )


def _or_missing(text):
    return "none" if text is None else text


def _text(value):
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)
