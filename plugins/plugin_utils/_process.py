# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The control node's process, set up for one task and put back after it. Private to the collection."""

from __future__ import annotations

import contextlib
import gc
import logging
import multiprocessing
import os
import sys


@contextlib.contextmanager
def environment(variables):
    """Have a task's ``environment`` (a mapping) in os.environ; put back afterwards, since loop items share the process."""
    variables = {str(name): str(value) for name, value in variables.items() if value is not None}
    if sys.platform == "darwin" and not any(name.lower().endswith("_proxy") for name in (*os.environ, *variables)):
        # The system's proxy look-up crashes in forked processes on macOS.
        variables["no_proxy"] = "*"
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextlib.contextmanager
def quiet_libraries():
    """Keep urllib3's log silent: its lines would go to ANSIBLE_LOG_PATH, where nothing masks them."""
    logger = logging.getLogger("urllib3")
    before = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        logger.setLevel(before)


def share_memory():
    """In a worker, keep the garbage collector from what the main process made: to look at it would copy every page that they share."""
    if multiprocessing.parent_process() is not None:
        gc.freeze()
