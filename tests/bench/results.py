# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What was measured, kept in a JSON file."""

from __future__ import annotations

import json
import statistics
from dataclasses import asdict, dataclass
from pathlib import Path

#: The phases of a row: registering, the same again with nothing to do, or a run that registers nothing.
FIRST, AGAIN, ONCE = "first", "again", "once"


@dataclass(frozen=True, order=True)
class Case:
    """A row of the benchmark.

    Attributes:
        core: the version of ansible-core.
        way: a key of WAYS.
        access: how the platform is reached, one of ACCESSES.
        ms: milliseconds that the platform waits before each response.
        size: how many connections.
    """

    core: str
    way: str
    access: str
    ms: int
    size: int


@dataclass(frozen=True)
class Measurement:
    """One run of a command.

    Attributes:
        seconds: wall-clock time.
        cpu: seconds of CPU of the command, with all of its processes.
        megabytes: peak resident memory of its largest process.
        calls: requests for connections that the platform received.
        tokens: requests for tokens.
        platform_cpu: seconds of CPU of the platform.
    """

    seconds: float
    cpu: float
    megabytes: float
    calls: int
    tokens: int
    platform_cpu: float


class Results:
    """Measurements by case and phase. about: what is known of the machine and the run, JSON types."""

    def __init__(self, about: dict):
        self.about = about
        self._measurements: dict[tuple[Case, str], list[Measurement]] = {}

    def add(self, case: Case, phase: str, measurement: Measurement):
        """Add the measurement of one round."""
        self._measurements.setdefault((case, phase), []).append(measurement)

    def all(self) -> dict[tuple[Case, str], list[Measurement]]:
        """Every measurement, in the order of the first round."""
        return self._measurements

    def longest(self, case: Case) -> float:
        """The most seconds that a phase of a case took, 0 if it was not measured yet."""
        return max((one.seconds for (measured, _phase), many in self._measurements.items() if measured == case for one in many), default=0)

    def median(self, case: Case, phase: str, field: str = "seconds") -> float:
        """The median of a field over the rounds. Raises KeyError if the case was not measured."""
        return statistics.median(getattr(measurement, field) for measurement in self._measurements[case, phase])

    def sizes(self) -> list[int]:
        """The numbers of connections that were measured, sorted."""
        return sorted({case.size for case, _phase in self._measurements})

    def save(self, path: Path):
        """Write everything to a file."""
        rows = [{**asdict(case), "phase": phase, "measurements": [asdict(one) for one in many]} for (case, phase), many in self._measurements.items()]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"about": self.about, "rows": rows}, indent=1) + "\n")

    @classmethod
    def load(cls, path: Path) -> Results:
        """What `save` wrote."""
        saved = json.loads(path.read_text())
        results = cls(saved["about"])
        for row in saved["rows"]:
            phase, measurements = row.pop("phase"), row.pop("measurements")
            for measurement in measurements:
                results.add(Case(**row), phase, Measurement(**measurement))
        return results
