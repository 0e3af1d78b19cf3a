"""Tells everyone who listens how the runs of this process go."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from fairlead.model.errors import FairleadError
from fairlead.model.reports import ProgressUpdate, RunReport, RunState

KEPT = 100
"""A listener who leaves so many events of runs unread has gone, and is let go."""


class RunEnd(msgspec.Struct, frozen=True):
    """How a run ended: with a report (*done*), with an error (*failed*), or cut off (*stopped*)."""

    run: int
    state: RunState
    report: RunReport | None
    error: FairleadError | None


class Turn(msgspec.Struct, frozen=True):
    """A run has begun or ended: the status is another one now."""


Event = ProgressUpdate | RunEnd | Turn


class Subscription:
    """What one listener has not read yet.

    Of the progress of a kind only the newest is kept, so a slow listener loses progress and nothing else.
    """

    def __init__(self) -> None:
        self._unread: dict[tuple[int, str, str], Event] = {}
        self._kept = 0
        self._wake = asyncio.Event()
        self._ended = False

    def offer(self, event: Event) -> None:
        """Takes an event for the listener; never waits."""
        if isinstance(event, ProgressUpdate):
            # In the place of the one before, but not of one from before the last event of a run.
            self._unread[(self._kept, event.connection, event.kind)] = event
        else:
            self._kept += 1
            self._unread[(self._kept, "", "")] = event
            if sum(not isinstance(each, ProgressUpdate) for each in self._unread.values()) > KEPT:
                self._ended = True
        self._wake.set()

    def end(self) -> None:
        """No more comes."""
        self._ended = True
        self._wake.set()

    async def take(self, seconds: float) -> list[Event] | None:
        """What is unread, oldest first; empty when nothing came for so many seconds, None at the end."""
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            return []
        if self._ended:
            return None
        self._wake.clear()
        events = list(self._unread.values())
        self._unread.clear()
        return events


class Hub:
    """Where events are published, and listeners come and go."""

    def __init__(self) -> None:
        self._subscriptions: set[Subscription] = set()
        self._closed = False

    def publish(self, event: Event) -> None:
        """Gives the event to every listener; waits for none."""
        for subscription in self._subscriptions:
            subscription.offer(event)

    @contextmanager
    def listening(self) -> Iterator[Subscription]:
        """What is published from now on."""
        subscription = Subscription()
        if self._closed:
            subscription.end()
        self._subscriptions.add(subscription)
        try:
            yield subscription
        finally:
            self._subscriptions.discard(subscription)

    def close(self) -> None:
        """Ends every subscription, so that nobody waits for more."""
        self._closed = True
        for subscription in self._subscriptions:
            subscription.end()
