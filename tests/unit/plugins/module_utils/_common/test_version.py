# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The version that the User-Agent names."""

from __future__ import annotations

import json
from pathlib import Path

import ansible_collections.datasentinel.platform as collection
import yaml
from ansible_collections.datasentinel.platform.plugins.module_utils._common import _version


def test_it_is_the_version_of_the_collection():
    folder = Path(next(iter(collection.__path__)))
    # `ansible-test units` has the collection as a copy of the checkout, which was never built.
    if (folder / "MANIFEST.json").exists():
        version = json.loads((folder / "MANIFEST.json").read_text())["collection_info"]["version"]
    else:
        version = yaml.safe_load((folder / "galaxy.yml").read_text())["version"]
    assert version == _version.VERSION
