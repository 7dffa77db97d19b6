# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The layers of plugins/: who imports whom, and files that stay small."""

from __future__ import annotations

import shutil
from pathlib import Path

CONTRACTS = Path(__file__).with_name("layers.ini")
#: Lines of a file.
MOST = 300


def test_imports_keep_to_the_layers(collection, tmp_path, run):
    """The contracts in layers.ini, checked on a copy that is a package of Python at every level, as import-linter wants it."""
    plugins = tmp_path / "ansible_collections/datasentinel/platform/plugins"
    shutil.copytree(collection / "plugins", plugins, ignore=shutil.ignore_patterns("__pycache__"))
    for folder in [*plugins.parents[:3], plugins, *(path for path in plugins.rglob("*") if path.is_dir())]:
        (folder / "__init__.py").touch()
    # The folder in which it runs is the first that it looks for packages in.
    output = run("lint-imports", "--config", CONTRACTS, "--no-cache", "--no-logo", COLUMNS="200")
    assert "0 broken" in output


def test_no_file_is_long(collection):
    lengths = {str(path.relative_to(collection)): len(path.read_text().splitlines()) for path in (collection / "plugins").rglob("*.py")}
    assert {name: length for name, length in lengths.items() if length > MOST} == {}


def test_the_files_that_make_packages_are_empty(collection):
    assert [path for path in (collection / "plugins").rglob("__init__.py") if path.read_bytes()] == []
