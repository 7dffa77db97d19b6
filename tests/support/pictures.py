# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The text in pictures of terminals."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

TEXT = "{http://www.w3.org/2000/svg}text"


def lines_of(svg: Path) -> list[str]:
    """The lines that a picture of `pictures.terminal` shows, its title left out."""
    rows: dict[float, str] = {}
    for element in ElementTree.parse(svg).iter(TEXT):
        if "textLength" in element.attrib:
            y, x = float(element.get("y")), float(element.get("x"))
            # A letter is as wide as 0.61 of its height, which is 20.
            rows[y] = rows.get(y, "").ljust(round(x / 12.2)) + element.text.replace("\u00a0", " ")
    return [rows[y].rstrip() for y in sorted(rows)]
