# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import hashlib
import io
import json
import stat
from contextlib import redirect_stdout
from unittest.mock import patch

import pytest
import yaml
from ansible.module_utils import basic
from ansible_collections.datasentinel.platform.plugins.modules import datasentinel_pg_hba
from support.hba import rows

ADDRESS = "10.1.2.3/32"
LINE = "host all datasentinel 10.1.2.3/32 scram-sha-256"
MARKED = f"{LINE} # added by datasentinel.platform\n"
OTHERS = "# who may come in\nlocal all all peer\n\nhost all all 10.0.0.0/8 md5  # the office\n"


@pytest.fixture
def hba(tmp_path, monkeypatch):
    """A function that runs the module on a file with this text, as PostgreSQL sees it, and returns its result.

    hba.path is the file, and hba.warnings is what the module warned of.
    """
    path = tmp_path / "pg_hba.conf"
    warnings = []
    monkeypatch.setattr(basic.AnsibleModule, "warn", lambda _module, text: warnings.append(text))

    def run(text=None, check_mode=False, seen=None, **options):
        if text is not None:
            path.write_text(text)
            path.chmod(0o640)
        given = {"path": str(path), "_ansible_check_mode": check_mode, "_ansible_diff": True, **options}
        if options.get("state") != "restored":
            given = {"user": "datasentinel", "rules": rows(path.read_text() if seen is None else seen) if path.exists() else [], **given}
        arguments = json.dumps({"ANSIBLE_MODULE_ARGS": given}).encode()
        printed = io.StringIO()
        with patch.object(basic, "_ANSIBLE_ARGS", arguments), patch.object(basic, "_ANSIBLE_PROFILE", "legacy", create=True), redirect_stdout(printed):
            with pytest.raises(SystemExit):
                datasentinel_pg_hba.main()
        return json.loads(printed.getvalue())

    run.path, run.warnings = path, warnings
    return run


def test_the_line_is_added_once_and_a_backup_is_kept(hba):
    first = hba(OTHERS, address=ADDRESS)
    assert first["changed"] and (first["line"], first["line_number"]) == (LINE, 4)
    assert hba.path.read_text() == OTHERS.replace("host all all", MARKED + "host all all")
    assert first["checksum"] == hashlib.sha256(hba.path.read_bytes()).hexdigest()
    with open(first["backup_file"]) as backup:
        assert backup.read() == OTHERS
    assert stat.S_IMODE(hba.path.stat().st_mode) == 0o640
    again = hba(address=ADDRESS)
    assert not again["changed"] and "backup_file" not in again and "line_number" not in again
    assert len(list(hba.path.parent.iterdir())) == 2


@pytest.mark.parametrize("text, options", [(OTHERS, {"address": ADDRESS}), (OTHERS + MARKED, {"state": "absent"}), (OTHERS + MARKED, {"address": "10.9.9.9"})])
def test_check_mode_foresees_the_change_and_makes_none(hba, text, options):
    foreseen = hba(text, check_mode=True, **options)
    assert hba.path.read_text() == text and len(list(hba.path.parent.iterdir())) == 1
    made = hba(**options)
    assert foreseen["changed"] and foreseen["diff"] == made["diff"] and foreseen.get("line_number") == made.get("line_number")


def test_a_line_that_is_continued_is_removed_as_a_whole(hba):
    continued = "host all datasentinel 10.1.2.3/32 \\\n  scram-sha-256 # added by datasentinel.platform\n"
    assert hba(OTHERS + continued, seen=f"{OTHERS}{LINE}\n", state="absent")["changed"]
    assert hba.path.read_text() == OTHERS


def test_our_line_that_somebody_made_a_reject_is_not_outranked(hba):
    text = "host all datasentinel 10.1.2.3/32 reject # added by datasentinel.platform\n" + OTHERS
    result = hba(text, address=ADDRESS)
    assert result["failed"] and "A reject keeps the platform out: line 1 of" in result["msg"] and hba.path.read_text() == text


def test_our_line_that_is_for_one_database_only_is_replaced(hba):
    hba(f"host sales datasentinel {ADDRESS} scram-sha-256 # added by datasentinel.platform\n", address=ADDRESS)
    assert hba.path.read_text() == MARKED


def test_our_line_may_have_another_method(hba):
    assert not hba(f"hostssl all datasentinel {ADDRESS} md5 # added by datasentinel.platform\n", address=ADDRESS)["changed"]


def test_a_file_that_was_changed_since_it_was_read_is_left_alone(hba):
    seen = f"host all other 10.7.7.7/32 md5\n{MARKED}"
    now = "host all a 10.5.5.5/32 md5\nhost all b 10.6.6.6/32 md5\n" + seen
    result = hba(now, seen=seen, state="absent", address=ADDRESS)
    assert result["failed"] and "It may have been changed a moment ago: run the task again." in result["msg"] and hba.path.read_text() == now


