# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Imported by the process that runs of ansible-playbook are forked from, and by no other: loads Ansible with the settings that all these have."""

from __future__ import annotations

import contextlib
import functools
import importlib
import os
import sys
import tempfile
from pathlib import Path

from support import templates
from support.settings import READ_BY_RUNS, SETTINGS

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
HOME = {"ANSIBLE_HOME": tempfile.gettempdir(), "ANSIBLE_LOCAL_TEMP": tempfile.gettempdir()}
os.environ.update(SETTINGS, **HOME)
for name in MODULES:
    with contextlib.suppress(ImportError):
        importlib.import_module(name)

constants = importlib.import_module("ansible.constants")
manager = importlib.import_module("ansible.config.manager")

# Defaults of settings are templates, each compiled by a Jinja of its own.
jinja = manager.NativeEnvironment()
jinja.from_string = functools.cache(jinja.from_string)
manager.NativeEnvironment = lambda: jinja


def read_settings(names):
    """Read settings of Ansible, as it does when it is imported. Returns them by name."""
    for name in names:
        constants.set_constant(name, constants.config.get_config_value(name, variables=vars(constants)))
    return {name: getattr(constants, name) for name in names}


def settings_of_a_run():
    """Return the names of the settings that depend on the home of a run, on its folder, or on variables that differ from run to run."""
    definitions = constants.config.get_configuration_definitions()
    here, here_home = Path.cwd(), os.environ["HOME"]
    before = read_settings(definitions)
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        os.environ["HOME"] = folder
        for name in HOME:
            del os.environ[name]
        after = read_settings(definitions)
        os.environ.update(HOME, HOME=here_home)
        os.chdir(here)
    variables = {name: {entry["name"] for entry in definition.get("env", [])} for name, definition in definitions.items()}
    return [
        name
        for name, read in variables.items()
        if before[name] != after[name] or read & READ_BY_RUNS or not all(variable.startswith("ANSIBLE_") for variable in read)
    ]


SETTINGS_OF_A_RUN = settings_of_a_run()

# Ansible looks a thousand times a second whether a worker has ended.
constants.set_constant("DEFAULT_INTERNAL_POLL_INTERVAL", 0.005)

# It parses what plugins document of their settings once in each process, and again and again where there are none.
loaders = importlib.import_module("ansible.plugins.loader")
for kind in ("become", "cache", "callback", "connection", "inventory", "shell", "strategy"):
    for plugin in getattr(loaders, f"{kind}_loader").all(class_only=True):
        if not constants.config.has_configuration_definition(kind, plugin._load_name):
            constants.config.initialize_plugin_configuration_definitions(kind, plugin._load_name, {})

# It finds and loads all plugins of Jinja anew in each worker that templates something.
for kind in ("filter", "test"):
    list(getattr(loaders, f"{kind}_loader").all())

templates.share(Path(os.environ["DATASENTINEL_TEST_COLLECTIONS"], "templates"))

# The table of all that ever moved in Ansible takes a third of the time that is left; its reader is made to be replaced by one that remembers.
finder = importlib.import_module("ansible.utils.collection_loader._collection_finder")
table = Path(importlib.import_module("ansible.config").__file__).with_name("ansible_builtin_runtime.yml")
finder._meta_yml_to_dict = functools.cache(finder._meta_yml_to_dict)
finder._meta_yml_to_dict(table.read_bytes(), ("ansible.builtin", "runtime.yml"))

# It compiles the plugins of collections in each process, too; so here are those of the collection under test.
COLLECTIONS = Path(os.environ["DATASENTINEL_TEST_COLLECTIONS"])
finder.compile = functools.cache(compile)
for path in COLLECTIONS.glob("ansible_collections/*/*/plugins/*/**/*.py"):
    finder.compile(source=path.read_bytes(), filename=str(path), mode="exec", flags=0, dont_inherit=True)

# What its plugins share with modules knows nothing of a run, so it is imported here; its packages are not, whose loading Ansible notes in each run.
finder._AnsibleCollectionFinder([str(COLLECTIONS)], False)._install()
for path in COLLECTIONS.glob("ansible_collections/*/*/plugins/module_utils/**/*.py"):
    importlib.import_module(".".join(path.relative_to(COLLECTIONS).with_suffix("").parts))
finder._AnsibleCollectionFinder._remove()
for name in [name for name in sys.modules if name.partition(".")[0] == "ansible_collections" and "module_utils" not in name]:
    del sys.modules[name]
