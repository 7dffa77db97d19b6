# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run of the benchmark measures, from the environment."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

#: The ansible-core on which everything is measured; of the others, a few rows.
MAIN_CORE = "2.19"


@dataclass(frozen=True)
class Options:
    """Settings of a run.

    Attributes:
        cores: the Python of each ansible-core's virtual environment, by version.
        sizes: numbers of connections; None: those of the plan.
        rounds: how often each row is measured, in turn with all others.
        long: seconds; a row that takes longer is measured once.
        complete: whether nothing of the default run is left out.
    """

    cores: dict[str, Path]
    sizes: tuple[int, ...] | None = None
    rounds: int = 3
    long: float = 15
    complete: bool = True

    @property
    def main_core(self) -> str:
        """The version on which everything is measured."""
        return MAIN_CORE if MAIN_CORE in self.cores else next(iter(self.cores))


def options_from(arguments: list[str], environment) -> Options:
    """Read the options.

    Args:
        arguments: VERSION=PYTHON for each ansible-core.
        environment: SIZES, ROUNDS, LONG and QUICK count.
    """
    quick = {"SIZES": "50", "ROUNDS": "1"} if environment.get("QUICK") else {}
    given = {**quick, **{name: environment[name] for name in ("SIZES", "ROUNDS", "LONG") if environment.get(name)}}
    cores = dict(argument.split("=", 1) for argument in arguments)
    return Options(
        cores={version: Path(python).absolute() for version, python in cores.items()},
        sizes=tuple(sorted(int(size) for size in given["SIZES"].split())) if "SIZES" in given else None,
        rounds=int(given.get("ROUNDS", Options.rounds)),
        long=float(given.get("LONG", Options.long)),
        complete=not given and not environment.get("CORES"),
    )
