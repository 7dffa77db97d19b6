# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the measurements depend on: the machine, and the versions of what runs on it."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from datetime import date
from importlib.metadata import version
from pathlib import Path

from .options import Options

#: Run by the Python of each ansible-core.
VERSIONS = """
import json, platform, ssl
from importlib.metadata import version
names = ["ansible-core", "jinja2", "requests", "urllib3"]
print(json.dumps({"Python": platform.python_version(), **{name: version(name) for name in names}, "OpenSSL": ssl.OPENSSL_VERSION.split()[1]}))
"""


def about_run(options: Options, forks: int, authorities: int) -> dict:
    """What is kept with the results, as JSON types."""
    versions = {}
    for core, python in options.cores.items():
        versions[core] = json.loads(subprocess.run([str(python), "-c", VERSIONS], capture_output=True, text=True, check=True).stdout)
    return {
        "date": date.today().isoformat(),
        "machine": f"{os.cpu_count()} cores of {_processor()}, {_memory():.0f} GiB of memory, {platform.system()} {platform.release()}",
        "versions": versions,
        "platform": f"Python {platform.python_version()}, uvicorn {version('uvicorn')}, FastAPI {version('fastapi')}",
        "main_core": options.main_core,
        "forks": forks,
        "rounds": options.rounds,
        "long": options.long,
        "authorities": authorities,
        "complete": options.complete,
    }


def _processor():
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def _memory():
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
