# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes every result, as Ansible hands it to callbacks, as a line of JSON into the file that RECORDER_FILE names."""

from __future__ import annotations

import json
import os

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: recorder
type: aggregate
short_description: Records results for tests
description: Records results for tests.
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "recorder"

    def _record(self, status, told, item=False):
        result = told.result if hasattr(told, "result") else told._result
        task = told.task if hasattr(told, "task") else told._task
        host = told.host if hasattr(told, "host") else told._host
        # Callbacks are given a copy: where Ansible censors a result, this one is censored too.
        line = {"task": task.get_name().split(" : ")[-1], "host": host.get_name(), "status": status, "item": item, "result": result}
        with open(os.environ["RECORDER_FILE"], "a", encoding="utf-8") as file:
            file.write(json.dumps(line, default=str) + "\n")

    def v2_runner_on_ok(self, result):
        self._record("ok", result)

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self._record("failed", result)

    def v2_runner_on_skipped(self, result):
        self._record("skipped", result)

    def v2_runner_on_unreachable(self, result):
        self._record("unreachable", result)

    def v2_runner_item_on_ok(self, result):
        self._record("ok", result, item=True)

    def v2_runner_item_on_failed(self, result):
        self._record("failed", result, item=True)
