# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The settings of Ansible that all runs of the tests have."""

from __future__ import annotations

from pathlib import Path

PLUGINS = Path(__file__).resolve().parent / "plugins"
SETTINGS = {
    "ANSIBLE_CALLBACK_PLUGINS": str(PLUGINS / "callback"),
    "ANSIBLE_CALLBACKS_ENABLED": "recorder",
    "ANSIBLE_CONNECTION_PLUGINS": str(PLUGINS / "connection"),
    "ANSIBLE_NOCOLOR": "true",
    "ANSIBLE_RETRY_FILES_ENABLED": "false",
    "ANSIBLE_DEPRECATION_WARNINGS": "true",
}
#: Those that runs may have besides: they are read when a run begins, or when they are used.
READ_BY_RUNS = {"ANSIBLE_ASYNC_DIR", "ANSIBLE_COLLECTIONS_PATH", "ANSIBLE_PIPELINING"}
