# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The platform's state: connections and settings in SQLite, so that it survives a restart."""

from __future__ import annotations

import json
import sqlite3
import threading
from contextlib import contextmanager
from pathlib import Path

#: The fields of a connection besides its name, as the contract has them; clients send the first five.
DEFAULTS = {
    "host": "",
    "port": 5432,
    "user": "",
    "password": "",
    "tags": "",
    "enabled": True,
    "connected": False,
    "collection-rate": "low",
    "samples": False,
    "lock-monitoring": True,
    "lock-monitoring-delay": 30,
    "table-monitoring": True,
    "query-monitoring": True,
    "query-monitoring-optimize": False,
    "query-monitoring-min-calls": 2,
    "query-monitoring-min-time": 1,
}


class Store:
    """Connections by name, each a dict of the fields that the platform displays. Safe for threads."""

    def __init__(self, path: Path | str):
        self._lock = threading.RLock()
        self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._database.execute("PRAGMA journal_mode = WAL")
        # It survives the end of this process; of the machine it need not, and each write would wait for the disk.
        self._database.execute("PRAGMA synchronous = OFF")
        self._database.execute("CREATE TABLE IF NOT EXISTS connections (name TEXT PRIMARY KEY, shown TEXT NOT NULL)")
        self._database.execute("CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL)")

    def close(self):
        """Close the database."""
        self._database.close()

    @contextmanager
    def exclusively(self):
        """A transaction that no other thread or process interrupts."""
        with self._lock:
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._database.execute("ROLLBACK")
                raise
            self._database.execute("COMMIT")

    def get(self, name: str) -> dict | None:
        """The connection of that name, None if it does not exist."""
        with self._lock:
            row = self._database.execute("SELECT shown FROM connections WHERE name = ?", [name]).fetchone()
        return json.loads(row[0]) if row else None

    def put(self, name: str, **fields):
        """Create a connection, or change the given fields of it."""
        with self._lock:
            connection = self.get(name) or {"name": name, **DEFAULTS}
            self._database.execute("INSERT OR REPLACE INTO connections VALUES (?, ?)", [name, json.dumps({**connection, **fields})])

    def delete(self, name: str):
        """Remove a connection if it exists."""
        with self._lock:
            self._database.execute("DELETE FROM connections WHERE name = ?", [name])

    def names(self) -> list[str]:
        """The names of all connections, sorted."""
        with self._lock:
            return [row[0] for row in self._database.execute("SELECT name FROM connections ORDER BY name")]

    def setting(self, name: str, make) -> str:
        """The value of a setting, which make() returns the first time."""
        with self._lock:
            row = self._database.execute("SELECT value FROM settings WHERE name = ?", [name]).fetchone()
            if row:
                return row[0]
            value = make()
            self._database.execute("INSERT INTO settings VALUES (?, ?)", [name, value])
            return value
