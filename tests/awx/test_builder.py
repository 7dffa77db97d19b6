# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ansible-builder finds what an execution environment needs, and makes one of execution-environment.yml and its variants in docs/awx.md."""

from __future__ import annotations

import os
import subprocess

import pytest
import yaml
from embedded.collection import ROOT
from support.playbook import executable

DEFINITION = yaml.safe_load((ROOT / "execution-environment.yml").read_text())


def builder(*arguments):
    done = subprocess.run(
        [*executable("ansible-builder"), *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_introspect_finds_requests():
    collections = os.environ["ANSIBLE_COLLECTIONS_PATH"].split(os.pathsep)[0]
    assert "requests>=2.25.0  # from collection datasentinel.platform" in builder("introspect", collections)


@pytest.mark.parametrize("variant", ["from Galaxy", "from git", "from tarballs"])
def test_create_makes_a_build_context_without_a_warning(tmp_path, page, variant):
    definition = DEFINITION
    if variant != "from Galaxy":
        parts = yaml.safe_load(page.file(f"execution-environment.yml, {variant}"))
        definition = {**DEFINITION, **parts, "dependencies": {**DEFINITION["dependencies"], **parts["dependencies"]}}
    for file in definition.get("additional_build_files", []):
        (tmp_path / file["src"]).write_text("a tarball")
    (tmp_path / "execution-environment.yml").write_text(yaml.dump(definition))
    context = tmp_path / "context"
    printed = builder("create", "-f", tmp_path / "execution-environment.yml", "-c", context, "--output-filename", "Containerfile")
    assert printed.strip() == f"Complete! The build context can be found at: {context}"

    collections = yaml.safe_load((context / "_build/requirements.yml").read_text())["collections"]
    assert collections == definition["dependencies"]["galaxy"]["collections"] and len(collections) == 2
    for collection in collections:
        assert collection.get("type") != "file" or (context / "_build" / collection["name"]).is_file()
    assert "openssh-clients" in (context / "_build/bindep.txt").read_text()
    steps = (context / "Containerfile").read_text()
    assert "ansible-galaxy collection install" in steps
    assert all(step in steps for step in definition.get("additional_build_steps", {}).get("prepend_galaxy", []))


def test_what_is_not_the_collection_is_pinned():
    dependencies = DEFINITION["dependencies"]
    assert ":" in DEFINITION["images"]["base_image"]["name"] and "latest" not in DEFINITION["images"]["base_image"]["name"]
    assert all("==" in dependencies[part]["package_pip"] for part in ("ansible_core", "ansible_runner"))
