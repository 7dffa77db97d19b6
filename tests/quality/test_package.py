# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What users get: the tarball, and what it holds."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest
import yaml
from embedded.collection import ROOT, build, install

#: Folders of which everything that is tracked is shipped.
SHIPPED = ("meta", "playbooks", "plugins", "roles")
#: What is shipped besides: at the top, of the folders changelogs and docs/docsite, and under tests.
BESIDES = {
    "CHANGELOG.md",
    "CODE_OF_CONDUCT.md",
    "CONTRIBUTING.md",
    "COPYING",
    "FILES.json",
    "MAINTAINERS.md",
    "MANIFEST.json",
    "README.md",
    "SECURITY.md",
    "changelogs/changelog.yaml",
    "changelogs/config.yaml",
    "docs/docsite/links.yml",
    "tests/config.yml",
}
#: What lies about in checkouts, and is nobody else's business.
DIRT = (
    ".env",
    ".coverage",
    ".cache/token",
    ".venv/lib/site.py",
    "backup.sqlite",
    "backup.tar.gz",
    "group_vars/all/vault.yml",
    "notes.txt",
    "secrets.json",
    "vault.yml",
    "venv/lib/site.py",
    "venv/lib/tasks.yml",
    "__pycache__/module.cpython-311.pyc",
)


def tracked():
    """The files of the checkout that git does not ignore."""
    command = ["git", "-C", ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\0")
    return {name for name in names if name and (ROOT / name).is_file()}


def held(tarball):
    """The files in a tarball of the collection."""
    with tarfile.open(tarball) as archive:
        return {member.name for member in archive.getmembers() if member.isfile()}


def test_the_tarball_holds_the_collection_and_nothing_else(tmp_path):
    documents = {name for name in tracked() if name.startswith("docs/") and name.endswith((".md", ".png", ".svg")) and name.count("/") == 1}
    names = held(build(tmp_path, ROOT))
    assert names == {name for name in tracked() if name.startswith(SHIPPED)} | documents | BESIDES


def test_nothing_that_lies_about_is_shipped(tmp_path):
    source = tmp_path / "source"
    for name in tracked():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, source / name)
    (tmp_path / "clean").mkdir()
    clean = held(build(tmp_path / "clean", source))
    for folder in [source, *(path for path in source.rglob("*") if path.is_dir())]:
        for name in DIRT:
            if not (folder / name).exists():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_text("canary: s3cret")
    (tmp_path / "dirty").mkdir()
    assert held(build(tmp_path / "dirty", source)) == clean


def test_it_depends_on_no_other_collection(collection):
    assert json.loads((collection / "MANIFEST.json").read_text())["collection_info"]["dependencies"] == {}


@pytest.mark.parametrize("field", ["repository", "issues", "documentation", "homepage"])
def test_galaxy_is_told_where_the_project_is(field):
    lines = (ROOT / "galaxy.yml").read_text().splitlines()
    assert [line.startswith(f"{field}: https://") for line in lines].count(True) == 1


def test_sites_of_others_are_told_the_same():
    galaxy, links = (yaml.safe_load((ROOT / name).read_text()) for name in ("galaxy.yml", "docs/docsite/links.yml"))
    assert galaxy["repository"] == f"https://github.com/{links['edit_on_github']['repository']}"
    assert [link["url"] for link in links["extra_links"] if not link["url"].startswith(galaxy["repository"] + "/")] == []


def test_what_an_execution_environment_installs_is_shipped_in_meta(collection):
    named = yaml.safe_load((collection / "meta/execution-environment.yml").read_text())["dependencies"]["python"]
    assert Path(named).parts[0] == "meta" and (collection / named).read_text() == "requests>=2.25.0\n"


def test_it_installs_from_the_tarball_and_lists_itself(tmp_path, run):
    installed = {"ANSIBLE_COLLECTIONS_PATH": str(install(tmp_path))}
    assert "datasentinel.platform 1." in run("ansible-galaxy", "collection", "list", "datasentinel.platform", **installed)
    assert "datasentinel.platform" in run("ansible-galaxy", "collection", "verify", "--offline", "datasentinel.platform", **installed)


def test_it_installs_offline_with_nothing_else_at_hand(tmp_path, run):
    tarball = build(tmp_path)
    run("ansible-galaxy", "collection", "install", tarball, "-p", tmp_path / "collections", "--offline", ANSIBLE_COLLECTIONS_PATH=os.devnull)
    assert (tmp_path / "collections/ansible_collections/datasentinel/platform/MANIFEST.json").is_file()
