# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pauses between retries."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from ansible_collections.datasentinel.platform.plugins.module_utils._http._retries import Retries

no_wish = SimpleNamespace(retry_after=None)


def pauses(errors, retries, jitter=1.0):
    slept = []
    retries = Retries(retries, slept.append, lambda: jitter)
    return [retries.again(error) for error in errors], slept


def test_so_many_further_tries_and_no_more():
    assert pauses([no_wish] * 4, retries=3) == ([True, True, True, False], [0.5, 1.0, 2.0])


def test_none_at_all():
    assert pauses([no_wish], retries=0) == ([False], [])


def test_pauses_double_up_to_thirty_seconds():
    assert pauses([no_wish] * 9, retries=9)[1] == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]


def test_jitter_takes_away_up_to_half():
    assert pauses([no_wish] * 2, retries=2, jitter=0.0)[1] == [0.25, 0.5]


@pytest.mark.parametrize("wish, slept", [(7, 7), (60, 60), (3600, 60), (0, 0.5)])
def test_retry_after_is_honoured_up_to_sixty_seconds_and_never_shortens_a_pause(wish, slept):
    assert pauses([SimpleNamespace(retry_after=float(wish))], retries=1)[1] == [slept]
