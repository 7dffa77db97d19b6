# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""docs/awx.md as the tests follow it."""

from __future__ import annotations

import re

import pytest
from embedded.collection import ROOT


class Page:
    """The blocks of code of docs/awx.md."""

    def __init__(self, text: str):
        self._blocks = re.findall(r"^```(\w+)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)

    def file(self, title: str) -> str:
        """The content of the file whose block begins with this comment."""
        return self._one(lambda language, block: language == "yaml" and block.startswith(f"# {title}\n"))

    def shell(self, part: str) -> str:
        """The commands of the block in which this text occurs."""
        return self._one(lambda language, block: language == "shell" and part in block)

    def _one(self, matches) -> str:
        found = [block for language, block in self._blocks if matches(language, block)]
        assert len(found) == 1, found
        return found[0]


@pytest.fixture(scope="session")
def page():
    return Page((ROOT / "docs/awx.md").read_text())
