# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook audit besides what it finds: no access, when it fails, comparing, merging, publishing."""

from __future__ import annotations

import json

import jsonschema
import pytest
from embedded import faults

TASK = "Audit the connections of all hosts"
LIST = "List what was found"
FAIL = "Fail where there is something that is not as it should be"
AUDIT, MERGE = "datasentinel.platform.audit", "datasentinel.platform.audit_merge"
PASSWORD = "s3cret-of-all"
ONE_TRY = {"DATASENTINEL_API_RETRIES": "0"}


def inventory(count: int, **hosts: dict) -> dict:
    """So many hosts pg000, …, and others by name with their variables (without the role's prefix)."""
    named = {**{f"pg{number:03}": {} for number in range(count)}, **hosts}
    given = {name: {f"datasentinel_connection_{key}": value for key, value in own.items()} for name, own in named.items()}
    return {"postgresql": {"hosts": given, "vars": {"datasentinel_connection_password": PASSWORD, "datasentinel_connection_host": "127.0.0.1"}}}


def register(platform, *names, **changes):
    for name in names:
        platform.store.put(name, **{"host": "127.0.0.1", "port": 5432, "user": "datasentinel", "password": PASSWORD, "connected": True, **changes})


@pytest.fixture
def report(tmp_path, schema):
    """A function that reads a report, which has to be as the schema has it."""

    def read(folder="datasentinel-audit"):
        content = json.loads((tmp_path / folder / "audit.json").read_text())
        jsonschema.validate(content, schema)
        return content

    return read


@pytest.fixture
def no_report(tmp_path):
    """A function that fails if there is a report."""
    return lambda: sorted(path.name for path in (tmp_path / "datasentinel-audit").glob("*")) == []


def findings(content) -> dict:
    return {row["name"]: row["finding"] for row in content["connections"]}


# --- no access ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "environment, sentence",
    [
        ({"DATASENTINEL_API_URL": "http://127.0.0.1:9"}, "http://127.0.0.1:9/ds-api/user-token: no connection to"),
        ({"DATASENTINEL_API_TOKEN": "wr0ng-t0ken", "DATASENTINEL_API_USERNAME": ""}, "The platform refused the token."),
        ({"DATASENTINEL_API_PASSWORD": "wr0ng"}, "The platform refused api_username and api_password: check them."),
        ({"DATASENTINEL_API_USERNAME": "viewer"}, "needs the data admin profile and the admin privilege"),
        ({"DATASENTINEL_API_URL": ""}, "missing required arguments: api_url"),
        ({"DATASENTINEL_API_URL": "ftp://platform"}, "only http:// and https:// are possible"),
    ],
)
def test_without_access_it_fails_at_once_with_a_sentence_and_no_report(ansible, platform, no_report, environment, sentence):
    if environment.get("DATASENTINEL_API_USERNAME") == "":
        environment = {**environment, "DATASENTINEL_API_PASSWORD": ""}
    outcome = ansible.run(AUDIT, inventory=inventory(30), environment={**ONE_TRY, **environment})
    assert outcome.returncode == 2 and sentence in outcome[TASK]["msg"] and no_report(), outcome.output
    assert len([line for line in outcome.lines if not line["item"]]) == 1 and "wr0ng" not in outcome.output
    # A few threads may have begun.
    assert len(platform.journal.all()) <= 20


@pytest.mark.parametrize("fault", [faults.status(502, "gone"), faults.status(500, "no database"), faults.drop_before])
def test_a_platform_that_is_down_for_everybody_leaves_no_report(ansible, platform, no_report, fault):
    platform.faults.add(fault, "GET", times=1000)
    outcome = ansible.run(AUDIT, inventory=inventory(20), environment=ONE_TRY)
    assert outcome.returncode == 2 and outcome[TASK]["msg"].startswith("GET ") and no_report(), outcome.output


