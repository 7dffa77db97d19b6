# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What tests, demo and documentation import is named in tests/requirements, with its version."""

from __future__ import annotations

import ast
import re
import sys
from importlib.metadata import packages_distributions

from embedded.collection import ROOT

FILES = sorted((ROOT / "tests/requirements").glob("*.txt"))
#: Comes with requests, the oldest of which needs an older one than the newest.
UNNAMED = {"urllib3"}
#: Packages that are not in the environment of the tests, where their names differ from what is imported.
ELSEWHERE = {"PIL": "Pillow", "cosmic_ray": "cosmic-ray"}


def imported() -> set[str]:
    """The names of the packages that code outside of the collection imports, its own and Python's left out."""
    files = [path for folder in ("tests", "demo", "docs") for path in (ROOT / folder).rglob("*.py")]
    own = {path.stem for path in files} | {path.name for path in (ROOT / "tests").iterdir()} | {"ansible_collections"}
    found = set()
    for path in files:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                found.add(node.module)
    return {name.partition(".")[0] for name in found} - own - set(sys.stdlib_module_names)


def plain(name: str) -> str:
    """The name of a distribution as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def test_what_is_imported_is_named():
    text = "\n".join(path.read_text(encoding="utf-8") for path in FILES)
    named = {plain(name) for name in re.findall(r"^([\w.-]+)(?:\[\w+\])?==", text, re.MULTILINE)}
    providers = packages_distributions()
    missing = [name for name in imported() - UNNAMED if not {plain(each) for each in providers.get(name, [ELSEWHERE.get(name, name)])} & named]
    assert sorted(missing) == []


def test_every_version_is_pinned():
    lines = [line for path in FILES for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith(("#", "-r "))]
    assert len(lines) > 30
    assert [line for line in lines if not re.fullmatch(r"[\w.-]+(\[\w+\])?==[\w.]+(; python_version .*)?", line)] == []
