"""A clock that only sleeping moves."""

from __future__ import annotations

import asyncio


class VirtualClock:
    """`now` in epoch seconds; `sleep` returns at once, after moving the clock. `slept` lists the seconds asked for."""

    def __init__(self, start: float = 1_800_000_000.0) -> None:
        self._now = start
        self.slept: list[float] = []

    def now(self) -> float:
        return self._now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self._now += seconds
        await asyncio.sleep(0)

    def pass_by(self, seconds: float) -> None:
        self._now += seconds
