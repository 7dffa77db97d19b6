# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.datasentinel.platform.plugins.module_utils._postgresql._hba_rules import (
    ALL,
    NOTHING,
    PART,
    HbaError,
    Traffic,
    place_for,
    rules_from,
    takes_effect,
)
from support.hba import PATH, row, rows

TRAFFIC = Traffic("datasentinel", "10.1.2.3/32", ["pg_monitor"])
OURS = "host all datasentinel 10.1.2.3/32 scram-sha-256"


def rules(text, **more):
    return rules_from(rows(text, **more), PATH)


def share(line, traffic=TRAFFIC):
    return traffic.share(rules(line)[0])


@pytest.mark.parametrize(
    "line, expected",
    [
        ("local all all trust", NOTHING),
        ("host all all 10.1.2.3/32 md5", ALL),
        ("host all all 10.0.0.0/8 md5", ALL),
        ("host all all 0.0.0.0/0 md5", ALL),
        ("host all all all md5", ALL),
        ("host all all 10.1.2.4/32 md5", NOTHING),
        ("host all all ::/0 md5", NOTHING),
        ("host all all samenet md5", PART),
        ("host all all samehost md5", PART),
        ("host all all .example.com md5", PART),
        ("hostssl all all all md5", PART),
        ("hostnossl all all all md5", PART),
        ("hostgssenc all all all gss", PART),
        ("host sales all all md5", PART),
        ("host sales,all all all md5", ALL),
        ("host replication all all md5", NOTHING),
        ("host replication,sales all all md5", PART),
        ("host all sales all md5", NOTHING),
        ("host all sales,datasentinel all md5", ALL),
        ("host all +pg_monitor all md5", ALL),
        ("host all +sales all md5", NOTHING),
        ("host all /^data all md5", ALL),
        ("host all /^sales all md5", NOTHING),
        ("host all /( all md5", ALL),
        ("hostssl sales datasentinel 10.0.0.0/8 md5", PART),
    ],
)
def test_how_much_of_the_traffic_a_rule_matches(line, expected):
    assert share(line) == expected


def test_a_rule_within_a_network_of_the_platform_matches_a_part():
    assert share("host all all 10.1.2.3/32 md5", Traffic("datasentinel", "10.1.2.0/24")) == PART


@pytest.mark.parametrize(
    "line, expected",
    [
        ("host all all platform.example.com md5", ALL),
        ("host all all Platform.Example.com md5", ALL),
        ("host all all .example.com md5", ALL),
        ("host all all .example.org md5", NOTHING),
        ("host all all other.example.com md5", NOTHING),
        ("host all all samenet md5", PART),
        ("host all all 10.0.0.0/8 md5", PART),
        ("host all all 0.0.0.0/0 md5", ALL),
        ("host all all all md5", ALL),
    ],
)
def test_how_much_a_rule_matches_of_a_platform_that_has_a_name(line, expected):
    assert share(line, Traffic("datasentinel", "platform.example.com")) == expected


@pytest.mark.parametrize(
    "given, written",
    [
        ("10.1.2.3", "10.1.2.3/32"),
        ("10.1.2.3/32", "10.1.2.3/32"),
        ("10.1.2.3/24", "10.1.2.3/24"),
        ("10.1.2.0/255.255.255.0", "10.1.2.0/24"),
        ("2001:db8::1", "2001:db8::1/128"),
        ("2001:db8::/32", "2001:db8::/32"),
        ("Platform.example.com", "platform.example.com"),
    ],
)
def test_an_address_is_written_as_postgresql_wants_it(given, written):
    assert Traffic("datasentinel", given).line() == f"host all datasentinel {written} scram-sha-256"


@pytest.mark.parametrize("address", ["10.1.2", "10.1.2.3/33", "10.1.2.300", "a b", "a\nhost all all all trust", "host/24", "-x", "5432", ""])
def test_what_is_no_address_is_refused(address):
    with pytest.raises(HbaError, match="is not the address of a platform"):
        Traffic("datasentinel", address)


@pytest.mark.parametrize(
    "user, written",
    [("datasentinel", "datasentinel"), ("all", '"all"'), ("Monitor", '"Monitor"'), ("+x", '"+x"'), ("/x", '"/x"'), ("@x", '"@x"'), ('a "b"', '"a ""b"""')],
)
def test_a_user_is_quoted_where_the_file_would_take_it_for_something_else(user, written):
    assert Traffic(user, "10.1.2.3").line() == f"host all {written} 10.1.2.3/32 scram-sha-256"


def test_a_user_with_a_line_feed_is_refused():
    with pytest.raises(HbaError, match="control character"):
        Traffic("a\nb", "10.1.2.3").line()


@pytest.mark.parametrize(
    "line, expected",
    [
        (OURS, True),
        ("hostssl all datasentinel 10.1.2.3/32 scram-sha-256", False),
        ("host sales datasentinel 10.1.2.3/32 scram-sha-256", False),
        ("host all datasentinel,sales 10.1.2.3/32 scram-sha-256", False),
        ("host all datasentinel 10.1.2.4/32 scram-sha-256", False),
        ("host all datasentinel 10.1.2.3/32 md5", False),
    ],
)
def test_which_line_is_what_would_be_written(line, expected):
    assert TRAFFIC.equals(rules(line)[0]) is expected


def test_a_line_with_options_is_another_one():
    assert not TRAFFIC.equals(rules(OURS, has_options=True)[0])


def test_a_line_for_the_platforms_name_is_what_would_be_written():
    assert Traffic("datasentinel", "platform.example.com").equals(rules("host all datasentinel Platform.example.com scram-sha-256")[0])


