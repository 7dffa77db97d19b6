# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.datasentinel.platform.plugins.filter.monitoring_user_refusal import FilterModule

refusal = FilterModule().filters()["monitoring_user_refusal"]


@pytest.mark.parametrize("clusters", [[{}], [{"user": "", "password": None}], [{"user": 123, "password": 456}]])
def test_what_a_cluster_does_not_say_is_said_by_its_host(clusters):
    assert refusal(clusters, "datasentinel", "s3cret") == ""
    assert ("'all'" in refusal(clusters, "all", "s3cret")) is not bool(clusters[0].get("user"))
    assert refusal([], "all") == ""


def test_the_first_cluster_with_a_reason_is_named():
    clusters = [{"port": 5432}, {"user": "second", "password": "a\nb"}, {"user": "all"}]
    assert refusal(clusters, "first", "s3cret").startswith("The password of the monitoring user second cannot be used")
    assert refusal(clusters[::2], "first").startswith("'all' cannot be the name of the monitoring user")
