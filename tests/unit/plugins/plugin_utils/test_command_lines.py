# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The command lines that are printed for a person to run."""

from __future__ import annotations

import shlex
from pathlib import Path

import ansible_collections.datasentinel.platform as collection
import yaml
from ansible.inventory.manager import split_host_pattern
from ansible_collections.datasentinel.platform.plugins.plugin_utils._command_lines import _PLAIN, command_line, plain_names

PLAIN = ["pg1", "pg-1.example.com", "10.0.0.1", "_a", "köln"]
ODD = ["web (prod)", "a&b", "a;b", "$x", "`x`", "!pg", "&pg", "~pg", "pg*", "pg?", "pg[1]", "a:b", "a,b", "-e", ".a", "a\n", "'", '"', "", "::1"]


def test_a_name_of_a_command_is_one_word_for_the_shell_and_one_host_for_ansible():
    line = command_line("enable", PLAIN)
    *_rest, hosts = shlex.split(line)
    assert line.startswith("ansible-playbook datasentinel.platform.enable -i inventory -e datasentinel_hosts=pg1,")
    assert split_host_pattern(hosts.partition("=")[2]) == PLAIN


def test_what_a_shell_or_ansible_takes_for_something_else_is_no_plain_name():
    assert plain_names([*ODD, *PLAIN]) == PLAIN


def test_the_playbook_goes_by_the_same_rule():
    plays = yaml.safe_load((Path(next(iter(collection.__path__))) / "playbooks/maintenance.yml").read_text())
    [given] = [task["vars"]["datasentinel_maintenance_plain"] for task in plays[0]["tasks"] if task["name"].startswith("Say how to resume")]
    assert f"select('match', '{_PLAIN.pattern}$')" in given
