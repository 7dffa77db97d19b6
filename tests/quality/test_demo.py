# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The demo: it shows what it promises, and leaves nothing behind, interrupted or not."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys

import pytest
from embedded.collection import ROOT
from pictures.terminal import COLUMNS
from support.pictures import lines_of
from support.playbook import wait_for
from support.processes import running_from


def plain(text):
    """The words of the lines of a text, with all numbers alike. Sorted, since hosts end in any order."""
    return sorted(filter(None, (re.sub(r"\d+", "0", re.sub(r"[$*─]+", " ", line)).split() for line in text.splitlines())))


def demo(temporary):
    # As wide as the picture of it.
    environment = {**os.environ, "TMPDIR": str(temporary), "PYTHONPATH": str(ROOT / "tests"), "COLUMNS": str(COLUMNS)}
    return subprocess.Popen(
        [sys.executable, ROOT / "demo/demo.py"], cwd="/", env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )


def test_the_demo(temporary):
    running = demo(temporary)
    output, _errors = running.communicate(timeout=120)
    assert running.returncode == 0, output
    # Its picture in the README shows just that, but for the ports, the seconds, and how wide the lines are.
    assert plain("\n".join(lines_of(ROOT / "docs/pictures/demo.svg"))) == plain(f"make demo {output}")
    assert output.count("127.0.0.1:") >= 6 and "second run changed=0" in output and "Traceback" not in output
    assert running_from(temporary) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_demo_stops_what_it_started(temporary, number):
    running = demo(temporary)
    for line in running.stdout:
        if line.startswith("TASK"):
            break
    assert len(running_from(temporary)) > 3, "the PostgreSQL servers should run by now"
    os.killpg(running.pid, number)
    output, _errors = running.communicate(timeout=60)
    assert running.returncode == 128 + number, output
    # None of ours: Ansible itself may be caught in the middle of a fork, and then prints one.
    assert not [folder for folder in ("demo", "tests") if f'File "{ROOT / folder}' in output], output
    # A worker of Ansible ends a moment after the one that started it.
    assert wait_for(lambda: running_from(temporary) == [], 10), running_from(temporary)
