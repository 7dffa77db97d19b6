# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: collection_version
short_description: The version of an installed collection
version_added: 1.0.0
description:
  - Returns the version of each collection that is named, and nothing for one that is not installed where C(ansible-playbook) runs.
  - Serves the playbooks and roles that need a collection which this one does not depend on, so that they can say how to install it.
options:
  _terms:
    description: Names of collections.
    type: list
    elements: str
    required: true
author:
  - The datasentinel.platform contributors (!UNKNOWN)
"""

EXAMPLES = r"""
- name: Check that community.postgresql is installed
  ansible.builtin.assert:
    that: >-
      query('datasentinel.platform.collection_version',
      'community.postgresql') | length > 0
    fail_msg: >-
      Install it with:
      ansible-galaxy collection install community.postgresql
"""

RETURN = r"""
_list:
  description: The versions of those that are installed; C(unknown) for one that names no version, as a checkout may.
  type: list
  elements: str
  sample: [4.2.0]
"""

import json
from importlib import import_module
from pathlib import Path

import yaml
from ansible.plugins.lookup import LookupBase


class LookupModule(LookupBase):
    """Finds collections as Ansible itself does, by import."""

    def run(self, terms, variables=None, **kwargs):
        folders = [_folder(name) for name in terms]
        return [_version(folder) for folder in folders if folder is not None]


def _folder(name):
    """Return the folder of a collection, None if it is not installed."""
    if str(name).count(".") != 1:
        # Of a namespace, or of a part of a collection.
        return None
    try:
        return Path(next(iter(import_module("ansible_collections." + name).__path__)))
    except ImportError:
        return None


def _version(folder):
    for file, load, keys in (("MANIFEST.json", json.loads, ("collection_info", "version")), ("galaxy.yml", yaml.safe_load, ("version",))):
        if (folder / file).is_file():
            value = load((folder / file).read_text(encoding="utf-8"))
            for key in keys:
                value = value.get(key) if isinstance(value, dict) else None
            return str(value or "unknown")
    return "unknown"
