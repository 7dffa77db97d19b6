# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Makefile: it works in a checkout whose path holds spaces and quotes, and removes nothing but what it made."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import zipfile

import pytest
from embedded.collection import ROOT

TARGETS = {"demo", "platform", "test", "lint", "test-all", "conformance", "docs", "bench", "pictures", "mutants", "build", "changelog", "clean", "help"}
#: What the targets make.
MADE = {".venv", ".cache", ".ansible", "datasentinel-platform-1.0.0.tar.gz", "tests/unit/__pycache__"}


#: A Python that skips what takes long or needs the network.
STAND_IN = """#!/bin/bash
case "$1 $2 $3" in
    "-m venv "*) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
    "-m pip install") cp {scripts}/* "$(dirname "$0")" ;;
    "-m pip download") cp {wheel} "${{@: -2:1}}" ;;
    *) exec {python} "$@" ;;
esac
"""


def tracked():
    """The files of the checkout that git does not ignore, as they are in the working tree."""
    command = ["git", "-C", ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\0")
    return [name for name in names if name and (ROOT / name).is_file()]


def files(folder):
    """The paths of all files below a folder, relative to it."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def fill(folder, names):
    """Make folders of these names, each holding a file; a name that ends in .gz is a file itself."""
    for name in names:
        path = folder / name if name.endswith(".gz") else folder / name / "file"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("canary")


@pytest.fixture
def checkout(tmp_path):
    """A copy of the checkout in a folder with spaces and quotes; words of its path are the names of files beside it."""
    # Relative paths from the parts of a path that is split at its spaces end up in these folders.
    for folder in (tmp_path, tmp_path / "it's a", tmp_path / "it's a" / '"test"'):
        fill(folder, MADE | {"a", '"test"', "test", "dir"})
    fill(tmp_path, {"it's", "its a"})
    checkout = tmp_path / "it's a" / '"test" dir'
    for name in tracked():
        (checkout / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, checkout / name)
    return checkout


def make(*arguments, cwd):
    """Run make, as if from a shell: the tests themselves may be run by make. Returns its exit status and output."""
    environment = {name: value for name, value in os.environ.items() if name not in {"MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES"}}
    done = subprocess.run(["make", *arguments], cwd=cwd, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60, check=False)
    return done.returncode, done.stdout


def test_clean_removes_what_the_targets_made_and_nothing_else(checkout, tmp_path):
    before = files(tmp_path)
    fill(checkout, MADE)
    status, output = make("clean", cwd=checkout)
    assert status == 0, output
    assert files(tmp_path) == before


def test_clean_does_not_follow_links(checkout, tmp_path):
    fill(tmp_path, {"elsewhere"})
    (checkout / ".cache").symlink_to(tmp_path / "elsewhere")
    assert make("clean", cwd=checkout)[0] == 0
    assert not (checkout / ".cache").is_symlink() and (tmp_path / "elsewhere/file").exists()


@pytest.mark.parametrize("way", ["named", "linked", "copied"])
def test_outside_of_the_checkout_it_refuses(checkout, tmp_path, way):
    elsewhere = tmp_path / "elsewhere"
    fill(elsewhere, MADE)
    if way == "linked":
        (elsewhere / "Makefile").symlink_to(checkout / "Makefile")
    else:
        shutil.copy(checkout / "Makefile", elsewhere)
    if way != "copied":
        # Another collection, or another checkout of this one.
        shutil.copy(checkout / "galaxy.yml", elsewhere)
    before = files(tmp_path)
    status, output = make(*(["-f", checkout / "Makefile"] if way == "named" else []), "clean", cwd=elsewhere)
    assert status != 0 and "Run make in the folder of the checkout" in output
    assert files(tmp_path) == before


def test_from_elsewhere_it_runs_with_the_folder_named(checkout, tmp_path):
    fill(checkout, MADE)
    assert make("-C", checkout, "clean", cwd=tmp_path)[0] == 0
    assert not MADE & {path.name for path in checkout.iterdir()}


@pytest.mark.parametrize("target", sorted(TARGETS))
def test_every_target_uses_relative_names_that_exist(checkout, target):
    status, commands = make("-n", target, cwd=checkout)
    assert status == 0, commands
    assert str(checkout) not in commands
    subprocess.run(["bash", "-n", "-c", commands], check=True)
    for name in re.findall(r"(?:tests|demo)/[\w./-]*\w", commands):
        assert (checkout / name).exists(), name


def test_help_is_the_default_and_lists_every_target(checkout):
    status, output = make(cwd=checkout)
    assert status == 0 and {line.split()[1] for line in output.splitlines()} == TARGETS
    assert make("help", cwd=checkout) == (0, output)


#: The first lines of a script, as pip writes them for a path that is short and plain, and for any other.
HEADERS = {"plain": "#!{python}\n", "other": "#!/bin/sh\n'''exec' \"{python}\" \"$0\" \"$@\"\n' '''\n"}


@pytest.fixture
def stand_in(checkout, tmp_path):
    """The path of a Python that skips what takes long or needs the network."""
    wheel, scripts, python = tmp_path / "ansible-0.whl", tmp_path / "scripts", tmp_path / "a 'python'"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name in ("community/postgresql", "awx/awx", "community/general"):
            archive.writestr(f"ansible_collections/{name}/README.md", "")
    scripts.mkdir()
    for name, header in HEADERS.items():
        (scripts / name).write_text(header.format(python=checkout / ".cache/venv/bin/python3") + "import sys\nprint(sys.argv[1])\n")
        (scripts / name).chmod(0o755)
    paths = {"wheel": wheel, "scripts": scripts, "python": sys.executable}
    python.write_text(STAND_IN.format(**{name: shlex.quote(str(path)) for name, path in paths.items()}))
    python.chmod(0o755)
    return python


def run(checkout, tool, *arguments, **environment):
    """Run one of the tools in the checkout. Returns its output."""
    command = [f"tests/tools/{tool}", *arguments]
    return subprocess.run(command, cwd=checkout, env={**os.environ, **environment}, capture_output=True, text=True, check=True).stdout


def test_a_virtual_environment_is_made_once_and_its_scripts_run(checkout, stand_in):
    command = ["make-venv", ".cache/venv", str(stand_in), "tests/requirements/test.txt"]
    assert "Installing test requirements" in run(checkout, *command)
    assert run(checkout, *command) == ""
    for script in HEADERS:
        output = subprocess.run([checkout / ".cache/venv/bin" / script, "an 'argument'"], capture_output=True, text=True, check=True).stdout
        assert output == "an 'argument'\n"


def test_dependencies_are_fetched_once(checkout, stand_in, tmp_path):
    command = ["fetch-dependencies", str(stand_in), ".cache/dependencies"]
    fetched = {"ansible_collections/community/postgresql/README.md", "ansible_collections/awx/awx/README.md"}
    run(checkout, *command)
    assert files(checkout / ".cache/dependencies") - {"pip.log", ".state"} == fetched
    (tmp_path / "ansible-0.whl").unlink()
    run(checkout, *command)
    assert files(checkout / ".cache/dependencies") >= fetched


def test_a_python_is_found(checkout, stand_in):
    # Of a virtual environment, the one that it was made from; by the path that it has by whatever link.
    assert run(checkout, "find-python", PYTHON=str(stand_in)) == os.path.realpath(sys._base_executable) + "\n"
    found = run(checkout, "find-python").strip()
    assert subprocess.run([found, "-c", "import sys; print(sys.version_info >= (3, 11))"], capture_output=True, text=True, check=True).stdout == "True\n"


@pytest.mark.parametrize("first", ["manager/shims", "manager/versions/3.11.0/bin", "environment"])
def test_the_pythons_of_a_version_manager_come_last(checkout, tmp_path, first):
    for folder in ("manager/shims", "manager/versions/3.11.0/bin", "of-a-distribution"):
        python = tmp_path / folder / "python3"
        python.parent.mkdir(parents=True)
        # It passes for one that fits, and says which it is.
        python.write_text(f"#!/bin/sh\necho {folder}\n")
        python.chmod(0o755)
    (tmp_path / "environment").mkdir()
    (tmp_path / "environment/python3").symlink_to(tmp_path / "manager/versions/3.11.0/bin/python3")
    path = os.pathsep.join([str(tmp_path / first), str(tmp_path / "of-a-distribution"), str(tmp_path / "manager/shims"), os.environ["PATH"]])
    assert run(checkout, "find-python", PATH=path, PYTHON="") == "of-a-distribution\n"
