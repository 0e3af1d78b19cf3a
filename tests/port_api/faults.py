"""Faults that a test switches on, and the ledger of what was asked."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from port_api.state import Json


@dataclass
class Fault:
    """The next `times` requests whose path contains `path` are answered so, but for the first `after` of them.

    `status` 0 cuts the connection. With `arrives` they are done nevertheless: only their
    answers are lost.
    """

    status: int
    times: int = 1
    path: str = ""
    method: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    arrives: bool = False
    body: bytes = b'{"ok": false, "error": "injected", "message": "a fault of the test"}'

    after: int = 0

    def strikes(self, method: str, path: str) -> bool:
        """Whether it answers this request. Counts."""
        if self.times <= 0 or self.path not in path or self.method not in ("", method):
            return False
        if self.after > 0:
            self.after -= 1
            return False
        self.times -= 1
        return True


@dataclass(frozen=True)
class Recorded:
    """One request as it came, the status it was answered with (0 = connection cut), and when (epoch seconds).

    `heard`: the true answer went out whole; `answer` is its body.
    """

    method: str
    path: str
    query: dict[str, str]
    agent: str
    authorization: str
    body: bytes
    status: int
    at: float
    heard: bool = True
    answer: bytes = b""

    @property
    def json(self) -> Json:
        """The body, None where it is empty."""
        decoded: Json = json.loads(self.body) if self.body else None
        return decoded
