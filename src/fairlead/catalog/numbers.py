"""The sequence: numbers that no process has taken before, at the cost of an addition.

Numbers are reserved durably in blocks before any of them is used, so that after a kill the next process starts above
them all. The next block is reserved in the background once half of the present one is used; a caller that is faster
than the disk waits for it.
"""

from __future__ import annotations

import threading
from concurrent.futures import Future

from fairlead.catalog.lane import Lane

BLOCK = 1000


class Numbers:
    """Callable from any thread but the writer's."""

    def __init__(self, lane: Lane, reserved: int, block: int = BLOCK) -> None:
        self._lane = lane
        self._block = block
        self._gate = threading.Lock()
        self._last = reserved
        self._limit = reserved
        self._asked: Future[int] | None = None

    def __call__(self) -> int:
        """The next number. CatalogUnusable when a block cannot be reserved."""
        with self._gate:
            if self._limit - self._last <= self._block // 2:
                self._refill()
            self._last += 1
            return self._last

    def _refill(self) -> None:
        if self._asked is None:
            if self._lane.is_current:
                raise RuntimeError("numbers are taken before a request is sent, never inside a write job")
            count = self._block
            self._asked = self._lane.submit(lambda writer: writer.reserve_numbers(count))
        if self._asked.done() or self._last >= self._limit:
            asked, self._asked = self._asked, None
            self._limit = asked.result()