@pytest.mark.parametrize("options", [{"address": ADDRESS}, {"state": "absent"}])
def test_a_file_that_holds_more_than_the_rules_is_left_alone(hba, options):
    now = OTHERS + MARKED
    result = hba(now, seen=OTHERS, **options)
    assert result["failed"] and "its line 5 is a rule that is missing in rules. It may have been changed a moment ago" in result["msg"]
    assert hba.path.read_text() == now


def test_nothing_is_put_behind_a_line_that_goes_on(hba):
    text = "local all all peer\n# by the wiki \\"
    result = hba(text, address=ADDRESS)
    assert result["failed"] and "Line 2 of" in result["msg"] and "ends in a backslash" in result["msg"] and hba.path.read_text() == text


def test_the_diff_shows_the_line_alone(hba):
    secret = "host all all 10.0.0.0/8 ldap ldapserver=x ldapbindpasswd=hidden\n"
    added = hba(secret, seen="host all all 10.0.0.0/8 ldap", address=ADDRESS)
    assert (added["diff"]["before"], added["diff"]["after"]) == ("", LINE + "\n")
    assert "hidden" not in json.dumps(added)
    removed = hba(MARKED, state="absent")
    assert (removed["diff"]["before"], removed["diff"]["after"]) == (MARKED, "")


@pytest.mark.parametrize("text", ["", OTHERS, OTHERS.rstrip("\n"), OTHERS.replace("\n", "\r\n")])
@pytest.mark.parametrize("given", [{}, {"address": ADDRESS}, {"address": "nonsense!!"}, {"address": ""}])
def test_what_was_added_is_taken_away_and_nothing_else(hba, text, given):
    hba.path.write_bytes(text.encode())
    assert hba(address=ADDRESS)["changed"]
    assert hba(state="absent", **given)["changed"]
    assert hba.path.read_bytes() == text.encode()
    assert not hba(state="absent", **given)["changed"]


def test_lines_of_other_users_and_lines_that_people_wrote_stay(hba):
    text = OTHERS + f"{LINE}\n" + MARKED.replace("datasentinel ", "other ") + "hostssl all datasentinel 10.1.2.4/32 cert\n"
    assert not hba(text, state="absent")["changed"] and not hba(state="absent", address=ADDRESS)["changed"]
    assert hba.path.read_text() == text


def test_a_line_for_an_earlier_address_is_replaced(hba):
    result = hba(MARKED.replace("10.1.2.3", "10.9.9.9") + OTHERS, address=ADDRESS)
    assert hba.path.read_text() == OTHERS.replace("host all all", MARKED + "host all all")
    assert result["line_number"] == 4
    assert "10.9.9.9" in result["diff"]["before"] and "10.1.2.3" in result["diff"]["after"]


def test_a_line_for_an_earlier_address_behind_the_new_one_is_replaced(hba):
    result = hba(OTHERS + MARKED.replace("10.1.2.3", "10.9.9.9"), address=ADDRESS)
    assert hba.path.read_text() == OTHERS.replace("host all all", MARKED + "host all all")
    assert result["line_number"] == 4


def test_a_line_that_somebody_has_hardened_stays(hba):
    assert not hba(MARKED.replace("host ", "hostssl ") + OTHERS, address=ADDRESS)["changed"]


def test_a_line_that_people_wrote_is_enough_where_it_takes_effect(hba):
    assert not hba(f"{LINE}\n{OTHERS}", address=ADDRESS)["changed"]
    assert hba(f"{OTHERS}{LINE}\n", address=ADDRESS)["line_number"] == 4


@pytest.mark.parametrize(
    "line",
    [
        f"hostssl all datasentinel {ADDRESS} cert",
        f"hostssl all datasentinel {ADDRESS} scram-sha-256",
        f"host all datasentinel {ADDRESS} md5",
        f"host all other,datasentinel {ADDRESS} scram-sha-256",
        f"host sales,all datasentinel {ADDRESS} scram-sha-256",
        f"hostgssenc all datasentinel {ADDRESS} gss",
    ],
)
@pytest.mark.parametrize("above", ["", "host sales all all md5\n", "hostnossl all all all reject\n"])
def test_what_people_decided_for_the_user_and_the_address_is_not_outranked(hba, line, above):
    text = f"{above}{line}\n{OTHERS}"
    result = hba(text, address=ADDRESS)
    assert not result["changed"] and hba.path.read_text() == text and hba.warnings == []


@pytest.mark.parametrize(
    "line", [f"host sales datasentinel {ADDRESS} md5", f"hostssl sales datasentinel {ADDRESS} cert", f"hostnossl all datasentinel {ADDRESS} md5"]
)
def test_what_people_decided_on_a_part_is_not_outranked_either_and_named(hba, line):
    text = f"{line}\n{OTHERS}"
    assert not hba(text, address=ADDRESS)["changed"] and hba.path.read_text() == text
    [warning] = hba.warnings
    assert f"there is line 1 of {hba.path}, which lets a part" in warning and warning.endswith(LINE)
    # Written above our line, it leaves that in place, and is named no more.
    text = f"{line}\n{MARKED}{OTHERS}"
    assert not hba(text, address=ADDRESS)["changed"] and hba.path.read_text() == text and len(hba.warnings) == 1