def test_a_platform_that_goes_down_in_between_leaves_no_report(ansible, platform, no_report):
    register(platform, *(f"pg{number:03}" for number in range(100)))
    platform.faults.add(faults.drop_before, "GET", nth=20, times=10_000)
    outcome = ansible.run(AUDIT, inventory=inventory(100), environment=ONE_TRY)
    assert outcome.returncode == 2 and "closed the connection" in outcome[TASK]["msg"] and no_report(), outcome.output
    assert len(platform.journal.all()) < 60


def test_variables_that_are_wrong_everywhere_leave_no_report(ansible, platform, no_report):
    outcome = ansible.run(AUDIT, inventory=inventory(0, pg1={"port": "many"}, pg2={"port": "many"}))
    assert outcome.returncode == 2 and no_report() and platform.journal.all() == []
    assert outcome[TASK]["msg"].startswith("None of 2 connections can be looked at. The first: Connection 'pg1': port has to be "), outcome.output


def test_one_connection_that_cannot_be_read_is_unknown_and_the_others_are_not(ansible, platform, report):
    register(platform, "pg000", "pg001", "pg002")
    platform.faults.add(faults.drop_before, "GET", "/pg001$", times=10)
    platform.faults.add(faults.status(403, "not yours"), "GET", "/pg002$", times=10)
    ansible.run(AUDIT, inventory=inventory(3), environment=ONE_TRY)
    assert findings(report()) == {"pg001": "unknown", "pg002": "unknown", "pg000": "ok"}
    assert "not yours" in report()["connections"][1]["message"]


def test_one_platforms_trouble_does_not_stop_the_hosts_of_another(ansible, platform, report):
    register(platform, "pg000")
    elsewhere = {"api_url": "http://127.0.0.1:9", "api_token": "other-t0ken"}
    outcome = ansible.run(AUDIT, inventory=inventory(1, far1=elsewhere, far2=elsewhere), environment=ONE_TRY)
    assert outcome.returncode == 2 and findings(report()) == {"far1": "unknown", "far2": "unknown", "pg000": "ok"}
    assert set(report()["platform"].split(", ")) == {"http://127.0.0.1:9", platform.url} and set(report()["coverage"]["user"].split(", ")) == {
        "an access token",
        "admin",
    }


# --- when it fails, and what it prints ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fail_on, returncode",
    [(None, 2), ("disabled", 2), ("differs,unknown", 0), (["differs", "disabled"], 2), ([], 0), ("none", 0), ("ok", 2), ("", 2)],
)
def test_it_fails_for_the_findings_that_one_asks_for(ansible, platform, report, fail_on, returncode):
    register(platform, "pg000")
    register(platform, "pg001", enabled=False, connected=False)
    variables = {} if fail_on is None else {"datasentinel_audit_fail_on": fail_on}
    outcome = ansible.run(AUDIT, inventory=inventory(2), variables=variables)
    assert outcome.returncode == returncode and report()["summary"]["disabled"] == 1, outcome.output
    assert (FAIL in {line["task"] for line in outcome.lines if line["status"] == "failed"}) == (returncode != 0)


def test_separators_alone_are_no_list_of_findings(ansible):
    # As two variables of a shell leave them that are not set.
    assert ansible.run(AUDIT, "-e", "datasentinel_audit_fail_on=,", inventory=inventory(1)).returncode == 2


@pytest.mark.parametrize("given, named", [("disabled,gone", "gone"), ("none,disabled", "none")])
def test_a_finding_that_there_is_not_is_refused_before_anything_is_sent(ansible, platform, given, named):
    outcome = ansible.run(AUDIT, "-e", f"datasentinel_audit_fail_on={given}", inventory=inventory(2))
    assert f"fail_on holds '{named}': it may hold not_registered, disabled" in outcome[TASK]["msg"] and platform.journal.all() == []