# --- the place ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text, before, after",
    [
        ("local all all peer", None, None),
        ("local all all peer\nhost all all 192.168.0.0/16 md5", None, None),
        ("local all all peer\nhost all all 10.0.0.0/8 ident", 2, None),
        ("host sales all all md5\nhost all all all md5", 1, None),
        # Rejects of a part, or of others.
        ("hostnossl all all all reject\nhost all all all md5", 2, 1),
        ("host all sales all reject\nhost all all all md5", 2, None),
        ("host sales all all md5\nhostnossl all all all reject\nhost all all all md5", 1, 2),
        ("hostnossl all all all reject", None, 1),
        # What comes behind a line that lets all of it in has no effect.
        ("host all all all md5\nhost all datasentinel all reject", 1, None),
        # The closing line, also one for each family.
        ("host all all 192.168.0.0/16 md5\nhost all all all reject", 2, None),
        ("host all all 192.168.0.0/16 md5\nhost all all 0.0.0.0/0 reject\nhost all all ::/0 reject", 2, None),
        ("host all all 192.168.0.0/16 md5\nhost all all ::/0 reject\nhost all all 0.0.0.0/0 reject", 3, None),
    ],
)
def test_where_the_line_belongs(text, before, after):
    place = place_for(rules(text), TRAFFIC)
    assert (place.before and place.before.line, place.after and place.after.line) == (before, after)


@pytest.mark.parametrize(
    "text, line",
    [
        ("host all datasentinel all reject\nhost all all all md5", 1),
        ("host all all 10.0.0.0/8 reject\nhost all all all md5", 1),
        ("local all all peer\nhost all +pg_monitor 10.1.2.0/24 reject\nhost all all all md5", 2),
        ("host sales all all md5\nhost all all 10.0.0.0/8 reject", 2),
        # All is rejected, and not only the rest.
        ("host all all all reject\nhost all all 192.168.0.0/16 md5", 1),
        ("local all all peer\nhost all all all reject", 2),
        ("host all all 192.168.0.0/16 md5\nhost all all all reject\nhost all sales all md5", 2),
        ("host all all 192.168.0.0/16 md5\nhost all all 10.0.0.0/8 reject", 2),
    ],
)
def test_a_reject_that_keeps_the_platform_out_is_named(text, line):
    with pytest.raises(HbaError, match=f"line {line} of {PATH}"):
        place_for(rules(text), TRAFFIC)


def test_the_error_quotes_the_reject_and_the_line_to_write():
    with pytest.raises(HbaError) as caught:
        place_for(rules("host all all 10.0.0.0/8 reject"), TRAFFIC)
    assert "(host all all 10.0.0.0/8 reject)" in str(caught.value) and OURS in str(caught.value)


def test_rejects_of_a_part_are_returned():
    place = place_for(rules("hostnossl all all all reject\nhost sales all all reject\nhost all all all md5"), TRAFFIC)
    assert [rule.line for rule in place.narrowed] == [1, 2]


@pytest.mark.parametrize(
    "text, expected",
    [
        (f"{OURS}", True),
        (f"{OURS}\nhost all all all md5", True),
        (f"local all all peer\nhost all sales all md5\n{OURS}", True),
        (f"host all all 10.0.0.0/8 ident\n{OURS}", False),
        (f"host sales all all ident\n{OURS}", False),
        # Behind and above rejects of a part.
        (f"hostnossl all all all reject\n{OURS}", True),
        (f"hostnossl all all all reject\n{OURS}\nhost sales all all reject\nhost all all all md5", True),
        (f"host sales all all md5\nhostnossl all all all reject\n{OURS}", True),
        (f"hostnossl all all all reject\nhost sales all all md5\n{OURS}", False),
        # Somebody has put it above a reject.
        (f"{OURS}\nhost all all 10.0.0.0/8 reject", True),
        (f"host sales all all md5\n{OURS}\nhost all all 10.0.0.0/8 reject", True),
        (f"host all all 10.0.0.0/8 reject\n{OURS}", False),
        # Behind the closing line.
        (f"host all all 192.168.0.0/16 md5\nhost all all all reject\n{OURS}", False),
    ],
)
def test_whether_a_line_has_to_stay_where_it_is(text, expected):
    all_rules = rules(text)
    assert takes_effect(all_rules, next(rule for rule in all_rules if TRAFFIC.equals(rule)), TRAFFIC) is expected


def test_an_error_that_postgresql_finds_is_named():
    broken = {"line_number": 7, "error": 'invalid connection type "hots"', "type": None}
    with pytest.raises(HbaError, match='error in line 7 of /data/pg_hba.conf .invalid connection type "hots"'):
        rules_from([row(1, OURS), broken], PATH)


@pytest.mark.parametrize(
    "broken, lacks",
    [
        ({"line_number": 1}, "type, database, user_name, address, netmask, auth_method, has_options"),
        ({key: value for key, value in row(1, OURS).items() if key != "has_options"}, "has_options"),
        (row("1", OURS), "line_number"),
        (row(1, OURS, user_name="{all}"), "user_name"),
        (row(1, OURS, type=None, auth_method=None), "type, auth_method"),
    ],
)
def test_what_is_no_row_of_the_view_is_refused(broken, lacks):
    with pytest.raises(HbaError, match=rf"rules\[1\] is no row of pg_hba_file_rules .* it lacks {lacks}, or"):
        rules_from([row(1, OURS), broken], PATH)


def test_the_file_of_a_rule_is_the_one_that_postgresql_16_names():
    assert str(rules_from([row(3, OURS, file_name="/data/more.conf")], PATH)[0]) == "line 3 of /data/more.conf"
