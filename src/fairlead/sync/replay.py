"""Maps stored records again without reading them: after a change of the mapping, or of a record that enriches them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from fairlead.model.changes import Cause, Reason
from fairlead.model.records import RecordState
from fairlead.model.stored import RecordWrite, StoredContribution
from fairlead.sync.apply import remove_contributions
from fairlead.sync.known import record_of
from fairlead.sync.scene import Scene
from fairlead.sync.sink import Sink
from fairlead.sync.store import Store, Writer

BATCH = 200
ROWS = "rows"
"""The cursor under which the hash of a kind's mapping rows is kept, to notice that they changed."""

FORGOTTEN = bytes(16)
"""The hash of a record that was mapped, but with rows that are retired."""


async def replay(store: Store, sink: Sink, kind: str, records: Sequence[int]) -> None:
    """Maps the stored records of `kind` again, where their mapping input differs from what it was."""
    for start in range(0, len(records), BATCH):
        bodies = await store.bodies(records[start : start + BATCH])
        arrivals = await sink.prepare(
            [record_of(body) for body in bodies if body.record.kind == kind and body.record.hash], replay=True
        )
        await sink.commit([arrival for arrival in arrivals if arrival.outcomes is not None])


async def living(store: Store, connection: int, kind: str) -> list[int]:
    """Ids of the kind's records that carry contributions."""
    states = (RecordState.ALIVE, RecordState.OUTSIDE, RecordState.UNSEEN)
    return [record.id for record in await store.states(connection, kind, states)]


async def retire_rows(
    store: Store, scene: Scene, in_use: Mapping[str, int], rows_hash: Callable[[str], bytes]
) -> int:
    """Removes the contributions of mapping rows that are no longer in the configuration; returns how many rows.

    `rows_hash` is that of a kind's rows now. Records of a kind that was not mapped with them in this run forget that
    they were ever mapped: if the old rows come back, nothing else would tell that their contributions are missing.
    """
    retired = sorted(await store.rows_in_use() - in_use.keys())
    after = 0
    while retired:
        batch = await store.contributions_of_rows(retired, after, BATCH)
        if not batch:
            break
        causes = {c.record: Cause(Reason.ROW_RETIRED, c.kind, c.key, c.row) for c in batch}
        stale: dict[tuple[int, str], list[str]] = {}
        for connection, kind in _kinds(batch):
            if await store.cursor(connection, kind, ROWS) != rows_hash(kind).hex():
                keys = {c.key for c in batch if (c.connection, c.kind) == (connection, kind)}
                stale[connection, kind] = sorted(keys)
        await store.write(partial(_retire, scene=scene, batch=batch, causes=causes, stale=stale))
        after = batch[-1].id
    return len(retired)


def _kinds(batch: Sequence[StoredContribution]) -> list[tuple[int, str]]:
    return sorted({(one.connection, one.kind) for one in batch})


def _frozen(writer: Writer, connection: int, kind: str, batch: Sequence[StoredContribution]) -> list[int]:
    """Ids of records that the present rows cannot map: they keep what the old rows gave until they can."""
    keys = [one.key for one in batch if (one.connection, one.kind) == (connection, kind)]
    return [record.id for record in writer.records(connection, kind, keys).values() if record.frozen]


def _retire(
    writer: Writer,
    scene: Scene,
    batch: Sequence[StoredContribution],
    causes: dict[int, Cause],
    stale: Mapping[tuple[int, str], Sequence[str]],
) -> None:
    frozen = {id_ for connection, kind in _kinds(batch) for id_ in _frozen(writer, connection, kind, batch)}
    remove_contributions(writer, scene, [one for one in batch if one.record not in frozen], causes)
    for (connection, kind), keys in stale.items():
        writer.set_cursor(connection, kind, ROWS, "")
        writer.put_records(
            [
                RecordWrite(
                    id=r.id, connection=connection, kind=kind, key=r.key, parent=r.parent, version=r.version,
                    number=r.number, source_hash=r.source_hash, hash=FORGOTTEN if r.hash else b"", state=r.state,
                    missing=r.missing, missing_since=r.missing_since, frozen=r.frozen,
                )
                for r in writer.records(connection, kind, keys).values()
            ]
        )  # fmt: skip