def test_the_list_is_cut_after_fifty_and_the_counts_are_of_all(ansible, platform, tmp_path):
    outcome = ansible.run(AUDIT, inventory=inventory(60))
    lines = outcome[LIST]["msg"]
    assert lines[0] == "60 of 60 connections need attention. 60 not registered."
    assert [line.partition(":")[0] for line in lines[1:51]] == [f"pg{number:03}" for number in range(50)]
    assert lines[51:] == [f"and 10 more, all of them in {tmp_path}/datasentinel-audit/audit.html", lines[52]] and lines[52].startswith("The report: ")
    assert outcome[FAIL]["msg"] == lines[0]


def test_a_fleet_that_is_as_it_should_be(ansible, platform):
    register(platform, "pg000", "pg001")
    outcome = ansible.run(AUDIT, inventory=inventory(2)).succeeded()
    assert outcome[LIST]["msg"][0] == "All 2 connections are as the inventory wants them." and outcome.changed() == [False] * len(outcome.changed())


def test_a_name_that_is_a_number_in_the_inventory(ansible, platform, report):
    register(platform, "4711", "1")
    numbers = {"datasentinel_connection_name": 4711}, {"datasentinel_connection_instances": [{"name": 1, "port": 5432}]}
    hosts = {
        f"pg{number}": {**variables, "datasentinel_connection_host": "127.0.0.1", "datasentinel_connection_password": PASSWORD}
        for number, variables in enumerate(numbers)
    }
    ansible.run(AUDIT, inventory={"postgresql": {"hosts": hosts}}).succeeded()
    assert findings(report()) == {"4711": "ok", "1": "ok"}


def test_several_clusters_of_a_host_and_check_mode(ansible, platform, report):
    register(platform, "crm", tags="a=1")
    clusters = [{"name": "crm", "port": 5432, "tags": {"a": 1}}, {"name": "billing", "port": 5433, "tags": {"a": 2}}]
    outcome = ansible.run(AUDIT, "--check", inventory=inventory(0, shared={"instances": clusters}))
    assert findings(report()) == {"billing": "not_registered", "crm": "ok"} and report()["hosts"] == 1
    assert {row["inventory_host"] for row in report()["connections"]} == {"shared"}
    assert "billing (host shared): not registered." in outcome.output and set(platform.journal.methods()) == {"GET"}


def test_two_hosts_with_one_name_are_told(ansible, platform, report):
    register(platform, "same")
    ansible.run(AUDIT, inventory=inventory(0, first={"name": "same"}, second={"name": "same"}))
    assert findings(report()) == {"second": "unknown", "same": "ok"}
    assert "also that of the host first" in report()["connections"][0]["message"]


def test_what_it_saw_is_told(ansible, platform, report, tmp_path):
    register(platform, "pg001")
    given = {"datasentinel_audit_dir": "reports/today", "datasentinel_audit_slice": "2 of 4", "awx_job_id": 4711}
    ansible.run(AUDIT, "--limit", "pg001", inventory=inventory(3), variables=given).succeeded()
    content = report("reports/today")
    assert content["coverage"] == {"limit": "pg001", "slice": "2 of 4", "job": "4711", "user": "admin", "parts": None} and content["hosts"] == 1
    assert sorted(path.name for path in (tmp_path / "reports/today").iterdir()) == ["audit.csv", "audit.html", "audit.json"]


def test_a_folder_that_cannot_be_written_is_found_before_anything_is_sent(ansible, platform, tmp_path):
    (tmp_path / "file").write_text("")
    outcome = ansible.run(AUDIT, "-e", "datasentinel_audit_dir=file/below", inventory=inventory(1))
    assert f"dest: nothing can be written to the folder {tmp_path}/file/below" in outcome[TASK]["msg"] and platform.journal.all() == []


# --- the report before -------------------------------------------------------------------------------------------


