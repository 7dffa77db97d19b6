# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keys that are not known, in messages. Private to the collection.

A password that is not in quotes is cut off at a comma, and the rest of it becomes a key. So only what is nearly a known key is shown.
"""

from __future__ import annotations

import difflib

from ._errors import InvalidInput


def nearest(key, known):
    """Return the known key that a key is nearly, None if it is nearly none."""
    return next(iter(difflib.get_close_matches(str(key).lower(), known, n=1, cutoff=0.7)), None)


def check_keys(where, keys, known):
    """Raise InvalidInput for the keys that are not known. where: how a message calls what holds them."""
    unknown = sorted(str(key) for key in keys if key not in known)
    if not unknown:
        return
    if all(nearest(key, known) for key in unknown):
        raise InvalidInput("%s holds %s, which is not known there: it may hold %s." % (where, ", ".join(unknown), ", ".join(known)), unknown[0])
    raise InvalidInput(
        "%s holds a key that is not known there: it may hold %s. It is not shown, since it may be a part of a password: what holds a comma belongs in "
        "quotes." % (where, ", ".join(known))
    )
