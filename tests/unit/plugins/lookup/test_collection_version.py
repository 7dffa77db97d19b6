# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import sys

import pytest
from ansible_collections.datasentinel.platform.plugins.lookup import collection_version
from ansible_collections.datasentinel.platform.plugins.module_utils._common._version import VERSION


def versions(*names):
    return collection_version.LookupModule().run(list(names))


def test_the_version_of_this_collection():
    assert versions("datasentinel.platform") == [VERSION]


def test_a_collection_that_is_not_installed_has_none():
    assert versions("datasentinel.none", "none.none", "datasentinel", "datasentinel.platform.plugins", "") == []


@pytest.mark.parametrize(
    "file, content, expected",
    [
        ("galaxy.yml", "version: 3.4.5\n", "3.4.5"),
        ("galaxy.yml", "version: null\n", "unknown"),
        ("galaxy.yml", "[]\n", "unknown"),
        ("README.md", "", "unknown"),
    ],
)
def test_a_checkout(tmp_path, monkeypatch, file, content, expected):
    (tmp_path / file).write_text(content)

    class Package:
        __path__ = [str(tmp_path)]

    monkeypatch.setitem(sys.modules, "ansible_collections.some.checkout", Package)
    monkeypatch.setattr(collection_version, "import_module", sys.modules.__getitem__)
    assert versions("some.checkout") == [expected]
