# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files with connections: whatever a spreadsheet, YAML or JSON writes is read as it was meant, or refused with its place."""

from __future__ import annotations

import csv
import io
import json

import pytest
import yaml
from ansible_collections.datasentinel.platform.plugins.module_utils._commands._items import (
    desired_connections,
)
from ansible_collections.datasentinel.platform.plugins.module_utils._commands._options import (
    ITEM,
)
from ansible_collections.datasentinel.platform.plugins.module_utils._common._errors import (
    InvalidInput,
)
from ansible_collections.datasentinel.platform.plugins.plugin_utils._connection_file import (
    connections_in,
)
from hypothesis import example, given
from hypothesis import strategies as st

SECRET = "s3cretword"


def read(content, path="/files/connections.csv"):
    """Return the connections in a file with this content (text or bytes)."""
    return connections_in(path, content if isinstance(content, bytes) else content.encode())[0]


def refusal(content, path="/files/connections.csv"):
    """Return the message with which a file is refused, by what reads it or by what checks each connection in it."""
    with pytest.raises(InvalidInput) as refused:
        connections, labels, columns = connections_in(path, content if isinstance(content, bytes) else content.encode())
        desired_connections(connections, {}, labels, columns)
    return str(refused.value)


def written(rows, encoding="utf-8", **dialect):
    """Return the bytes of a table as csv.writer writes it."""
    buffer = io.StringIO(newline="")
    csv.writer(buffer, **dialect).writerows(rows)
    return buffer.getvalue().encode(encoding)


def meant(columns, row):
    """Return the connection that a row means: what is not empty, with the columns tags.<key> as a mapping."""
    cells = {column: cell for column, cell in zip(columns, row) if cell}
    tags = {column[len("tags.") :]: cell for column, cell in cells.items() if column.startswith("tags.")}
    options = {column: cell for column, cell in cells.items() if not column.startswith("tags.")}
    return {**options, **({"tags": tags} if tags else {})}


# --- CSV: any table ----------------------------------------------------------------------------------------------

texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=8).map(str.strip)
cells = texts | st.text("ab,;\t\"'=", max_size=6).map(str.strip)
keys = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,5}", fullmatch=True)
delimiters = st.sampled_from([",", ";", "\t"])
dialects = st.fixed_dictionaries(
    {
        "delimiter": delimiters,
        "quoting": st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
        "lineterminator": st.sampled_from(["\n", "\r\n", "\r"]),
        "encoding": st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    }
)


@st.composite
def tables(draw):
    """The columns, name among them, and some rows."""
    options = draw(st.lists(st.sampled_from([name for name in ITEM if name not in ("name", "tags")]), unique=True))
    tags = draw(st.lists(keys, unique=True, max_size=3))
    columns = draw(st.permutations(["name", *options, *(f"tags.{key}" for key in tags)]))
    rows = draw(st.lists(st.lists(cells, min_size=len(columns), max_size=len(columns)), max_size=4))
    return columns, rows


@given(tables(), dialects)
@example((["name", "user"], [["a", "b,c,d"]]), {"delimiter": ";", "quoting": csv.QUOTE_MINIMAL, "lineterminator": "\r", "encoding": "utf-8"})
def test_what_a_spreadsheet_writes_is_what_is_read(table, dialect):
    columns, rows = table
    connections = read(written([columns, *rows], **dialect))
    assert connections == [meant(columns, row) for row in rows if any(row)]


@given(tables(), dialects, st.lists(st.integers(0, 5)), st.integers(0, 3))
def test_empty_rows_and_empty_cells_at_the_end_change_nothing(table, dialect, places, more):
    columns, rows = table
    # A header of one column has no delimiter, so that one in a row would be a character of its cell.
    with_empty = [row + [""] * (more if len(columns) > 1 else 0) for row in rows]
    for place in places:
        with_empty.insert(place, [""] * len(columns))
    assert read(written([columns, *with_empty], **dialect)) == read(written([columns, *rows], **dialect))


