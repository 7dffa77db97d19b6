# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What users get: the tarball, and what it holds."""

from __future__ import annotations

import tarfile

from embedded.collection import build

#: Everything at the top, and under tests/.
HELD = {
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "COPYING",
    "FILES.json",
    "MANIFEST.json",
    "README.md",
    "SECURITY.md",
    "docs",
    "meta",
    "playbooks",
    "plugins",
    "requirements.txt",
    "roles",
    "tests",
}


def test_the_tarball_holds_the_collection_and_nothing_else(tmp_path):
    with tarfile.open(build(tmp_path)) as tarball:
        names = tarball.getnames()
    assert {name.partition("/")[0] for name in names} == HELD
    assert {name for name in names if name.startswith("tests/")} == {"tests/config.yml"}
    assert not [name for name in names if "__pycache__" in name or name.endswith((".pyc", ".gz", ".sqlite", ".log")) or "/." in name]


def test_it_installs_from_the_tarball_and_lists_itself(collection, run):
    assert "datasentinel.platform 1." in run("ansible-galaxy", "collection", "list", "datasentinel.platform")
    assert "datasentinel.platform" in run("ansible-galaxy", "collection", "verify", "--offline", "datasentinel.platform")
