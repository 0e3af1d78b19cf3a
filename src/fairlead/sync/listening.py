"""Turns what asks for a sync (a start, a person, a timer, an event) into runs, one after the other.

A wish is served by a run that begins after it, so that one which comes while a run goes on is served by the next, and
any number of them by one. Time is the event loop's.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import Literal, NoReturn

import structlog

from fairlead.model.errors import FairleadError, IncompleteReading, Retry

SyncMode = Literal["full", "incremental"]

PAUSE = 30.0
LONGEST_PAUSE = 900.0
"""Seconds before something that has failed is tried again: at first, and after many failures."""

_log = structlog.get_logger(__name__)


class _Wish:
    """One wish; `due` in the loop's time. One that is `lasting` goes on until a run has served it without an error."""

    def __init__(self, mode: SyncMode, due: float, lasting: bool) -> None:
        self.mode = mode
        self.due = due
        self.lasting = lasting
        self.ended = asyncio.Event()


class Runs:
    """Runs, as they are wished for. `run` makes one; what it raises is logged, and ends nothing."""

    def __init__(self, run: Callable[[SyncMode], Awaitable[object]]) -> None:
        self._run = run
        self._wishes: list[_Wish] = []
        self._news = asyncio.Event()
        self._failures = 0

    def wish(self, mode: SyncMode, *, after: float = 0.0, lasting: bool = False) -> None:
        """Wishes for a run, `after` seconds from now at the latest. A lasting wish is not made where one waits that
        does for it: it may wait because a run has just failed."""
        if not lasting or not any(wish.lasting and wish.mode in ("full", mode) for wish in self._wishes):
            self._add(mode, after, lasting)

    async def served(self, mode: SyncMode) -> None:
        """Wishes for a run; returns when one that began later has ended, well or not."""
        await self._add(mode, 0.0, lasting=False).ended.wait()

    async def serve(self) -> NoReturn:
        """Makes the runs."""
        while True:
            await self._until_due()
            now = self._now()
            full = any(wish.mode == "full" and wish.due <= now for wish in self._wishes)
            mode: SyncMode = "full" if full else "incremental"
            served = [wish for wish in self._wishes if full or wish.mode == mode]
            self._wishes = [wish for wish in self._wishes if wish not in served]
            self._told(served, failed=not await self._went_well(mode))

    async def _went_well(self, mode: SyncMode) -> bool:
        try:
            await self._run(mode)
        except FairleadError as error:
            _log.error(f"the {mode} sync failed", error=error.message, advice=error.advice or None)
            return False
        except Exception:  # noqa: BLE001 - a fault in one sync must not end those that follow
            _log.exception(f"the {mode} sync failed: a fault in Fairlead")
            return False
        return True

    def _told(self, served: list[_Wish], *, failed: bool) -> None:
        """Ends the wishes, but for those that last and have not been served yet."""
        self._failures = self._failures + 1 if failed else 0
        for wish in served:
            if failed and wish.lasting:
                wish.due = self._now() + pause_after(self._failures)
                self._wishes.append(wish)
            else:
                wish.ended.set()

    async def _until_due(self) -> None:
        while True:
            self._news.clear()
            wait = min((wish.due for wish in self._wishes), default=math.inf) - self._now()
            if wait <= 0:
                return
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(None if math.isinf(wait) else wait):
                    await self._news.wait()

    def _add(self, mode: SyncMode, after: float, lasting: bool) -> _Wish:
        wish = _Wish(mode, self._now() + after, lasting)
        self._wishes.append(wish)
        self._news.set()
        return wish

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()


class Polled:
    """Requests for a sync as somebody else keeps them: of all, only the newest, by its instant.

    `newest` gives it, None where there is none; what is not after `handled` is not new.
    """

    def __init__(self, newest: Callable[[], Awaitable[float | None]], interval: float) -> None:
        self._newest = newest
        self._interval = interval
        self.handled = -math.inf

    async def requests(self) -> AsyncGenerator[float, None]:
        """The instants of new requests; what came while one was handled is one."""
        while True:
            instant = await self._newest()
            if instant is not None and instant > self.handled:
                self.handled = instant
                yield instant
            await asyncio.sleep(self._interval)


async def follow(runs: Runs, requests: Callable[[], AsyncGenerator[object, None]]) -> NoReturn:
    """A full sync for each request; the next one is taken when the sync has ended.

    A source that fails is opened again; that it fails is logged now and then.
    """
    loop = asyncio.get_running_loop()
    told = -math.inf
    while True:
        try:
            async with aclosing(requests()) as source:
                async for _ in source:
                    await runs.served("full")
        except FairleadError as error:
            if loop.time() - told >= LONGEST_PAUSE:
                _log.warning("requests for a sync are not heard for now", error=error.message)
                told = loop.time()
        await asyncio.sleep(PAUSE)


async def by_the_clock(runs: Runs, mode: SyncMode, seconds: float) -> NoReturn:
    """A run every so many seconds, the first after as many."""
    while True:
        await asyncio.sleep(seconds)
        runs.wish(mode)


async def until_done(work: Callable[[], Awaitable[None]]) -> None:
    """Does the work, and again after a pause as long as it fails for what may pass. Other errors are raised."""
    failures = 0
    while True:
        try:
            return await work()
        except (IncompleteReading, Retry) as error:
            failures += 1
            pause = pause_after(failures)
            if isinstance(error, Retry):
                pause = max(error.seconds, pause)
            _log.warning(f"not started yet; tried again in {pause:.0f} s", error=error.message)
            await asyncio.sleep(pause)


def pause_after(failures: int) -> float:
    """Seconds to wait after so many failures in a row."""
    return min(PAUSE * 2.0 ** min(failures - 1, 10), LONGEST_PAUSE)
