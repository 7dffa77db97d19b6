# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tags: a mapping of text to text for us, ``key=value,key=value`` for the platform. Private to the collection."""

from __future__ import annotations

from .._common._errors import InvalidInput
from .._common._text import has_control

#: Tags that the platform sets itself (the manual's page on custom tags): never compared, never purged.
OF_THE_PLATFORM = frozenset(["pg_instance", "pg_version", "server", "database"])


def parse_given(tags):
    """Return tags as a user writes them as a mapping.

    tags: a mapping (values: text, numbers, booleans), the text ``key=value,key=value``, or ``""``.
    Raise InvalidInput, which names the tag, for what the platform's format cannot carry.
    """
    if isinstance(tags, str):
        pairs = [_split(part) for part in tags.split(",")] if tags.strip() else []
    elif isinstance(tags, dict):
        pairs = list(tags.items())
    else:
        raise InvalidInput(
            "tags has to be a mapping, or a text like 'application=sales,environment=production', and it is %s."
            % ("a list" if isinstance(tags, list) else repr(tags)),
            "tags",
        )
    mapping = {}
    for given_key, given_value in pairs:
        key = _checked("key", given_key, given_key)
        if key in mapping:
            raise InvalidInput("The tag %r is given twice." % key, "tags")
        mapping[key] = _checked("value", given_value, given_key)
    return mapping


def parse_returned(text):
    """Return tags as the platform returns them as a mapping. Never fails: what it holds is the platform's own business.

    text: ``key=value,key=value``; order and spaces around keys and values do not count; a part without ``=`` is a key
    with an empty value.
    """
    return {key: value for key, value, _part in _parts(text)}


def custom(mapping):
    """Return the tags of a mapping that are not the platform's own."""
    return {key: value for key, value in mapping.items() if key not in OF_THE_PLATFORM}


def merged_text(current, given, purge):
    """Return the text of tags to be sent: the given ones in place of, or beside, those there.

    current: the text as it was read; what is kept of it goes back as it came. given: a mapping. purge: whether other tags
    are taken away; those of the platform never are.
    """
    kept = [part for key, _value, part in _parts(current) if key in OF_THE_PLATFORM or (not purge and key not in given)]
    own = {key for key, _value, _part in _parts(current)} & OF_THE_PLATFORM
    return ",".join(kept + ["%s=%s" % pair for pair in given.items() if pair[0] not in own])


def _parts(text):
    for part in text.split(","):
        if part.strip():
            key, _equals, value = part.partition("=")
            yield key.strip(), value.strip(), part


def _split(part):
    key, equals, value = part.partition("=")
    if not equals:
        raise InvalidInput("The tag %r has no '=': tags are written key=value,key=value." % part.strip(), "tags")
    return key, value


def _checked(what, value, tag):
    """Return a key or a value as text. Raise InvalidInput."""
    if isinstance(value, bool) and what == "value":
        return "true" if value else "false"
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise InvalidInput(
            "The %s of the tag %r is %r: keys are text or numbers, values are text, numbers or booleans." % (what, tag, value)
            + (" YAML reads a bare yes, no, on or off as a boolean: put it in quotes." if isinstance(value, bool) else ""),
            "tags",
        )
    text = str(value).strip()
    if what == "key" and not text:
        raise InvalidInput("The tag %r has an empty key." % ("%s=" % tag), "tags")
    if has_control(text) or any(character in text for character in ",="):
        raise InvalidInput("The %s of the tag %r holds a comma, an equals sign or a control character, which tags cannot carry." % (what, tag), "tags")
    return text
