# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pictures of README and guides: what they show is what was run, and nothing of the machine that made them."""

from __future__ import annotations

import re
import sys

import pytest
from embedded.collection import ROOT
from pictures import terminal
from support.markdown import pages
from support.pictures import lines_of

FOLDER = ROOT / "docs/pictures"
PICTURES = sorted(FOLDER.iterdir())
TERMINALS = [path for path in PICTURES if path.suffix == ".svg"]
#: Bytes that a picture may have, so that pages are light.
LIGHT = {".svg": 40_000, ".png": 200_000}


def name(path):
    return path.name


@pytest.mark.parametrize("path", PICTURES, ids=name)
def test_a_picture_is_light_and_shown_by_the_readme(path):
    assert path.stat().st_size < LIGHT[path.suffix]
    assert f"docs/pictures/{path.name}" in "".join(link for page in pages() if page.name == "README.md" for link in page.links())


@pytest.mark.parametrize("path", TERMINALS, ids=name)
def test_a_terminal_shows_nothing_of_the_machine_and_loads_nothing(path):
    text = path.read_text()
    shown = "\n".join(lines_of(path))
    assert re.findall(r"(?:^|[\s\"'=])/(?:\w+/)+\w*", shown) == []
    assert set(re.findall(r"[\w.-]+(?=:\d{4,5}\b)|[\w-]+(?:\.\w+)*\.com\b", shown)) <= {"127.0.0.1", "pg-sales.example.com", "pg-billing.example.com"}
    assert re.findall(r"https?://[^\s\"'<]+", text.replace(shown, ""))[:1] == ["http://www.w3.org/2000/svg"]
    assert not re.search(r"@font-face|@import|<script|href=|url\((?!#)", text)


def test_the_diff_hides_the_password_and_shows_what_changes():
    lines = lines_of(FOLDER / "check-diff.svg")
    assert '+    "password": "<hidden>",' in lines and '-    "port": 5433,' in lines
    assert sum("changed=1" in line for line in lines) == 2


# --- how they are made -------------------------------------------------------------------------------------------

COLOURED = "import sys; print('\\033[31mred\\033[0m  and ' + str(sys.stdout.isatty())); print(); print('x' * {})"


def test_a_picture_holds_each_line_and_its_colours(tmp_path):
    text = terminal.printed([sys.executable, "-c", COLOURED.format(terminal.COLUMNS)], {}, tmp_path)
    terminal.draw(text, "title <&>", tmp_path / "it.svg")
    assert lines_of(tmp_path / "it.svg") == ["red  and True", "", "x" * terminal.COLUMNS]
    assert terminal.THEME.ansi_colors[1].hex in (tmp_path / "it.svg").read_text()


def test_no_line_is_cut(tmp_path):
    text = terminal.printed([sys.executable, "-c", COLOURED.format(terminal.COLUMNS + 1)], {}, tmp_path)
    with pytest.raises(RuntimeError, match="this line is longer: xxx"):
        terminal.draw(text, "title", tmp_path / "it.svg")


def test_a_command_that_fails_makes_no_picture(tmp_path):
    with pytest.raises(RuntimeError, match="broken"):
        terminal.printed([sys.executable, "-c", "raise SystemExit('broken')"], {}, tmp_path)


def test_the_tarball_is_not_made_larger_by_them():
    shipped = re.findall(r"include (.*)", (ROOT / "galaxy.yml").read_text())
    assert "docs/pictures" not in " ".join(shipped)
