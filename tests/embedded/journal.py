# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The requests that the platform received, in order."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field


@dataclass
class Call:
    """A request.

    Attributes:
        path, headers, body: as sent.
        status: of the response, None if there was none.
    """

    method: str
    path: str
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(default=b"", repr=False)
    status: int | None = None

    def __str__(self):
        return f"{self.method} {self.path.rpartition('/pg-instances/')[2].rpartition('/ds-api/')[2]}"


class Journal:
    """The calls since the start, or since it was cleared. Safe for threads."""

    def __init__(self):
        self._lock = threading.Lock()
        self._calls: list[Call] = []

    def add(self, call: Call):
        """Append a call."""
        with self._lock:
            self._calls.append(call)

    def clear(self):
        """Forget all calls."""
        with self._lock:
            self._calls.clear()

    def all(self) -> list[Call]:
        """Every call."""
        with self._lock:
            return list(self._calls)

    def said(self) -> list[str]:
        """The calls in short, for example ["POST user-token", "GET db1", "PATCH db1/disable"]."""
        return [str(call) for call in self.all()]

    def methods(self) -> list[str]:
        """The methods of the calls to connections, in order: those for tokens are left out."""
        return [call.method for call in self.all() if "/pg-instances/" in call.path]

    def tokens_minted(self) -> int:
        """How many tokens were requested."""
        return sum(call.method == "POST" and call.path.endswith("/user-token") for call in self.all())
