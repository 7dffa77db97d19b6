# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The control node's process, set up for one task and put back after it."""

from __future__ import annotations

import gc
import logging
import multiprocessing
import os
import sys

import pytest
from ansible_collections.datasentinel.platform.plugins.plugin_utils._process import environment, quiet_libraries, share_memory


def test_the_environment_of_a_task_is_there_and_put_back(monkeypatch):
    monkeypatch.setenv("DATASENTINEL_TEST_OLD", "old")
    monkeypatch.delenv("DATASENTINEL_TEST_NEW", raising=False)
    before = dict(os.environ)
    with environment({"DATASENTINEL_TEST_OLD": "new", "DATASENTINEL_TEST_NEW": 7, "DATASENTINEL_TEST_NONE": None}):
        assert (os.environ["DATASENTINEL_TEST_OLD"], os.environ["DATASENTINEL_TEST_NEW"]) == ("new", "7")
        assert "DATASENTINEL_TEST_NONE" not in os.environ
    assert dict(os.environ) == before


def test_it_is_put_back_after_a_failure_too():
    with pytest.raises(KeyError), environment({"DATASENTINEL_TEST_NEW": "x"}):
        raise KeyError
    assert "DATASENTINEL_TEST_NEW" not in os.environ


@pytest.mark.parametrize(
    "platform, variables, no_proxy",
    [("darwin", {}, "*"), ("darwin", {"https_proxy": "http://proxy"}, None), ("darwin", {"NO_PROXY": "localhost"}, None), ("linux", {}, None)],
)
def test_on_macos_the_systems_proxy_look_up_is_not_used(monkeypatch, platform, variables, no_proxy):
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setattr(sys, "platform", platform)
    with environment(variables):
        assert os.environ.get("no_proxy") == no_proxy


def test_urllib3_logs_nothing_during_a_task(caplog):
    logger = logging.getLogger("urllib3")
    before = logger.level
    with pytest.raises(KeyError), quiet_libraries():
        logging.getLogger("urllib3.connectionpool").critical("https://user:s3cret@proxy")
        raise KeyError
    assert caplog.records == [] and logger.level == before


def test_memory_is_shared_by_workers_alone():
    """The main process, and tests, go on collecting what they leave."""
    before = gc.get_freeze_count()
    share_memory()
    assert gc.get_freeze_count() == before
    results = multiprocessing.get_context("fork").SimpleQueue()
    worker = multiprocessing.get_context("fork").Process(target=lambda: (share_memory(), results.put(gc.get_freeze_count())))
    worker.start()
    worker.join(10)
    assert results.get() > before
