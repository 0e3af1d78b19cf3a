"""How much patience one `map` call has left, and with which rows."""

from __future__ import annotations

import asyncio

from fairlead.mapping.pool import ProgramFailed, WorkerDied

_DEATHS_PER_ROW = 3
"""Records that a row may take a worker down with before it is left out for the rest of the call."""
_DEATHS = 60
_PATIENCE = 4.0
"""Time limits that all searches of one call may use up together."""
_PROBE = 10
"""A part of a page gets this fraction of the time limit once a worker has died: a whole page needs less."""
_SHORTEST = 0.1


class Trouble:
    """What went wrong so far in one call, shared by all its pages.

    `limit` is the pool's time limit in seconds. An endless program costs at most about five of it: one for the
    page, the rest for finding the row.
    """

    def __init__(self, limit: float) -> None:
        self.banned: dict[int, str] = {}
        self.reason = ""
        self.turn = asyncio.Lock()
        self._limit = limit
        self._probe = min(limit, max(limit / _PROBE, _SHORTEST))
        self._spent = 0.0
        self._deaths = 0
        self._by_row: dict[int, int] = {}

    @property
    def seconds(self) -> float:
        """The time limit of the next request."""
        return self._probe if self._deaths else self._limit

    @property
    def hopeless(self) -> bool:
        """Whether to stop trying; `reason` says why."""
        return bool(self.reason)

    def note(self, error: WorkerDied | ProgramFailed) -> None:
        """Count a failed request. A program that only stopped early took no time worth counting."""
        if isinstance(error, ProgramFailed):
            return
        # Pages that run side by side may all die at the first limit; by the clock that is one.
        cost = self.seconds if error.why == "time" else 0.0
        self._deaths += 1
        self._spent += cost
        if self._spent > _PATIENCE * self._limit or self._deaths > _DEATHS:
            self.reason = f"not tried, as too many records of this page failed; the last one {error.reason}"

    def blame(self, row: int, error: WorkerDied) -> None:
        """Count a row that took a worker down with one record; the third leaves it out."""
        self.note(error)
        self._by_row[row] = self._by_row.get(row, 0) + 1
        if self._by_row[row] >= _DEATHS_PER_ROW:
            self.banned[row] = f"not tried, as {_DEATHS_PER_ROW} other records failed: it {error.reason}"
