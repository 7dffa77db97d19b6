# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The benchmark itself: what it decides and writes, and the processes that it measures with. It measures nothing here."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml
from bench import report
from bench.access import HTTP, write_bundle
from bench.goals import BUDGET, IN_PROCESS, outcomes
from bench.options import Options, options_from
from bench.plan import plan
from bench.platform_process import PlatformProcess
from bench.results import AGAIN, FIRST, ONCE, Case, Measurement, Results
from bench.tables import connection_table, cores_table, details_table, seconds_tables
from bench.ways import SCRIPT, WAYS, write_files
from embedded.collection import ROOT

OPTIONS = Options({"2.19": Path("python"), "2.22": Path("python")})
ABOUT = {"main_core": "2.19", "rounds": 3, "long": 20, "forks": 10, "authorities": 145, "date": "2026-01-01", "machine": "", "platform": "", "versions": {}}


def made_up(options=OPTIONS, **changes) -> Results:
    """Results of a whole run in which a connection costs a millisecond everywhere. changes: other fields, by way."""
    results = Results(ABOUT)
    for case in plan(options):
        for phase in WAYS[case.way].phases:
            calls = BUDGET.get(phase, 0) * case.size
            measurement = Measurement(1 + case.size / 1000, 1.0, 60.0, calls, 1, 0.5)
            for _round in range(3):
                results.add(case, phase, dataclasses.replace(measurement, **changes.get(case.way, {})))
    return results


def verdicts(results) -> dict:
    """The verdicts by title and number of connections."""
    return {(outcome.goal.title, outcome.size): outcome.verdict for outcome in outcomes(results)}


# --- options and plan --------------------------------------------------------------------------------------------


def test_only_a_run_that_leaves_nothing_out_is_complete():
    cores = ["2.16=a/python", "2.19=b/python"]
    whole = options_from(cores, {})
    assert whole.complete and whole.rounds == 3 and whole.sizes is None and whole.main_core == "2.19"
    assert whole.cores["2.19"].is_absolute()
    assert options_from(cores[:1], {}).main_core == "2.16"
    for name, value in {"QUICK": "1", "SIZES": "5 2", "ROUNDS": "1", "LONG": "1", "CORES": "2.16"}.items():
        assert not options_from(cores, {name: value}).complete
    assert options_from(cores, {"QUICK": "1", "SIZES": "5 2"}) == Options(whole.cores, (2, 5), 1, complete=False)


def test_a_whole_run_measures_all_that_is_to_be_reached():
    assert {outcome.verdict for outcome in outcomes(made_up())} <= {"reached", "missed"}


def test_every_way_is_measured_and_other_versions_only_in_part():
    cases = plan(OPTIONS)
    assert {case.way for case in cases} == set(WAYS) and set(IN_PROCESS) < set(WAYS)
    assert [case.size for case in cases] == sorted(case.size for case in cases) and len(set(cases)) == len(cases)
    assert {case.way for case in cases if case.core == "2.22"} == {"noop", "role", "bulk", "list"}


def test_sizes_that_are_given_take_the_place_of_the_usual_ones():
    sizes = {(case.way, case.size) for case in plan(Options(OPTIONS.cores, (3, 500)))}
    assert ("uri", 3) in sizes and ("uri", 500) not in sizes and ("list", 500) in sizes and {size for _way, size in sizes} == {3, 500}


# --- what is to be reached ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "way, change, title, size",
    [
        ("bulk", {"seconds": 100.0}, "bulk from the inventory, first / no-op", 1000),
        ("list 16", {"seconds": 100.0}, "the same at 50 ms, 16 at a time", 1000),
        ("role", {"seconds": 100.0}, "role, again / no-op", 200),
        ("uri", {"seconds": 1.0}, "uri tasks, first / bulk from the inventory, first", 200),
        ("list", {"megabytes": 121.0}, "peak memory, bulk from a list 10 times as long / no-op", 1000),
        ("loop", {"calls": 401}, "calls for a connection that is created", None),
        ("file", {"calls": 99}, "calls for a connection with nothing to do", None),
        ("role", {"tokens": 2}, "tokens in a run", None),
        ("bulk", {"tokens": 0}, "tokens in a run", None),
    ],
)
def test_what_is_missed_is_reported(way, change, title, size):
    assert verdicts(made_up(**{way: change}))[title, size] == "missed"


def test_memory_and_calls_are_reached_as_they_are_made_up():
    reached = verdicts(made_up())
    assert reached["peak memory, bulk from a list 10 times as long / no-op", 1000] == reached["tokens in a run", None] == "reached"
    assert reached["calls for a connection that is created", None] == reached["calls for a connection with nothing to do", None] == "reached"


def test_growth_counts_with_what_it_takes_to_start_and_without():
    results = made_up()
    value = {outcome.goal.title: outcome.value for outcome in outcomes(results)}
    assert value["cost of a connection, bulk from a list: among 10 times as many / among these"] == pytest.approx(11 / 10 / 2)
    assert value["the same, without what Ansible takes to start"] == pytest.approx(1)


def test_at_another_number_of_connections_nothing_is_decided():
    decided = verdicts(made_up(Options(OPTIONS.cores, (100,))))
    assert decided["role, first / no-op", 100] == "not at this size"
    assert decided["peak memory, bulk from a list 10 times as long / no-op", 1000] == "not measured"


# --- results and tables ------------------------------------------------------------------------------------------


def test_results_are_kept_whole(tmp_path):
    results = made_up()
    results.save(tmp_path / "new/results.json")
    loaded = Results.load(tmp_path / "new/results.json")
    assert loaded.all() == results.all() and loaded.about == results.about


