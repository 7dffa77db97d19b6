# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The collection as users get it: built, and installed from its tarball."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
#: Where tests/tools/fetch-dependencies puts other collections that tests use.
DEPENDENCIES = ROOT / ".cache/dependencies"


def build(folder: Path, source: Path | None = None) -> Path:
    """Build the collection, of a source or of a copy of this checkout, into a folder. Returns the tarball's path."""
    if source is None:
        # A copy, since ansible-galaxy walks through all that lies in its source: in a checkout, through the packages of each environment.
        with tempfile.TemporaryDirectory(prefix="datasentinel-source-") as temporary:
            copy = shutil.copytree(ROOT, Path(temporary, "source"), ignore=shutil.ignore_patterns(".*", "venv", "__pycache__"))
            return build(folder, copy)
    _galaxy("build", source, "--output-path", folder, "--force")
    return next(folder.glob("datasentinel-platform-*.tar.gz"))


def install(folder: Path) -> Path:
    """Build the collection and install it below a folder, one for ANSIBLE_COLLECTIONS_PATH. Returns the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    _galaxy("install", build(folder), "-p", folder, "--offline", "--force")
    return folder


def _galaxy(*arguments):
    # By its own Python: the first line of a script breaks where a path is long or holds a space or quote.
    command = [sys.executable, Path(sys.executable).with_name("ansible-galaxy"), "collection", *arguments]
    done = subprocess.run(
        [str(part) for part in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        env={**os.environ, "ANSIBLE_HOME": str(ROOT / ".cache/ansible"), "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".cache/none")},
    )
    if done.returncode:
        raise RuntimeError(f"ansible-galaxy collection {arguments[0]} failed:\n{done.stdout}")
