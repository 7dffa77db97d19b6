# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The action plugin of datasentinel_audit: from the inventory to the files of a report. Private to the collection."""

from __future__ import annotations

import json
import os

from ..module_utils._commands._audit_command import Audited, audit_all
from ..module_utils._commands._bounds import check_concurrency
from ..module_utils._commands._options import ACCESS, typed
from ..module_utils._common._errors import InvalidInput
from ..module_utils._connection._finding import FINDINGS, OK
from ._action_base import CommandAction
from ._audit_comparison import CHANGES, compared
from ._audit_csv import as_csv
from ._audit_files import folder, matching, read, write
from ._audit_lines import lines, sentence
from ._audit_page import as_html
from ._audit_report import merged, report_of
from ._host_variables import variables_for
from ._inventory import Inventory
from ._plain import plain

#: What stands for no finding at all in fail_on, since an empty answer of a survey is not given.
_NOTHING = "none"


class AuditAction(CommandAction):
    """A task that audits the connections of all hosts of the play, or puts reports together."""

    def perform(self, secrets, task_vars):
        """As CommandAction has it."""
        given = plain(self._task.args)
        self.check_names(given)
        if self._runs_elsewhere():
            raise InvalidInput("%s reads the inventory, so it runs on the control node alone: leave out delegate_to and async." % self.command.name)
        # Empty text is "not given", as a survey leaves it.
        given = {name: value for name, value in given.items() if value is not None and not (isinstance(value, str) and not value.strip())}
        options = typed({name: option for name, option in self.command.options.items() if name not in ACCESS}, given)
        check_concurrency(options["concurrency"])
        fail_on = _checked_fail_on(options["fail_on"])
        # What is wrong with files is found before anything is sent.
        path = folder(options["dest"])
        previous, notes = _previous(options["previous"])
        if options["reports"]:
            report, warnings = merged([read(name, "reports") for name in matching(options["reports"])]), []
        else:
            report, warnings = self._audit(given, options, secrets, task_vars)
        if previous is not None:
            report["comparison"] = compared(report, previous)
        return _result(report, path, fail_on, warnings + notes)

    def _audit(self, given, options, secrets, task_vars):
        """Return the report of the inventory's connections, and warnings. Raise a DatasentinelError where there is nothing to report."""
        missing = self.missing_library()
        if missing:
            raise InvalidInput(missing["msg"])
        with self.process():
            inventory = Inventory(self._loader, variables_for(self._task, task_vars), task_vars, given, operation="register")
            hosts = inventory.read(secrets)
            audited = [
                Audited(described.item.name, host, described.settings, described.desired, described.failed)
                for host, connections in hosts.items()
                for described in connections
            ]
            audit_all(audited, self.context(secrets), options["concurrency"])
        coverage = {"limit": task_vars.get("ansible_limit"), "slice": options["slice"], "job": task_vars.get("awx_job_id")}
        return report_of(audited, len(hosts), plain(coverage)), inventory.warnings


def _checked_fail_on(kinds):
    """Return the findings for which the task fails. kinds: as they are given, None for all but ok. Raise InvalidInput."""
    given = [kind.strip() for kind in kinds or [] if kind.strip()]
    # Separators alone are not given either, as two variables of a shell leave them that are not set.
    if kinds is None or (kinds and not given):
        return [kind for kind in FINDINGS if kind != OK]
    wrong = [kind for kind in given if kind not in FINDINGS and (kind != _NOTHING or len(given) > 1)]
    if wrong:
        raise InvalidInput("fail_on holds %r: it may hold %s, or %s alone." % (wrong[0], ", ".join(FINDINGS), _NOTHING), "fail_on")
    return [kind for kind in given if kind != _NOTHING]


def _previous(path):
    """Return the previous report, None without one, and notes for a person. Raise InvalidInput."""
    if path is None:
        return None, []
    path = os.path.abspath(path)
    if not os.path.exists(path):
        # The first audit of all has none.
        return None, ["previous: there is no file %s on the control node, so this audit is compared with none." % path]
    return read(path, "previous"), []


def _result(report, path, fail_on, warnings):
    """Write the files of a report, and return the result of the task."""
    contents = {"html": as_html(report), "json": json.dumps(report, ensure_ascii=False, indent=1) + "\n", "csv": as_csv(report)}
    files = write(path, contents)
    failing = {kind: report["summary"][kind] for kind in FINDINGS if kind in fail_on and report["summary"][kind]}
    changes = report["comparison"] or {}
    result = {
        "changed": False,
        "msg": sentence(report),
        "summary": report["summary"],
        "failing": failing,
        "lines": lines(report, files),
        "files": files,
        "facts": {
            **{name: report[name] for name in ("generated_at", "platform", "hosts", "summary")},
            "connections": len(report["connections"]),
            "changes": {change: len(changes[change]) for change in CHANGES} if changes else None,
        },
        "warnings": warnings,
    }
    return plain({**result, "failed": True} if failing else result)