def test_what_is_new_resolved_and_still_there(ansible, platform, report):
    last = ["-e", "datasentinel_audit_previous=datasentinel-audit/audit.json"]
    register(platform, "pg001", "pg002", "pg003")
    register(platform, "pg002", enabled=False, connected=False)
    first = ansible.run(AUDIT, *last, inventory=inventory(5))
    assert "so this audit is compared with none" in " ".join(first.output.split()) and report()["comparison"] is None
    assert findings(report()) == {"pg000": "not_registered", "pg004": "not_registered", "pg002": "disabled", "pg001": "ok", "pg003": "ok"}
    before = report()["generated_at"]

    register(platform, "pg000")
    register(platform, "pg003", port=1)
    outcome = ansible.run(AUDIT, *last, "--limit", "!pg004", inventory=inventory(5))

    def entry(name, finding, was):
        return {"name": name, "inventory_host": name, "finding": finding, "before": was}

    assert report()["comparison"] == {
        "previous": before,
        "new": [entry("pg003", "differs", "ok")],
        "still": [entry("pg002", "disabled", "disabled")],
        "resolved": [entry("pg000", "ok", "not_registered")],
        # What this run did not look at is not resolved.
        "not_seen": [entry("pg004", None, "not_registered")],
    }
    assert f"Since the report of {before}: 1 new, 1 still there, 1 resolved, 1 not seen this time." in outcome[LIST]["msg"]


@pytest.mark.parametrize(
    "content, sentence",
    [
        ("<html>", "is no JSON: it has to be the audit.json of an earlier audit."),
        ("[]", "its schema is not 1."),
        ('{"schema": 2}', "its schema is not 1."),
        ('{"schema": 1}', "generated_at is missing, or is something else."),
    ],
)
def test_a_previous_report_that_is_none_is_refused_before_anything_is_sent(ansible, platform, tmp_path, content, sentence):
    (tmp_path / "old.json").write_text(content)
    outcome = ansible.run(AUDIT, "-e", "datasentinel_audit_previous=old.json", inventory=inventory(1))
    assert f"previous: {tmp_path}/old.json is" in outcome[TASK]["msg"] and outcome[TASK]["msg"].endswith(sentence) and platform.journal.all() == []


# --- slices ------------------------------------------------------------------------------------------------------


def test_the_reports_of_slices_are_put_together(ansible, platform, report, tmp_path):
    register(platform, "pg001", "pg002", "pg003")
    for number, limit in enumerate(["pg000,pg001", "pg002,pg003"], 1):
        given = {"datasentinel_audit_dir": f"slices/{number}", "datasentinel_audit_slice": f"{number} of 2", "datasentinel_audit_fail_on": "none"}
        ansible.run(AUDIT, "--limit", limit, inventory=inventory(4), variables=given).succeeded()
    whole = ansible.run(AUDIT, "-e", "datasentinel_audit_dir=whole", inventory=inventory(4))
    calls = len(platform.journal.all())

    outcome = ansible.run(MERGE, "-e", "datasentinel_audit_reports=slices/*/audit.json", environment={"DATASENTINEL_API_URL": ""})
    assert outcome.returncode == 2 and len(platform.journal.all()) == calls
    merged = report()
    for key in ("platform", "hosts", "summary", "connections"):
        assert merged[key] == report("whole")[key], key
    assert merged["coverage"] == {"limit": "pg000,pg001, pg002,pg003", "slice": "1 of 2, 2 of 2", "job": None, "user": "admin", "parts": 2}
    assert outcome[LIST]["msg"][:2] == whole[LIST]["msg"][:2]

    # A part that was audited again counts as it is now, and what is merged is compared as well.
    register(platform, "pg000")
    ansible.run(AUDIT, "--limit", "pg000", "-e", "datasentinel_audit_dir=slices/3", inventory=inventory(4)).succeeded()
    again = json.loads((tmp_path / "slices/3/audit.json").read_text())
    (tmp_path / "slices/3/audit.json").write_text(json.dumps({**again, "generated_at": "2099-01-01T00:00:00Z"}))
    # A host in two parts is one host.
    given = {
        "datasentinel_audit_reports": ["slices/1/audit.json", "slices/2/audit.json", "slices/3/audit.json"],
        "datasentinel_audit_previous": "whole/audit.json",
    }
    ansible.run(MERGE, variables=given).succeeded()
    assert [entry["name"] for entry in report()["comparison"]["resolved"]] == ["pg000"] and report()["summary"]["ok"] == 4
    assert report()["hosts"] == 4


