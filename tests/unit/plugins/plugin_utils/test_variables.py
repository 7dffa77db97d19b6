# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table of the variables: which names are nearly one of them, and which values cannot be. Real runs: tests/integration/test_variables.py."""

from __future__ import annotations

import pytest
from ansible_collections.datasentinel.platform.plugins.module_utils._common._errors import InvalidInput
from ansible_collections.datasentinel.platform.plugins.plugin_utils._variables import OF_PLAYS, PUBLIC, check_values, misspelled

MISSPELLED = {
    "datasentinel_buk": "datasentinel_bulk",
    "datasentinel_concurency": "datasentinel_concurrency",
    "datasentinel_conection_port": "datasentinel_connection_port",
    "datasentinel_dropuser": "datasentinel_drop_user",
    "datasentinel_audit_fail_onn": "datasentinel_audit_fail_on",
    "datasentinel_maintenance_taskz": "datasentinel_maintenance_tasks",
    "datasentinel_awx_projekt": "datasentinel_awx_project",
    "datasentinel_monitoring_user_platform_adress": "datasentinel_monitoring_user_platform_address",
    "datasentinal_bulk": "datasentinel_bulk",
    "data_sentinel_hosts": "datasentinel_hosts",
    "datasentinel-serial": "datasentinel_serial",
    "datasentinel_serail": "datasentinel_serial",
    "datasentinel_bluk": "datasentinel_bulk",
    "datasentinel_Bulk": "datasentinel_bulk",
    "DATASENTINEL_BULK": "datasentinel_bulk",
}


@pytest.mark.parametrize("name", MISSPELLED)
def test_a_name_that_is_nearly_one_of_the_table_draws_a_warning_with_that_one(name):
    assert misspelled([name]) == [f"{name} is no variable of this collection, and has no effect. Is {MISSPELLED[name]} meant?"]


def test_a_name_that_begins_like_the_roles_always_does():
    [warning] = misspelled(["datasentinel_connection_zzz"])
    assert warning.startswith("datasentinel_connection_zzz is no variable of the role datasentinel_connection")


@pytest.mark.parametrize(
    "name",
    [
        "datasentinel_api_password_from_vault",
        "datasentinel_password",
        "datasentinel_api_password",
        "datasentinel_token",
        "datasentinel_url",
        "datasentinel_user",
        "datasentinel_profile",
        "datasentinel_pg_user",
        "datasentinel_",
        "database_hosts",
        "datacenter",
        "hosts",
    ],
)
def test_a_variable_of_ones_own_draws_none(name):
    assert misspelled([name]) == []


def test_the_variables_of_the_collection_draw_none():
    assert misspelled([*PUBLIC, *OF_PLAYS, "datasentinel_connection_from_role", "datasentinel_connection_result"]) == []


@pytest.mark.parametrize("value", [True, False, "true", "No", "ON", "0", 1, 0, "", " ", None, "{{ maybe }}", "{% if x %}yes{% endif %}"])
def test_booleans_that_every_ansible_takes_for_the_same(value):
    check_values({"datasentinel_bulk": value})


@pytest.mark.parametrize("value", ["maybe", "y", "t", " true", "2", 2, "yes please", ["maybe"], {"a": 1}])
def test_what_is_no_boolean_is_refused(value):
    with pytest.raises(InvalidInput, match="^datasentinel_bulk has to be true or false, and it is "):
        check_values({"datasentinel_bulk": value})


@pytest.mark.parametrize("value", ["1", 10, "50%", [1, "20%", "{{ rest }}"], "", None])
def test_how_many_hosts_at_a_time(value):
    check_values({"datasentinel_serial": value})


@pytest.mark.parametrize("value", ["some", "-1", "1.5", [1, "some"], "%", True, 0, "0%"])
def test_what_is_no_number_of_hosts_is_refused(value):
    with pytest.raises(InvalidInput, match="^datasentinel_serial has to be a number of hosts from 1 on, a percentage, or a list of them"):
        check_values({"datasentinel_serial": value})


@pytest.mark.parametrize("value", ["abc", "1.5", "-1", True])
def test_what_is_no_number_is_refused(value):
    with pytest.raises(InvalidInput, match="^datasentinel_concurrency has to be a whole number, and it is "):
        check_values({"datasentinel_concurrency": value})


def test_other_values_are_not_looked_at():
    check_values({"datasentinel_file": "maybe", "datasentinel_connection_password": object(), "somebody": "else's"})
