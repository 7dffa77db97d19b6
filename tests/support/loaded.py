# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Imported by the process that runs of ansible-playbook are forked from, and by no other: loads Ansible with the settings that all these have."""

from __future__ import annotations

import contextlib
import functools
import importlib
import os
import tempfile
from pathlib import Path

from support.settings import SETTINGS

#: What ansible-playbook imports at the latest once it plays; names that a version of ansible-core does not have are left out.
MODULES = [
    "ansible.cli.playbook",
    "ansible.executor.playbook_executor",
    "ansible.executor.process.worker",
    "ansible.executor.task_queue_manager",
    "ansible.inventory.manager",
    "ansible.parsing.vault",
    "ansible.parsing.yaml.dumper",
    "ansible.parsing.yaml.loader",
    "ansible.plugins.action.debug",
    "ansible.plugins.action.include_vars",
    "ansible.plugins.action.normal",
    "ansible.plugins.action.set_fact",
    "ansible.plugins.become.sudo",
    "ansible.plugins.cache.memory",
    "ansible.plugins.callback.default",
    "ansible.plugins.connection.local",
    "ansible.plugins.filter.core",
    "ansible.plugins.filter.mathstuff",
    "ansible.plugins.filter.urls",
    "ansible.plugins.filter.urlsplit",
    "ansible.plugins.inventory.auto",
    "ansible.plugins.inventory.host_list",
    "ansible.plugins.inventory.ini",
    "ansible.plugins.inventory.yaml",
    "ansible.plugins.shell.sh",
    "ansible.plugins.strategy.free",
    "ansible.plugins.strategy.linear",
    "ansible.plugins.test.core",
    "ansible.plugins.test.files",
    "ansible.plugins.test.mathstuff",
    "ansible.plugins.test.uri",
    "ansible.plugins.vars.host_group_vars",
    "requests",
]

# Ansible makes a temporary folder as soon as it is imported, and removes it when the process ends.
os.environ.update(SETTINGS, ANSIBLE_HOME=tempfile.gettempdir(), ANSIBLE_LOCAL_TEMP=tempfile.gettempdir())
for name in MODULES:
    with contextlib.suppress(ImportError):
        importlib.import_module(name)

# Ansible parses what plugins document of their settings once in each process.
loaders = importlib.import_module("ansible.plugins.loader")
for name in ("become", "cache", "callback", "connection", "inventory", "shell", "strategy"):
    list(getattr(loaders, f"{name}_loader").all(class_only=True))

# The table of all that ever moved in Ansible takes a third of the time that is left; its reader is made to be replaced by one that remembers.
finder = importlib.import_module("ansible.utils.collection_loader._collection_finder")
table = Path(importlib.import_module("ansible.config").__file__).with_name("ansible_builtin_runtime.yml")
finder._meta_yml_to_dict = functools.cache(finder._meta_yml_to_dict)
finder._meta_yml_to_dict(table.read_bytes(), ("ansible.builtin", "runtime.yml"))

# It compiles the plugins of collections in each process, too; so here are those of the collection under test.
finder.compile = functools.cache(compile)
for path in Path(os.environ["DATASENTINEL_TEST_COLLECTIONS"]).glob("ansible_collections/*/*/plugins/*/**/*.py"):
    finder.compile(source=path.read_bytes(), filename=str(path), mode="exec", flags=0, dont_inherit=True)