@pytest.mark.parametrize(
    "line",
    [
        f"host replication datasentinel {ADDRESS} md5",
        "hostssl all datasentinel 10.1.2.4/32 cert",
        f"hostssl all other {ADDRESS} cert",
        f"hostssl all all {ADDRESS} cert",
    ],
)
def test_what_people_decided_for_others_keeps_nobody_from_letting_the_platform_in(hba, line):
    assert hba(f"{line}\n{OTHERS}", address=ADDRESS)["changed"]


def test_what_people_decided_behind_a_line_that_lets_everybody_in_does_not_count(hba):
    assert hba(f"host all all all md5\nhostssl all datasentinel {ADDRESS} cert\n", address=ADDRESS)["line_number"] == 1


def test_our_line_for_an_earlier_address_goes_where_people_decided_for_the_new_one(hba):
    text = f"hostssl all datasentinel {ADDRESS} cert\n"
    assert hba(MARKED.replace("10.1.2.3", "10.9.9.9") + text, address=ADDRESS)["changed"] and hba.path.read_text() == text


def test_our_line_moves_to_where_it_takes_effect(hba):
    assert hba(OTHERS + MARKED, address=ADDRESS)["line_number"] == 4
    assert hba.path.read_text() == OTHERS.replace("host all all", MARKED + "host all all")


def test_a_reject_is_named_and_nothing_is_changed(hba):
    text = "host all all 10.0.0.0/8 reject\n"
    result = hba(text, address=ADDRESS)
    assert result["failed"] and f"line 1 of {hba.path}" in result["msg"]
    assert hba.path.read_text() == text and len(list(hba.path.parent.iterdir())) == 1


def test_a_reject_of_a_part_draws_a_warning(hba):
    assert hba("hostnossl all all all reject\nhost all all all md5\n", address=ADDRESS)["line_number"] == 2
    assert [f"rejected by line 1 of {hba.path}" in warning for warning in hba.warnings] == [True]


def test_a_membership_decides_which_rules_are_for_the_user(hba):
    assert "A reject keeps the platform out" in hba("host all +ops all reject\n", address=ADDRESS, groups=["ops"])["msg"]
    assert hba("host all +ops all reject\n", address=ADDRESS)["changed"]


@pytest.mark.parametrize("options", [{"address": ADDRESS}, {"state": "absent"}])
def test_a_file_that_is_not_there_is_an_error_that_says_what_to_do(hba, options):
    result = hba(**options)
    assert result["failed"] and str(hba.path) in result["msg"] and "set datasentinel_monitoring_user_manage_hba to false" in result["msg"]


def test_what_is_put_back_is_what_was_there(hba):
    changed = hba(OTHERS, address=ADDRESS)
    backup = {"backup": changed["backup_file"], "checksum": changed["checksum"]}
    assert hba(state="restored", check_mode=True, **backup)["changed"] and hba.path.read_text() != OTHERS
    assert hba(state="restored", **backup)["changed"]
    assert hba.path.read_text() == OTHERS and stat.S_IMODE(hba.path.stat().st_mode) == 0o640


def test_what_somebody_else_has_changed_since_is_not_put_back(hba):
    changed = hba(OTHERS, address=ADDRESS)
    hba.path.write_text("theirs")
    result = hba(state="restored", backup=changed["backup_file"], checksum=changed["checksum"])
    assert result["failed"] and changed["backup_file"] in result["msg"]
    assert hba.path.read_text() == "theirs"


@pytest.mark.parametrize("options", [{}, {"state": "restored"}])
def test_what_a_state_needs_has_to_be_given(hba, options):
    assert "missing" in hba("", **options)["msg"]


@pytest.mark.parametrize("empty", ["user", "address", "rules"])
def test_what_a_state_needs_may_not_be_empty(hba, empty):
    options = {"address": ADDRESS, empty: None if empty == "rules" else ""}
    assert hba(OTHERS, **options)["msg"] == f"{empty} is empty: the state present needs it." and hba.path.read_text() == OTHERS


@pytest.mark.parametrize("state", ["present", "absent"])
def test_rules_have_to_be_given(state, monkeypatch):
    given = {"ANSIBLE_MODULE_ARGS": {"path": "/x", "user": "datasentinel", "address": ADDRESS, "state": state}}
    printed = io.StringIO()
    monkeypatch.setattr(basic, "_ANSIBLE_ARGS", json.dumps(given).encode())
    monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)
    with redirect_stdout(printed), pytest.raises(SystemExit):
        datasentinel_pg_hba.main()
    assert json.loads(printed.getvalue())["msg"] == f"state is {state} but all of the following are missing: rules"


def test_the_documentation_has_the_same_options():
    documented = yaml.safe_load(datasentinel_pg_hba.DOCUMENTATION)["options"]
    assert list(documented) == ["path", "state", "user", "address", "rules", "groups", "backup", "checksum"]
