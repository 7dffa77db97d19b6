# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files with connections: CSV as a spreadsheet writes it, YAML, JSON. Private to the collection."""

from __future__ import annotations

import csv
import io
import json
import os
import re

import yaml

from ..module_utils._commands._items import problem_of_cell
from ..module_utils._commands._options import ITEM
from ..module_utils._common._errors import InvalidInput
from ..module_utils._common._known_keys import nearest
from ..module_utils._connection._tags import parse_given

try:
    # Several times as fast.
    from yaml import CSafeLoader as _SafeLoader
except ImportError:
    from yaml import SafeLoader as _SafeLoader

_TAG = "tags."
_EXPRESSION = re.compile(r"\s*\{\{.*\}\}\s*", re.DOTALL)
_PART_OF_EXPRESSION = re.compile(r"\{\{|\{%")
_DELIMITERS = ",;\t"
#: Of lists and mappings in a YAML file; a connection needs three.
_DEPTH = 50
#: What YAML makes of plain text is not what is meant: the password 012345, the tag 1.10.
_NUMBERS = ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float", "tag:yaml.org,2002:timestamp")


class _Loader(_SafeLoader):
    """Reads numbers and dates as the text that is written, and refuses a key that stands twice."""

    def construct_mapping(self, node, deep=False):
        keys = [key for key, _value in node.value if isinstance(key, yaml.ScalarNode)]
        number = _repeated([key.value for key in keys])
        if number is not None:
            mark = keys[number].start_mark
            raise InvalidInput("line %d, column %d: %s is there twice." % (mark.line + 1, mark.column + 1, _key(keys[number].value)), "src")
        return super().construct_mapping(node, deep)


def _refuse_vault(_loader, node):
    text = "line %d, column %d: !vault is not read here. Encrypt the file as a whole instead: ansible-vault encrypt."
    raise InvalidInput(text % (node.start_mark.line + 1, node.start_mark.column + 1), "src")


_Loader.add_constructor("!vault", _refuse_vault)
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag not in _NUMBERS] for first, resolvers in _Loader.yaml_implicit_resolvers.items()
}


def connections_in(path, content):
    """Return the connections in a file, how messages call each of them, and the columns of a table in their order, None for another file.

    path: of the file, whose ending tells what it is. content: its bytes. Raise InvalidInput, naming file, line and column.
    """
    ending = os.path.splitext(path)[1].lower()
    readers = {".csv": _from_csv, ".yml": _from_yaml, ".yaml": _from_yaml, ".json": _from_json}
    if ending not in readers:
        raise InvalidInput("%s is no .csv, .yml, .yaml or .json file." % path, "src")
    connections, labels, columns = readers[ending](os.path.basename(path), _decoded(path, content))
    for item, label in zip(connections, labels):
        _check_no_expression(item, label)
    return connections, labels, columns


def _check_no_expression(item, label):
    """Raise InvalidInput for an option that is, or holds, an expression, which nobody would evaluate; a password may hold anything."""
    for name, value in item.items() if isinstance(item, dict) else ():
        texts = value.values() if isinstance(value, dict) else [value]
        is_expression = _EXPRESSION.fullmatch if name == "password" else _PART_OF_EXPRESSION.search
        if any(isinstance(text, str) and is_expression(text) for text in texts):
            raise InvalidInput(
                "%s: %s holds an expression ({{ }}, {%% %%}), and a file is not templated: write the value itself, and encrypt the file where it holds a "
                "password (ansible-vault encrypt)." % (label, name if name in ITEM else "a key"),
                "src",
            )


def _decoded(path, content):
    for encoding in ("utf-8-sig", "utf-16") if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig",):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError as exc:
            line = content[: exc.start].count(b"\n") + 1
    raise InvalidInput("%s, line %d, holds characters that are not UTF-8: save it as UTF-8 (in a spreadsheet: CSV UTF-8)." % (path, line), "src")