@given(tables(), dialects)
def test_each_connection_is_called_by_its_line(table, dialect):
    columns, rows = table
    rows = [[cell or "x" for cell in row] for row in rows]
    _connections, labels, in_order = connections_in("/a/b.csv", written([columns, *rows], **dialect))
    assert labels == [f"b.csv, line {number}" for number in range(2, len(rows) + 2)] and in_order == columns


# --- CSV: what is in it -------------------------------------------------------------------------------------------


def test_as_a_spreadsheet_on_windows_writes_it():
    content = b'\xef\xbb\xbfname;host;password;tags.environment\r\nsales;pg1;"s3;c""ret";production\r\n;;;\r\nbilling;;pw;\r\n'
    assert read(content) == [
        {"name": "sales", "host": "pg1", "password": 's3;c"ret', "tags": {"environment": "production"}},
        {"name": "billing", "password": "pw"},
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_empty_lines_before_the_header_do_not_hide_its_delimiter(delimiter):
    assert read(f"\r\n\r\nname{delimiter}host\r\na{delimiter}h\r\n") == [{"name": "a", "host": "h"}]


def test_names_of_columns_may_be_in_capitals_but_tags_are_what_they_are():
    assert read("Name,HOST,Tags.Owner\na,h,dba\n") == [{"name": "a", "host": "h", "tags": {"Owner": "dba"}}]


def test_blanks_around_cells_do_not_count():
    assert read("name , host, user, tags.b\n a , h , u , 1 \n") == [{"name": "a", "host": "h", "user": "u", "tags": {"b": "1"}}]


def test_a_line_break_in_a_cell_ends_no_row():
    assert read('name,user\na,"b\r\nc"\nd,\n') == [{"name": "a", "user": "b\r\nc"}, {"name": "d"}]


def test_a_password_keeps_its_blanks():
    assert read('name,password\na," pass word "\n') == [{"name": "a", "password": " pass word "}]


def test_columns_of_tags_are_laid_over_the_column_tags():
    assert read('name,tags,tags.b\na,"a=1, b=2",3\nb,"a=1,b=2",\n') == [{"name": "a", "tags": {"a": "1", "b": "3"}}, {"name": "b", "tags": "a=1,b=2"}]


@pytest.mark.parametrize("ending", ["csv", "CSV", "Csv"])
def test_the_case_of_the_ending_does_not_count(ending):
    assert read("name\na\n", f"x.{ending}") == [{"name": "a"}]


@pytest.mark.parametrize(
    "content, message",
    [
        ("", "connections.csv is empty: its first row has to name the columns: name, state, host,"),
        ("\n;;\n", "connections.csv is empty"),
        ("name,hots\n", "connections.csv, line 1, column 2: 'hots' is no column. The first row has to name the columns: name, state, host,"),
        ("pg-sales:5432:*:ds:s3cret\n", "connections.csv, line 1, column 1: this is no column, and not shown, since it may be a password. The first row"),
        ("name,host,password,tags.a\nx,h,half1,half2=s3cret\n", "connections.csv, line 2, column tags.a: tags is not what it has to be. It is not shown,"),
        ("name,host,password,tags\nx,h,half1,s3cret\n", "connections.csv, line 2, column tags: tags is not what it has to be. It is not shown,"),
        ("name,host,password,tags,tags.a\nx,h,half1,s3cret,1\n", "connections.csv, line 2, column tags: tags is not what it has to be. It is not shown,"),
        ("name,password,port\nx,half1,s3cret\n", "connections.csv, line 2, column port: port is not what it has to be. It is not shown,"),
        ("name,password,tags,tags.a\nx,half1,\x07s3cret=1,2\n", "connections.csv, line 2, column tags: tags is not what it has to be. It is not shown,"),
        (
            "host,user,password,name,state\nh1,u,half1,s3cret,\nh2,u,half1,s3cret,\n",
            "The name stands twice, in connections.csv, line 2 and connections.csv, line 3: each connection of the platform has a name of its own. It is not",
        ),
        (
            "name,host\nx,{{ host }}\n",
            "connections.csv, line 2: host holds an expression ({{ }}, {% %}), and a file is not templated: write the value itself, and encrypt",
        ),
        ("\n\nname,,port\n", "connections.csv, line 3, column 2: '' is no column"),
        ("name,tags.\n", "connections.csv, line 1, column 2: 'tags.' is no column"),
        ("name,host,Host\n", "connections.csv, line 1, column 3: the column 'Host' is there twice."),
        ("name,tags.a,Tags.a\n", "connections.csv, line 1, column 3: the column 'Tags.a' is there twice."),
        ("host,port\n", "connections.csv, line 1: there is no column name."),
        ("name,host\na,h\nb,h,x\n", "connections.csv, line 3, has 3 cells where the header has 2 columns."),
        ('name,host\na,"h\n', 'connections.csv, line 2, cannot be read: unexpected end of data; check the quotation marks (") in this line and before it.'),
        ('name,host\na,"h"x\n', "connections.csv, line 2, cannot be read: "),
        ("name,host\n,h\n", "connections.csv, line 2, column name: it has no name."),
        ("name,port\na,1\nb,many\n", "connections.csv, line 3, column port: port has to be a whole number, and it is 'many'."),
        ("name,port\na,70000\n", "connections.csv, line 2, column port: port is 70000"),
        ("name,state\na,gone\n", "connections.csv, line 2, column state: state has to be one of"),
        ("name,host\na,h:1\n", "connections.csv, line 2, column host: host is 'h:1'"),
        ("name,purge_tags\na,maybe\n", "connections.csv, line 2, column purge_tags: purge_tags has to be true or false, and it is 'maybe'."),
        ("name\na/b\n", "connections.csv, line 2, column name: name is 'a/b'"),
        ("name,tags\na,sales\n", "connections.csv, line 2, column tags: The tag 'sales' has no '='"),
        ("name,tags.a\na,x=y\n", "connections.csv, line 2, column tags.a: The value of the tag 'a' holds"),
        # What stands before the password is no part of it.
        ('name,tags.a,password\nx,"y,z",pw\n', "connections.csv, line 2, column tags.a: The value of the tag 'a' holds a comma"),
        ('name,tags.a,password,tags.b\nx,"y,z",pw,1\n', "connections.csv, line 2, column tags.a: The value of the tag 'a' holds a comma"),
        ("name,tags,password,tags.b\nx,sales,pw,1\n", "connections.csv, line 2, column tags: The tag 'sales' has no '='"),
        ("name,password,user\na,pw,u\na,pw,u\n", "The name 'a' stands twice, in connections.csv, line 2 and connections.csv, line 3"),
        ("name,tags,tags.b\na,sales,1\n", "connections.csv, line 2, column tags: The tag 'sales' has no '='"),
        ('name,tags,tags.b\na,"c=1,c=2",1\n', "connections.csv, line 2, column tags: The tag 'c' is given twice."),
        ("name\na\nb\na\n", "The name 'a' stands twice, in connections.csv, line 2 and connections.csv, line 4"),
    ],
)
def test_what_is_wrong_with_a_table_is_said_with_its_place(content, message):
    assert message in refusal(content) and "s3cret" not in refusal(content)


@pytest.mark.parametrize("encoding, content", [("latin-1", "name,host\na,h\nmüller,h\n"), ("cp1252", "name,host\na,h\n€,h\n")])
def test_another_encoding_is_refused_with_its_line_and_a_way_out(encoding, content):
    assert refusal(content.encode(encoding)) == (
        "/files/connections.csv, line 3, holds characters that are not UTF-8: save it as UTF-8 (in a spreadsheet: CSV UTF-8)."
    )


def test_bytes_that_only_begin_like_utf_16_are_refused():
    assert "holds characters that are not UTF-8" in refusal(b"\xff\xfea")


@pytest.mark.parametrize("path", ["connections.txt", "connections", "csv", "connections.csv.gz"])
def test_another_ending_is_refused(path):
    assert refusal("name\na\n", path) == f"{path} is no .csv, .yml, .yaml or .json file."


# --- YAML and JSON -----------------------------------------------------------------------------------------------

values = st.none() | st.booleans() | st.integers() | texts
listed = st.lists(st.dictionaries(st.sampled_from(list(ITEM)), values | st.dictionaries(keys, values, max_size=3), max_size=4), max_size=3)


@given(listed, st.booleans())
def test_yaml_and_json_are_read_as_they_are(connections, below_a_key):
    content = {"connections": connections} if below_a_key else connections
    for path, text in (("a.yml", yaml.safe_dump(content)), ("a.yaml", yaml.safe_dump(content, allow_unicode=True)), ("a.json", json.dumps(content))):
        assert read(text, path) == _with_texts(connections)


def _with_texts(value):
    """The value with each number as the text that is written."""
    if isinstance(value, dict):
        return {key: _with_texts(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_texts(item) for item in value]
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def test_numbers_of_json_are_the_text_that_is_written():
    assert read('[{"name": 1.10, "password": 1e3, "tags": {"v": -0, "w": NaN}}]', "a.json") == [
        {"name": "1.10", "password": "1e3", "tags": {"v": "-0", "w": "NaN"}}
    ]


def test_numbers_of_yaml_are_the_text_that_is_written():
    written = {"name": "0123", "password": "012345", "user": "1_000", "host": "1:30", "port": "5433", "tags": {"version": "1.10", "since": "2026-11-28"}}
    assert read("- " + json.dumps(written).replace('"', "").replace(":", ": ").replace("1: 30", "1:30"), "a.yml") == [written]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_line_by_which_excel_is_told_of_the_delimiter_is_passed_over(delimiter):
    assert read(f"sep={delimiter}\r\nname{delimiter}host\r\na{delimiter}h\r\n") == [{"name": "a", "host": "h"}]


def test_braces_within_a_password_are_a_part_of_it():
    assert read("name,password\na,x{{y}}z\n") == [{"name": "a", "password": "x{{y}}z"}]


@pytest.mark.parametrize("header", ["name,host,", "name,host,,,", "name,host, "])
def test_empty_columns_at_the_end_change_nothing(header):
    assert read(f"{header}\ndb1,h,\n") == [{"name": "db1", "host": "h"}]


def test_connections_are_called_by_number_and_name():
    content = json.dumps([{"name": "a"}, {"host": "h"}, "x", {"name": 5}])
    _connections, labels, columns = connections_in("/a/b.json", content.encode())
    assert labels == ["b.json, connection 1 ('a')", "b.json, connection 2", "b.json, connection 3", "b.json, connection 4 ('5')"] and columns is None


@pytest.mark.parametrize(
    "path, content, message",
    [
        ("a.yml", "- name: a\n  host: [\n", "a.yml, line 3, column 1, is not YAML that can be read."),
        ("a.yml", "- name: 'a\n", "a.yml, line 2, column 1, is not YAML that can be read."),
        ("a.yml", "", "a.yml has to hold a list of connections."),
        ("a.yml", "name: a\n", "a.yml has to hold a list of connections."),
        ("a.yml", "{}\n", "a.yml has to hold a list of connections."),
        ("a.yml", "connections: {a: 1}\n", "a.yml has to hold a list of connections."),
        ("a.yml", "connections: []\nmore: 1\n", "a.yml has to hold a list of connections."),
        ("a.yml", "- a\n", "a.yml, connection 1: it has to be a mapping"),
        (
            "a.yml",
            "- {name: a, password: '{{ vault_pw }}'}\n",
            "a.yml, connection 1 ('a'): password holds an expression ({{ }}, {% %}), and a file is not templated",
        ),
        ("a.yml", "- {name: a, tags: {b: '{{ c }}'}}\n", "a.yml, connection 1 ('a'): tags holds an expression"),
        ("a.yml", "- name: a\n  password: !vault |\n    $ANSIBLE_VAULT\n", "a.yml, line 2, column 13: !vault is not read here. Encrypt the file as a whole"),
        ("a.yml", "- {name: a, tags: {b: 'pre-{{ c }}'}}\n", "a.yml, connection 1 ('a'): tags holds an expression"),
        ("a.yml", "- {name: a, user: '{% if 1 %}'}\n", "a.yml, connection 1 ('a'): user holds an expression"),
        ("a.json", '[{"name": "a", "host": " {{ h }} "}]', "a.json, connection 1 ('a'): host holds an expression"),
        ("a.yml", "- {name: a, prot: 1}\n", "a.yml, connection 1 ('a') holds prot, which is not known there"),
        ("a.yml", "- {name: a}\n- {name: b, port: x}\n", "a.yml, connection 2 ('b'): port has to be a whole number, and it is 'x'."),
        ("a.yml", "[" * 100_000 + "]" * 100_000, "a.yml, line 1, column 51, is not YAML that can be read."),
        ("a.yml", "- &a {name: *a}\n", "a.yml, connection 1: name has to be a text"),
        ("a.json", '[{"name": "a"},\n {"name": }]\n', "a.json, line 2, column 11, is not JSON: Expecting value."),
        ("a.yml", "- name: a\n  host: h\n  name: b\n", "a.yml, line 3, column 3: 'name' is there twice."),
        ("a.yml", "- {name: a, tags: {k: 1, k: 2}}\n", "a.yml, line 1, column 26: a key is there twice."),
        ("a.json", '[{"name": "a", "name": "b"}]', "a.json: 'name' is there twice in one object."),
        ("a.json", "", "a.json, line 1, column 1, is not JSON: Expecting value."),
        ("a.json", "[" * 100000, "a.json, is not JSON: it cannot be read."),
        ("a.json", '"connections"', "a.json has to hold a list of connections."),
    ],
)
def test_what_is_wrong_with_yaml_or_json_is_said_with_its_place(path, content, message):
    assert message in refusal(content, path)


# --- secrets -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path, content",
    [
        ("a.csv", f'name,password,port\na,"{SECRET}"x,1\n'),
        ("a.csv", f'name,password,port\na,"{SECRET},1\n'),
        ("a.csv", f"name,password,port\na,{SECRET},1,2\n"),
        ("a.csv", f"name,password,port\na,{SECRET},x\n"),
        ("a.csv", f"name,password\na,{SECRET}\x07\n"),
        ("a.yml", f"- {{name: a, password: half, {SECRET}}}\n"),
        ("a.yml", f"- {{name: a, password: *{SECRET}}}\n"),
        ("a.yml", f"- {{name: a, password: !{SECRET}}}\n"),
        ("a.yml", f"- {{name: a, password: !{SECRET} x}}\n"),
        ("a.yml", f"- {{name: a, password: %{SECRET}}}\n"),
        ("a.yml", f"- {{name: a, password: '{SECRET}}}\n"),
        ("a.yml", f"- name: a\n  password: &{SECRET}\n   - *x\n"),
        ("a.yml", f"- name: a\n  password: &{SECRET} x\n  user: &{SECRET} y\n  host: [\n"),
        ("a.yml", f"- name: a\n  password: [{SECRET}]\n"),
        ("a.yml", f"- name: a\n  password: {{{SECRET}: 1}}\n"),
        ("a.json", f'[{{"name": "a", "password": "{SECRET}"x}}]'),
        ("a.json", f'[{{"name": "a", "password": {SECRET}}}]'),
        ("a.json", f'[{{"name": "a", "password": ["{SECRET}"]}}]'),
    ],
)
def test_a_refusal_quotes_nothing_of_a_password(path, content):
    assert SECRET not in refusal(content, path)
