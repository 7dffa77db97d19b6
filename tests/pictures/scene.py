# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the pictures show: the collection as users install it, an embedded platform, and inventories."""

from __future__ import annotations

import os
import shutil
import socket
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

import yaml
from embedded.collection import install
from embedded.server import Platform

PASSWORD = "s3cret-of-the-pictures"


class Scene:
    """An installed collection and a running platform, with a folder to run commands in.

    Attributes:
        folder: holds what runs leave.
        platform: the embedded platform.
        environment: for commands.
    """

    def __init__(self, folder: Path, platform: Platform, collections: Path):
        self.folder, self.platform = folder, platform
        # Nothing of whoever makes the pictures but where programs are.
        kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "LANG", "LC_ALL", "TMPDIR") if name in os.environ}
        self.environment = {**kept, "HOME": str(folder), "no_proxy": platform.host, "ANSIBLE_COLLECTIONS_PATH": str(collections), **platform.environment()}

    def playbook(self, name: str, *options: str) -> list[str]:
        """The command that runs a playbook of the collection on the inventory."""
        return [sys.executable, str(Path(sys.executable).with_name("ansible-playbook")), f"datasentinel.platform.{name}", "-i", "inventory", *options]

    def inventory(self, content: dict):
        """Write the inventory."""
        shutil.rmtree(self.folder / "inventory", ignore_errors=True)
        (self.folder / "inventory/group_vars").mkdir(parents=True)
        (self.folder / "inventory/hosts.yml").write_text(yaml.safe_dump({"postgresql": content}, sort_keys=False))
        (self.folder / "inventory/group_vars/postgresql.yml").write_text(yaml.safe_dump({"datasentinel_connection_password": PASSWORD}))

    def register(self, name: str, host: str, tags: dict, **fields):
        """Have a connection on the platform, to which it is connected unless a field says otherwise."""
        text = ",".join(f"{key}={value}" for key, value in tags.items())
        known = {"host": host, "port": 5432, "user": "datasentinel", "password": PASSWORD, "connected": True}
        self.platform.store.put(name, **{**known, "tags": text, **fields})

    def secrets(self) -> list[str]:
        """What no picture may show."""
        return [PASSWORD, self.platform.password, socket.gethostname(), str(Path.home()), tempfile.gettempdir()]


@contextmanager
def scene():
    """A scene, which is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="datasentinel-pictures-") as name:
        folder = Path(name)
        collections = install(folder / "collections")
        with Platform(folder / "state.sqlite", tls=True, ca_dir=folder, username="automation") as platform:
            yield Scene(folder, platform, collections)
