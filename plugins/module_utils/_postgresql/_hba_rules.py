# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rules of pg_hba.conf: where a line for the platform takes effect without outranking a deliberate reject. Private.

Rules are rows of PostgreSQL's own view ``pg_hba_file_rules``, so that nothing here has to know the syntax of the file.
The first rule that matches a connection decides.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import Optional

#: How much of the platform's traffic a rule matches.
NOTHING, PART, ALL = range(3)

_LOCAL = "local"
_REJECT = "reject"

#: The columns of the view that are needed, and what they hold.
_TEXT = (str, type(None))
_COLUMNS: dict = {
    "line_number": int,
    "type": str,
    "database": list,
    "user_name": list,
    "address": _TEXT,
    "netmask": _TEXT,
    "auth_method": str,
    "has_options": bool,
}


class HbaError(Exception):
    """pg_hba.conf cannot be edited as asked; the message says why and what to do."""


@dataclass(frozen=True)
class Rule:
    """One rule. line: where it is in the file, from 1. file: its file. has_options: whether it has options behind the method."""

    line: int
    file: str
    type: str
    databases: tuple
    users: tuple
    address: Optional[str]
    netmask: Optional[str]
    method: str
    has_options: bool = False

    @property
    def network(self):
        """The network of its address, None where that is a name or keyword."""
        try:
            return ipaddress.ip_network("%s/%s" % (self.address, _prefix(self.netmask)) if self.netmask else self.address, strict=False)
        except ValueError:
            return None

    def __str__(self):
        return "line %d of %s" % (self.line, self.file)


def rules_from(rows, path):
    """Return the Rules in rows of the view, in order. path: the file of rows that name none, as up to PostgreSQL 15.

    Raise HbaError where PostgreSQL finds an error in the file, or where rows are none of the view.
    """
    for number, row in enumerate(rows):
        if row.get("error"):
            raise HbaError(
                "PostgreSQL finds an error in line %s of %s (%s), so it would not take over any change. Mend that line first."
                % (row.get("line_number"), row.get("file_name") or path, row["error"])
            )
        wrong = [column for column, kinds in _COLUMNS.items() if column not in row or not isinstance(row[column], kinds)]
        if wrong:
            text = "rules[%d] is no row of pg_hba_file_rules as the module's examples read it: it lacks %s, or what it has there is of another type."
            raise HbaError(text % (number, ", ".join(wrong)))
    return [
        Rule(
            row["line_number"],
            row.get("file_name") or path,
            row["type"],
            tuple(row["database"]),
            tuple(row["user_name"]),
            row["address"],
            row["netmask"],
            row["auth_method"],
            row["has_options"],
        )
        for row in rows
    ]


