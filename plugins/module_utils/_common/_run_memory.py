# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Memory that all workers of a run share. Private to the collection.

Made before the workers are forked, it is one for all of them: no disk is touched, and it ends with the run. Entries are
appended, and the newest of a key counts, so that one search finds it.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import mmap
import os
import struct
import tempfile
import threading
import time

try:
    import fcntl
except ImportError:  # no such module on Windows, where only parsers of documentation import this
    fcntl = None

#: Bytes. Pages that are never written cost nothing.
SIZE = 16 * 1024 * 1024
_HEADER = struct.Struct("!Q")
_LENGTH = struct.Struct("!I")
_KEY_SIZE = 20
_PAUSE = 0.005


class RunMemory:
    """Values by key, for all processes that are forked from the one that made it, and all of their threads.

    Where memory cannot be shared, nothing is stored, and each process goes on by itself.
    """

    def __init__(self, size=SIZE):
        self._secret = os.urandom(16)
        self._threads = {}
        self._threads_guard = threading.Lock()
        try:
            self._memory = mmap.mmap(-1, size)
            # Never written to, and without a name; a lock on it ends with the process that holds it.
            self._lock_file = tempfile.TemporaryFile() if fcntl is not None else None
            if self.shared:
                # Some file systems know no locks.
                fcntl.lockf(self._lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                fcntl.lockf(self._lock_file, fcntl.LOCK_UN)
        except (OSError, ValueError):
            self._memory = self._lock_file = None
        self.clear()

    @property
    def shared(self):
        """Whether what is stored is seen by others."""
        return self._lock_file is not None

    @property
    def room(self):
        """The bytes that are left: 0 where memory cannot be shared."""
        return len(self._memory) - _HEADER.unpack(self._memory[: _HEADER.size])[0] if self.shared else 0

    def clear(self):
        """Forget everything."""
        if self.shared:
            self._memory[: _HEADER.size] = _HEADER.pack(_HEADER.size)

    def get(self, *key):
        """Return the value (JSON types) that was stored last under a key (texts or None), None if there is none."""
        entries = self._entries()
        start = entries.rfind(self._digest(key))
        return None if start < 0 else _value(entries, start)

    def get_all(self, *key):
        """Return all values (JSON types) that were stored under a key (texts or None), the oldest first."""
        digest, entries = self._digest(key), self._entries()
        values, start = [], entries.find(digest)
        while start >= 0:
            values.append(_value(entries, start))
            start = entries.find(digest, start + _KEY_SIZE)
        return values

    def put(self, value, *key):
        """Store a value (JSON types) under a key (texts or None). What does not fit any more is not stored."""
        if not self.shared:
            return
        content = json.dumps(value).encode("utf-8", "surrogatepass")
        entry = self._digest(key) + _LENGTH.pack(len(content)) + content
        with self.exclusively("put"):
            (end,) = _HEADER.unpack(self._memory[: _HEADER.size])
            if end + len(entry) <= len(self._memory):
                self._memory[end : end + len(entry)] = entry
                # Last, so that whoever reads meanwhile sees the whole entry or none.
                self._memory[: _HEADER.size] = _HEADER.pack(end + len(entry))

    @contextlib.contextmanager
    def exclusively(self, *key, patience=60.0):
        """Hold the lock of a key (texts or None), which other processes and threads wait for.

        patience: seconds; after them it goes on without, so that nobody waits for a process that was stopped.
        """
        if not self.shared:
            yield
            return
        place = int.from_bytes(self._digest(key)[:4], "big")
        with self._threads_guard:
            thread_lock = self._threads.setdefault(place, threading.Lock())
        deadline = time.monotonic() + patience
        alone = thread_lock.acquire(timeout=patience)
        try:
            locked = alone and self._lock(place, deadline)
            try:
                yield
            finally:
                if locked:
                    fcntl.lockf(self._lock_file, fcntl.LOCK_UN, 1, place)
        finally:
            if alone:
                thread_lock.release()

    def _entries(self):
        """Return all entries. A copy, since bytes are searched much faster than the memory itself."""
        if not self.shared:
            return b""
        (end,) = _HEADER.unpack(self._memory[: _HEADER.size])
        return self._memory[_HEADER.size : end]

    def _lock(self, place, deadline):
        while True:
            try:
                fcntl.lockf(self._lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)
                return True
            except OSError:
                if time.monotonic() >= deadline:
                    return False
            time.sleep(_PAUSE)

    def _digest(self, key):
        # Keyed, since passwords are part of keys: what is stored does not let anybody try them out.
        text = json.dumps(key).encode("utf-8", "surrogatepass")
        return hmac.new(self._secret, text, hashlib.sha256).digest()[:_KEY_SIZE]


def _value(entries, start):
    """Return the value of the entry that begins there."""
    start += _KEY_SIZE
    (length,) = _LENGTH.unpack(entries[start : start + _LENGTH.size])
    start += _LENGTH.size
    return json.loads(entries[start : start + length])
