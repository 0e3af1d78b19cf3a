"""How many requests an organization may send to Port, kept before Port has to refuse.

Port counts requests in windows of five minutes, apart for each family: those that read or write entities, all
others, and sign-ins. Where its answers carry `x-ratelimit-limit`, `-remaining` and `-reset`, they are believed, since
others spend from the same window. Where they do not, what was sent in the last five minutes is counted here, each
request as long as Port may have counted it: from when it is sent until five minutes after its answer.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Literal

from fairlead.targets.pacing import Timing
from fairlead.targets.port.pacing import LONGEST_WAIT, seconds_until

Family = Literal["entities", "others", "sign-in", "telling"]

LIMITS: Mapping[Family, int] = {"entities": 35_000, "others": 15_000, "sign-in": 100, "telling": 1_000}
"""Requests per window that Port's documentation gives an organization (an address, for sign-ins). What is told of runs
may go to another host, of which no limit is known; it must not hold up the others."""

WINDOW = 300.0
"""Seconds."""


def family_of(path: Sequence[str]) -> Family:
    """The family of a route, by the parts of its path below `/v1`."""
    if path[0] == "auth":
        return "sign-in"
    about_entities = path[0] == "entities" or path[-1] == "datasource-entities" or "entities" in path[2:]
    return "entities" if about_entities else "others"


class Budget:
    """The requests of one family. They start in the order in which they asked."""

    def __init__(self, timing: Timing, limit: int) -> None:
        self._timing = timing
        self._limit = limit
        self._in_flight = 0
        self._answered: deque[float] = deque()
        self._left = 0
        self._window_ends = 0.0
        self._resume_at = 0.0
        self._turn = asyncio.Lock()
        self._changed = asyncio.Event()

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Waits until Port will take one more request, and counts it. Waiters queue, so that only one sleeps."""
        async with self._turn:
            await self._until_allowed()
            self._in_flight += 1
        try:
            yield
        finally:
            self._in_flight -= 1
            self._answered.append(self._timing.now())
            self._changed.set()

    def heed(self, headers: Mapping[str, str]) -> None:
        """Takes over what an answer says of the window. To be called inside of its slot."""
        self._limit = _count(headers.get("x-ratelimit-limit", "")) or self._limit
        remaining = _count(headers.get("x-ratelimit-remaining", ""))
        now = self._timing.now()
        wait = seconds_until(headers, "x-ratelimit-reset", now)
        if remaining is None or wait is None or not 0 < wait <= LONGEST_WAIT:
            self._left -= 1
        elif now < self._window_ends:
            # The same window still. Answers overtake one another: the least of them is the newest.
            self._left = min(self._left, remaining)
        else:
            self._left, self._window_ends = remaining, now + wait

    def pause(self, seconds: float) -> None:
        """No request of the family starts for so many seconds from now."""
        self._resume_at = max(self._resume_at, self._timing.now() + seconds)

    async def _until_allowed(self) -> None:
        while True:
            now = self._timing.now()
            if now < self._resume_at:
                await self._timing.sleep(self._resume_at - now)
                continue
            free_at = self._free_at(now)
            if free_at <= now:
                return
            if self._in_flight:
                # An answer may tell that more is left, since those under way were taken for uncounted.
                self._changed.clear()
                await self._changed.wait()
            else:
                await self._timing.sleep(free_at - now)

    def _free_at(self, now: float) -> float:
        """When the next request may start, as far as is known now."""
        if self._window_ends:
            if now < self._window_ends:
                return now if self._left > self._in_flight else self._window_ends
            self._window_ends = 0.0
            self._answered.clear()
        while self._answered and self._answered[0] <= now - WINDOW:
            self._answered.popleft()
        if len(self._answered) + self._in_flight < self._limit:
            return now
        return self._answered[0] + WINDOW if self._answered else now + WINDOW


def _count(text: str) -> int | None:
    return int(text) if text.strip().isdigit() else None
