# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import importlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from embedded.collection import ROOT
from support.playbook import executable


@pytest.fixture(scope="session")
def collection():
    """Where the collection is installed from its tarball."""
    return Path(os.environ["ANSIBLE_COLLECTIONS_PATH"].split(os.pathsep)[0]) / "ansible_collections/datasentinel/platform"


@pytest.fixture(scope="session")
def tool():
    """A function that loads a module of tests/tools, which is no package, by its name."""

    def load(name):
        with pytest.MonkeyPatch.context() as patch:
            patch.syspath_prepend(ROOT / "tests/tools")
            return importlib.import_module(name)

    return load


@pytest.fixture
def temporary():
    """A folder for temporary files that everybody may enter, as /tmp is; it has to be empty in the end."""
    folder = Path(tempfile.mkdtemp(prefix="demo-test-"))
    folder.chmod(0o755)
    yield folder
    left = sorted(path.name for path in folder.iterdir())
    shutil.rmtree(folder)
    assert left == []


@pytest.fixture
def run(tmp_path):
    """A function that runs a tool of this environment, with a home of its own, and returns its output; fails if the tool does."""

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
        errors = [line for line in done.stdout.splitlines() if line.startswith(("ERROR", "FATAL"))]
        assert done.returncode == 0, "\n".join(errors) or done.stdout[-10000:]
        return done.stdout

    return run
