# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What must not be seen, and taking it out of texts and results. Private to the collection.

One register for a task: the options marked secret, tokens minted on the way, the password that the platform returns.
"""

from __future__ import annotations

import html
import json
import re
from urllib.parse import quote, quote_plus

MASK = "********"

#: Whole numbers of our own: a secret that happens to equal one must not turn it into text.
_OWN_NUMBERS = frozenset(["port", "status"])


def _spellings(secret):
    """The forms in which a platform, a proxy or a library may echo a secret.

    secret: text. Gives a set of texts: as it is, as in JSON, as Python shows it, in a URL, in HTML.
    """
    # Lone surrogates (undecodable bytes of an environment variable) cannot be URL-quoted as they are.
    quotable = secret.encode("utf-8", "surrogateescape") if _encodable(secret) else b""
    percent = {quote(quotable, safe=""), quote(quotable), quote_plus(quotable)}
    forms = {secret, repr(secret)[1:-1], html.escape(secret), html.escape(secret, quote=False)}
    forms |= {json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}
    forms |= percent | {re.sub("%[0-9A-F]{2}", lambda match: match.group().lower(), form) for form in percent}
    return {form for form in forms if form}


def _encodable(text):
    try:
        text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return False
    return True


class Secrets:
    """A register of secrets that masks them in what is shown."""

    def __init__(self):
        self._spellings = set()
        self._pattern = None

    def add(self, *values):
        """Registers secrets: texts; numbers count as their text; None and empty values are passed over."""
        for value in values:
            text = "" if value is None else str(value)
            if text:
                self._spellings |= _spellings(text)
                self._pattern = None

    def mask(self, text):
        """text with every spelling of every secret replaced by ``********``."""
        if not self._spellings:
            return text
        if self._pattern is None:
            # One pass, longest first: a secret inside another does not leave the rest of the longer one behind,
            # and a secret made of asterisks does not mask the mask.
            forms = sorted(self._spellings, key=len, reverse=True)
            self._pattern = re.compile("|".join(re.escape(form) for form in forms))
        return self._pattern.sub(MASK, text)

    def mask_result(self, value, key=None):
        """A copy of a task's result, safe to be shown.

        value: JSON types in any depth. Texts are masked; a number that is a secret becomes the mask, except in our own
        number fields; booleans, None and the keys stay, so no secret can turn ``changed`` or a field name to garbage.
        """
        if isinstance(value, str):
            return self.mask(value)
        if isinstance(value, dict):
            return {name: self.mask_result(item, name) for name, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.mask_result(item, key) for item in value]
        if isinstance(value, (int, float)) and not isinstance(value, bool) and key not in _OWN_NUMBERS:
            return MASK if str(value) in self._spellings else value
        return value
