# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import stat

import pytest
from ansible_collections.datasentinel.platform.plugins.module_utils._postgresql import _hba_file
from ansible_collections.datasentinel.platform.plugins.module_utils._postgresql._hba_file import HbaFile, write
from ansible_collections.datasentinel.platform.plugins.module_utils._postgresql._hba_rules import HbaError, Place, rules_from
from support.hba import PATH, row, rows

KINDS = ["local", "host", "hostssl", "hostnossl", "hostgssenc", "hostnogssenc"]
MARKED = b"ours # added by datasentinel.platform"


def inserted(content, before=None, after=None, path=PATH):
    """The content after a line was put before or after that of a rule, and its number; and taking it away has to leave the file as it was."""
    file = HbaFile(path, content)
    number = file.insert("ours", Place(before, after, ()))
    result = file.content
    again = HbaFile(path, result)
    again.remove(number)
    assert again.content == content
    return result, number


def rule(line, file=PATH):
    return rules_from([row(line, "host all all all md5", file_name=file)], file)[0]


@pytest.mark.parametrize(
    "content, before, after, expected, number",
    [
        (b"# a\n\n# b\xff\t\nhost\n", 4, None, b"# a\n\n# b\xff\t\n" + MARKED + b"\nhost\n", 4),
        (b"host\nhost\n", None, 1, b"host\n" + MARKED + b"\nhost\n", 2),
        (b"host\nhost\n", 1, None, MARKED + b"\nhost\nhost\n", 1),
        (b"host\n", None, None, b"host\n" + MARKED + b"\n", 2),
        (b"host", None, None, b"host\n" + MARKED, 2),
        (b"host", 1, None, MARKED + b"\nhost", 1),
        (b"", None, None, MARKED + b"\n", 1),
        # Line feeds as on Windows, and a carriage return within a comment.
        (b"host\r\nhost\r\n", 2, None, b"host\r\n" + MARKED + b"\r\nhost\r\n", 2),
        (b"host\r\nhost", None, None, b"host\r\nhost\r\n" + MARKED, 3),
        (b"# a\rb\nhost\n", 2, None, b"# a\rb\n" + MARKED + b"\nhost\n", 2),
        # A rule that goes on in the next line.
        (b"host \\\n all \\\n all\nhost\n", None, 1, b"host \\\n all \\\n all\n" + MARKED + b"\nhost\n", 4),
        # Never above a reject of a part.
        (b"host\nhost\nhost\n", 1, 2, b"host\nhost\n" + MARKED + b"\nhost\n", 3),
        (b"host\nhost\nhost\n", 3, 1, b"host\nhost\n" + MARKED + b"\nhost\n", 3),
    ],
)
def test_a_line_is_put_in_and_all_others_stay_as_they_are(content, before, after, expected, number):
    assert inserted(content, before and rule(before), after and rule(after)) == (expected, number)


@pytest.mark.parametrize(
    "directive, file",
    [
        (b"include more.conf\n", "/data/more.conf"),
        (b'  include_if_exists "/etc/more.conf"  # why\n', "/etc/more.conf"),
        (b"include_dir hba.d\n", "/data/hba.d/10-sales.conf"),
        (b'include "a ""b"".conf"\n', '/data/a "b".conf'),
    ],
)
def test_a_rule_of_another_file_stands_where_its_file_is_included(directive, file):
    content = b"local all all peer\ninclude other.conf\n" + directive + b"host all all all md5\n"
    assert inserted(content, rule(1, file))[1] == 3
    assert inserted(content, None, rule(1, file))[1] == 4
    # Both in one file: there is no place between them.
    assert inserted(content, rule(2, file), rule(1, file))[1] == 4


def test_a_file_that_is_included_through_another_is_left_to_people():
    with pytest.raises(HbaError, match="line 1 of /data/deep.conf decides .* Add the line yourself"):
        inserted(b"include more.conf\n", rule(1, "/data/deep.conf"))


def test_which_lines_are_ours():
    text = "host all a all md5\nhost all b all md5 # added by datasentinel.platform  \n# added by datasentinel.platform\nhost all c all md5 # mine\n"
    file = HbaFile(PATH, text.encode())
    assert [file.is_marked(found) for found in rules_from(rows(text), PATH)] == [False, True, False]
    assert not file.is_marked(rule(2, "/data/more.conf"))


@pytest.mark.parametrize("content", [b"", b"# host\n", b"local all all trust\n", b"hostssl all all all md5\n"])
def test_a_file_that_postgresql_does_not_read_is_refused(content):
    with pytest.raises(HbaError, match="is not what PostgreSQL has read: its line 1 is not the rule of the type host"):
        HbaFile(PATH, content).check([rule(1)])


def test_the_file_that_postgresql_reads_is_accepted():
    HbaFile(PATH, b"# a\n\thost\tall all all md5\n").check([rule(2), rule(9, "/data/more.conf")])


