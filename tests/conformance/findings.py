# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What was found: for each row of the contract and each reading, whether it holds."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

HOLDS, BROKEN, OTHERWISE, UNKNOWN = "holds", "BROKEN", "otherwise", "not tried"
CONTRACT, READING = "contract", "reading"


@dataclass(frozen=True)
class Finding:
    """A finding. kind: contract or reading. title: what should be. outcome: one of the four words. detail: what was seen."""

    kind: str
    title: str
    outcome: str
    detail: str = ""


@dataclass
class Findings:
    """All findings of a run, in order."""

    found: list[Finding] = field(default_factory=list)

    def contract(self, title, holds, detail=""):
        """Note whether a row of the contract holds; None: it was not tried. Returns holds."""
        self.found.append(Finding(CONTRACT, title, UNKNOWN if holds is None else HOLDS if holds else BROKEN, detail))
        return holds

    def reading(self, title, holds, detail=""):
        """Note whether a reading of an open question holds; None: it was not tried. Returns holds."""
        self.found.append(Finding(READING, title, UNKNOWN if holds is None else HOLDS if holds else OTHERWISE, detail))
        return holds

    def conforms(self):
        """Return whether no row of the contract is broken."""
        return not any(finding.outcome == BROKEN for finding in self.found)

    def as_data(self, version, calls):
        """Return them as plain data, with what identifies the platform's version and nothing that identifies the platform."""
        counts = {word: sum(finding.outcome == word for finding in self.found) for word in (HOLDS, BROKEN, OTHERWISE, UNKNOWN)}
        findings = [asdict(finding) for finding in self.found]
        return {"schema": 1, "platform_version": version, "calls": calls, "conforms": self.conforms(), "summary": counts, "findings": findings}

    def table(self):
        """Return them as lines of a table."""
        lines = []
        for kind, title in ((CONTRACT, "The contract"), (READING, "What the contract leaves open, and how the collection reads it")):
            lines += ["", title, "-" * len(title)]
            for finding in self.found:
                if finding.kind == kind:
                    lines.append(f"{finding.outcome:9}  {finding.title}" + (f"\n{'':9}    {finding.detail}" if finding.detail else ""))
        return lines
