# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The connections of a report by the value of a tag, as bars. Private to the collection."""

from __future__ import annotations

from collections import Counter

from ..module_utils._connection._finding import FINDINGS, OK

#: Tags by which people usually ask, the most usual first.
_USUAL = ("environment", "env", "application", "app", "datacenter", "team")
#: Values beyond which a tag makes no good bars.
_MOST_VALUES = 40


def default_tag(rows):
    """Return the tag by which the page begins, None where there is no tag at all."""
    values: dict = {}
    for row in rows:
        for key, value in row["tags"].items():
            values.setdefault(key, Counter())[value] += 1
    usual = [key for key in _USUAL if key in values]
    few = [key for key in sorted(values, key=lambda key: -sum(values[key].values())) if len(values[key]) <= _MOST_VALUES]
    return next(iter(usual + few + sorted(values)), None)


def bars(rows, tag):
    """Return the bars of a tag, those with most findings first: a list of mappings with value (None: without the tag), total, found and parts.

    parts: a list of (finding, where it begins, length) in hundredths of the longest bar.
    """
    groups: dict = {}
    for row in rows:
        groups.setdefault(row["tags"].get(tag), Counter())[row["finding"]] += 1
    longest = max((sum(counts.values()) for counts in groups.values()), default=1)
    found = [_bar(value, counts, longest) for value, counts in groups.items()]
    return sorted(found, key=lambda bar: (-bar["found"], -bar["total"], bar["value"] or ""))


def _bar(value, counts, longest):
    parts, position = [], 0.0
    for kind in FINDINGS:
        if counts[kind]:
            # What is rare is to be seen as well.
            length = max(100.0 * counts[kind] / longest, 0.8)
            parts.append((kind, round(position, 2), round(length, 2)))
            position += length
    total = sum(counts.values())
    return {"value": value, "total": total, "found": total - counts[OK], "parts": parts}
