"""What was asked: counts by method, route and status, bytes sent, and a log."""

from __future__ import annotations

from collections import Counter, deque
from typing import Any

import msgspec

LOG_LENGTH = 50_000


class Entry(msgspec.Struct, frozen=True):
    """One request."""

    number: int
    method: str
    route: str
    path: str
    status: int
    bytes: int


class Ledger:
    """Counts requests; control requests are not counted."""

    def __init__(self) -> None:
        self.total = 0
        self.bytes_sent = 0
        self.in_flight = 0
        self.most_in_flight = 0
        self.counts: Counter[tuple[str, str, int]] = Counter()
        self.log: deque[Entry] = deque(maxlen=LOG_LENGTH)

    def begin(self) -> int:
        """Note a request that came in and return its number."""
        self.total += 1
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        return self.total

    def end(self, number: int, method: str, route: str, path: str, status: int, size: int) -> None:
        """Note what a request was answered with; status 0 is a reset connection."""
        self.in_flight -= 1
        self.bytes_sent += size
        self.counts[method, route, status] += 1
        self.log.append(Entry(number, method, route, path, status, size))

    def reset(self) -> None:
        """Forget everything but the requests in flight."""
        self.total = self.bytes_sent = 0
        self.most_in_flight = self.in_flight
        self.counts.clear()
        self.log.clear()

    def count(self, route: str | None = None, status: int | None = None) -> int:
        """Return the number of requests of a route and with a status."""
        return sum(
            number
            for (_, name, code), number in self.counts.items()
            if route in {None, name} and status in {None, code}
        )

    def report(self, *, log: bool) -> dict[str, Any]:
        """Return everything as plain values, for the control interface."""
        found: dict[str, Any] = {
            "total": sum(self.counts.values()),
            "bytes": self.bytes_sent,
            "inFlight": self.in_flight,
            "mostInFlight": self.most_in_flight,
            "counts": [
                {"method": method, "route": route, "status": status, "count": number}
                for (method, route, status), number in sorted(self.counts.items())
            ],
        }
        if log:
            found["log"] = [msgspec.to_builtins(one) for one in self.log]
        return found