class Traffic:
    """Connections from the platform, over TCP and to every database.

    user: the monitoring user. address: an address, a network in CIDR notation, or a host name. groups: the roles that the
    user is a member of. Raise HbaError for an address that is none of these.
    """

    def __init__(self, user, address, groups=()):
        self.user = user
        self._groups = groups
        self._network = None
        try:
            self._network = ipaddress.ip_network(address, strict=False)
            # As PostgreSQL wants it: with a prefix, and not with a netmask.
            self.address = "%s/%d" % (address.partition("/")[0], self._network.prefixlen)
        except ValueError:
            self.address = address.lower()
            if not re.fullmatch(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?", self.address) or not re.search("[a-z]", self.address):
                raise HbaError("%r is not the address of a platform: give an address (10.1.2.3), a network (10.1.2.0/24) or a host name." % address) from None

    def is_of(self, rule):
        """Return whether a rule is for this user and address, and for nothing else."""
        return self._is_at(rule) and rule.users == (self.user,)

    def is_decided_by(self, rule):
        """Return whether a rule names this user, alone or among others, and exactly this address, and lets something in: somebody's decision on how."""
        return self._is_at(rule) and self.user in rule.users and rule.method != _REJECT and self.share(rule) != NOTHING

    def is_covered_by(self, rule):
        """Return whether a rule lets this traffic in to every database, be it over TLS or GSSAPI only."""
        return "all" in rule.databases and rule.type in ("host", "hostssl", "hostgssenc")

    def equals(self, rule):
        """Return whether a rule is what `line` writes."""
        return self.is_of(rule) and (rule.type, rule.databases, rule.method, rule.has_options) == ("host", ("all",), "scram-sha-256", False)

    def line(self):
        """Return the line that lets it in, without the end of a line. Raise HbaError for a user that the file cannot hold."""
        if re.search(r"[\x00-\x1f]", self.user):
            raise HbaError("The name of the user %r holds a control character, which pg_hba.conf cannot hold." % self.user)
        plain = re.fullmatch("[a-z_][a-z0-9_.-]*", self.user) and self.user != "all"
        user = self.user if plain else '"%s"' % self.user.replace('"', '""')
        return "host all %s %s scram-sha-256" % (user, self.address)

    def share(self, rule):
        """Return how much of the traffic a rule matches: NOTHING, PART or ALL."""
        shares = (_share_of_type(rule.type), _share_of_databases(rule.databases), self._share_of_users(rule.users), self._share_of_address(rule))
        return min(shares) if NOTHING not in shares else NOTHING

    def _is_at(self, rule):
        same = rule.network == self._network if self._network else (rule.address or "").lower() == self.address
        return same and rule.type != _LOCAL

    def _share_of_users(self, users):
        return ALL if any(self._is_user(name) for name in users) else NOTHING

    def _is_user(self, name):
        if name.startswith("/"):
            try:
                return re.search(name[1:], self.user) is not None
            except re.error:
                return True  # better not outranked than overlooked
        return name in ("all", self.user) or (name.startswith("+") and name[1:] in self._groups)

    def _share_of_address(self, rule):
        network = rule.network
        if rule.address == "all":
            return ALL
        if network is None or self._network is None:
            return self._share_of_name(rule, network)
        if network.version != self._network.version or not network.overlaps(self._network):
            return NOTHING
        return ALL if self._network.subnet_of(network) else PART

    def _share_of_name(self, rule, network):
        """A name on one side or both: what only a look-up could tell counts as a part."""
        if network is not None:
            return ALL if network.prefixlen == 0 else PART
        name = (rule.address or "").lower()
        if self._network is None and name not in ("samehost", "samenet"):
            return ALL if name == self.address or (name.startswith(".") and self.address.endswith(name)) else NOTHING
        return PART


@dataclass(frozen=True)
class Place:
    """Where the line belongs. before, after: the Rule beside it; neither: the end of the file. narrowed: rejects of a part of the traffic."""

    before: Optional[Rule]
    after: Optional[Rule]
    narrowed: tuple


def place_for(rules, traffic):
    """Return the Place of the line for traffic among other rules. Raise HbaError, naming it, where a reject keeps all of it out."""
    accept, rejects = None, []
    for number, rule in enumerate(rules):
        share = traffic.share(rule)
        if share == NOTHING:
            continue
        if rule.method != _REJECT:
            accept = accept or rule
        elif _closes(rules, number):
            accept = accept or rule
            break
        elif share == ALL:
            raise HbaError(
                "A reject keeps the platform out: %s (%s). It is not outranked, since it may be deliberate: change or remove it, "
                "or write the line for the platform above it yourself: %s" % (rule, _words(rule), traffic.line())
            )
        else:
            rejects.append(rule)
        if share == ALL:
            break
    after = rejects[-1] if rejects else None
    return Place(accept, after, tuple(rejects))


def takes_effect(rules, mine, traffic):
    """Return whether a line that is among the rules already has to stay where it is: no rule that `place_for` would have below it is above it."""
    above = [rule for rule in rules[: rules.index(mine)] if traffic.share(rule) != NOTHING]
    # Rejects of a part, and what somebody has decided on a part, are never outranked.
    above = [rule for rule in above if traffic.share(rule) == ALL or not (rule.method == _REJECT or traffic.is_decided_by(rule))]
    if not above:
        return True
    others = [rule for rule in rules if rule is not mine]
    try:
        place = place_for(others, traffic)
    except HbaError:
        # A reject of everything: somebody has put the line above it, or it is in vain.
        return all(traffic.share(rule) == PART for rule in above)
    return place.after is not None and others.index(above[-1]) < others.index(place.after)


def decisions(rules, traffic):
    """Return the rules in which somebody has decided how the traffic is let in, and which decide on some of it: nothing is above them that matches all."""
    found = []
    for rule in rules:
        if traffic.is_decided_by(rule):
            found.append(rule)
        if traffic.share(rule) == ALL:
            break
    return found


def _closes(rules, number):
    """Return whether a reject is the closing line of a list of rules: it rejects whatever is left, and so belongs behind all that let in."""
    return _rejects_everything(rules[number]) and any(_lets_in(rule) for rule in rules[:number]) and not any(_lets_in(rule) for rule in rules[number:])


def _lets_in(rule):
    return rule.type != _LOCAL and rule.method != _REJECT


def _rejects_everything(rule):
    everywhere = rule.address == "all" or (rule.network is not None and rule.network.prefixlen == 0)
    return rule.type == "host" and "all" in rule.databases and "all" in rule.users and everywhere


def _share_of_type(kind):
    return {_LOCAL: NOTHING, "host": ALL}.get(kind, PART)


def _share_of_databases(names):
    if "all" in names:
        return ALL
    # The keyword is for physical replication, which the platform does not do.
    return NOTHING if set(names) <= {"replication"} else PART


def _words(rule):
    address = str(rule.network) if rule.network is not None else rule.address
    return " ".join((rule.type, ",".join(rule.databases), ",".join(rule.users), address or "", rule.method))


def _prefix(netmask):
    """Return the length of the prefix that a netmask of either family stands for."""
    return bin(int(ipaddress.ip_address(netmask))).count("1")
