# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Small questions about texts. Private to the collection."""

from __future__ import annotations

import unicodedata


def has_control(text):
    """Whether text holds a control character, or half a character (a lone surrogate), which UTF-8 cannot carry."""
    return any(unicodedata.category(character) in ("Cc", "Cs") for character in text)


def shorten(text, limit=300):
    """text on one line, and at most limit characters of it."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"
