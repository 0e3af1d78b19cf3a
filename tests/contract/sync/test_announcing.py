"""Whatever fails and when: every change is told, whole as it was then, and an entity's in order."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from fairlead.catalog import open_catalog
from fairlead.catalog.catalog import Catalog
from fairlead.model.announcements import Announcement
from fairlead.model.changes import Cause
from fairlead.model.delivery import Outcome
from fairlead.model.entities import Body, Json
from fairlead.model.errors import Retry
from fairlead.model.stored import ChangeWrite, EntityWrite
from fairlead.reconcile.canonical import canonical, digest, encode_body
from fairlead.reconcile.difference import difference
from fairlead.sync.announcing import LONGEST, announce, enlist

Event = tuple[int, str, str, bytes, bytes]
"""(run, op, identifier, before, after)."""


class Time:
    """Stands still, or moves by `step` at each look."""

    def __init__(self, step: float = 0.0) -> None:
        self._step = step
        self._seconds = 0.0

    def now(self) -> float:
        return 0.0

    def monotonic(self) -> float:
        self._seconds += self._step
        return self._seconds


class Listener:
    """Takes, refuses what is in `refused`, hangs at the entity `hangs`, and is down with the given chance."""

    name = "webhook:listener"

    def __init__(self, key: str = "listener", chance: float = 0.0, seed: int = 0) -> None:
        self.key = key
        self.taken: list[Event] = []
        self.refused: set[str] = set()
        self.hangs = 0
        self.hanging = asyncio.Event()
        self.chance = chance
        self._dice = random.Random(seed)

    def wants(self, blueprint: str) -> bool:
        return blueprint == "service"

    async def tell(self, announcement: Announcement) -> Outcome:
        if self._dice.random() < self.chance:
            raise Retry("down")
        if announcement.entity == self.hangs:
            self.hanging.set()
            await asyncio.Event().wait()
        if announcement.identifier in self.refused:
            return Outcome(announcement.entity, "refused with 422")
        one = announcement
        self.taken.append((one.run, one.op, one.identifier, one.before, one.after))
        return Outcome(announcement.entity)

    async def close(self) -> None:
        """Nothing is open."""


class History:
    """Runs that change entities at random, written as the engine writes them; and what they were, as the truth."""

    def __init__(self, catalog: Catalog, seed: int) -> None:
        self.truth: list[Event] = []
        self._catalog = catalog
        self._dice = random.Random(seed)
        self._bodies: dict[str, bytes] = {}
        self._ids: dict[str, int] = {}
        self.run_number = 0

    async def run(self) -> None:
        self.run_number += 1
        entities: list[EntityWrite] = []
        changes: list[ChangeWrite] = []
        names = self._dice.sample("abcdef", 3)
        if self._dice.random() < 0.5 and names[0] in self._bodies and names[1] not in self._bodies:
            old, new = names[:2]
            self._rename(old, new, entities, changes)
            names = names[2:]
        for name in names:
            self._change(name, entities, changes)
        await self._catalog.write(lambda writer: writer.put_entities(entities))
        await self._catalog.write(lambda writer: writer.put_changes(changes))

    def _rename(self, old: str, new: str, entities: list[EntityWrite], changes: list[ChangeWrite]) -> None:
        before, after = self._bodies.pop(old), self._body()
        found = difference(before, after)
        fields = msgspec.json.decode(found.delta, type=dict[str, object]) if found else {}
        delta = canonical(fields | {"identifier": [old, new]})
        entities.append(EntityWrite(self._id(old), "service", old, "", b"", b"", b""))
        self._put(new, after, entities)
        changes.append(self._row(new, "rename", delta, after, Cause("read", renamed_from=old)))
        self.truth.append((self.run_number, "rename", new, before, after))

    def _change(self, name: str, entities: list[EntityWrite], changes: list[ChangeWrite]) -> None:
        before = self._bodies.pop(name, b"")
        after = b"" if before and self._dice.random() < 0.3 else self._body()
        found = difference(before, after)
        if after:
            self._put(name, after, entities)
        else:
            entities.append(EntityWrite(self._id(name), "service", name, "", b"", b"", b""))
        if found is not None:
            changes.append(self._row(name, found.op, found.delta, after, Cause("read")))
            self.truth.append((self.run_number, found.op, name, before, after))

    def _row(self, name: str, op: str, delta: bytes, after: bytes, cause: Cause) -> ChangeWrite:
        made = ChangeWrite(
            self.run_number, self._id(name), "create", "service", name, delta, cause, "", "applied"
        )
        return msgspec.structs.replace(made, op=op, result=digest(after).hex() if after else "")

    def _put(self, name: str, body: bytes, entities: list[EntityWrite]) -> None:
        self._bodies[name] = body
        entities.append(EntityWrite(self._id(name), "service", name, "", body, digest(body), digest(body)))

    def _id(self, name: str) -> int:
        return self._ids.setdefault(name, len(self._ids) + 1)

    def _body(self) -> bytes:
        number = self._dice.randint(1, 3)
        choices: dict[str, Json] = {f"p{n}": self._dice.choice([n, str(n), None]) for n in range(number)}
        kept: dict[str, Json] = {name: value for name, value in choices.items() if value is not None}
        title = self._dice.choice(["A", "B", None])
        return encode_body(Body(title=title, properties=kept))


@pytest.fixture
async def catalog(tmp_path: Path) -> AsyncIterator[Catalog]:
    async with open_catalog(str(tmp_path / "catalog.db"), clock=lambda: 1_700_000_000.0) as one:
        yield one


def once(events: list[Event]) -> list[Event]:
    """Without doubles, in the order in which each came first."""
    return list(dict.fromkeys(events))


def of_each(events: list[Event]) -> dict[str, list[Event]]:
    found: dict[str, list[Event]] = {}
    for event in events:
        found.setdefault(event[2], []).append(event)
    return found


@pytest.mark.parametrize("seed", range(30))
async def test_random_histories_told_late(catalog: Catalog, seed: int) -> None:
    history = History(catalog, seed)
    steady, shaky = Listener("steady"), Listener("shaky", 0.4, seed)
    late = Listener("late")
    for listener in (steady, shaky, late):
        await enlist(catalog, [listener], 1)
    for _ in range(15):
        await history.run()
        reports = await announce(catalog, [steady, shaky], Time())
        assert reports[0].down == ""
    shaky.chance = 0.0
    await announce(catalog, [shaky, late], Time())
    assert sorted(steady.taken) == sorted(late.taken) == sorted(once(shaky.taken)) == sorted(history.truth)
    runs = [event[0] for event in late.taken]
    assert runs == sorted(runs)
    for listener in (steady, late, shaky):
        found = of_each(once(listener.taken))
        assert found == {name: sorted(events) for name, events in found.items()}


async def test_a_new_listener_hears_nothing_of_before(catalog: Catalog) -> None:
    history, listener = History(catalog, 1), Listener()
    await history.run()
    await enlist(catalog, [listener], 2)
    await announce(catalog, [listener], Time())
    assert listener.taken == []
    await history.run()
    await enlist(catalog, [listener], 3)
    await announce(catalog, [listener], Time())
    assert sorted(listener.taken) == sorted(event for event in history.truth if event[0] == 2)


async def test_what_is_refused_is_counted_and_left(catalog: Catalog) -> None:
    history, listener = History(catalog, 2), Listener()
    await enlist(catalog, [listener], 1)
    await history.run()
    listener.refused = {history.truth[0][2]}
    (report,) = await announce(catalog, [listener], Time())
    assert (report.refused, len(report.refusals), report.upserted) == (1, 1, len(history.truth) - 1)
    (again,) = await announce(catalog, [listener], Time())
    assert (again.refused, again.upserted) == (0, 0)


async def test_a_slow_listener_is_left_in_time_and_goes_on_next_time(catalog: Catalog) -> None:
    history, listener = History(catalog, 3), Listener()
    await enlist(catalog, [listener], 1)
    for _ in range(20):
        await history.run()
    slow = Time(LONGEST / 10)
    (report,) = await announce(catalog, [listener], slow)
    assert (report.down, report.advice) == (
        "not everything could be told in 300 s",
        "What it was not told goes with the next run.",
    )
    assert 0 < len(listener.taken) < 12
    await announce(catalog, [listener], Time())
    assert sorted(listener.taken) == sorted(history.truth)


async def test_cut_off_it_goes_on_where_it_was(catalog: Catalog) -> None:
    """Of what went beside the change that was cut off, all after it is told again, and nothing before it."""
    history, listener = History(catalog, 5), Listener()
    await enlist(catalog, [listener], 1)
    await history.run()
    _, second, third = history.truth
    listener.hangs = 2
    telling = asyncio.create_task(announce(catalog, [listener], Time()))
    await asyncio.wait_for(listener.hanging.wait(), 5)
    telling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await telling
    assert await catalog.telling.bookmark(listener.key) == (1, 1)
    before, listener.taken, listener.hangs = listener.taken, [], 0
    await announce(catalog, [listener], Time())
    assert listener.taken == [second, third]
    assert before == [event for event in history.truth if event is not second]


async def test_one_that_is_down_does_not_hold_up_another(catalog: Catalog) -> None:
    history, down, well = History(catalog, 4), Listener("down", 1.0), Listener("well")
    await enlist(catalog, [down, well], 1)
    await history.run()
    first, second = await announce(catalog, [down, well], Time())
    assert (first.down, second.down) == ("down", "")
    assert (down.taken, sorted(well.taken)) == ([], sorted(history.truth))