def _from_csv(name, text):
    # The first line that holds more than delimiters.
    header = next((line for line in text.splitlines() if line.strip(_DELIMITERS + "\"' ")), "")
    delimiter = max(_DELIMITERS, key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    connections, labels, columns = [], [], None
    try:
        for row in reader:
            cells = [cell if cell.strip(_DELIMITERS + "\"' ") else "" for cell in row] if columns is None else row
            if not any(cell.strip() for cell in cells):
                continue
            if columns is None and cells[0].strip().lower() == "sep=" and not any(cells[1:]):
                # By which Excel is told of the delimiter.
                continue
            if columns is None:
                # Spreadsheets write empty columns behind the last one.
                columns = _columns(name, reader.line_num, [cell.strip() for cell in cells[: _last(cells) + 1]])
                continue
            label = "%s, line %d" % (name, reader.line_num)
            if any(cell.strip() for cell in cells[len(columns) :]):
                raise InvalidInput("%s, has %d cells where the header has %d columns." % (label, len(cells), len(columns)), "src")
            try:
                connections.append(_connection(columns, cells))
            except InvalidInput as exc:
                raise InvalidInput("%s, column %s: %s" % (label, exc.option, problem_of_cell(columns, exc.option, exc)), "src") from None
            labels.append(label)
    except csv.Error as exc:
        text = '%s, line %d, cannot be read: %s; check the quotation marks (") in this line and before it.'
        raise InvalidInput(text % (name, reader.line_num, exc), "src") from None
    if columns is None:
        raise InvalidInput("%s is empty: its first row has to name the columns: %s." % (name, ", ".join(ITEM)), "src")
    return connections, labels, columns


def _last(cells):
    """Return the number of the last cell that holds something."""
    return max(number for number, cell in enumerate(cells) if cell.strip())


def _columns(name, line, cells):
    columns = [_TAG + cell[len(_TAG) :].strip() if cell.lower().startswith(_TAG) else cell.lower() for cell in cells]
    for number, column in enumerate(columns, start=1):
        where = "%s, line %d, column %d" % (name, line, number)
        if column not in ITEM and not (column.startswith(_TAG) and len(column) > len(_TAG)):
            # In a file without a header, it may be a password.
            shown = not column or column.startswith(_TAG) or nearest(column, ITEM)
            what = "%r is no column" % cells[number - 1] if shown else "this is no column, and not shown, since it may be a password"
            raise InvalidInput("%s: %s. The first row has to name the columns: %s or tags.<key>." % (where, what, ", ".join(ITEM)), "src")
        if columns.index(column) != number - 1:
            raise InvalidInput("%s: the column %r is there twice." % (where, cells[number - 1]), "src")
    if "name" not in columns:
        raise InvalidInput("%s, line %d: there is no column name." % (name, line), "src")
    return columns


def _connection(columns, cells):
    """Return the options in a row; an empty cell is not given. Tags in columns of their own are merged over those of the column tags."""
    # A password may begin or end with a blank.
    given = {column: cell if column == "password" else cell.strip() for column, cell in zip(columns, cells) if cell.strip()}
    options = {column: cell for column, cell in given.items() if not column.startswith(_TAG)}
    tags = {column[len(_TAG) :]: cell for column, cell in given.items() if column.startswith(_TAG)}
    if tags and "tags" in options:
        tags = {**parse_given(options["tags"]), **tags}
    return {**options, "tags": tags} if tags else options


def _from_yaml(name, text):
    try:
        depth = 0
        for event in yaml.parse(text, Loader=_Loader):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            # PyYAML's C library crashes where it is very deep.
            if depth > _DEPTH:
                raise yaml.MarkedYAMLError(problem_mark=event.start_mark)
        content = yaml.load(text, Loader=_Loader)
    except InvalidInput as exc:
        raise InvalidInput("%s, %s" % (name, exc), "src") from None
    except (yaml.YAMLError, ValueError) as exc:
        # What is wrong there is not quoted: it may be part of a password.
        mark = getattr(exc, "problem_mark", None)
        where = ", line %d, column %d" % (mark.line + 1, mark.column + 1) if mark else ""
        raise InvalidInput("%s%s, is not YAML that can be read." % (name, where), "src") from None
    return _listed(name, content)


def _from_json(name, text):
    try:
        content = json.loads(text, object_pairs_hook=_unique, parse_int=str, parse_float=str, parse_constant=str)
    except InvalidInput as exc:
        raise InvalidInput("%s: %s" % (name, exc), "src") from None
    except (ValueError, RecursionError) as exc:
        where = ", line %d, column %d" % (exc.lineno, exc.colno) if isinstance(exc, json.JSONDecodeError) else ""
        raise InvalidInput("%s%s, is not JSON: %s." % (name, where, getattr(exc, "msg", "it cannot be read")), "src") from None
    return _listed(name, content)


def _unique(pairs):
    """Return a JSON object as a mapping. Raise InvalidInput where a key stands twice."""
    number = _repeated([key for key, _value in pairs])
    if number is not None:
        raise InvalidInput("%s is there twice in one object." % _key(pairs[number][0]), "src")
    return dict(pairs)


def _repeated(keys):
    """Return the number of the first key that stood before, None if each stands once."""
    seen = set()
    for number, key in enumerate(keys):
        if key in seen:
            return number
        seen.add(key)
    return None


def _key(key):
    """Return how a message calls a key: what is no option may be anything, also a part of a password."""
    return repr(key) if key in ITEM else "a key"


def _listed(name, content):
    if isinstance(content, dict) and list(content) == ["connections"]:
        content = content["connections"]
    if not isinstance(content, list):
        raise InvalidInput("%s has to hold a list of connections." % name, "src")
    labels = ["%s, connection %d%s" % (name, number, _named(item)) for number, item in enumerate(content, start=1)]
    return content, labels, None


def _named(item):
    return " (%r)" % item["name"] if isinstance(item, dict) and isinstance(item.get("name"), (str, int)) else ""
