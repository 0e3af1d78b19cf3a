"""Maps stored records again without reading them: after a change of the mapping, or of a record that enriches them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from fairlead.model.changes import Cause, Reason
from fairlead.model.records import RecordState
from fairlead.sync.apply import remove_contributions
from fairlead.sync.known import record_of
from fairlead.sync.scene import Scene
from fairlead.sync.sink import Sink
from fairlead.sync.store import Store

BATCH = 200


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


async def retire_rows(store: Store, scene: Scene, in_use: Mapping[str, int]) -> int:
    """Removes the contributions of mapping rows that are no longer in the configuration; returns how many rows."""
    retired = sorted(await store.rows_in_use() - in_use.keys())
    after = 0
    while retired:
        batch = await store.contributions_of_rows(retired, after, BATCH)
        if not batch:
            break
        causes = {c.record: Cause(Reason.ROW_RETIRED, c.kind, c.key, c.row) for c in batch}
        await store.write(partial(remove_contributions, scene=scene, contributions=batch, causes=causes))
        after = batch[-1].id
    return len(retired)
