# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a command prints on a terminal, with its colours, as an SVG."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import termios
from html import escape
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

#: The recap of Ansible, which is its longest line, takes this many.
COLUMNS = 114
#: Dark, with colours that have a contrast of at least 4.5 to their background.
THEME = TerminalTheme(
    (22, 27, 34),
    (230, 237, 243),
    [(139, 148, 158), (255, 123, 114), (86, 211, 100), (227, 179, 65), (121, 192, 255), (210, 168, 255), (86, 212, 221), (230, 237, 243)],
    [(139, 148, 158), (255, 166, 158), (126, 231, 135), (242, 204, 96), (165, 214, 255), (226, 197, 255), (179, 240, 255), (255, 255, 255)],
)
#: As Rich has it, but for fonts, which it would load from elsewhere, and a picture may not.
FORMAT = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-label="TITLE">
<style>
.{unique_id}-matrix {{
  font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace;
  font-size: {char_height}px; line-height: {line_height}px
}}
.{unique_id}-title {{ font-family: system-ui, sans-serif; font-size: 18px; font-weight: bold }}
{styles}
</style>
<defs><clipPath id="{unique_id}-clip-terminal"><rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/></clipPath>{lines}</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def printed(command: list, environment: dict[str, str], folder: Path) -> str:
    """Run a command on a terminal of its own. Returns what it prints, colours included. Raises RuntimeError if it fails."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, COLUMNS, 0, 0))
    terminal = {"TERM": "xterm-256color", "COLORTERM": ""}
    with subprocess.Popen(command, cwd=folder, env={**environment, **terminal}, stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        output = b"".join(iter(lambda: _read(ours), b""))
    os.close(ours)
    text = output.decode().replace("\r\n", "\n")
    if process.returncode:
        raise RuntimeError(f"{command} failed:\n{text}")
    return text


def _read(terminal) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux says so where the other end is closed.
        return b""


def draw(text: str, title: str, path: Path):
    """Write what was printed as an SVG. Raises RuntimeError if a line is too long for it."""
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        console = Console(record=True, width=COLUMNS, file=nowhere, force_terminal=True, color_system="truecolor", highlight=False)
        for line in text.strip("\n").split("\n"):
            shown = Text.from_ansi(line)
            shown.rstrip()
            if shown.cell_len > COLUMNS:
                raise RuntimeError(f"{path.name} has room for {COLUMNS} columns, and this line is longer: {shown.plain}")
            console.print(shown)
        svg = console.export_svg(title=title, theme=THEME, code_format=FORMAT.replace("TITLE", escape(title)), unique_id=path.stem)
    path.write_text("\n".join(line.rstrip() for line in svg.splitlines()) + "\n", encoding="utf-8")
