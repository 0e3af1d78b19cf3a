"""A few stored records of a kind as mapping sees them, for people who write mappings."""

from __future__ import annotations

from collections.abc import Sequence

from fairlead.model.records import Record
from fairlead.reconcile.canonical import digest
from fairlead.sync.known import record_of
from fairlead.sync.splice import Parent, enrich
from fairlead.sync.store import Store


async def examples(store: Store, connection: int, kind: str, constants: bytes, count: int) -> list[bytes]:
    """Up to `count` living records of a connection, as JSON with everything spliced in. `constants` as of `enrich`."""
    bodies = await store.bodies(await store.sample(connection, kind, count))
    records = [record_of(body) for body in bodies]
    known: dict[str, dict[str, Parent]] = {}
    await _load(store, connection, records, known)
    return [enrich(record, known, constants, b"").text() for record in records]


async def _load(
    store: Store, connection: int, records: Sequence[Record], known: dict[str, dict[str, Parent]]
) -> None:
    """Adds what the records refer to, and what that refers to: only these, since there may be many of a kind."""
    wanted: dict[str, set[str]] = {}
    for record in records:
        for reference in record.references:
            if reference.whole and reference.key not in known.get(reference.kind, {}):
                wanted.setdefault(reference.kind, set()).add(reference.key)
    for kind, keys in wanted.items():
        found = await store.lookup(connection, kind, sorted(keys))
        bodies = await store.bodies([one.id for one in found.values()])
        parents = [record_of(body, extra=False) for body in bodies]
        known.setdefault(kind, {}).update({one.key: Parent(one, digest(one.body)) for one in parents})
        await _load(store, connection, parents, known)
