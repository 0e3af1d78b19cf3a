"""The rate budget of one identity at one host, and the bytes in flight of one source.

The gate lets requests through in the order they came, at most `allowed` at a time. It slows down before the
service throttles (halving, then one more per round of good answers), and a pause stops every request of the host.
Both are built so that a task cancelled while it waits has taken nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from fairlead.azure.http.ledger import Ledger

Clock = Callable[[], float]
"""The time in epoch seconds."""

Sleep = Callable[[float], Awaitable[None]]
"""Waits so many seconds."""

HALVING_REST = 5.0
"""Seconds between two halvings: answers to requests already under way say nothing new."""


class Gate:
    """At most `most` requests in flight; see the module."""

    def __init__(self, most: int, clock: Clock, sleep: Sleep, ledger: Ledger) -> None:
        self._most = most
        self._clock = clock
        self._sleep = sleep
        self._ledger = ledger
        self._allowed = most
        self._in_flight = 0
        self._paused_until = float("-inf")
        self._halved_at = float("-inf")
        self._good = 0
        self._turn = asyncio.Lock()
        self._changed = asyncio.Event()

    @property
    def allowed(self) -> int:
        """How many requests may be in flight now."""
        return self._allowed

    @property
    def in_flight(self) -> int:
        """How many are."""
        return self._in_flight

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Waits for its turn and holds a slot. Waiters queue at the lock, so only the first of them sleeps."""
        async with self._turn:
            await self._wait()
            self._in_flight += 1
        try:
            yield
        finally:
            self._in_flight -= 1
            self._changed.set()

    async def _wait(self) -> None:
        while True:
            wait = self._paused_until - self._clock()
            if wait > 0:
                await self._sleep(wait)
                self._ledger.waited(wait)
            elif self._in_flight >= self._allowed:
                self._changed.clear()
                await self._changed.wait()
            else:
                return

    def pause(self, seconds: float) -> None:
        """No request starts for so many seconds from now."""
        self._paused_until = max(self._paused_until, self._clock() + seconds)

    def slow_down(self) -> None:
        """Halves what may be in flight, at most once per `HALVING_REST` seconds."""
        now = self._clock()
        if now - self._halved_at >= HALVING_REST:
            self._halved_at = now
            self._allowed = max(1, self._allowed // 2)
        self._good = 0

    def went_well(self) -> None:
        """One more may be in flight after as many good answers as are allowed now."""
        self._good += 1
        if self._good >= self._allowed:
            self._good = 0
            if self._allowed < self._most:
                self._allowed += 1
                self._changed.set()


class ByteBudget:
    """Bytes of answers in memory at a time, reserved before a request and settled while it is read.

    A single answer larger than the whole budget passes alone.
    """

    def __init__(self, total: int) -> None:
        self._total = total
        self._used = 0
        self._turn = asyncio.Lock()
        self._changed = asyncio.Event()

    @property
    def used(self) -> int:
        """Bytes reserved now."""
        return self._used

    @asynccontextmanager
    async def reserve(self, estimate: int) -> AsyncIterator[Reservation]:
        """Waits until `estimate` bytes fit, and gives them back at the end."""
        async with self._turn:
            while self._used and self._used + estimate > self._total:
                self._changed.clear()
                await self._changed.wait()
            self._used += estimate
        reservation = Reservation(estimate)
        try:
            yield reservation
        finally:
            self._used -= reservation.held
            self._changed.set()

    def settle(self, reservation: Reservation, actual: int) -> None:
        """Grows a reservation to what has really been read."""
        if actual > reservation.held:
            self._used += actual - reservation.held
            reservation.held = actual


class Reservation:
    """How many bytes one request holds."""

    __slots__ = ("held",)

    def __init__(self, held: int) -> None:
        self.held = held
