# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The items of datasentinel_connections, each checked as the options of datasentinel_connection are. Private to the collection."""

from __future__ import annotations

from .._common._errors import InvalidInput
from .._common._known_keys import check_keys
from .._connection._from_options import desired_from
from ._options import ITEM

#: A password that holds the delimiter, and no quotation marks around it, fills the cells behind it as well.
_NOT_SHOWN = "It is not shown, since it may be a part of the password before it: a cell that holds the delimiter belongs in quotation marks."


def desired_connections(connections, defaults=None, labels=None, columns=None):
    """Return the DesiredConnection of each item, in the order given.

    connections: mappings of the options in ITEM. defaults: used where an item does not give an option. labels: how messages
    call each item, by its number and name where None.
    columns: those of the table that the items are rows of, in its order, which messages name; None where they are none.
    Raise InvalidInput for the first that cannot be, naming it.
    """
    if not isinstance(connections, list):
        raise InvalidInput("connections has to be a list of mappings, one for each connection.", "connections")
    if defaults is not None and not isinstance(defaults, dict):
        raise InvalidInput("defaults has to be a mapping of options.", "defaults")
    check_keys("defaults", defaults or {}, ITEM)
    desired: list = []
    seen: dict = {}
    for number, item in enumerate(connections):
        label = labels[number] if labels else "connections[%d]%s" % (number, _named(item))
        try:
            desired.append(_desired(item, defaults or {}, label))
        except InvalidInput as exc:
            column = _column(item, exc, columns) if columns else None
            text = problem_of_cell(columns, column, exc) if column and exc.option in item else str(exc)
            where = "%s, column %s" % (label, column) if column else label
            raise InvalidInput(text if text.startswith(label) else "%s: %s" % (where, text), exc.option) from None
        name = desired[-1].name
        if name in seen:
            shown, why = ("", " " + _NOT_SHOWN) if columns and _is_behind_password(columns, "name") else (" %r" % name, "")
            text = "The name%s stands twice, in %s and %s: each connection of the platform has a name of its own.%s"
            raise InvalidInput(text % (shown, seen[name], label, why), "name")
        seen[name] = label
    return desired


def problem_of_cell(columns, column, exc):
    """Return what a message says of a cell of a table. columns: in the table's order. column: that of the cell. exc: the InvalidInput about it."""
    return "%s is not what it has to be. %s" % (exc.option, _NOT_SHOWN) if _is_behind_password(columns, column) else str(exc)


def _is_behind_password(columns, column):
    return "password" in columns and column in columns[columns.index("password") + 1 :]


def _desired(item, defaults, label):
    if not isinstance(item, dict):
        raise InvalidInput("it has to be a mapping with name and what else describes the connection.")
    check_keys(label, item, ITEM)
    given = {**{key: value for key, value in defaults.items() if value is not None}, **{key: value for key, value in item.items() if value is not None}}
    if "name" not in given:
        raise InvalidInput("it has no name.", "name")
    return desired_from({name: option.converted(name, given[name]) if name in given else option.default for name, option in ITEM.items()})


def _column(item, exc, columns):
    """Return the column of an option; tags may have columns of their own."""
    tags = item.get("tags")
    own = [key for key in tags if repr(key) in str(exc) and "tags.%s" % key in columns] if exc.option == "tags" and isinstance(tags, dict) else []
    return "tags.%s" % own[0] if own else exc.option


def _named(item):
    name = item.get("name") if isinstance(item, dict) else None
    return " (%r)" % name if isinstance(name, (str, int)) else ""
