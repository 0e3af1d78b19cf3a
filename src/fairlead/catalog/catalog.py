"""The catalog for asyncio, whatever the engine: one thread writes, a few read."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from functools import partial
from types import TracebackType
from typing import TypeVar

from fairlead.catalog.browsing import Browsing
from fairlead.catalog.engine import Engine
from fairlead.catalog.explanation import Explanation, Status
from fairlead.catalog.exported import (
    ExportedChange,
    ExportedContribution,
    ExportedEntity,
    ExportedReading,
    ExportedRecord,
    ExportedRelation,
)
from fairlead.catalog.lane import Lane
from fairlead.catalog.numbers import Numbers
from fairlead.catalog.queries import deliveries, entities, explain, readings, runs, streams
from fairlead.catalog.queries import records as record_sql
from fairlead.catalog.session import Session
from fairlead.catalog.snapshot import Snapshot
from fairlead.catalog.telling import Telling
from fairlead.catalog.writer import CatalogWriter
from fairlead.model.entities import EntityKey
from fairlead.model.errors import CatalogUnusable
from fairlead.model.readings import Item
from fairlead.model.records import RecordState
from fairlead.model.stored import (
    ChangeWrite,
    Delivery,
    RecordBody,
    SharedEntity,
    StoredChain,
    StoredConnection,
    StoredContribution,
    StoredEntity,
    StoredReading,
    StoredRecord,
    StoredRun,
)

T = TypeVar("T")

_READERS = 3
_CHANGES = 500


class Catalog:
    """Satisfies `sync.store.Store`. Opening blocks for some milliseconds; `close` it, or use `async with`.

    `clock` gives epoch seconds. CatalogUnusable as the engine says, or (unless `read_only`) when another process
    writes the catalog; then nothing was changed.
    """

    def __init__(self, engine: Engine, clock: Callable[[], float], *, read_only: bool = False) -> None:
        self._engine = engine
        self._lane: Lane | None = None
        self._numbers: Numbers | None = None
        self._gate = threading.Lock()
        self._idle: list[Session] = []
        self._open: set[Callable[[], None]] = set()
        self._closed = False
        self._pool = ThreadPoolExecutor(_READERS, "catalog-reader")
        try:
            # In a thread: a session may have an event loop of its own, which cannot run inside the caller's.
            self._pool.submit(self._open_to_read if read_only else self._open_to_write, clock).result()
        except CatalogUnusable:
            self._pool.shutdown()
            raise
        self.browse = Browsing(self._read)
        self.telling = Telling(self._read)

    def _open_to_read(self, _: Callable[[], float]) -> None:
        self._idle.append(self._engine.open_foreign())

    def _open_to_write(self, clock: Callable[[], float]) -> None:
        session = self._engine.open_writer()
        try:
            row = session.row("reserved_numbers")
            writer = CatalogWriter(session, clock)
        except self._engine.errors as error:
            session.close()
            self._engine.release()
            raise (self._engine.fault(error) or error) from error
        self._lane = Lane(self._engine, session, writer)
        self._numbers = Numbers(self._lane, 0 if row is None else int(row[0]))

    async def close(self) -> None:
        """Finishes the jobs that wait, closes every connection and gives the lease back. Harmless twice."""
        self._closed = True
        await asyncio.to_thread(self._close)

    def _close(self) -> None:
        self._pool.shutdown()
        with self._gate:
            closing = [*self._open, *(session.close for session in self._idle)]
            self._open.clear()
            self._idle.clear()
        for close in closing:
            close()
        # Last, so that no reader of ours is in the way when SQLite's log is copied back.
        if self._lane is not None:
            self._lane.close()
        self._engine.release()

    async def __aenter__(self) -> Catalog:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    # -- how work gets to threads --------------------------------------------------------------------------------
    async def write(self, job: Callable[[CatalogWriter], T]) -> T:
        """Runs `job` in the writer thread; returns after its transaction is durable.

        What the job raises reaches the caller, and then it has changed nothing. CatalogUnusable when the disk or the
        file fails, or the catalog is read-only.
        """
        return await asyncio.wrap_future(self._writing().submit(job))

    def _writing(self) -> Lane:
        if self._lane is None:
            raise CatalogUnusable(f"catalog {self._engine.place}: it was opened for reading only")
        return self._lane

    def numbers(self) -> Callable[[], int]:
        """The sequence: each call gives a number above all that any process has ever taken."""
        self._writing()
        assert self._numbers is not None  # noqa: S101 - made together with the lane
        return self._numbers

    async def _read(self, query: Callable[[Session], T]) -> T:
        return await self._threaded(partial(self._in_reader, query))

    async def _threaded(self, work: Callable[[], T]) -> T:
        if self._closed:
            raise CatalogUnusable(f"catalog {self._engine.place}: it is closed")
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        except self._engine.errors as error:
            fault = self._engine.fault(error)
            if fault is None:
                raise
            raise fault from error

    def _in_reader(self, query: Callable[[Session], T]) -> T:
        session = self._session()
        try:
            return query(session)
        finally:
            with self._gate:
                self._idle.append(session)

    def _session(self) -> Session:
        """An idle session, or a new one."""
        while True:
            with self._gate:
                session = self._idle.pop() if self._idle else None
            if session is None:
                return self._engine.open_reader()
            if not session.is_lost:
                return session
            session.close()

    async def _stream(
        self, produce: Callable[[Session], Generator[T, None, None]]
    ) -> AsyncGenerator[T, None]:
        """Blocks of a long answer, all of one state of the catalog."""
        snapshot = await self._threaded(partial(self._snapshot, produce))
        try:
            while (block := await self._threaded(snapshot.next)) is not None:
                yield block
        finally:
            with self._gate:
                self._open.discard(snapshot.close)
            await asyncio.to_thread(snapshot.close)

    def _snapshot(self, produce: Callable[[Session], Generator[T, None, None]]) -> Snapshot[T]:
        snapshot = Snapshot(self._engine.open_reader(), produce)
        with self._gate:
            self._open.add(snapshot.close)
        return snapshot

    # -- runs and readings ---------------------------------------------------------------------------------------
    async def unfinished_run(self) -> StoredRun | None:
        """The newest run that is still marked as running."""
        return await self._read(runs.unfinished_run)

    async def run(self, run: int) -> StoredRun | None:
        """One run."""
        return await self._read(partial(runs.run, run_=run))

    async def runs(self, limit: int) -> list[StoredRun]:
        """The newest runs, newest first."""
        return await self._read(partial(runs.runs, limit=limit))

    async def readings(self, run: int) -> list[StoredReading]:
        """The readings of a run."""
        return await self._read(partial(readings.readings, run=run))

    async def chains(self, reading: int) -> dict[str, StoredChain]:
        """The walks of a reading by name; those that were proved go when the run ends."""
        return await self._read(partial(readings.chains, reading=reading))

    async def items(self, reading: int, chain: str) -> list[Item]:
        """The items of the walk's done pages whose record has not been seen by the reading yet."""
        return await self._read(partial(readings.items, reading=reading, chain=chain))

    async def unseen(self, reading: StoredReading, scopes: Sequence[str] | None) -> list[StoredRecord]:
        """Alive or unseen records numbered before the reading's start that it has not seen."""
        return await self._read(partial(readings.unseen, reading=reading, scopes=scopes))

    async def cursor(self, connection: int, kind: str, spec: str) -> str | None:
        """Where the next delta starts."""
        return await self._read(lambda s: _text(s.row("cursor", (connection, s.name(kind), spec))))

    async def configuration(self, id_: int) -> tuple[str, str, str] | None:
        """(mapping, blueprints, preset) as saved."""
        return await self._read(partial(runs.configuration, id_=id_))

    async def configuration_from(self, place: str) -> tuple[str, str, str] | None:
        """(mapping, blueprints, preset) of the newest run that had asked for them at `place`."""
        return await self._read(partial(runs.configuration_from, place=place))

    async def connections(self) -> list[StoredConnection]:
        """Every connection."""
        return await self._read(runs.connections)

    # -- records -------------------------------------------------------------------------------------------------
    async def knows(self, connection: int, kind: str) -> bool:
        """Whether any record of the kind is stored, tombstones included."""
        return await self._read(partial(record_sql.knows, connection=connection, kind=kind))

    async def sample(self, connection: int, kind: str, count: int) -> list[int]:
        """Ids of `count` living records of a kind, always the same ones."""
        return await self._read(partial(record_sql.sample, connection=connection, kind=kind, count=count))

    async def lookup(self, connection: int, kind: str, keys: Sequence[str]) -> dict[str, StoredRecord]:
        """The stored records among `keys`, tombstones included."""
        return await self._read(partial(record_sql.find_records, connection=connection, kind=kind, keys=keys))

    async def alive(self, connection: int, kind: str) -> list[RecordBody]:
        """Every record of a kind that is alive, outside or unseen."""
        return await self._read(partial(record_sql.alive, connection=connection, kind=kind))

    async def bodies(self, records: Sequence[int]) -> list[RecordBody]:
        """The given records with their bodies, in the order asked for."""
        return await self._read(partial(record_sql.bodies, records=records))

    async def states(self, connection: int, kind: str, states: Sequence[RecordState]) -> list[StoredRecord]:
        """Records of a kind in one of the given states."""
        return await self._read(
            partial(record_sql.in_states, connection=connection, kind=kind, states=states)
        )

    async def children(self, connection: int, kind: str, parents: Sequence[str]) -> list[StoredRecord]:
        """Records of a kind that are not gone and whose parent is one of `parents`."""
        return await self._read(
            partial(record_sql.children, connection=connection, kind=kind, parents=parents)
        )

    async def referring(self, connection: int, kind: str, keys: Sequence[str]) -> list[int]:
        """Ids of records (not gone) that refer to one of the given records."""
        return await self._read(partial(record_sql.referring, connection=connection, kind=kind, keys=keys))

    # -- entities ------------------------------------------------------------------------------------------------
    async def pending(self, after: int, limit: int) -> list[StoredEntity]:
        """Entities whose desired and actual state differ, by id."""
        return await self._read(partial(entities.pending, after=after, limit=limit))

    async def unresolved(self) -> list[StoredContribution]:
        """Contributions that carry queries."""
        return await self._read(entities.unresolved)

    async def rows_in_use(self) -> set[str]:
        """Hashes of mapping rows that have contributions."""
        return await self._read(entities.rows_in_use)

    async def contributions_of_rows(
        self, rows: Sequence[str], after: int, limit: int
    ) -> list[StoredContribution]:
        """Contributions of mapping rows, by id."""
        return await self._read(partial(entities.contributions_of_rows, rows=rows, after=after, limit=limit))

    async def entities_of_blueprint(self, blueprint: str) -> list[StoredEntity]:
        """Entities of a blueprint that exist or should."""
        return await self._read(partial(entities.entities_of_blueprint, blueprint=blueprint))

    async def change_counts(self, run: int) -> list[tuple[str, str, str, int]]:
        """How many changes of a run there are of each (op, reason, state)."""
        return await self._read(partial(entities.change_counts, run=run))

    async def shared_entities(self, run: int) -> list[SharedEntity]:
        """By mapping row, the entities that the run changed and that more than one record makes."""
        return await self._read(partial(entities.shared_entities, run=run))

    async def changes(self, run: int) -> AsyncIterator[ChangeWrite]:
        """A run's changes, in the order of the bytes of (blueprint, identifier); one block in memory at a time."""
        order = await self._read(partial(entities.changed_entities, run=run))
        for start in range(0, len(order), _CHANGES):
            block = order[start : start + _CHANGES]
            found = await self._read(partial(entities.changes_of, run=run, entities=block))
            for entity in block:
                yield found[entity]

    async def explain(self, key: EntityKey, *, changes: int = 20) -> Explanation:
        """Why the entity is as it is, or why it is absent."""
        return await self._read(partial(explain.explain, key=key, changes=changes))

    async def status(self) -> Status:
        """Counts of what exists and what waits."""
        return await self._read(explain.status)

    async def stubs(self, blueprints: Collection[str]) -> AsyncIterator[EntityKey]:
        """Targets of edges, of the given blueprints, that no entity answers to, by the bytes of their keys."""
        async with aclosing(self._stream(partial(streams.stubs, blueprints=frozenset(blueprints)))) as blocks:
            async for block in blocks:
                for key in block:
                    yield key

    async def counts(self, blueprints: Sequence[str]) -> tuple[int, int]:
        """(entities that exist, stubs of the given blueprints)."""
        return await self._read(partial(explain.counts, blueprints=frozenset(blueprints)))

    # -- delivery ------------------------------------------------------------------------------------------------
    async def due(self, target: str, blueprint: str, after: int, limit: int) -> list[Delivery]:
        """Entities of a blueprint whose actual hash differs from what was delivered to `target`, by entity id.

        The first question of a target registers it, so that later ones cost what is due and not what exists.
        """
        if self._lane is not None and not await self._read(partial(deliveries.is_registered, target=target)):
            await self.write(lambda writer: writer.register_target(target))
        return await self._read(lambda session: deliveries.due(session, target, blueprint, after, limit))

    async def foreign(self, target: str, blueprint: str) -> tuple[frozenset[int], frozenset[str]]:
        """(entities that others own at a target, identifiers of others that `target` holds of us and that are gone)."""
        return await self._read(partial(deliveries.foreign, target=target, blueprint=blueprint))

    async def place_of(self, target: str) -> str:
        """Which catalog the target was when what it holds was last looked at; "" where that was never."""
        return await self._read(partial(deliveries.place, target=target))

    async def due_blueprints(self, target: str, *, leaving: bool) -> list[str]:
        """The blueprints of which anything is due to be written, or (`leaving`) to be removed."""
        return await self._read(partial(deliveries.due_blueprints, target=target, leaving=leaving))

    async def count_held(self, target: str) -> tuple[int, int]:
        """(entities that the target holds, those of them that are to be removed)."""
        return await self._read(partial(deliveries.count_held, target=target))

    async def stubs_among(self, blueprint: str, identifiers: Sequence[str]) -> set[str]:
        """Those of the identifiers that no entity of the blueprint answers to, but that a relation names."""
        return await self._read(partial(deliveries.stubs_among, blueprint=blueprint, identifiers=identifiers))

    async def pointed_among(self, blueprint: str, way: tuple[str, str], keys: Sequence[str]) -> set[str]:
        """Those of a blueprint's identifiers that the way, a relation (blueprint, name), leads to."""
        return await self._read(lambda session: deliveries.pointed_among(session, blueprint, way, keys))

    # -- export --------------------------------------------------------------------------------------------------
    def stream_entities(
        self, blueprint: str | None, stubs: Collection[str]
    ) -> AsyncGenerator[list[ExportedEntity], None]:
        """Entities in the order of the bytes of their keys."""
        return self._stream(partial(streams.entities, blueprint=blueprint, stubs=frozenset(stubs)))

    def stream_relations(self, blueprint: str | None) -> AsyncGenerator[list[ExportedRelation], None]:
        """Edges of entities."""
        return self._stream(partial(streams.relations, blueprint=blueprint))

    def stream_records(self) -> AsyncGenerator[list[ExportedRecord], None]:
        """Records with their bodies."""
        return self._stream(streams.records)

    def stream_contributions(self, blueprint: str | None) -> AsyncGenerator[list[ExportedContribution], None]:
        """Contributions."""
        return self._stream(partial(streams.contributions, blueprint=blueprint))

    def stream_changes(self) -> AsyncGenerator[list[ExportedChange], None]:
        """Changes of every run."""
        return self._stream(streams.changes)

    def stream_readings(self) -> AsyncGenerator[list[ExportedReading], None]:
        """Readings of every run."""
        return self._stream(streams.readings)


def _text(row: tuple[object, ...] | None) -> str | None:
    return None if row is None else str(row[0])
