# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from support.playbook import executable


@pytest.fixture(scope="session")
def collection():
    """Where the collection is installed from its tarball."""
    return Path(os.environ["ANSIBLE_COLLECTIONS_PATH"].split(os.pathsep)[0]) / "ansible_collections/datasentinel/platform"


@pytest.fixture
def run(tmp_path):
    """Runs a tool of this environment, with a home of its own. Gives what it printed; fails if it does."""

    def run(tool, *arguments, cwd=tmp_path, home=tmp_path, seconds=240, **environment):
        done = subprocess.run(
            [*executable(tool), *map(str, arguments)],
            cwd=cwd,
            env={**os.environ, "HOME": str(home), "NO_COLOR": "1", "ANSIBLE_NOCOLOR": "1", **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=seconds,
            check=False,
        )
        told = [line for line in done.stdout.splitlines() if line.startswith(("ERROR", "FATAL"))]
        assert done.returncode == 0, "\n".join(told) or done.stdout[-10000:]
        return done.stdout

    return run
