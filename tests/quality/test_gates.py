# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What runs the gates of the ecosystem, `make lint`: no failure is lost."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.fixture
def gates(tool, monkeypatch, tmp_path):
    """The module tests/tools/gates.py, with a memory of its own of what passed."""
    module = tool("gates")
    monkeypatch.setattr(module, "CACHE", tmp_path / "cache")
    return module


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
    assert gates.run(gate, ["galaxy.yml"]).word == ("passed" if passes else "FAILED")


def test_the_status_and_the_output_tell_which_failed(gates, monkeypatch, capsys):
    monkeypatch.setattr(gates, "GATES", (gates.Gate("good", "echo quiet"), gates.Gate("bad", "echo loud; exit 1")))
    monkeypatch.setattr(sys, "argv", ["gates.py"])
    assert gates.main() == 1
    printed = capsys.readouterr().out
    assert "FAILED" in printed and "loud" in printed and "quiet" not in printed
    assert printed.endswith("1 passed, 1 failed\n")


def test_a_gate_that_passed_runs_again_where_it_is_named_or_something_has_changed(gates, monkeypatch, capsys, tmp_path):
    checkout, runs = tmp_path / "checkout", tmp_path / "runs"
    monkeypatch.setattr(gates, "ROOT", checkout)
    monkeypatch.setattr(gates, "GATES", (gates.Gate("gate", f"echo ran >>'{runs}'; grep -q fine file"),))
    subprocess.run(["git", "init", "--quiet", checkout], check=True)

    def run(*words):
        subprocess.run(["git", "-C", checkout, "add", "."], check=True)
        monkeypatch.setattr(sys, "argv", ["gates.py", *words])
        before = runs.read_text() if runs.exists() else ""
        status = gates.main()
        return status, capsys.readouterr().out.splitlines()[-1], runs.read_text() != before

    (checkout / "file").write_text("fine")
    assert run() == (0, "1 passed, 0 failed", True)
    assert run() == (0, "0 passed, 0 failed, 1 unchanged since they passed", False)
    assert run("gate") == (0, "1 passed, 0 failed", True)
    (checkout / "file").chmod(0o755)
    assert run() == (0, "1 passed, 0 failed", True)
    (checkout / "file").rename(checkout / "other")
    assert run()[0] == 1
    assert run() == (1, "0 passed, 1 failed", True), "what failed is never taken for known"
    (checkout / "file").write_text("fine")
    assert run() == (0, "1 passed, 0 failed", True)
    (checkout / "other").unlink()
    assert run()[2] is False, "it passed on these very files"


def test_a_gate_that_passed_runs_again_with_other_tools(gates, tmp_path):
    (tmp_path / "tools/bin").mkdir(parents=True)
    installed = tmp_path / "tools/.state"
    installed.write_text("1")
    gate = gates.Gate("gate", "true", bin=tmp_path / "tools/bin")
    assert gates.run(gate, ["galaxy.yml"], again=False).word == "passed"
    assert gates.run(gate, ["galaxy.yml"], again=False).word == "unchanged"
    installed.write_text("2")
    assert gates.run(gate, ["galaxy.yml"], again=False).word == "passed"


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
