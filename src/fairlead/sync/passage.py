"""The passage of one kind of one connection through a run: its reading, what is missing, its cursor, its report."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence

import msgspec

from fairlead.mapping.mapper import Mapper
from fairlead.model.changes import Reason
from fairlead.model.errors import BadCredential, CatalogUnusable, FairleadError
from fairlead.model.kinds import FetchSpec, KindSpec
from fairlead.model.readings import EVERY, Item
from fairlead.model.records import Record, RecordState
from fairlead.model.reports import FrozenRecord, ReadingReport
from fairlead.model.source import Parents, source_hash
from fairlead.model.stored import StoredReading, StoredRecord
from fairlead.sync.absence import Absence, Verdict
from fairlead.sync.apply import retire_records
from fairlead.sync.delta import Feed, batches, follow
from fairlead.sync.known import Known
from fairlead.sync.reading import ChainEnd, Reader
from fairlead.sync.scene import Clock, Policy, Scene
from fairlead.sync.sink import Sink
from fairlead.sync.source import Source
from fairlead.sync.splice import constants_of
from fairlead.sync.store import Store

STORED = 200
"""Records of a feed that are stored at a time."""


class Connected(msgspec.Struct, frozen=True):
    """A connection as the catalog knows it, with its open source."""

    id: int
    name: str
    source: Source


class Passing(msgspec.Struct, frozen=True):
    """What all passages of a run share."""

    store: Store
    mapper: Mapper
    scene: Scene
    policy: Policy
    clock: Clock
    slots: asyncio.Semaphore
    number: Callable[[], int]
    incremental: bool
    readings: Mapping[tuple[int, str], StoredReading]
    progress: Callable[[str, str, int, int, int, bool], None]


class Passage:
    """One kind of one connection in one run."""

    def __init__(
        self, passing: Passing, connected: Connected, spec: KindSpec, fetch: FetchSpec, known: Known,
        children: Mapping[str, Sequence[str]], organization: str, url: str,
    ) -> None:  # fmt: skip
        self._passing = passing
        self._connected = connected
        self._spec = spec
        self._fetch = fetch
        self._known = known
        self._children = children
        self._constants = constants_of(url, organization)
        self._ends: Sequence[ChainEnd] = ()
        self._failed: Mapping[str, str] = {}
        self._fed = False
        self.frozen: list[FrozenRecord] = []

    async def run(self) -> ReadingReport:
        """Reads the kind. Classed errors end in the report; a bad credential or catalog ends the run."""
        spec, store = self._spec, self._passing.store
        reading = await self._open()
        self._fetch = msgspec.structs.replace(self._fetch, instant=reading.started)
        first = not await store.knows(self._connected.id, spec.kind)
        sink = self.sink(reading.id, first=first)
        if reading.state != "open":
            await self._after(reading)
            return self._report(reading, sink, Verdict(), reading.reason)
        verdict, reason = Verdict(), ""
        try:
            verdict = await self._read(reading, sink)
        except (BadCredential, CatalogUnusable):
            raise
        except FairleadError as error:
            reason = error.message
        reason = reason or self._first_reason()
        await self._after(reading)
        state = "incomplete" if reason else "proved"
        await store.write(lambda writer: writer.end_reading(reading.id, state, reason))
        if not reason and spec.changes != "relist" and not self._fed:
            cursor = self._connected.source.start_cursor(
                spec.kind, reading.started - self._passing.policy.overlap_seconds
            )
            await self._set_cursor(cursor)
        return self._report(reading, sink, verdict, reason)

    async def _read(self, reading: StoredReading, sink: Sink) -> Verdict:
        feed: Feed | None = None
        # A feed tells what changed since its cursor, not what a project has held before it came into sight.
        fresh = self._spec.changes != "feed" and bool(self._known.added.get(self._spec.parent))
        if self._passing.incremental and self._spec.changes != "relist" and not fresh:
            cursor = await self._passing.store.cursor(reading.connection, self._spec.kind, self._fetch.hash)
            if cursor is not None:
                feed = await follow(
                    self._connected.source, self._spec, cursor, self._parents, self._passing.number
                )
        self._fed = feed is not None
        verdict = Verdict()
        if feed is None or self._spec.changes == "feed":
            verdict = await self._listing(reading, sink, feed)
        if feed is not None:
            verdict = await self._follow(reading, sink, feed, verdict)
        return verdict

    async def _listing(self, reading: StoredReading, sink: Sink, feed: Feed | None) -> Verdict:
        def progress(done: int, walks: int) -> None:
            tally = sink.tally
            self._passing.progress(self._spec.kind, self._connected.name, tally.records, done, walks, False)

        reader = Reader(
            source=self._connected.source,
            store=self._passing.store,
            sink=sink,
            spec=self._spec,
            fetch=self._fetch,
            reading=reading,
            parents=self._parents,
            number=self._passing.number,
            slots=self._passing.slots,
            wanted=self._wanted(feed),
            progress=progress,
        )
        try:
            await reader.read()
        finally:
            self._ends, self._failed = self._met(reader.ends), reader.failed
            await sink.close()
        absence = self._absence(reading, sink)
        verdict = await absence.decide(self._proved_scopes(), self._readable())
        doubtful = await self._doubtful(reader.vanished, reading)
        self._failed = {**self._failed, **absence.undecided, **doubtful}
        return verdict

    def _met(self, ends: Sequence[ChainEnd]) -> list[ChainEnd]:
        """The ends but for walks that failed of parents which this run has not met: they may well be gone, and are
        reported themselves."""
        met = {
            listing.per: self._known.readable.get(listing.per, frozenset()) for listing in self._spec.listings
        }
        return [
            end
            for end in ends
            if not end.reason
            or end.chain.scope == EVERY
            or end.chain.scope in met[self._spec.listings[end.chain.form].per]
        ]

    async def _doubtful(self, vanished: Mapping[str, str], reading: StoredReading) -> dict[str, str]:
        """Which stored records were listed, not there when they were read, and not proved to be gone either."""
        if not vanished:
            return {}
        store = self._passing.store
        stored = await store.lookup(reading.connection, self._spec.kind, sorted(vanished))
        decided = {RecordState.GONE, RecordState.OUTSIDE}
        old = [r for r in stored.values() if r.number <= reading.start and r.state not in decided]
        return {record.key: f"it was listed, but {vanished[record.key]}" for record in old}

    def _wanted(self, feed: Feed | None) -> Callable[[Item, StoredRecord | None], bool] | None:
        """An incremental pass reads the detail of what is new or changed only; any pass, of what has come to rest."""
        spec, incremental = self._spec, self._passing.incremental
        if not incremental and not spec.settles:
            return None

        def wanted(item: Item, stored: StoredRecord | None) -> bool:
            if stored is None or stored.state is not RecordState.ALIVE or stored.frozen or not stored.hash:
                return True
            if feed is not None:
                return item.key in feed.changed
            if stored.source_hash != source_hash(item.raw, self._fetch.hash):
                return True
            return spec.settles and not self._connected.source.settled(spec.kind, item.raw)

        return wanted

    async def _follow(self, reading: StoredReading, sink: Sink, feed: Feed, listed: Verdict) -> Verdict:
        """Carries out what a feed said, beyond what the listing has done."""
        source, kind = self._connected.source, self._spec.kind
        number = self._passing.number()
        whole = {record.key for record in feed.records}
        stored = await self._passing.store.lookup(
            reading.connection, kind, sorted(feed.removed | feed.changed | whole)
        )
        verdict, fit = listed, set[str]()
        if self._spec.changes != "feed":  # no listing went before
            for records in batches(feed.records, STORED):
                fit |= await self._take(sink, records)
            pairs = [(key, stored[key].parent if key in stored else "") for key in sorted(feed.changed)]
            for part in batches(pairs, self._spec.read_batch):
                found = await source.read(kind, self._fetch, part, self._parents, self._passing.number)
                fit |= await self._take(sink, found.records)
                self._failed = {
                    **self._failed,
                    **{key: missing.reason for key, missing in found.missing if missing.why != "not there"},
                }
            named = sorted(feed.changed | whole)
            outside = [stored[key] for key in named if key in stored and key not in fit]
            absence = self._absence(reading, sink)
            verdict = await absence.examine(outside)
            self._failed = {**self._failed, **absence.undecided}
        gone = [stored[key] for key in sorted(feed.removed) if key in stored]
        retired = 0
        if gone:
            retired = await self._passing.store.write(
                lambda writer: retire_records(
                    writer, self._passing.scene, reading.connection, gone, RecordState.GONE,
                    (Reason.GONE, "tombstone in the change feed"), number,
                )
            )  # fmt: skip
        if not self._first_reason():  # what could not be read is told again the next time
            await self._set_cursor(feed.cursor)
        self._failed = {**self._failed, **dict(feed.behind)}
        return msgspec.structs.replace(verdict, gone=verdict.gone + retired)

    async def _take(self, sink: Sink, records: Sequence[Record]) -> frozenset[str]:
        """Stores those of the records that lie inside the kind's filter or window, and gives their keys."""
        source, kind, fetch = self._connected.source, self._spec.kind, self._fetch
        keys = [(record.key, record.parent) for record in records]
        inside = frozenset(key for key, _ in keys)
        if self._spec.membership == "filter" and keys:
            inside = await source.inside(kind, fetch, keys, self._passing.number)
        elif self._spec.membership == "window":
            inside -= source.beyond(kind, fetch, records, ())
        await sink.commit(await sink.prepare([record for record in records if record.key in inside]))
        return inside

    async def _open(self) -> StoredReading:
        passing, kind = self._passing, self._spec.kind
        known = passing.readings.get((self._connected.id, kind))
        if known is not None and known.spec == self._fetch.hash:
            return known
        form = "delta" if passing.incremental else "listing"
        start, now = passing.number(), passing.clock.now()
        id_ = await passing.store.write(
            lambda writer: writer.open_reading(
                passing.scene.run, self._connected.id, kind, form, self._fetch.hash, start, now
            )
        )
        return StoredReading(
            id_, passing.scene.run, self._connected.id, kind, form, self._fetch.hash, start, now, "open", ""
        )

    async def _after(self, reading: StoredReading) -> None:
        """Makes the kind's records known to the kinds that hang from it."""
        if self._spec.kind not in self._known.kinds:
            return
        missing: frozenset[str] = frozenset()
        if reading.state == "open":
            unseen = await self._passing.store.unseen(reading, None)
            missing = frozenset(record.key for record in unseen)
        resumed = (self._connected.id, self._spec.kind) in self._passing.readings
        await self._known.load(self._spec.kind, missing, reading.start if resumed else None)

    async def _set_cursor(self, cursor: str) -> None:
        await self._passing.store.write(
            lambda writer: writer.set_cursor(self._connected.id, self._spec.kind, self._fetch.hash, cursor)
        )

    def sink(self, reading: int = 0, *, first: bool = False) -> Sink:
        """A sink for the kind's records; with a reading, what passes is seen by it."""
        return Sink(
            store=self._passing.store,
            mapper=self._passing.mapper,
            scene=self._passing.scene,
            connection=self._connected.id,
            kind=self._spec.kind,
            mapped=self._spec.mapped,
            constants=self._constants,
            known=self._known.parents,
            reading=reading,
            first=first,
        )

    def _absence(self, reading: StoredReading, sink: Sink) -> Absence:
        return Absence(
            source=self._connected.source,
            store=self._passing.store,
            sink=sink,
            scene=self._passing.scene,
            policy=self._passing.policy,
            spec=self._spec,
            children=self._children,
            fetch=self._fetch,
            reading=reading,
            parents=self._parents,
            number=self._passing.number,
            now=self._passing.clock.now(),
        )

    @property
    def _parents(self) -> Parents:
        return self._known.records

    def _readable(self) -> frozenset[str]:
        return self._known.readable.get(self._spec.parent, frozenset())

    def _proved_scopes(self) -> Sequence[str] | None:
        """The parents whose children were listed whole; None for all of them."""
        broken = {end.chain.scope for end in self._ends if end.reason}
        proved = [end.chain for end in self._ends if end.chain.scope not in broken]
        if any(chain.scope == EVERY for chain in proved):
            return None
        scopes = {chain.scope for chain in proved}
        per = self._spec.listings[proved[0].form].per if proved else self._spec.parent
        if per == self._spec.parent:
            return sorted(scopes)
        parents = self._known.records.get(self._spec.parent, {})
        return sorted(key for key, record in parents.items() if record.parent in scopes)

    def _first_reason(self) -> str:
        bad = [end.reason for end in self._ends if end.reason] + list(self._failed.values())
        return bad[0] if bad else ""

    def _report(self, reading: StoredReading, sink: Sink, verdict: Verdict, reason: str) -> ReadingReport:
        walks = [end for end in self._ends if not end.reason]
        reasons = dict.fromkeys(
            [
                *(end.reason for end in self._ends if end.reason),
                *self._failed.values(),
                *([reason] if reason else []),
            ]
        )
        self.frozen = [
            FrozenRecord(self._connected.name, self._spec.kind, key, why) for key, why in sink.tally.frozen
        ]
        self._passing.progress(
            self._spec.kind, self._connected.name, sink.tally.records, len(self._ends), len(self._ends), True
        )
        return ReadingReport(
            connection=self._connected.name,
            kind=self._spec.kind,
            form=reading.form,
            state="incomplete" if reasons else "proved",
            scopes=len(self._ends),
            proved=len(walks),
            reasons=tuple(reasons)[:20],
            records=sink.tally.records,
            changed=sink.tally.changed,
            drifted=verdict.drifted,
            gone=verdict.gone,
            left=verdict.left,
            unseen=verdict.unseen,
        )
