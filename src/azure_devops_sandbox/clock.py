"""The sandbox's time: a value that tests move by hand, or one that follows the system.

No other module reads the system's clock, so that a seeded organization is a pure function
of its arguments.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

START = datetime(2026, 3, 2, 10, 0, 0, tzinfo=UTC)
"""The instant at which a seeded organization stands unless another one is given."""


def wall_clock() -> float:
    """Return the real time in epoch seconds, for headers that clients compare with their own clock."""
    return time.time()


class Clock:
    """A clock that stands at `start` until it is advanced; with `ticking` it also runs on by itself."""

    def __init__(self, start: datetime = START, *, ticking: bool = False) -> None:
        self._start = start.astimezone(UTC)
        self._ticking = ticking
        self._origin = time.monotonic()
        self._advanced = timedelta()

    def now(self) -> datetime:
        """Return the current instant in UTC."""
        running = timedelta(seconds=time.monotonic() - self._origin) if self._ticking else timedelta()
        return self._start + self._advanced + running

    def advance(self, seconds: float) -> datetime:
        """Move the clock forward and return the new instant."""
        if seconds < 0:
            raise ValueError("a clock only moves forward")
        self._advanced += timedelta(seconds=seconds)
        return self.now()
