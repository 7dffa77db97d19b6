# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""python -m pictures: make the pictures in docs/pictures/ from real runs, and draw the chart of the benchmark again if it was run here."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

from audit.browser import Browser
from embedded.collection import ROOT
from PIL import Image

from . import fleet
from .scene import scene
from .terminal import draw, printed

PICTURES = ROOT / "docs/pictures"
#: Of the benchmark, as its last run has left it.
MEASURED = ROOT / ".cache/bench/results.json"
#: The part of the audit's page that is shown: pixels, and how many connections.
WIDTH, HEIGHT, ROWS = 1280, 1400, 7


def main():
    """Make all pictures."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with scene() as stage:
        for name, make in (("demo.svg", demo), ("check-diff.svg", check_diff), ("audit.png", audit)):
            make(stage, PICTURES / name)
            print(f"docs/pictures/{name}: {(PICTURES / name).stat().st_size / 1024:.0f} KiB", flush=True)
    chart()


def demo(stage, path):
    """The demo."""
    terminal(stage, [sys.executable, str(ROOT / "demo/demo.py")], "make demo", path)


def check_diff(stage, path):
    """A run of the playbook register in check mode, with a diff: a port and tags that differ, and a host that is new."""
    tags = {"environment": "production", "datacenter": "lyon"}
    hosts = {name: {"ansible_host": f"{name}.example.com", "datasentinel_connection_tags": {"application": name[3:], **tags}} for name in NAMES}
    stage.inventory({"hosts": hosts})
    stage.register("pg-sales", "pg-sales.example.com", {"application": "sales", **tags, "datacenter": "paris"}, port=5433)
    stage.register("pg-crm", "pg-crm.example.com", {"application": "crm", **tags})
    options = ("--check", "--diff")
    terminal(stage, stage.playbook("register", *options), " ".join(["ansible-playbook datasentinel.platform.register -i inventory", *options]), path)


NAMES = ("pg-sales", "pg-crm", "pg-billing")


def terminal(stage, command, title, path):
    """Draw what a command prints; title: as one types it."""
    text = printed(command, stage.environment, stage.folder)
    shown = [secret for secret in stage.secrets() if secret in text]
    if shown:
        raise RuntimeError(f"{path.name} would show what no picture may: {len(shown)} secrets or names of this machine.")
    draw(f"$ {title}\n\n{text.lstrip()}", title, path)


def audit(stage, path):
    """The page of an audit of a fleet, which is compared with the audit before."""
    stage.platform.reset()
    servers = fleet.fleet()
    stage.inventory(fleet.inventory(servers))
    fleet.register(stage, servers)
    fleet.neglect(stage, servers, 16)
    command = stage.playbook("audit", "-e", "datasentinel_audit_fail_on=none")
    for further in ([], ["-e", "datasentinel_audit_previous=datasentinel-audit/audit.json"]):
        done = subprocess.run([*command, *further], cwd=stage.folder, env=stage.environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"The audit failed:\n{done.stdout}{done.stderr}")
        fleet.repair(stage, servers, 4)
        fleet.neglect(stage, servers, 6, since=16)
    with Browser() as browser:
        page = browser.open(stage.folder / "datasentinel-audit/audit.html", width=WIDTH, height=HEIGHT, device_scale_factor=1.5)
        last = page.locator("#rows tr.row").nth(ROWS - 1).bounding_box()
        light(page.page.screenshot(clip={"x": 0, "y": 0, "width": WIDTH, "height": last["y"] + last["height"]}), path)


def light(png: bytes, path: Path):
    """Write a screenshot with as many colours as it needs, and no more."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    image.quantize(256, kmeans=4, dither=Image.Dither.NONE).save(path, optimize=True)


def chart():
    """The chart of the benchmark from what was measured, if anything was."""
    if not MEASURED.is_file():
        print("docs/performance.png: make bench draws it. Nothing was measured here, so it stays as it is.")
        return
    # Only now: it is large.
    from bench.chart import draw as draw_chart
    from bench.report import CHART
    from bench.results import Results

    results = Results.load(MEASURED)
    if results.about["complete"]:
        draw_chart(results, ROOT / "docs", CHART)
        print("docs/performance.png and .svg: drawn again")
    else:
        print("docs/performance.png: what was measured here last is a shortened run, so it stays as it is.")


if __name__ == "__main__":
    main()
