# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Most runs of the tests, and the modules in them, are forked from a process that has Ansible loaded: they are what a run that is started is."""

from __future__ import annotations

import signal
import subprocess

import pytest
from support import forked, module_python
from support.playbook import task, wait_for
from support.processes import running_from

#: What Python reads when it is started, so that a run is started.
STARTED = {"PYTHONHASHSEED": "0"}
FACTS = [
    "{{ ansible_playbook_python }} {{ ansible_config_file | d('') }} {{ playbook_dir }} {{ ansible_version.full }} {{ ansible_check_mode }}",
    "{{ lookup('env', 'HOME') }} {{ lookup('env', 'EXTRA') }} {{ lookup('pipe', 'pwd; umask; ulimit -n; cat') }}",
    "{{ lookup('config', 'ANSIBLE_HOME') }} {{ lookup('config', 'ANSIBLE_COW_SELECTION') }}",
]


def play(ansible, *options, **environment):
    return ansible.tasks(
        {"name": "facts", "ansible.builtin.debug": {"msg": FACTS}},
        task("in-process", {"ignore_errors": True}, state="absent", name="/"),
        task("module", {"delegate_to": "bastion"}, state="absent", name="forked"),
        {"name": "fails", "ansible.builtin.fail": {"msg": "as it should"}},
        environment={"EXTRA": "only here", **environment},
    )


def test_a_run_that_is_forked_is_as_one_that_is_started(ansible, tmp_path):
    assert forked.possible(ansible.environment, tmp_path) and not forked.possible({**ansible.environment, **STARTED}, tmp_path)
    one, other = play(ansible), play(ansible, **STARTED)
    assert (one.returncode, one.output, one.lines) == (other.returncode, other.output, other.lines)
    assert one.returncode == 2 and str(tmp_path) in str(one["facts"]["msg"]) and "only here" in str(one["facts"]["msg"])
    assert list((tmp_path / ".ansible/tmp").iterdir()) == [], "each has removed its temporary files"


def test_a_setting_of_one_run_is_not_that_of_the_next(ansible, tmp_path):
    (tmp_path / "ansible.cfg").write_text("[defaults]\ncow_selection = tux\n")
    with_file = play(ansible)
    (tmp_path / "ansible.cfg").unlink()
    assert "tux" in str(with_file["facts"]["msg"]) and "tux" not in str(play(ansible)["facts"]["msg"])


def test_a_template_compiled_once_is_not_used_where_the_same_text_means_something_else(ansible, tmp_path):
    text = r"{{ 'a\tb' }} << 1 + 1 >>"
    (tmp_path / "file.j2").write_text(text)
    other_marks = "variable_start_string='<<', variable_end_string='>>'"
    messages = [text, "{{ lookup('template', 'file.j2') }}", f"{{{{ lookup('template', 'file.j2', {other_marks}) }}}}"]
    for _again in range(2):
        told = ansible.tasks({"name": "texts", "ansible.builtin.debug": {"msg": messages}}).succeeded()["texts"]["msg"]
        assert told == [r"a\tb << 1 + 1 >>", "a\tb << 1 + 1 >>", r"{{ 'a\tb' }} 2"]


def test_what_does_not_end_is_killed_and_shows_what_it_printed(ansible, tmp_path):
    waits = f"exec -a waits-for-ever-{tmp_path.name} sleep 1000"
    plays = [{"hosts": hosts, "gather_facts": False, "tasks": []} for hosts in ("localhost", "{{ lookup('pipe', waits) }}")]
    command = ansible.command(plays, "-e", "waits='bash -c \"%s\"'" % waits)
    with pytest.raises(TimeoutError, match=r"did not end within 5 s:\s+PLAY \[localhost\]"):
        forked.run(command[1:], tmp_path, ansible.environment, 5)
    assert wait_for(lambda: not running_from(f"waits-for-ever-{tmp_path.name}"), 10)


@pytest.mark.parametrize("ending, status", [("pass", 0), ("sys.exit(3)", 3), ("sys.exit('so')", 1), ("1 / 0", 1), ("os.kill(os.getpid(), 15)", -15)])
@pytest.mark.parametrize("piped", [False, True], ids=["a file", "standard input"])
def test_a_script_ends_as_if_its_python_had_been_started(tmp_path, piped, ending, status):
    script = tmp_path / "script.py"
    script.write_text(f"import os, sys\nprint(__name__, os.getcwd(), os.environ['EXTRA'], sys.argv[1:], flush=True)\n{ending}\n")
    arguments = [] if piped else [str(script), "an argument"]
    command = {"cwd": tmp_path, "env": {**module_python.settings(), "EXTRA": "ä"}, "stdout": subprocess.PIPE, "text": True}
    with script.open() as standard_input:
        done = subprocess.run([module_python.path(), *arguments], stdin=standard_input, check=False, **command)
    assert (done.returncode, done.stdout) == (status, f"__main__ {tmp_path} ä {arguments[1:]}\n")


def test_a_module_ends_with_the_run_that_waits_for_it(tmp_path):
    marker = f"waits-for-ever-{tmp_path.name}"
    script = tmp_path / "script.py"
    script.write_text(f"import subprocess\nsubprocess.run(['bash', '-c', 'exec -a {marker} sleep 1000'])\n")
    run = subprocess.Popen([module_python.path(), str(script)])
    assert wait_for(lambda: running_from(marker), 10)
    run.send_signal(signal.SIGKILL)
    run.wait()
    assert wait_for(lambda: not running_from(marker), 10)
