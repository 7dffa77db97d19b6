# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ansible-builder finds what an execution environment needs."""

from __future__ import annotations

import os
import shutil
import subprocess

from embedded.collection import ROOT
from support.playbook import executable


def builder(*arguments):
    done = subprocess.run([*executable("ansible-builder"), *map(str, arguments)], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_introspect_finds_requests():
    collections = os.environ["ANSIBLE_COLLECTIONS_PATH"].split(os.pathsep)[0]
    assert "requests>=2.25.0  # from collection datasentinel.platform" in builder("introspect", collections)


def test_create_makes_a_build_context(tmp_path):
    shutil.copy(ROOT / "execution-environment.yml", tmp_path)
    builder("create", "-f", tmp_path / "execution-environment.yml", "-c", tmp_path / "context", "--output-filename", "Containerfile")
    assert "datasentinel.platform" in (tmp_path / "context/_build/requirements.yml").read_text()
    assert "ansible-galaxy collection install" in (tmp_path / "context/Containerfile").read_text()
