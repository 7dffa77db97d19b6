# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What workers say when they are interrupted, and the main process at its end."""

from __future__ import annotations

import os
import signal

import pytest
from ansible.utils.display import Display
from ansible_collections.datasentinel.platform.plugins.plugin_utils._interruptions import Interruptions


@pytest.fixture
def shown(monkeypatch):
    """The lines that a person sees."""
    lines = []
    monkeypatch.setattr(Display, "display", lambda self, line: lines.append(line))
    return lines


@pytest.fixture
def interruptions(memory):
    return Interruptions(memory)


def interrupted(interruptions, number=signal.SIGINT, line="3 done"):
    """Interrupt work twice, which then says how far it is."""
    with pytest.raises(KeyboardInterrupt), interruptions.awaited() as show:
        try:
            os.kill(os.getpid(), number)
        finally:
            os.kill(os.getpid(), number)
            show(line)


def test_a_line_is_shown_at_once(interruptions, shown):
    with interruptions.awaited() as show:
        show("1 done")
        assert shown == ["1 done"]
    interruptions._report(os.getpid())
    assert shown == ["1 done"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_after_an_interruption_it_is_the_main_process_that_shows_lines(memory, shown, number):
    interrupted(Interruptions(memory), number)
    interrupted(Interruptions(memory), number, "4 done")
    assert shown == []
    Interruptions(memory)._report(os.getpid())
    assert shown == ["3 done", "4 done"]


def test_a_worker_reports_nothing(interruptions, shown):
    interrupted(interruptions)
    interruptions._report(os.getpid() + 1)
    assert shown == []


def test_what_handled_signals_before_does_so_again(interruptions):
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    interrupted(interruptions)
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before
