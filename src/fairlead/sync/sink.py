"""Takes records through mapping into the catalog: in pages as they come, or gathered from single reads."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence

import msgspec

from fairlead.mapping.mapper import Mapper
from fairlead.model.entities import RowOutcome
from fairlead.model.records import Record, RecordState
from fairlead.model.stored import StoredRecord
from fairlead.sync.apply import Applied, Arrival, apply_arrivals
from fairlead.sync.scene import Scene
from fairlead.sync.splice import Parent, enrich
from fairlead.sync.store import Store, Writer

GATHER_RECORDS = 6
GATHER_SECONDS = 0.005

Mark = Callable[[Writer], None]


class Tally:
    """What has passed through a sink so far."""

    def __init__(self) -> None:
        self.records = 0
        self.changed = 0
        self.frozen: list[tuple[str, str]] = []


class Sink:
    """Records of one kind of one connection, on their way into the catalog.

    `first`: nothing of the kind was stored when the reading began, so that nothing can be unchanged.
    """

    def __init__(
        self,
        *,
        store: Store,
        mapper: Mapper,
        scene: Scene,
        connection: int,
        kind: str,
        mapped: bool,
        constants: bytes,
        known: Mapping[str, Mapping[str, Parent]],
        reading: int = 0,
        first: bool = False,
    ) -> None:
        self._store = store
        self._mapper = mapper
        self._scene = scene
        self._connection = connection
        self._kind = kind
        self._constants = constants
        self._known = known
        self._reading = reading
        self._first = first
        self._rows = mapper.rows_hash(kind) if mapped else b""
        self._mapped = mapped
        self._batch: _Batch | None = None
        self._storing: set[asyncio.Task[None]] = set()
        self.tally = Tally()

    async def prepare(self, records: Sequence[Record], *, replay: bool = False) -> list[Arrival]:
        """Maps the records that differ from what was last mapped."""
        stored: dict[str, StoredRecord] = {}
        if not self._first:
            stored = await self._store.lookup(
                self._connection, self._kind, [record.key for record in records]
            )
        arrivals: list[Arrival] = []
        inputs: list[bytes] = []
        waiting: list[int] = []
        for record in records:
            enriched = enrich(record, self._known, self._constants, self._rows)
            failure = record.failure or enriched.missing
            arrived = msgspec.structs.replace(record, failure=failure) if failure else record
            arrival = Arrival(arrived, enriched.hash, None, replay)
            if not failure and not _is_current(stored.get(record.key), enriched.hash):
                waiting.append(len(arrivals))
                inputs.append(enriched.text())
            arrivals.append(arrival)
        if inputs:
            outcomes = await self._map(inputs)
            for place, outcome in zip(waiting, outcomes, strict=True):
                arrivals[place] = msgspec.structs.replace(arrivals[place], outcomes=outcome)
        return arrivals

    async def _map(self, inputs: Sequence[bytes]) -> list[tuple[RowOutcome, ...]]:
        if not self._mapped:
            return [()] * len(inputs)
        outcomes = await self._mapper.map(self._kind, inputs)
        return [tuple(self._checked(outcome) for outcome in row) for row in outcomes]

    def _checked(self, outcome: RowOutcome) -> RowOutcome:
        """A row that maps to a blueprint nobody defined freezes: to drop it would delete what it gave before."""
        for contribution in outcome.contributions:
            if contribution.blueprint not in self._scene.blueprints:
                reason = f'blueprint "{contribution.blueprint}" is not defined'
                return RowOutcome(outcome.row, (), reason)
        return outcome

    async def commit(self, arrivals: Sequence[Arrival], mark: Mark | None = None) -> None:
        """Stores prepared records, and in the same transaction what `mark` writes."""

        def job(writer: Writer) -> Applied:
            applied = apply_arrivals(
                writer, self._scene, self._connection, self._kind, arrivals, self._reading
            )
            if mark is not None:
                mark(writer)
            return applied

        applied = await self._store.write(job)
        self.tally.records += len(arrivals)
        self.tally.changed += applied.changed
        self.tally.frozen.extend(applied.frozen)

    async def gather(self, records: Sequence[Record]) -> None:
        """Stores single records together with others that arrive about now; returns when they are durable."""
        if not records:
            return
        batch = self._batch
        if batch is None:
            batch = self._batch = _Batch()
            batch.task = asyncio.create_task(self._store_gathered(batch))
            self._storing.add(batch.task)
            batch.task.add_done_callback(self._storing.discard)
        batch.records.extend(records)
        if len(batch.records) >= GATHER_RECORDS:
            self._batch = None
            batch.full.set()
        # Shielded: one reader that is cancelled must not take the others' records along.
        await asyncio.shield(batch.task)

    async def close(self) -> None:
        """Ends what is still being gathered: after a reading that was cut off, nobody waits for it any more."""
        left = list(self._storing)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    async def _store_gathered(self, batch: _Batch) -> None:
        try:
            await asyncio.wait_for(batch.full.wait(), GATHER_SECONDS)
        except TimeoutError:
            if self._batch is batch:
                self._batch = None
        await self.commit(await self.prepare(batch.records))


class _Batch:
    """Records that wait for company."""

    task: asyncio.Task[None]

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.full = asyncio.Event()


def _is_current(stored: StoredRecord | None, hash_: bytes) -> bool:
    return (
        stored is not None
        and stored.hash == hash_
        and stored.state in {RecordState.ALIVE, RecordState.UNSEEN}
    )
