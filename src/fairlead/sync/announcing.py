"""Tells destinations of changes: each change of a run that has ended, in the order of runs, at least once.

A destination's bookmark in the table of changes is all that is kept of it. It moves over what the destination took or
refused, never over what it could not be given; that goes with the next run. Only runs that have ended are told of: one
that was cut off goes on, and may still make another change of what it has changed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Protocol

from fairlead.model.announcements import Announcement
from fairlead.model.delivery import Outcome
from fairlead.model.errors import CatalogUnusable, FairleadError
from fairlead.model.reports import DeliveryReport
from fairlead.model.stored import AppliedChange, History
from fairlead.reconcile.canonical import digest
from fairlead.reconcile.difference import before_of
from fairlead.sync.reading import first_of
from fairlead.sync.refusals import Refusals
from fairlead.sync.scene import Clock
from fairlead.sync.store import Store

PAGE = 100
"""Changes that are looked at, and at most as many entities that are held, at a time."""

AT_ONCE = 8
"""Requests to one destination at a time. No two are of one entity: a run changes an entity once."""

LONGEST = 300.0
"""Seconds that one run gives a destination. What is left goes with the next run."""


class Destination(Protocol):
    """Somebody who is told of changes. Retries of one request are its own."""

    @property
    def name(self) -> str:
        """For people. Holds no secret."""

    @property
    def key(self) -> str:
        """What its bookmark is kept under; another address is another destination. Holds no secret."""

    def wants(self, blueprint: str) -> bool:
        """Whether changes of the blueprint are for it."""

    async def tell(self, announcement: Announcement) -> Outcome:
        """What it says of the change; an error is final. `Retry` where the change may be taken later."""

    async def close(self) -> None:
        """Closes every connection."""


async def enlist(store: Store, destinations: Sequence[Destination], run: int) -> None:
    """Gives new destinations their bookmark: they are told of changes from `run` on."""
    for destination in destinations:
        if await store.telling.bookmark(destination.key) is None:
            await _move(store, destination, run, 0)


async def announce(store: Store, destinations: Sequence[Destination], clock: Clock) -> list[DeliveryReport]:
    """Tells every enlisted destination what it has not been told. One that is down never holds up another."""
    return list(await asyncio.gather(*(_Round(store, one, clock).ended() for one in destinations)))


class _Round:
    """What one destination is told after one run."""

    def __init__(self, store: Store, destination: Destination, clock: Clock) -> None:
        self._store = store
        self._destination = destination
        self._clock = clock
        self._until = clock.monotonic() + LONGEST
        self._told = 0
        self._removed = 0
        self._refusals = Refusals()

    async def ended(self) -> DeliveryReport:
        down, advice = "", ""
        try:
            await self._drain()
        except CatalogUnusable:
            raise
        except FairleadError as error:
            down, advice = error.message, error.advice or "What it was not told goes with the next run."
        name, refusals = self._destination.name, self._refusals
        return DeliveryReport(name, self._told, self._removed, refusals.count, refusals.told(), down, advice)

    async def _drain(self) -> None:
        bookmark = await self._store.telling.bookmark(self._destination.key)
        while bookmark is not None:
            page = await self._store.telling.applied_after(*bookmark, PAGE)
            # Run by run: a run changes an entity once, so that all of one run may go at once.
            for run, changes in groupby(page, key=lambda change: change.run):
                wanted = [change for change in changes if self._destination.wants(change.blueprint)]
                if wanted:
                    await self._tell(run, wanted)
            if not page:
                return
            bookmark = page[-1].run, page[-1].entity
            await _move(self._store, self._destination, *bookmark)

    async def _tell(self, run: int, changes: Sequence[AppliedChange]) -> None:
        """Tells changes of one run; the bookmark follows what was told, whatever becomes of the rest."""
        histories = await self._store.telling.history(run, [change.entity for change in changes])
        told = [False] * len(changes)
        numbered = enumerate(changes)
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(AT_ONCE):
                    group.create_task(self._each(numbered, histories, told))
        except* FairleadError as errors:
            raise first_of(errors) from None
        finally:
            done = told.index(False) if False in told else len(told)
            if done:
                await _move(self._store, self._destination, run, changes[done - 1].entity)

    async def _each(
        self, numbered: Iterator[tuple[int, AppliedChange]], histories: dict[int, History], told: list[bool]
    ) -> None:
        for number, change in numbered:
            if self._clock.monotonic() >= self._until:
                raise FairleadError(f"not everything could be told in {LONGEST:.0f} s")
            after = await self._after(change, histories[change.entity])
            announcement = Announcement(
                change.run,
                change.entity,
                change.op,
                change.blueprint,
                change.identifier,
                _before(change, after),
                after,
                change.cause,
                change.result,
                change.made,
            )
            outcome = await self._destination.tell(announcement)
            told[number] = True
            self._count(announcement, outcome)

    async def _after(self, change: AppliedChange, history: History) -> bytes:
        """The entity as `change` left it: what it is now, with every later change taken back."""
        body = history.body
        for later in (*history.later, change):
            if later.result != (digest(body).hex() if body else ""):
                body = await self._before_rename(later)
            if later is not change:
                # Under this identifier there was nothing before a rename gave it.
                body = b"" if later.op == "rename" else _before(later, body)
        return body

    async def _before_rename(self, change: AppliedChange) -> bytes:
        """What the entity was when it was renamed: from then on the entity of the new identifier tells its history."""
        rename = await self._store.telling.renamed_away(change.blueprint, change.identifier, change.run)
        if rename is None:
            return b""
        histories = await self._store.telling.history(rename.run, [rename.entity])
        return _before(rename, await self._after(rename, histories[rename.entity]))

    def _count(self, announcement: Announcement, outcome: Outcome) -> None:
        if outcome.error:
            self._refusals.add(announcement, outcome)
        elif announcement.op == "delete":
            self._removed += 1
        else:
            self._told += 1


def _before(change: AppliedChange, after: bytes) -> bytes:
    """The entity before a change; nothing where what the change made of it is not known any more."""
    return before_of(change.op, change.delta, after) if after or change.op == "delete" else b""


async def _move(store: Store, destination: Destination, run: int, entity: int) -> None:
    await store.write(lambda writer: writer.put_bookmark(destination.key, run, entity))
