"""What the requests of one source have cost so far."""

from __future__ import annotations

from collections import Counter

from fairlead.model.source import Traffic

FIRST_ESTIMATE = 256 * 1024
"""Bytes reserved for a route that has not answered yet."""


class Ledger:
    """Counts requests by (method and path template, status); remembers how large a route's answers are."""

    def __init__(self) -> None:
        self._requests: Counter[tuple[str, int]] = Counter()
        self._sizes: dict[str, int] = {}
        self._bytes = 0
        self._seconds = 0.0

    def answered(self, label: str, status: int, size: int) -> None:
        """One request ended; status 0 where no answer came."""
        self._requests[label, status] += 1
        self._bytes += size
        if status == 200:
            # The larger of this and three quarters of the last guess: pages differ, and one small one says little.
            self._sizes[label] = max(size, self._sizes.get(label, 0) * 3 // 4)

    def waited(self, seconds: float) -> None:
        """All requests of a host stood still for so long because the service asked for it."""
        self._seconds += seconds

    def estimate(self, label: str) -> int:
        """How many bytes the route's next answer will likely have."""
        return self._sizes.get(label, FIRST_ESTIMATE)

    def traffic(self) -> Traffic:
        """The totals so far."""
        return Traffic(dict(self._requests), self._bytes, self._seconds)