@pytest.mark.parametrize("line", [*(f"{kind} all b all md5" for kind in KINDS), '\t"host", all b all md5', "host \\\n all b all md5"])
def test_a_file_with_a_rule_that_postgresql_has_not_read_is_refused(line):
    with pytest.raises(HbaError, match="is not what PostgreSQL has read: its line 2 is a rule that is missing in rules"):
        HbaFile(PATH, f"host all a all md5\n{line}\n".encode()).check(rules_from([row(1, "host all a all md5")], PATH))


@pytest.mark.parametrize(
    "line",
    ["", " , ", "# host all b all md5", "include more.conf", '"include_dir" more', "# b \\\nhost all b all md5", "@rules", "hosted", "\\\n# host"],
)
def test_what_is_no_rule_may_be_there(line):
    HbaFile(PATH, f"host all a all md5 \\\n\n{line}\n".encode()).check(rules_from([row(1, "host all a all md5")], PATH))


def test_a_rule_of_the_same_line_of_another_file_is_another_rule():
    with pytest.raises(HbaError, match="its line 1 is a rule that is missing in rules"):
        HbaFile(PATH, b"host all all all md5\n").check([rule(1, "/data/more.conf")])


@pytest.mark.parametrize("number", [-9, 0, 2])
def test_a_rule_that_is_in_no_line_is_another_rule(number):
    with pytest.raises(HbaError, match=f"its line {number} is not the rule of the type host"):
        HbaFile(PATH, b"host all all all md5\n").check([rule(number)])


@pytest.mark.parametrize(
    "line, seen",
    [
        ("local all all ident", "local all all peer"),
        ("host all all 10.0.0.0/8 md5#office", "host all all 10.0.0.0/8 md5"),
        ("host all all 0/0 md5", "host all all 0.0.0.0/0 md5"),
        ("host all all 10.1/16 md5", "host all all 10.0.0.1/32 md5"),
        ("host all all 10.0.0.0/8 md5,", "host all all 10.0.0.0/8 md5"),
        ("ho\\\nst all all 10.0.\\\n0.0/8 md5", "host all all 10.0.0.0/8 md5"),
        ("host all,sales all 10.0.0.0 255.0.0.0 md5", "host all all 10.0.0.0/8 md5"),
        ('"host" "all" "a ""b"" user" "10.0.0.0/8" "md5"', "host all all 10.0.0.0/8 md5"),
        ("host all all ::FFFF:10.0.0.1/128 md5", "host all all ::ffff:10.0.0.1/128 md5"),
        ('host all "m\udcfcller" 10.0.0.0/8 md5', "host all all 10.0.0.0/8 md5"),
    ],
)
def test_postgresql_may_show_a_rule_otherwise_than_it_is_written(line, seen):
    HbaFile(PATH, os.fsencode(line)).check(rules_from([row(1, seen)], PATH))


@pytest.mark.parametrize("line", ["host all all 10.1.0.0/16 md5", "host all all all md5 # 10.0.0.0/8", "host all all md5", "host all all 10.0.0.300/8 md5"])
def test_a_rule_for_another_address_is_another_rule(line):
    with pytest.raises(HbaError, match="is not what PostgreSQL has read"):
        HbaFile(PATH, line.encode()).check(rules_from([row(1, "host all all 10.0.0.0/8 md5")], PATH))


def test_an_address_as_the_view_never_shows_it_is_another_rule():
    line = "host all all 10.0.0.0/8 md5"
    with pytest.raises(HbaError, match="is not what PostgreSQL has read"):
        HbaFile(PATH, line.encode()).check(rules_from([row(1, line, address="10.0.0.0/8", netmask=None)], PATH))


# --- writing -----------------------------------------------------------------------------------------------------


def test_a_file_is_replaced_with_its_mode_and_owner(tmp_path):
    path = tmp_path / "pg_hba.conf"
    path.write_bytes(b"old")
    path.chmod(0o640)
    if os.geteuid() == 0:
        os.chown(path, 65534, 65534)
    before = path.stat()
    write(str(path), b"new")
    after = path.stat()
    assert path.read_bytes() == b"new" and stat.S_IMODE(after.st_mode) == 0o640
    assert (after.st_uid, after.st_gid) == (before.st_uid, before.st_gid) and after.st_ino != before.st_ino
    assert os.listdir(tmp_path) == ["pg_hba.conf"]


def test_the_target_of_a_link_is_replaced(tmp_path):
    (tmp_path / "real").write_bytes(b"old")
    (tmp_path / "link").symlink_to("real")
    write(str(tmp_path / "link"), b"new")
    assert (tmp_path / "link").is_symlink() and (tmp_path / "real").read_bytes() == b"new"


def test_a_failure_leaves_the_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "pg_hba.conf"
    path.write_bytes(b"old")

    def refuse(*_args):
        raise PermissionError("not yours")

    monkeypatch.setattr(_hba_file.os, "chown", refuse)
    with pytest.raises(PermissionError):
        write(str(path), b"new")
    assert path.read_bytes() == b"old" and os.listdir(tmp_path) == ["pg_hba.conf"]