def test_merging_says_what_is_missing(ansible):
    assert "datasentinel_audit_reports is not given." in ansible.run(MERGE).output
    outcome = ansible.run(MERGE, "-e", "datasentinel_audit_reports=nowhere/*.json")
    assert "reports: there is no file " in outcome[TASK]["msg"] and "nowhere/*.json on the control node." in outcome[TASK]["msg"]


# --- publishing --------------------------------------------------------------------------------------------------


def test_the_files_are_copied_to_a_host_that_publishes(ansible, platform, tmp_path):
    register(platform, "pg000")
    given = {"datasentinel_audit_publish_host": "bastion", "datasentinel_audit_publish_dir": str(tmp_path / "www/audit")}
    outcome = ansible.run(AUDIT, inventory=inventory(2), variables=given)
    assert outcome.returncode == 2 and outcome[FAIL]["msg"].startswith("1 of 2 connections needs attention."), outcome.output
    for name in ("audit.html", "audit.json", "audit.csv"):
        assert (tmp_path / "www/audit" / name).read_bytes() == (tmp_path / "datasentinel-audit" / name).read_bytes()
    assert not any(outcome.changed())


def test_what_was_found_is_seen_although_it_cannot_be_published(ansible, platform, tmp_path):
    register(platform, "pg000")
    (tmp_path / "file").write_text("")
    given = {"datasentinel_audit_publish_host": "bastion", "datasentinel_audit_publish_dir": str(tmp_path / "file/below")}
    outcome = ansible.run(AUDIT, inventory=inventory(1), variables=given)
    assert outcome.returncode == 2 and outcome[LIST]["msg"][0].startswith("The connection is as the inventory wants it.")
    assert "The report could not be published on the host " in outcome[FAIL]["msg"]
    given["datasentinel_audit_publish_host"] = "web.invalid"
    outcome = ansible.run(AUDIT, inventory=inventory(1), variables=given)
    assert outcome.returncode != 0 and LIST in {line["task"] for line in outcome.lines}, outcome.output


# --- the module --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("keywords", [{"delegate_to": "bastion"}, {"async": 10, "poll": 1}])
def test_it_runs_on_the_control_node_alone(ansible, platform, keywords):
    task = {"name": "audit", "datasentinel.platform.datasentinel_audit": {}, **keywords}
    outcome = ansible.tasks(task, hosts="localhost")
    assert outcome.returncode != 0 and "it runs on the control node alone: leave out delegate_to and async." in outcome["audit"]["msg"]


def test_a_task_of_ones_own(ansible, platform, tmp_path):
    register(platform, "localhost", host="localhost", password="an0ther")
    task = {"name": "audit", "datasentinel.platform.datasentinel_audit": {"dest": "here", "fail_on": ["differs"], "concurrency": 2}, "ignore_errors": True}
    outcome = ansible.tasks(
        task,
        {**task, "datasentinel.platform.datasentinel_audit": {"dst": "here"}, "name": "wrong"},
        play={"vars": {"datasentinel_connection_password": PASSWORD}},
    )
    result = outcome["audit"]
    assert outcome.lines[0]["status"] == "failed" and result["failing"] == {"differs": 1} and result["files"]["json"] == str(tmp_path / "here/audit.json")
    assert result["facts"]["connections"] == 1 and result["facts"]["changes"] is None
    refused = "Unsupported parameters for (datasentinel.platform.datasentinel_audit) module: dst. Supported parameters include: api_password, "
    assert outcome["wrong"]["msg"].startswith(refused) and " dest, fail_on, " in outcome["wrong"]["msg"]
