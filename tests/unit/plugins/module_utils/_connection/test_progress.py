# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a task has found and done so far, as its result and its errors tell it."""

from __future__ import annotations

import pytest
from ansible_collections.datasentinel.platform.plugins.module_utils._common._errors import DatasentinelError
from ansible_collections.datasentinel.platform.plugins.module_utils._connection._connection import Connection
from ansible_collections.datasentinel.platform.plugins.module_utils._connection._errors import NotEffective
from ansible_collections.datasentinel.platform.plugins.module_utils._connection._progress import Progress

BEFORE = Connection("db1", host="pg1", port=1, user="ds", password="s3cret", tags_text="server=x,a=1", enabled=True, connected=True)


@pytest.mark.parametrize("done, changed", [({}, False), ({"wrote": True}, True), ({"unsure": "create"}, True)])
def test_a_write_that_may_have_taken_effect_counts_as_a_change(done, changed):
    assert Progress(**done).changed is changed


def test_a_diff_shows_what_tasks_set():
    managed = {"name": "db1", "host": "pg1", "port": 1, "user": "ds", "enabled": True, "tags": {"a": "1"}}
    assert Progress(before=BEFORE, after=None).diff() == {"before": managed, "after": {}}
    assert Progress(before=None, after=BEFORE).diff() == {"before": {}, "after": managed}


def test_a_diff_shows_that_the_password_changes_and_no_value():
    created = Progress(before=None, after=BEFORE, password_changes=True).diff()
    changed = Progress(before=BEFORE, after=BEFORE, password_changes=True).diff()
    assert "password" not in created["before"] and created["after"]["password"] == "<hidden>"
    assert (changed["before"]["password"], changed["after"]["password"]) == ("<hidden>", "<hidden, changed>")
    assert "s3cret" not in str(created) + str(changed)


@pytest.mark.parametrize(
    "done, explained",
    [
        ({}, "It broke."),
        ({"wrote": True}, "It broke. Before that, something was written with success."),
        ({"wrote": True, "messages": ["Updated!", "Enabled!"]}, "It broke. Before that, the platform answered 'Updated! Enabled!'."),
        ({"unsure": "create"}, "It broke. The create that was sent may have taken effect all the same: run the task again, it reads first."),
    ],
)
def test_an_error_tells_what_was_done_before_it(done, explained):
    assert Progress(**done).explain(DatasentinelError("It broke.")) == explained


def test_an_error_that_tells_it_itself_is_not_told_twice():
    assert (
        Progress(wrote=True, messages=["Updated!"]).explain(NotEffective("The platform answered 'Updated!', but.")) == "The platform answered 'Updated!', but."
    )
    assert Progress(wrote=True).explain(NotEffective("Nothing changed.")) == "Nothing changed."
