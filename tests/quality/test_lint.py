# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ansible-lint's strictest profile, and ansible-test's sanity tests, on the installed collection."""

from __future__ import annotations

import os
import shutil
import sys

from embedded.collection import ROOT

#: What ansible-test looks for in its cache before it fetches pip's installer, by its version of pip.
BOOTSTRAP = """
# pip bootstrap for air-gapped networks: pip comes from Python's own ensurepip, and the rest from the configured index.
import subprocess, sys
subprocess.check_call([sys.executable, "-m", "ensurepip"])
arguments = [argument for argument in sys.argv[1:] if argument not in ("--no-setuptools", "--no-wheel")]
subprocess.check_call([sys.executable, "-m", "pip", "install", *arguments])
"""


def test_ansible_lint(collection, run):
    output = run("ansible-lint", "--profile", "production", "--offline", "--strict", "--exclude", ".ansible", cwd=collection)
    assert "Passed: 0 failure(s), 0 warning(s)" in output


def test_ansible_test_sanity(collection, run, tmp_path):
    # A copy, since ansible-test leaves its output in the collection; its home stays, since it fills it with tools.
    copy = tmp_path / "ansible_collections/datasentinel/platform"
    shutil.copytree(collection, copy)
    home = ROOT / ".cache/ansible-test"
    cache = home / ".ansible/test/cache"
    cache.mkdir(parents=True, exist_ok=True)
    for version in ("23_1_2", "24_2", "25_2", "25_3", "26_0"):
        (cache / f"get_pip_{version}.py").write_text(BOOTSTRAP)
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    # Without the shims of a version manager, which answer for Pythons that are not there.
    path = os.pathsep.join(part for part in os.environ["PATH"].split(os.pathsep) if "shims" not in part)
    output = run("ansible-test", "sanity", "--venv", "--python", python, "--color", "no", cwd=copy, home=home, seconds=600, PATH=path)
    assert "Running sanity test" in output
