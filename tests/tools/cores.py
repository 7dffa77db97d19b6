# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ansible-cores that `make test` uses besides the default one, each in an environment of its own."""

from __future__ import annotations

import functools
import subprocess
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Core:
    """An ansible-core.

    Attributes:
        version: such as 2.21.
        pythons: versions of Python for it, the best first.
    """

    version: str
    pythons: tuple[str, ...]

    @functools.cached_property
    def python(self) -> str | None:
        """The path of a Python for it, None if there is none on this machine."""
        found = subprocess.run([ROOT / "tests/tools/find-python", *self.pythons], stdout=subprocess.PIPE, text=True, check=False)
        return found.stdout.strip() or None

    @property
    def missing(self) -> str:
        """Why nothing is done with it where there is no Python for it."""
        return f"there is no Python of {' or '.join(self.pythons)} here"

    @property
    def bin(self) -> Path:
        """Where the programs of its environment are."""
        return ROOT / f".cache/venv-{self.version}/bin"

    @property
    def making(self) -> list[str]:
        """The command that makes its environment, in the checkout; it does nothing where that is there already."""
        requirements = ["tests/requirements/pytest.txt", "tests/requirements/coverage.txt"]
        return ["tests/tools/make-venv", f".cache/{self.bin.parent.name}", str(self.python), *requirements, "--", f"ansible-core~={self.version}.0"]


OLDEST = Core("2.16", ("3.11", "3.12"))
NEWEST = Core("2.21", ("3.13", "3.12", "3.14"))
