# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.datasentinel.platform.plugins.plugin_utils._onboarding import lines

CONNECTED = {"enabled": True, "connected": True}
DISABLED = {"enabled": False, "connected": False}
UNCONNECTED = {"enabled": True, "connected": False}


def entry(name="pg1", connection=None, changed=False, failed=False, msg=None):
    given = {"connection": connection, "msg": msg}
    return {"name": name, "changed": changed, "failed": failed, **{key: value for key, value in given.items() if value is not None}}


def host(*results, **more):
    """The variables of a host, with the results of its connections."""
    return {"datasentinel_onboard_batch": [], "datasentinel_connection_result": {"results": list(results)}, **more}


def shown(hostvars, batch=None, alive=None):
    """The lines, and which hosts have failed."""
    batch = list(hostvars) if batch is None else batch
    listed = lines(hostvars, batch, alive=batch if alive is None else alive, all_hosts=list(hostvars))
    return [one["line"] for one in listed], [one["host"] for one in listed if one["failed"]]


@pytest.mark.parametrize(
    "result, line, failed",
    [
        (entry(connection=CONNECTED, changed=True), "connected", False),
        (entry(connection=DISABLED), "registered and disabled", False),
        (entry(failed=True, msg="Connection 'pg1': It is disabled (at pg1:5432)"), "registered and disabled", False),
        (entry(connection=DISABLED, failed=True, msg="Connection 'pg1': refused"), "NOT connected: refused", True),
        (entry(connection=UNCONNECTED, failed=True, msg="Connection 'pg1': no route"), "NOT connected: no route", True),
        (entry(connection=UNCONNECTED, failed=True, msg="no route"), "NOT connected: no route", True),
        (entry(failed=True), "NOT connected: failed", True),
        (entry(connection=UNCONNECTED, changed=True), "would be registered", False),
        (entry(connection=UNCONNECTED), "registered, not connected", False),
        (entry(msg="left alone"), "left alone", False),
        (entry(), "not registered", False),
    ],
)
def test_the_line_of_a_connection(result, line, failed):
    assert shown({"pg1": host(result)}) == ([f"pg1: {line}"], ["pg1"] if failed else [])


def test_a_line_for_each_connection_of_a_host():
    results = [entry("sales", CONNECTED), entry("crm", UNCONNECTED, failed=True, msg="no route")]
    assert shown({"pg1": host(*results), "pg2": host(entry("pg2", CONNECTED))}) == (
        ["sales (pg1): connected", "crm (pg1): NOT connected: no route", "pg2: connected"],
        ["pg1"],
    )


@pytest.mark.parametrize(
    "variables, names",
    [
        ({}, ["pg1"]),
        ({"datasentinel_connection_name": "sales"}, ["sales (pg1)"]),
        ({"datasentinel_connection_instances": [{"name": "sales"}, {"name": "crm"}]}, ["sales (pg1)", "crm (pg1)"]),
        ({"datasentinel_connection_instances": [{}, "x"]}, ["pg1"]),
        ({"datasentinel_connection_instances": []}, ["pg1"]),
    ],
)
def test_a_host_whose_preparation_failed_names_its_connections_and_the_task(variables, names):
    failed = {"datasentinel_onboard_batch": [], "datasentinel_connection_result": {}, "datasentinel_onboard_failed_task": "Make the user", **variables}
    which = " for a cluster of the host" if len(names) > 1 else ""
    expected = [f"{name}: NOT connected: 'Make the user' failed{which}, as shown above" for name in names]
    assert shown({"pg1": failed, "pg2": host(entry("pg2", CONNECTED))})[0][:-1] == expected


def test_a_host_without_connections_says_so():
    assert shown({"pg1": host()}) == (["pg1: has no connections (datasentinel_connection_instances is an empty list)"], [])


@pytest.mark.parametrize("result", [{"skipped": True}, {}, None])
def test_a_host_that_was_not_reached(result):
    unreached = {"datasentinel_onboard_batch": [], "datasentinel_connection_result": result}
    assert shown({"pg1": unreached, "pg2": host(entry("pg2", CONNECTED))}, alive=["pg2"]) == (
        ["pg1: NOT connected: the host could not be reached", "pg2: connected"],
        ["pg1"],
    )


def test_a_result_without_connections_is_shown_as_its_message():
    assert shown({"pg1": {"datasentinel_connection_result": {"msg": "no access"}}})[0] == ["pg1: NOT connected: no access"]


def test_hosts_that_wait_for_their_batch_are_listed_only_where_it_will_not_come():
    waiting, begun = {"pg3": {}}, {"pg0": host(entry("pg0", CONNECTED))}
    failed = {"pg1": host(entry("pg1", UNCONNECTED, failed=True, msg="no route"))}
    assert shown({**begun, **failed, **waiting}, batch=["pg1"]) == (
        ["pg1: NOT connected: no route", "pg3: not begun, since all hosts before it failed"],
        ["pg1", "pg3"],
    )
    assert shown({**failed, "pg2": host(entry("pg2", CONNECTED)), **waiting}, batch=["pg1", "pg2"])[0] == ["pg1: NOT connected: no route", "pg2: connected"]
