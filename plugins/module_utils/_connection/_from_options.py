# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the options of a task to the desired state of a connection. Private to the collection."""

from __future__ import annotations

import ipaddress
import re

from .._common._errors import InvalidInput
from .._common._text import has_control
from .._platform._connection_api import check_name
from ._connection import LONGEST
from ._desired_connection import DesiredConnection
from ._tags import parse_given

PORTS = range(1, 65536)
_HOST_NAME = re.compile(r"[^\s:/\\?#\[\]]+")
#: What people write where a host is asked for: with a scheme, a port, a path, spaces around.
_HOST_AND_MORE = re.compile(r"\s*(?:[a-zA-Z][\w+.-]*://)?(?P<name>\[[^\[\]\s]+\]|[^\s:/\\?#\[\]]+)(?::(?P<port>\d+))?(?:[/?#]\S*)?\s*")
_OPTIONS = ("name", "state", "host", "port", "user", "password", "purge_tags", "update_password")


def desired_from(options):
    """Return the DesiredConnection for a task's options, with their types. Raise InvalidInput for what cannot be."""
    check_name(options["name"])
    for key in ("host", "user", "password"):
        if options[key] is not None and (not options[key].strip() or has_control(options[key])):
            raise InvalidInput("%s is empty, or holds a control character: leave it out to keep what is there." % key, key)
        if options[key] is not None and len(options[key]) > LONGEST[key]:
            raise InvalidInput("%s is longer than %d characters." % (key, LONGEST[key]), key)
    if options["host"] is not None:
        check_host(options["host"])
    if options["port"] is not None and (isinstance(options["port"], bool) or options["port"] not in PORTS):
        raise InvalidInput("port is %s: it has to be a number from 1 to 65535." % options["port"], "port")
    tags = None if options["tags"] is None else parse_given(options["tags"])
    return DesiredConnection(tags=tags, **{key: options[key] for key in _OPTIONS})


def check_host(host):
    """Raise InvalidInput, with what to write instead, for a host that is neither a host name nor an address."""
    if "@" in host:
        # Not quoted: what stands before the @ may be a password.
        raise InvalidInput("host holds an @: write the name or address of the server alone, and user and password as options of their own.", "host")
    if _is_address(host) or _HOST_NAME.fullmatch(host):
        return
    parts = _HOST_AND_MORE.fullmatch(host)
    if parts is None:
        raise InvalidInput("host is %r: it has to be a host name or an address, without a scheme, a port or a space." % host, "host")
    instead = "host: %s" % parts["name"].strip("[]") + (" and port: %s" % parts["port"] if parts["port"] else "")
    raise InvalidInput("host is %r, which is more than a host name or an address: write %s." % (host, instead), "host")


def _is_address(text):
    try:
        ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return True
