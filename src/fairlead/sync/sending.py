"""Sends what is due to one target in pages, notes each answer as it comes, and sends again what waited for another.

What is about to be sent is noted first, so that an answer that is lost leaves nothing behind that nobody knows of.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Collection, Mapping, Sequence
from contextlib import aclosing

import msgspec
import orjson

from fairlead.model.blueprints import Blueprint
from fairlead.model.delivery import Outcome, Payload, Refused
from fairlead.model.entities import Body, Json
from fairlead.model.stored import Delivery
from fairlead.reconcile.canonical import canonical, decode_body
from fairlead.sync.adopt import delivered_keys, mapped_keys
from fairlead.sync.delivery import FOUND, LEAVING, SENT, Target
from fairlead.sync.refusals import Refusals
from fairlead.sync.store import Store

PAGE = 1_000
"""Entities that are fetched from the catalog at once."""

PAGES = 2
"""Pages under way at once, so that the target always has a next request to send."""

NOTED = 100
"""Answers that are noted in one transaction."""

Page = Sequence[Delivery]
Choose = Callable[[Delivery], object]
"""Whether one that is due is meant."""


class _Waiting(msgspec.Struct, frozen=True):
    """An entity that the target refuses as long as another is not there (or, when it goes, as another still is).

    `sent` counts what had been accepted when it was sent; `needs` are marks of the entities that it points to.
    """

    due: Delivery
    outcome: Outcome
    sent: int
    needs: frozenset[int]


class _Parcel(msgspec.Struct, frozen=True):
    """An entity on its way: what is due, with the keys that go with it, and how it is handed to the target."""

    due: Delivery
    keys: frozenset[str]
    payload: Payload


class Sending:
    """One drain of one target: what is sent, and how it was answered."""

    def __init__(self, store: Store, target: Target, blueprints: Mapping[str, Blueprint]) -> None:
        self._store = store
        self._target = target
        self._blueprints = blueprints
        self._accepted: dict[int, int] = {}
        self._waiting: dict[int, _Waiting] = {}
        self.refusals = Refusals()
        self.upserted = 0
        self.deleted = 0
        self.unlinked = False

    async def upsert_all(self, names: Sequence[str]) -> None:
        """Writes what is due of these blueprints, in order; what waits for another again once that is there."""
        await self._upsert(names, lambda due: not leaves(due))

    async def upsert_unlinked(self, names: Sequence[str]) -> None:
        """Writes again what pointed to entities that were removed."""
        if self.unlinked:
            refused = self.refusals.entities
            await self._upsert(
                names,
                lambda due: due.desired_hash and due.delivered_hash == SENT and due.entity not in refused,
            )

    async def _upsert(self, names: Sequence[str], chosen: Choose) -> None:
        await self._pass(names, chosen)
        loosened = False
        while self._waiting:
            if ready := self._ready():
                await self._pass(names, _among(ready))
            elif loosened or not await self._loosen(names):
                break
            else:
                loosened = True
        self._give_up()

    async def delete_all(self, names: Sequence[str], chosen: Choose) -> None:
        """Removes what is due of these blueprints and chosen, in order; what others require again, while any goes."""
        await self._pass(names, lambda due: leaves(due) and chosen(due))
        before = 0
        while self._waiting and len(self._waiting) != before:
            before = len(self._waiting)
            await self._pass(names, _among(frozenset(self._waiting)))
        self._give_up()

    def required_ways(self, name: str) -> list[tuple[str, str]]:
        """(blueprint, relation) of the required relations that point to this blueprint."""
        return [
            (blueprint.identifier, relation)
            for blueprint in self._blueprints.values()
            for relation, one in blueprint.relations.items()
            if one.required and one.target == name
        ]

    async def due(self, names: Sequence[str], chosen: Choose) -> AsyncGenerator[Page, None]:
        """Pages of what is due and chosen, blueprint after blueprint."""
        for name in names:
            after = 0
            while batch := await self._store.due(self._target.name, name, after, PAGE):
                after = batch[-1].entity
                if page := [due for due in batch if chosen(due)]:
                    yield page

    async def _pass(self, names: Sequence[str], chosen: Choose) -> None:
        """Sends every page; blueprint after blueprint, because one may point to the other."""
        for name in names:
            async with aclosing(self.due([name], chosen)) as pages:
                await self._blueprint(pages)

    async def _blueprint(self, pages: AsyncGenerator[Page, None]) -> None:
        """Sends `PAGES` at once. After an error nothing new is sent; what is under way comes to its end."""
        slots = asyncio.Semaphore(PAGES)
        tasks: list[asyncio.Task[None]] = []

        async def send(page: Page) -> None:
            try:
                await self._send(page)
            finally:
                slots.release()

        try:
            async for page in pages:
                await slots.acquire()
                if any(task.done() and task.exception() for task in tasks):
                    break
                tasks = [task for task in tasks if not task.done()]
                tasks.append(asyncio.create_task(send(page)))
            if tasks:
                await asyncio.wait(tasks)
        finally:
            for task in tasks:
                task.cancel()
            ends = await asyncio.gather(*tasks, return_exceptions=True)
        for end in ends:
            if isinstance(end, BaseException):
                raise end

    async def _send(self, page: Page) -> None:
        deletes = leaves(page[0])
        sent = len(self._accepted)
        for due in page:
            self._waiting.pop(due.entity, None)
        if not deletes:
            page = await self._without_foreign_keys(page)
        parcels = {due.entity: _parcel(due) for due in page}
        await self._note([noted for one in parcels.values() if (noted := _announced(one)) != one.due])
        payloads = [one.payload for one in parcels.values()]
        stream = self._target.delete(payloads) if deletes else self._target.upsert(payloads)
        told: list[Outcome] = []
        try:
            async with aclosing(stream):
                async for outcomes in stream:
                    told += outcomes
                    if len(told) >= NOTED:
                        heard, told = told, []
                        await self._hear(heard, parcels, sent, deletes=deletes)
        finally:
            await self._hear(told, parcels, sent, deletes=deletes)

    async def _without_foreign_keys(self, page: Page) -> Page:
        """What an earlier installation left, and the catalog has now: only keys that the mapping speaks of are ours."""
        found = [due.entity for due in page if due.delivered_hash == FOUND]
        if not found:
            return page
        mapped = await self._store.write(lambda writer: mapped_keys(writer, found))
        return [
            msgspec.structs.replace(
                due, keys=canonical(sorted(_before(due) & mapped.get(due.entity, frozenset())))
            )
            if due.delivered_hash == FOUND
            else due
            for due in page
        ]

    async def _hear(
        self, outcomes: Sequence[Outcome], parcels: Mapping[int, _Parcel], sent: int, *, deletes: bool
    ) -> None:
        await self._note([_answered(parcels[outcome.entity], outcome) for outcome in outcomes])
        accepted = [parcels[outcome.entity].due for outcome in outcomes if not outcome.error]
        await self._unlink([due for due in accepted if deletes or due.delivered_hash == LEAVING])
        for outcome in outcomes:
            due = parcels[outcome.entity].due
            if not outcome.error:
                self._accept(due)
                self.upserted += not deletes
                self.deleted += deletes
            elif outcome.waits:
                bare = msgspec.structs.replace(due, body=b"")
                needs = frozenset() if deletes else self._needs(parcels[outcome.entity].payload)
                self._waiting[due.entity] = _Waiting(bare, outcome, sent, needs)
            else:
                self.refusals.add(due, outcome)

    async def _unlink(self, removed: Page) -> None:
        """What points to an entity that was removed, or may have been before it was written again, lost that link at
        the target, and differs from the catalog."""
        if removed:
            blueprint, gone = removed[0].blueprint, [due.identifier for due in removed]
            await self._store.write(lambda writer: writer.unlink(self._target.name, blueprint, gone, SENT))
            self.unlinked = True

    def _accept(self, due: Delivery) -> None:
        mark = _mark(due.blueprint, due.identifier)
        self._accepted.setdefault(mark, len(self._accepted))

    def _ready(self) -> Collection[int]:
        """Those that wait and point to what was accepted after they were sent."""
        return {
            entity
            for entity, one in self._waiting.items()
            if any(self._accepted.get(mark, -1) >= one.sent for mark in one.needs)
        }

    async def _loosen(self, names: Sequence[str]) -> bool:
        """Writes those that wait for one another without the relations between them, so that each is there for the
        others. Whether any was accepted. They stay due."""
        waiting = {_mark(one.due.blueprint, one.due.identifier) for one in self._waiting.values()}
        circle = {entity for entity, one in self._waiting.items() if one.needs & waiting}
        accepted = False
        async with aclosing(self.due(names, lambda due: due.entity in circle)) as pages:
            async for page in pages:
                accepted = await self._loosened(page, waiting) or accepted
        return accepted

    async def _loosened(self, page: Page, waiting: Collection[int]) -> bool:
        """Whether any of a page was accepted; one that needed no loosening is delivered."""
        sent, absent = len(self._accepted), waiting - self._accepted.keys()
        parcels = {due.entity: _parcel(due) for due in page}
        payloads = [self._without(one.payload, absent) for one in parcels.values()]
        whole = {one.entity for one in payloads if one == parcels[one.entity].payload}
        await self._note([_announced(one) for one in parcels.values()])
        async with aclosing(self._target.upsert(payloads)) as stream:
            async for outcomes in stream:
                there = [outcome for outcome in outcomes if not outcome.error]
                for outcome in there:
                    self._accept(parcels[outcome.entity].due)
                    if outcome.entity in whole:
                        del self._waiting[outcome.entity]
                await self._hear([one for one in there if one.entity in whole], parcels, sent, deletes=False)
        return len(self._accepted) > sent

    def _without(self, payload: Payload, marks: Collection[int]) -> Payload:
        """The payload without its relations to entities of these marks."""
        blueprint = self._blueprints.get(payload.blueprint)
        kept: dict[str, Json] = {}
        for name, value in payload.body.relations.items():
            target = blueprint.relations[name].target if blueprint and name in blueprint.relations else ""
            if not any(_mark(target, identifier) in marks for identifier in _identifiers(value)):
                kept[name] = value
        return msgspec.structs.replace(payload, body=msgspec.structs.replace(payload.body, relations=kept))

    def _needs(self, payload: Payload) -> frozenset[int]:
        """Marks of the entities that its relations point to."""
        blueprint = self._blueprints.get(payload.blueprint)
        return frozenset(
            _mark(blueprint.relations[name].target, identifier)
            for name, value in payload.body.relations.items()
            if blueprint and name in blueprint.relations
            for identifier in _identifiers(value)
        )

    def _give_up(self) -> None:
        """Whatever still waits is refused."""
        for one in self._waiting.values():
            self.refusals.add(one.due, one.outcome)
        self._waiting.clear()

    async def _note(self, rows: Sequence[Delivery]) -> None:
        if rows:
            await self._store.write(lambda writer: writer.mark_delivered(rows))


def _among(entities: Collection[int]) -> Choose:
    return lambda due: due.entity in entities


def _mark(blueprint: str, identifier: str) -> int:
    """A number for an entity: what is accepted may be millions."""
    return hash((blueprint, identifier))


def _identifiers(value: Json) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [one for one in values if isinstance(one, str)]


def leaves(due: Delivery) -> bool:
    """Whether it is to be removed. What others own stays, without what was ours of it."""
    return not due.desired_hash and not due.foreign


def _parcel(due: Delivery) -> _Parcel:
    body = decode_body(due.body) if due.body else Body()
    keys = delivered_keys(body)
    cleared = tuple(sorted(_before(due) - keys))
    payload = Payload(due.entity, due.blueprint, due.identifier, body, cleared, due.foreign, due.owned)
    return _Parcel(due, keys, payload)


def _before(due: Delivery) -> set[str]:
    """The keys that the target may hold."""
    return set(orjson.loads(due.keys)) if due.keys else set()


def _announced(parcel: _Parcel) -> Delivery:
    """What is noted before an entity is sent: that it may be there, with these keys beside those of before; or that it
    may be gone."""
    due = parcel.due
    if leaves(due):
        held = FOUND if due.delivered_hash == FOUND else LEAVING
        return msgspec.structs.replace(due, delivered_hash=held)
    keys = _before(due) | parcel.keys
    held = LEAVING if due.delivered_hash == LEAVING else SENT
    return msgspec.structs.replace(due, delivered_hash=held, keys=canonical(sorted(keys)))


def _answered(parcel: _Parcel, outcome: Outcome) -> Delivery:
    due = parcel.due
    if outcome.error:
        due = _announced(parcel) if outcome.repeated else due
        why = msgspec.json.encode(Refused(outcome.error, outcome.field, outcome.advice)).decode()
        return msgspec.structs.replace(due, attempts=due.attempts + 1, error=why)
    keys = canonical(sorted(parcel.keys)) if due.body else b""
    return msgspec.structs.replace(due, delivered_hash=due.desired_hash, keys=keys, attempts=0, error="")
