# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What runs the gates of the ecosystem, `make lint`: no failure is lost."""

from __future__ import annotations

import sys

import pytest


@pytest.fixture(scope="module")
def gates(tool):
    """The module tests/tools/gates.py."""
    return tool("gates")


@pytest.mark.parametrize(
    ("script", "passes"),
    [
        ("echo fine", True),
        ("echo broken; exit 3", False),
        ("false; echo fine", False),
        ("false | cat", False),
        ("echo 'WARNING: a finding'", False),
        ("test -f galaxy.yml && test ! -e .venv && test ! -e .cache", True),
        ('[[ $PWD == */ansible_collections/datasentinel/platform ]] && [ -z "$(ls -A "$HOME")" ]', True),
    ],
)
def test_a_gate_fails_by_its_status_and_by_what_it_must_not_print(gates, script, passes):
    gate = gates.Gate("gate", script, refuses=("WARNING", "ERROR"))
    assert gates.run(gate, ["galaxy.yml"])[0] is passes


def test_the_status_and_the_output_tell_which_failed(gates, monkeypatch, capsys):
    monkeypatch.setattr(gates, "GATES", (gates.Gate("good", "echo quiet"), gates.Gate("bad", "echo loud; exit 1")))
    monkeypatch.setattr(sys, "argv", ["gates.py"])
    assert gates.main() == 1
    printed = capsys.readouterr().out
    assert "FAILED" in printed and "loud" in printed and "quiet" not in printed
    assert printed.endswith("1 passed, 1 failed\n")


def test_an_unknown_gate_is_an_error(gates):
    with pytest.raises(SystemExit, match="No gate is named spelling"):
        gates.chosen(["mypy", "spelling"])
    assert [gate.name for gate in gates.chosen(["ruff"])] == ["ruff check", "ruff format"]
    # As make test-all runs it, on one core after the other.
    assert [gate.name for gate in gates.chosen(["ansible-test sanity"])] == ["ansible-test sanity"]


def test_what_takes_long_is_run_where_it_is_named(gates):
    thorough = {gate for gate in gates.GATES if gate.asked_for}
    assert set(gates.chosen([])) == set(gates.GATES) - thorough
    assert set(gates.chosen(["ansible-test units, all"])) == thorough
