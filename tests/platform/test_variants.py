# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The embedded platform's variants: what the contract leaves open, as some version of the platform may do it."""

from __future__ import annotations

import pytest
from embedded.variants import OWN_TAGS, Variants

CONNECTION = {"host": "127.0.0.1", "port": 1, "user": "datasentinel", "password": "sentinel", "tags": "application=sales"}


def fields(connection):
    """The fields that a client sends, out of a displayed connection."""
    return {name: connection[name] for name in CONNECTION}


@pytest.fixture
def calls(calls, platform):
    """Calls of a platform that has the connection db1 already."""
    assert calls.connection("POST", body=CONNECTION)[0] == 201
    return calls


def test_a_put_merges_unless_it_replaces(calls, platform):
    change = {"port": 2, "tags": "a=b"}
    calls.connection("PUT", body=change)
    assert fields(calls.connection("GET")[1]) == {**CONNECTION, **change}

    platform.variants.put_replaces = True
    assert calls.connection("PUT", body={"host": "localhost", "user": "other"}) == (200, {"status": "Connection updated!"})
    assert fields(calls.connection("GET")[1]) == {"host": "localhost", "port": 5432, "user": "other", "password": "", "tags": ""}


def test_a_put_that_replaces_leaves_enabled_alone(calls, platform):
    platform.variants.put_replaces = True
    calls.connection("PATCH", action="/disable")
    calls.connection("PUT", body=CONNECTION)
    assert calls.connection("GET")[1]["enabled"] is False


def test_the_platforms_own_tags_are_displayed_and_not_stored(calls, platform):
    platform.variants.own_tags = True
    displayed = calls.connection("GET")[1]["tags"]
    assert displayed == "application=sales,pg_instance=127.0.0.1:1,pg_version=18,server=127.0.0.1,database=postgres"
    assert platform.display("db1")["tags"] == "application=sales"


def test_the_platforms_own_tags_are_not_taken_from_clients(calls, platform):
    platform.variants.own_tags = True
    calls.connection("PUT", body={"tags": "a=b,server=mine, pg_version = 9,c=d"})
    assert platform.display("db1")["tags"] == "a=b,c=d"
    calls.connection("POST", "db2", body={**CONNECTION, "tags": "database=mine"})
    assert platform.display("db2")["tags"] == ""
    assert [tag.partition("=")[0] for tag in calls.connection("GET", "db2")[1]["tags"].split(",")] == list(OWN_TAGS)


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_bodiless_writes_take_effect(calls, platform, status):
    platform.variants.bodiless = status
    bodiless = (status, None)
    assert calls.connection("POST", "db2", body=CONNECTION) == bodiless
    assert calls.connection("PUT", "db2", body={"port": 2}) == bodiless
    assert calls.connection("PATCH", "db2", "/disable") == bodiless
    assert (platform.display("db2")["port"], platform.display("db2")["enabled"]) == (2, False)
    assert calls.connection("PATCH", "db2", "/enable") == bodiless
    assert platform.display("db2")["enabled"] is True
    assert calls.connection("DELETE", "db2") == bodiless
    # Reads and failures keep their bodies.
    assert calls.connection("DELETE", "db2") == (404, {"error": "Connection db2 not found"})
    assert fields(calls.connection("GET")[1]) == CONNECTION


@pytest.mark.parametrize("name", ["db1", "nobody"])
def test_a_health_page_in_place_of_a_connection(calls, platform, name):
    platform.variants.health_pages = True
    status, page = calls.connection("GET", name)
    assert status == 200 and page["status"] == "OK" and page["message"] and "host" not in page


def test_a_password_may_be_masked(calls, platform):
    platform.variants.masked = True
    assert calls.connection("GET")[1]["password"] == "********"
    assert platform.display("db1")["password"] == CONNECTION["password"]


def test_a_reset_switches_all_of_them_off(platform):
    platform.variants.put_replaces = platform.variants.own_tags = platform.variants.health_pages = True
    platform.variants.bodiless = 204
    platform.reset()
    assert platform.variants == Variants() == Variants(False, False, None, False)