def test_the_median_and_the_longest():
    results, case = Results(ABOUT), Case("2.19", "list", HTTP, 0, 10)
    assert results.longest(case) == 0
    for seconds in (9.0, 1.0, 2.0):
        results.add(case, FIRST, Measurement(seconds, 1, 1, 30, 1, 1))
    assert results.median(case, FIRST) == 2 and results.longest(case) == 9


def test_every_row_has_a_cell_for_every_column():
    results = made_up()
    tables = [*seconds_tables(results), connection_table(results), cores_table(results), details_table(results)]
    for table in tables:
        assert table.rows and {len(row) for row in table.rows} == {len(table.columns)}
    assert sum(len(table.rows) for table in tables[-1:]) == len(results.all())


def test_one_connection_more_and_the_start_are_kept_apart():
    rows = {row[0]: row[1:] for row in connection_table(made_up()).rows}
    assert rows["bulk, list, first"] == ["1.0", "0.0", "0.0", "1.0"] and f"no-op, {ONCE}" in rows


def test_a_page_keeps_what_stands_around_the_tables(tmp_path):
    page, results = tmp_path / "page.md", made_up()
    page.write_text(f"before\n{report.BEGIN}\nstale text\n{report.END}\nafter\n")
    for _twice in range(2):
        report.write(results, outcomes(results), page)
        text = page.read_text()
        assert text.startswith("before\n") and text.endswith("\nafter\n") and "stale text" not in text
        assert text.count("### What is to be reached") == text.count(report.BEGIN) == 1 and "**missed**" in text
    page.write_text("no markers")
    with pytest.raises(SystemExit, match="lacks the lines"):
        report.write(results, outcomes(results), page)


def test_the_readme_shows_the_chart_by_its_full_address(tmp_path):
    for name in ("README.md", "galaxy.yml"):
        shutil.copy(ROOT / name, tmp_path)
    for _twice in range(2):
        report.show_chart(tmp_path / "README.md")
        [line] = [line for line in (tmp_path / "README.md").read_text().splitlines() if "performance.png" in line]
        assert line.startswith("![") and line.endswith("(https://github.com/ansible-collections/datasentinel.platform/raw/main/docs/performance.png)")


# --- what it measures with ---------------------------------------------------------------------------------------


def measured(tmp_path, code):
    """What measured.py prints of a Python that runs some code, with nothing imported, and what that code printed."""
    python = [sys.executable, "-I", "-S"]
    command = [*python, str(Path(report.__file__).with_name("measured.py")), str(tmp_path / "output"), *python, "-c", code]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return json.loads(printed), (tmp_path / "output").read_text()


def test_time_and_memory_of_a_command_and_of_its_children_are_measured(tmp_path):
    child = "import os, time\nif os.fork() == 0:\n    while time.process_time() < 0.3: pass\n    os._exit(0)\nos.wait(); time.sleep(0.3); print('done')"
    used, output = measured(tmp_path, child)
    assert used["status"] == 0 and output == "done\n" and used["seconds"] >= 0.6 and 0.3 <= used["cpu"] < used["seconds"]
    large, _output = measured(tmp_path, "x = bytearray(b'x' * 100_000_000)")
    # Not that of the process which started it: this one is larger.
    assert used["megabytes"] < 30 and 100 < large["megabytes"] < 300


def test_a_command_that_fails_is_reported(tmp_path):
    used, output = measured(tmp_path, "raise SystemExit('wrong')")
    assert used["status"] == 1 and output == "wrong\n"


@pytest.fixture(scope="module")
def https(tmp_path_factory):
    """A platform over HTTPS in a process of its own, and the environment that leads to it."""
    folder = tmp_path_factory.mktemp("bench")
    with PlatformProcess(True, folder) as running:
        assert write_bundle(folder / "bundle.pem", running.ca_path) > 100
        credentials = {"DATASENTINEL_API_USERNAME": running.username, "DATASENTINEL_API_PASSWORD": running.password}
        yield running, {**os.environ, "DATASENTINEL_API_URL": running.url, **credentials, "REQUESTS_CA_BUNDLE": str(folder / "bundle.pem")}


def test_the_plain_script_keeps_connections_within_the_same_calls(tmp_path, https):
    platform, environment = https
    write_files(tmp_path / "5", 5)

    def run(ms, afresh):
        platform.begin(ms, afresh)
        started = time.monotonic()
        subprocess.run([sys.executable, SCRIPT, "connections.csv"], cwd=tmp_path / "5", env=environment, check=True)
        happened = platform.end()
        assert happened.pop("platform_cpu") > 0
        return happened, time.monotonic() - started

    assert run(0, True)[0] == {"calls": 15, "tokens": 1}
    assert run(0, False)[0] == {"calls": 5, "tokens": 1}
    happened, seconds = run(50, True)
    assert happened["calls"] == 15 and seconds > 16 * 0.05


def test_all_ways_are_given_the_same_connections(tmp_path):
    folder = tmp_path / "3"
    write_files(folder, 3)
    listed = yaml.safe_load((folder / "connections.yml").read_text())["connections"]
    hosts = yaml.safe_load((folder / "inventory.yml").read_text())["postgresql"]["hosts"]
    assert [(name, host["ansible_host"], host["datasentinel_connection_password"]) for name, host in hosts.items()] == [tuple(one.values()) for one in listed]
    assert (folder / "connections.csv").read_text().splitlines()[1:] == [",".join(one.values()) for one in listed]
    assert len({one["password"] for one in listed}) == 3
    for way in WAYS.values():
        playbooks = [argument for argument in way.arguments or () if argument.endswith(".yml")]
        assert all((folder / playbook).exists() for playbook in playbooks) and (AGAIN in way.phases or way.phases == (ONCE,))
