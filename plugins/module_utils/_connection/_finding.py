# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an audit finds of one connection, by the comparison that reconciling makes as well. Private to the collection.

Pure decisions: nothing is read from here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Optional

from .._common._text import printable, shorten
from ._connection import Connection
from ._desired_connection import DesiredConnection

OK, NOT_REGISTERED, DISABLED, NOT_CONNECTED = "ok", "not_registered", "disabled", "not_connected"
DIFFERS, UNWANTED, UNKNOWN = "differs", "unwanted", "unknown"
#: Every finding, the worst first: a server that nobody watches before one of which that is not known, before what is only untidy.
FINDINGS = (NOT_REGISTERED, DISABLED, NOT_CONNECTED, UNKNOWN, DIFFERS, UNWANTED, OK)
#: Characters of one value in a message.
_LONGEST = 80


@dataclass(frozen=True)
class Finding:
    """What was found of one connection.

    kind: one of FINDINGS. message: a sentence or two for a person. differences: a list of mappings with field, platform and
    inventory, both None for a password. connection: as it is on the platform, None if it is not there or could not be read.
    desired: the DesiredConnection, None where the inventory could not be read.
    """

    kind: str
    message: str
    differences: list = field(default_factory=list)
    connection: Optional[Connection] = None
    desired: Optional[DesiredConnection] = None


def unknown(message, desired=None):
    """Return the Finding for a connection that could not be read. message: why, safe to be shown."""
    return Finding(UNKNOWN, message, desired=desired)


def finding_of(desired, current):
    """Return the Finding for a connection. desired: a DesiredConnection. current: the Connection, None if it is not on the platform."""
    if desired.state == "absent":
        if current is None:
            return Finding(OK, "It is not on the platform, as the inventory wants it.", desired=desired)
        return Finding(UNWANTED, "It is on the platform, and the inventory wants it absent.", [], current, desired)
    if current is None:
        return Finding(NOT_REGISTERED, "It is not on the platform.", desired=desired)
    differing = desired.differences(current)
    if current.enabled is False and desired.state != "disabled":
        # The state "present" leaves it alone when it is registered; that somebody disabled it has to be seen all the same.
        differing["enabled"] = (True, False)
        kind, sentences = DISABLED, ["Its monitoring is disabled, and the inventory does not want it so."]
    elif current.connected is False and current.enabled is not False and desired.state != "disabled":
        kind, sentences = NOT_CONNECTED, ["The platform is not connected to %s." % current.who()]
    elif current.connected is None and current.enabled is not False and desired.state != "disabled":
        kind, sentences = UNKNOWN, ["The platform does not show whether it is connected to %s." % current.who()]
    elif differing:
        kind, sentences = DIFFERS, []
    else:
        kind, sentences = OK, ["It is disabled, as the inventory wants it." if desired.state == "disabled" else "It is as the inventory wants it."]
    told = {key: pair for key, pair in differing.items() if not (kind == DISABLED and key == "enabled")}
    if told:
        sentences.append("%s: %s." % ("It differs" if kind == DIFFERS else "It also differs", "; ".join(_in_words(key, *pair) for key, pair in told.items())))
    if desired.password is not None and desired.update_password == "always" and not current.password_is_shown:
        sentences.append("The platform does not show the password, so it cannot be compared.")
    differences = [{"field": key, "platform": _value(current_value), "inventory": _value(value)} for key, (value, current_value) in differing.items()]
    return Finding(kind, " ".join(sentences), differences, current, desired)


def _in_words(key, desired, current):
    if key == "password":
        return "the password is another one"
    if key == "tags":
        keys = [tag for tag in sorted({**desired, **current}) if desired.get(tag) != current.get(tag)]
        return ", ".join(_tag_in_words(tag, desired.get(tag), current.get(tag)) for tag in keys)
    return "%s is %s, and the inventory has %s" % (key, _shown(current), _shown(desired))


def _tag_in_words(tag, desired, current):
    if current is None:
        return "the tag %s=%s is missing" % (_shown(tag), _shown(desired))
    if desired is None:
        return "the tag %s=%s is not in the inventory" % (_shown(tag), _shown(current))
    return "the tag %s is %s, and the inventory has %s" % (_shown(tag), _shown(current), _shown(desired))


def _shown(value):
    return str(value).lower() if isinstance(value, bool) else shorten(printable(str(value)), _LONGEST)


def _value(value):
    """Return a value of a field as a report has it: text that is safe to be printed, a mapping of such, or what it is."""
    if isinstance(value, dict):
        return {printable(key): printable(item) for key, item in value.items()}
    return printable(value) if isinstance(value, str) else value
