"""The end of a run: what is still pending is applied, or, in a plan, written down as what would be."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import msgspec

from fairlead.model.changes import Cause, Reason
from fairlead.model.entities import Body, EntityKey
from fairlead.model.stored import ChangeWrite, EntityWrite, StoredContribution, StoredEntity
from fairlead.reconcile.canonical import canonical, digest, encode_body
from fairlead.reconcile.difference import difference
from fairlead.reconcile.merge import merge
from fairlead.sync.reconsider import Moved, actual, change_row, part_of, record_changes
from fairlead.sync.scene import Scene
from fairlead.sync.store import Store, Writer

BATCH = 500


async def settle(store: Store, scene: Scene) -> None:
    """Settles every pending entity, in batches of one transaction each.

    Creates and updates come first: whether an entity that lost its record was renamed or deleted is known only when
    the new one is there.
    """
    renamed_away: set[int] = set()
    for deletes in (False, True):
        after = 0
        while batch := await store.pending(after, BATCH):
            chosen = [e for e in batch if bool(e.desired_hash) is not deletes and e.id not in renamed_away]
            if chosen:
                renamed_away |= await store.write(partial(settle_batch, scene=scene, batch=chosen))
            after = batch[-1].id


def settle_batch(writer: Writer, scene: Scene, batch: Sequence[StoredEntity]) -> set[int]:
    """Applies (or plans) the pending entities of one batch; one that is no longer pending is left alone.

    Returns the ids of entities that a rename accounts for.
    """
    current = writer.entities_by_id([entity.id for entity in batch])
    pending = [entity for entity in current.values() if entity.hash != entity.desired_hash]
    contributions: dict[int, list[StoredContribution]] = {entity.id: [] for entity in pending}
    for contribution in writer.contributions_of_entities([entity.id for entity in pending]):
        contributions[contribution.entity].append(contribution)
    writes: list[EntityWrite] = []
    changed: list[Moved] = []
    renamed: list[ChangeWrite] = []
    away: set[int] = set()
    for entity in pending:
        cause = msgspec.json.decode(entity.cause, type=Cause) if entity.cause else Cause(Reason.READ)
        body = merge(part_of(scene, part) for part in contributions[entity.id])
        old = _renamed_from(writer, entity, cause) if body is not None else None
        cause = msgspec.structs.replace(cause, renamed_from=old.identifier if old else "")
        after = encode_body(body) if body is not None else b""
        if old is not None:
            renamed.append(_rename(scene, entity, old, after, cause))
            away.add(old.id)
            if scene.apply:
                writes.append(_gone(old))
        else:
            changed.append((entity, after, digest(after) if after else b"", cause))
        if scene.apply:
            writes.append(_settled(scene, entity, body, after))
    writer.put_entities(writes)
    record_changes(writer, scene.run, changed, "applied" if scene.apply else "planned")
    writer.put_changes(renamed)
    return away


def _settled(scene: Scene, entity: StoredEntity, body: Body | None, after: bytes) -> EntityWrite:
    if body is None:
        return _gone(entity)
    return actual(scene, entity, body, after, digest(after))


def _gone(entity: StoredEntity) -> EntityWrite:
    return EntityWrite(entity.id, entity.blueprint, entity.identifier, "", b"", b"", b"")


def _renamed_from(writer: Writer, entity: StoredEntity, cause: Cause) -> StoredEntity | None:
    """The entity that this one was, if nothing else owns that any more and this one is new."""
    if not cause.renamed_from or entity.hash:
        return None
    key = EntityKey(entity.blueprint, cause.renamed_from)
    old = writer.entities([key]).get(key)
    return old if old is not None and old.hash and not old.desired_hash else None


def _rename(scene: Scene, entity: StoredEntity, old: StoredEntity, after: bytes, cause: Cause) -> ChangeWrite:
    found = difference(old.body, after)
    fields = msgspec.json.decode(found.delta, type=dict[str, object]) if found else {}
    delta = canonical(fields | {"identifier": [old.identifier, entity.identifier]})
    state = "applied" if scene.apply else "planned"
    return change_row(scene.run, entity, "rename", delta, cause, digest(after), state)
