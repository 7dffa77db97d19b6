#!/usr/bin/python
# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: datasentinel_pg_hba
short_description: Keep the platform's line in pg_hba.conf
version_added: 1.0.0
description:
  - Serves the role P(datasentinel.platform.datasentinel_monitoring_user#role), which asks PostgreSQL for the rules that it sees, has this
    module edit the file, has PostgreSQL check it, and reloads PostgreSQL. For other lines of C(pg_hba.conf), community.postgresql has a module.
  - The file keeps its owner, group and mode, and all other lines stay byte for byte. What was there before is kept as a backup beside it.
  - The line is put where it takes effect. Above it stay rules with the method C(reject) that match a part of the platform's connections.
    A C(reject) that keeps the platform out altogether is never outranked, but an error that names the line. A last line that rejects
    everything, after rules that let somebody in, does not count as one, and the line is put above it.
  - A line that people wrote for the user and exactly this address is their decision, whatever its type and method (other than C(reject)),
    and nothing is added. If it lets in a part only, such as some databases, a warning names it.
author:
  - The datasentinel.platform contributors (!UNKNOWN)
options:
  path:
    description: The file, as PostgreSQL's setting C(hba_file) has it.
    type: path
    required: true
  state:
    description:
      - V(present) and V(absent) are about the line.
      - V(restored) puts back O(backup), if the file still has the O(checksum) with which it was left.
    type: str
    choices: [present, absent, restored]
    default: present
  user:
    description: The monitoring user. Required for V(present) and V(absent).
    type: str
  address:
    description:
      - The platform's address, network in CIDR notation, or host name. Required for V(present).
      - A line that the module wrote for another address of the platform is replaced.
      - Not heeded for V(absent), which removes all lines that the module wrote for the user, and no other.
    type: str
  rules:
    description:
      - The rows of PostgreSQL's view C(pg_hba_file_rules), without their options, but with C(has_options). Required for V(present) and V(absent).
      - All of them, since a file that holds a rule more, or another one, is not the one that PostgreSQL has read, and refused.
    type: list
    elements: dict
  groups:
    description: The roles that the user is a member of.
    type: list
    elements: str
    default: []
  backup:
    description: The file that V(restored) puts back. Required for V(restored).
    type: path
  checksum:
    description: The SHA-256 of the file as it was left. Required for V(restored).
    type: str
attributes:
  check_mode:
    description: Can run in check mode and return what would change.
    support: full
  diff_mode:
    description: The line is shown, and no other, since they may hold passwords.
    support: full
  platform:
    description: Target OS/families that can be operated against.
    support: full
    platforms: posix
seealso:
  - module: community.postgresql.postgresql_pg_hba
"""

EXAMPLES = r"""
- name: Read pg_hba.conf as PostgreSQL sees it
  community.postgresql.postgresql_query:
    login_db: postgres
    query: >-
      SELECT current_setting('hba_file') AS path,
      coalesce(json_agg((to_jsonb(r) - 'options')
      || jsonb_build_object('has_options', r.options IS NOT NULL)), '[]')
      AS rules
      FROM pg_hba_file_rules r
  register: hba

- name: Keep the platform's line in it
  datasentinel.platform.datasentinel_pg_hba:
    path: "{{ hba.query_result[0].path }}"
    rules: "{{ hba.query_result[0].rules }}"
    user: datasentinel
    address: 10.1.2.3/32
"""

RETURN = r"""
line:
  description: The line for the platform.
  type: str
  returned: for the state C(present)
  sample: host all datasentinel 10.1.2.3/32 scram-sha-256
line_number:
  description: Its number in the file, counted from 1.
  type: int
  returned: for the state C(present), if it was put there now
  sample: 97
diff:
  description: The lines that are removed and the line that is put in. No other line is shown.
  type: dict
  returned: changed, for the states C(present) and C(absent)
  contains:
    before_header:
      description: The path of the file.
      type: str
      sample: /etc/postgresql/18/main/pg_hba.conf
    after_header:
      description: The path of the file.
      type: str
      sample: /etc/postgresql/18/main/pg_hba.conf
    before:
      description: The lines that are removed.
      type: str
      sample: ""
    after:
      description: The line that is put in.
      type: str
      sample: "host all datasentinel 10.1.2.3/32 scram-sha-256\n"
backup_file:
  description: A copy of the file as it was before.
  type: str
  returned: changed, not in check mode
  sample: /etc/postgresql/18/main/pg_hba.conf.4711.2026-11-24@12:00:00~
checksum:
  description: The SHA-256 of the file as it was left.
  type: str
  returned: changed, not in check mode
  sample: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
"""

import hashlib
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._postgresql._hba_file import HbaFile, write
from ..module_utils._postgresql._hba_rules import HbaError, Traffic, decisions, place_for, rules_from, takes_effect

#: The options that a state needs.
NEEDED = {"present": ("user", "address", "rules"), "absent": ("user", "rules"), "restored": ("backup", "checksum")}


def keep(module, content):
    """Keep or remove the line in the content of the file. Return the new content, and the result."""
    params = module.params
    rules = rules_from(params["rules"], params["path"])
    file = HbaFile(params["path"], content)
    file.check(rules)
    ours = [rule for rule in rules if file.is_marked(rule) and rule.users == (params["user"],)]
    if params["state"] == "absent":
        return without(file, ours), {"removed": [rule.line for rule in ours]}
    return present(module, file, rules, Traffic(params["user"], params["address"], params["groups"]), ours)


def present(module, file, rules, traffic, ours):
    """Have the line in the file, where it takes effect. ours: the Rules of the user that are marked. Return as `keep`."""
    # A reject is somebody's decision, also where it was made of our line.
    ours = [rule for rule in ours if rule.method != "reject"]
    # Of ours, people may have changed the method, or have TLS required.
    equal = [rule for rule in rules if traffic.equals(rule) or (rule in ours and traffic.is_of(rule) and "all" in rule.databases)]
    effective = next((rule for rule in equal if takes_effect(rules, rule, traffic)), None)
    stale = [rule for rule in ours if rule is not effective]
    others = [rule for rule in rules if rule not in ours]
    result = {"line": traffic.line(), "removed": [rule.line for rule in stale]}
    decided = [] if effective else decided_by_hand(module, others, traffic)
    if effective is None and not decided:
        place = place_for(others, traffic)
        for rule in place.narrowed:
            module.warn("A part of the platform's connections is rejected by %s, which stays above the line for the platform." % rule)
        number = file.insert(traffic.line(), place)
        result["line_number"] = number - sum(file.span(rule.line) for rule in stale if rule.line < number)
        # What was put in has moved the lines behind it.
        return without(file, [rule.line + (rule.line >= number) for rule in stale]), result
    return without(file, stale), result


def decided_by_hand(module, others, traffic):
    """Return the rules of other people that are for the user and the address. What they ask for (TLS, a certificate) is not to be outranked.

    A plain rule is none of them: where it takes no effect, the same is put where it does.
    """
    found = [rule for rule in decisions(others, traffic) if not traffic.equals(rule)]
    if found and not any(traffic.is_covered_by(rule) for rule in found):
        module.warn(
            "For the user %s and the address %s there is %s, which lets a part of the platform's connections in. Nothing was added, since that may be "
            "deliberate. If the platform has to reach every database, write a line for all of them: %s"
            % (traffic.user, traffic.address, ", ".join(map(str, found)), traffic.line())
        )
    return found


def without(file, lines):
    """Return the content of a file without lines, which are Rules or numbers."""
    for number in sorted((getattr(line, "line", line) for line in lines), reverse=True):
        file.remove(number)
    return file.content


def restore(module, content):
    """Return the backup's content. Fail where the file is no longer what the module left."""
    if hashlib.sha256(content).hexdigest() != module.params["checksum"]:
        text = "%(path)s was changed by somebody else in the meantime, so it was not put back. What it was before is in %(backup)s."
        module.fail_json(msg=text % module.params)
    return Path(module.params["backup"]).read_bytes()


def run(module):
    """Do what the module is asked for, and return the result. Raise HbaError or OSError."""
    path = module.params["path"]
    for name in NEEDED[module.params["state"]]:
        # Ansible itself takes an empty text for given.
        if module.params[name] in (None, ""):
            raise HbaError("%s is empty: the state %s needs it." % (name, module.params["state"]))
    before = Path(path).read_bytes()
    if module.params["state"] == "restored":
        after, result = restore(module, before), {}
    else:
        after, result = keep(module, before)
    changed = after != before
    if changed and module.params["state"] != "restored":
        removed, added = result.pop("removed"), result.get("line_number") and result["line"]
        old = b"".join(line + b"\n" for number, line in enumerate(before.split(b"\n"), 1) if number in removed)
        result["diff"] = {"before_header": path, "after_header": path, "before": old.decode(errors="replace"), "after": added + "\n" if added else ""}
    result.pop("removed", None)
    if changed and not module.check_mode:
        if module.params["state"] != "restored":
            result["backup_file"] = module.backup_local(path)
        write(path, after)
        result["checksum"] = hashlib.sha256(after).hexdigest()
    return {**result, "changed": changed}


def main():
    module = AnsibleModule(
        argument_spec={
            "path": {"type": "path", "required": True},
            "state": {"type": "str", "choices": ["present", "absent", "restored"], "default": "present"},
            "user": {"type": "str"},
            "address": {"type": "str"},
            "rules": {"type": "list", "elements": "dict"},
            "groups": {"type": "list", "elements": "str", "default": []},
            "backup": {"type": "path"},
            "checksum": {"type": "str"},
        },
        required_if=[("state", state, names) for state, names in NEEDED.items()],
        supports_check_mode=True,
    )
    try:
        result = run(module)
    except HbaError as exc:
        module.fail_json(msg=str(exc))
    except OSError as exc:
        module.fail_json(
            msg="%s cannot be edited here: %s. It has to be a file of this host that the system user of the task may write, and so may its folder. "
            "Where PostgreSQL runs on another host, set datasentinel_monitoring_user_manage_hba to false." % (module.params["path"], exc)
        )
    module.exit_json(**result)


if __name__ == "__main__":
    main()
