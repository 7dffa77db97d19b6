# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Guides that are followed to the letter, on an embedded platform: only addresses and passwords are others."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from support.markdown import Page, Sample

ADDRESS = "https://platform.example.com"
PASSWORD = "s3cret-of-the-vault"
#: What samples take to be there.
CA, AUDITS = "/etc/ssl/private-ca.pem", "/srv/audit"
#: Samples that no test runs, by page and section, and why. They are checked by test_samples.py all the same.
LISTED = {
    ("CONTRIBUTING.md", "Commands"): "runs the tests themselves",
    ("CONTRIBUTING.md", "Changes"): "a fragment of a changelog; antsibull-changelog checks those that there are",
    ("README.md", "datasentinel.platform"): "make demo is run by test_demo.py; make test is this run",
    ("README.md", "Installation"): "Galaxy, which tests do not reach; test_package.py installs from a tarball",
    ("docs/onboarding.md", "Onboarding"): "PostgreSQL without a monitoring user: test_playground.py and tests/onboard run it",
    ("docs/onboarding.md", "What is needed"): "Galaxy, and variables of the same; tests/onboard runs with the like",
    ("docs/onboarding.md", "The library, and a restart"): "restarts a service; tests/onboard/test_preload.py runs the like",
    ("docs/onboarding.md", "And back"): "the same; tests/onboard runs the like",
    ("docs/performance.md", "Repeat it"): "the benchmark, which takes long",
    ("docs/secrets.md", "A new password"): "PostgreSQL whose password is changed; tests/onboard runs the like",
    ("roles/datasentinel_monitoring_user/README.md", "What is needed"): "PostgreSQL on the host; tests/onboard runs the like",
    ("roles/datasentinel_monitoring_user/README.md", "shared_preload_libraries"): "restarts PostgreSQL; tests/onboard/test_preload.py runs the like",
    ("roles/datasentinel_monitoring_user/README.md", "Managed services"): "a managed service",
}


class Guide:
    """A page whose samples are taken in their order, until none is left.

    Attributes:
        page: the page.
        folder: where its files are, and its commands run.
    """

    def __init__(self, name: str, folder: Path, platform):
        self.page, self.folder, self._platform = Page(name), folder, platform
        self._left = [sample for sample in self.page.samples() if sample.language in ("yaml", "shell") and (name, sample.section) not in LISTED]

    def __enter__(self) -> Guide:
        return self

    def __exit__(self, kind, *_error):
        if kind is None:
            assert [str(sample) for sample in self._left] == []

    def take(self, language: str) -> str:
        """The next sample, which has to be in that language, with the platform's address and user instead of the guide's."""
        sample = self._left.pop(0)
        assert sample.language == language, f"{sample} is in {sample.language}"
        return self.here(sample.text)

    def here(self, text: str) -> str:
        """A text of the guide with the platform's address, user and authority, and with a folder of audits of its own."""
        given = {ADDRESS: self._platform.url, "automation": self._platform.username, AUDITS: str(self.folder / "audits"), CA: str(self._platform.ca_path)}
        for instead, value in given.items():
            text = text.replace(instead, value)
        return text

    def write(self, name: str, text: str):
        """Write a file below the folder."""
        (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / name).write_text(text)

    def write_files(self, *samples: Sample):
        """Write the samples that name a file, and the password that they take from a vault."""
        for sample in samples:
            if sample.title:
                self.write(sample.title, self.here(sample.text))
        self.write("inventory/group_vars/all/vault.yml", f"vault_datasentinel_password: {PASSWORD}\n")

    def inventory(self):
        """Write the inventory of the guide to getting started."""
        self.write_files(*Page("docs/getting-started.md").samples("yaml"))

    def shell(self, script: str, stdin: str = "", **environment: str) -> str:
        """Run a script of the guide. Returns what it prints, which may hold no password. Fails if the script does."""
        script = script.replace("…", self._platform.password)
        given = {} if "API_URL" in script else self._platform.environment()
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=self.folder,
            # Hosts are not logged in to.
            env={**os.environ, **given, "HOME": str(self.folder), "ANSIBLE_GATHERING": "explicit", **environment},
            input=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout
        assert PASSWORD not in done.stdout and self._platform.password not in done.stdout
        return done.stdout
