"""What is missing from a proved listing is only a candidate: it is read by id before anything is taken away.

alive, inside the filter     kept; the listing had drifted
alive, outside the filter    left the filter: out, or kept as it is, by policy
outside the window           likewise; what is stored tells, so it is not read again
tombstone                    gone
not there, no tombstone kind gone, if the parent can be read, the listing was exact, and a second look agrees
not there otherwise          unseen; out by policy after several listings and days
not permitted, failed        nothing is known: kept
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import msgspec

from fairlead.model.changes import Reason
from fairlead.model.errors import BadCredential, FairleadError
from fairlead.model.kinds import FetchSpec, KindSpec
from fairlead.model.readings import Found
from fairlead.model.records import ORGANIZATION, Record, RecordState
from fairlead.model.source import Number, Parents
from fairlead.model.stored import RecordBody, StoredReading, StoredRecord
from fairlead.sync.apply import retire_records
from fairlead.sync.known import record_of
from fairlead.sync.scene import Policy, Scene
from fairlead.sync.sink import Sink
from fairlead.sync.source import Source
from fairlead.sync.store import Store, Writer

TOMBSTONE = "tombstone"
SECOND_LOOK = "not there at a second look, beside a readable parent, in an exact listing"


class Verdict(msgspec.Struct, frozen=True):
    """How many candidates turned out to be what."""

    drifted: int = 0
    gone: int = 0
    left: int = 0
    unseen: int = 0


def _unknown(found: Found) -> dict[str, str]:
    """The keys of which a point read learned nothing, and why."""
    return {key: missing.reason for key, missing in found.missing if missing.why != "not there"}


class Absence:
    """Decides on the candidates of one reading. `undecided` says of which nothing could be learned, and why."""

    def __init__(
        self,
        *,
        source: Source,
        store: Store,
        sink: Sink,
        scene: Scene,
        policy: Policy,
        spec: KindSpec,
        children: Mapping[str, Sequence[str]],
        fetch: FetchSpec,
        reading: StoredReading,
        parents: Parents,
        number: Number,
        now: float,
    ) -> None:
        self._source = source
        self._store = store
        self._sink = sink
        self._scene = scene
        self._policy = policy
        self._spec = spec
        self._children = children
        self._fetch = fetch
        self._reading = reading
        self._parents = parents
        self._number = number
        self._now = now
        self.undecided: dict[str, str] = {}

    async def decide(self, scopes: Sequence[str] | None, readable: frozenset[str]) -> Verdict:
        """Reads the candidates of these scopes (None = all) whose parent is one of `readable` again, and acts.

        A parent that could not be read in this run, or whose children cannot be read, says nothing about its children:
        they are left alone. What can move is looked for wherever it may be, even when its parent is gone.
        """
        candidates = [
            record
            for record in await self._store.unseen(self._reading, scopes)
            if record.parent == ORGANIZATION
            or (record.parent in readable and self._is_open(record.parent))
            or (self._spec.moves and self._is_orphan(record))
        ]
        return await self.examine(candidates)

    async def examine(self, candidates: Sequence[StoredRecord]) -> Verdict:
        """Reads these records again by id, and acts on what that shows."""
        size = self._spec.read_batch
        total = Verdict()
        for start in range(0, len(candidates), size):
            one = await self._batch(candidates[start : start + size])
            total = Verdict(
                total.drifted + one.drifted,
                total.gone + one.gone,
                total.left + one.left,
                total.unseen + one.unseen,
            )
        return total

    async def _batch(self, batch: Sequence[StoredRecord]) -> Verdict:
        try:
            expired = await self._expired(batch)
            rest = [record for record in batch if record.key not in expired]
            found = await self._read(rest) if rest else Found()
            outside = await self._outside(found)
        except BadCredential:
            raise
        except FairleadError as error:  # not reached: nothing is known of them
            self.undecided.update({record.key: error.message for record in batch})
            return Verdict()
        self.undecided.update(_unknown(found))
        drifted = [record for record in found.records if record.key not in outside]
        await self._sink.commit(
            await self._sink.prepare(drifted), partial(self._see_again, keys=[r.key for r in drifted])
        )
        left = await self._leave(batch, expired, "outside the window, by what is stored")
        left += await self._leave(batch, outside, "read by id, outside the filter")
        absent = [
            record
            for record in batch
            if any(k == record.key and m.why == "not there" for k, m in found.missing)
        ]
        gone, unseen = await self._missing(absent) if absent else (0, 0)
        return Verdict(len(drifted), gone, left, unseen)

    def _is_open(self, parent: str) -> bool:
        """Whether children of this parent can be read at all."""
        record = self._parents.get(self._spec.parent, {}).get(parent)
        return record is not None and self._source.readable(self._spec.parent, record, self._parents)

    def _is_orphan(self, record: StoredRecord) -> bool:
        """Whether the parent is gone. Of a record that froze before its parent was known, nothing is."""
        return bool(record.parent) and record.parent not in self._parents.get(self._spec.parent, {})

    async def _read(self, batch: Sequence[StoredRecord]) -> Found:
        pairs = [(record.key, record.parent) for record in batch]
        return await self._source.read(self._spec.kind, self._fetch, pairs, self._parents, self._number)

    async def _expired(self, batch: Sequence[StoredRecord]) -> frozenset[str]:
        """Those that what is stored of them shows to be outside the window now."""
        if self._spec.membership != "window":
            return frozenset()
        return await self._beyond([record_of(one) for one in await self._bodies(batch)])

    async def _beyond(self, records: Sequence[Record]) -> frozenset[str]:
        kind, fetch = self._spec.kind, self._fetch
        beyond = self._source.beyond(kind, fetch, records, ())
        rest = [record for record in records if record.key not in beyond]
        if not rest or not self._spec.top:
            return beyond
        for parent in sorted({record.parent for record in rest}):  # one at a time: neighbors can be many
            own = [record for record in rest if record.parent == parent]
            near = await self._store.children(self._reading.connection, kind, [parent])
            bodies = await self._bodies([one for one in near if one.state is RecordState.ALIVE])
            beyond |= self._source.beyond(kind, fetch, own, [record_of(one) for one in bodies])
        return beyond

    async def _bodies(self, records: Sequence[StoredRecord]) -> list[RecordBody]:
        return await self._store.bodies([record.id for record in records])

    async def _outside(self, found: Found) -> frozenset[str]:
        if self._spec.membership == "window":
            return await self._beyond(found.records)
        keys = [(record.key, record.parent) for record in found.records]
        if self._spec.membership != "filter" or not keys:
            return frozenset()
        return await self._source.outside(self._spec.kind, self._fetch, keys, self._number)

    def _see_again(self, writer: Writer, keys: Sequence[str]) -> None:
        stored = writer.records(self._reading.connection, self._spec.kind, keys)
        writer.see(self._reading.id, [record.id for record in stored.values()])

    async def _leave(self, batch: Sequence[StoredRecord], outside: frozenset[str], proof: str) -> int:
        leaving = [record for record in batch if record.key in outside]
        if not leaving:
            return 0
        if self._policy.leaving == "keep":
            rows = [(record.id, RecordState.OUTSIDE, 0, 0.0, record.frozen) for record in leaving]
            await self._store.write(lambda writer: writer.set_states(rows))
        else:
            await self._retire(leaving, RecordState.OUTSIDE, Reason.LEFT_FILTER, proof)
        return len(leaving)

    async def _missing(self, absent: Sequence[StoredRecord]) -> tuple[int, int]:
        orphans = [record for record in absent if self._spec.moves and self._is_orphan(record)]
        if orphans:
            proof = f"not there by id, and its {self._spec.parent} is gone"
            await self._retire(orphans, RecordState.GONE, Reason.PARENT_GONE, proof)
            absent = [record for record in absent if not self._is_orphan(record)]
        pairs = [(record.key, record.parent) for record in absent]
        try:
            if self._spec.tombstone is not None:
                removed = await self._source.removed(self._spec.kind, pairs, self._parents, self._number)
                proof = TOMBSTONE
            else:
                removed = await self._second_look(absent) if self._spec.exact else frozenset()
                proof = SECOND_LOOK
        except BadCredential:
            raise
        except FairleadError as error:
            self.undecided.update({record.key: error.message for record in absent})
            return len(orphans), 0
        gone = [record for record in absent if record.key in removed]
        await self._retire(gone, RecordState.GONE, Reason.GONE, proof)
        unseen = await self._count_unseen([r for r in absent if r.key not in removed])
        return len(orphans) + len(gone), unseen

    async def _second_look(self, absent: Sequence[StoredRecord]) -> frozenset[str]:
        """The keys that are still not there after their parents were read: a permission that was lost shows there."""
        parents = sorted({record.parent for record in absent} - {ORGANIZATION})
        readable = {ORGANIZATION}
        if parents and self._spec.parent:
            known = self._parents.get(self._spec.parent, {})
            pairs = [(key, known[key].parent) for key in parents if key in known]
            spec = self._source.kinds[self._spec.parent]
            plain = FetchSpec(self._spec.parent, (), "")
            for start in range(0, len(pairs), spec.read_batch):
                part = pairs[start : start + spec.read_batch]
                found = await self._source.read(self._spec.parent, plain, part, self._parents, self._number)
                readable |= {record.key for record in found.records}
                unknown = _unknown(found)
                self.undecided.update({r.key: unknown[r.parent] for r in absent if r.parent in unknown})
        still = [record for record in absent if record.parent in readable]
        if not still:
            return frozenset()
        found = await self._read(still)
        self.undecided.update(_unknown(found))
        return frozenset(key for key, missing in found.missing if missing.why == "not there")

    async def _retire(
        self, records: Sequence[StoredRecord], state: RecordState, reason: Reason, proof: str
    ) -> None:
        if not records:
            return
        number = self._number()
        if state is RecordState.GONE:
            await self._retire_children(self._spec.kind, [record.key for record in records], number)
        await self._write(records, state, (reason, proof), number)

    async def _retire_children(self, kind: str, keys: Sequence[str], number: int) -> None:
        """Takes everything out that hangs from these records, what hangs deepest first and they themselves last.

        A run that is cut in between meets them again. Nobody would look for children of what is gone already.
        """
        for child in self._children.get(kind, ()):
            if self._source.kinds[child].moves:
                continue  # it may live on elsewhere: its own reading looks for it
            records = await self._store.children(self._reading.connection, child, keys)
            if records:
                await self._retire_children(child, [record.key for record in records], number)
                cause = (Reason.PARENT_GONE, f"{kind} gone")
                await self._write(records, RecordState.GONE, cause, number)

    async def _write(
        self, records: Sequence[StoredRecord], state: RecordState, cause: tuple[Reason, str], number: int
    ) -> None:
        await self._store.write(
            partial(
                retire_records,
                scene=self._scene,
                connection=self._reading.connection,
                records=records,
                state=state,
                cause_of=cause,
                number=number,
            )
        )

    async def _count_unseen(self, records: Sequence[StoredRecord]) -> int:
        """Counts one more listing without them; those that policy gives up are removed."""
        expired: list[StoredRecord] = []
        rows: list[tuple[int, RecordState, int, float, str]] = []
        for record in records:
            missing, since = record.missing + 1, record.missing_since or self._now
            rows.append((record.id, RecordState.UNSEEN, missing, since, record.frozen))
            old = self._now - since >= self._policy.unseen_seconds
            if old and missing >= self._policy.unseen_listings:
                expired.append(record)
        if rows:
            await self._store.write(lambda writer: writer.set_states(rows))
        proof = f"missing from {self._policy.unseen_listings} proved listings, without proof that it is gone"
        await self._retire(expired, RecordState.GONE, Reason.EXPIRED, proof)
        return len(records) - len(expired)
