"""Brings entities from their contributions to their desired state, inside a write transaction.

Level-triggered: whatever differs between desired and actual is pending, whoever made it so, until it is applied.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import msgspec
import orjson

from fairlead.model.changes import Cause, Op
from fairlead.model.entities import Body, EntityKey
from fairlead.model.stored import ChangeWrite, EntityWrite, StoredContribution, StoredEntity
from fairlead.reconcile.canonical import decode_body, decode_fragment, digest, encode_body
from fairlead.reconcile.difference import before_of, difference, first_cause
from fairlead.reconcile.merge import Part, edges, has_query, merge, overlay
from fairlead.sync.scene import Scene
from fairlead.sync.store import Writer

_CAUSE = msgspec.json.Decoder(Cause)
NEVER = -1
"""The position of contributions whose row is no longer in the configuration: any other wins over them."""


Moved = tuple[StoredEntity, bytes, bytes, Cause]
"""(entity before, body after, its hash, cause); an entity that is deleted has neither body nor hash after."""


def part_of(scene: Scene, stored: StoredContribution) -> Part:
    """A stored contribution as merging needs it, its queries replaced by what they resolved to."""
    fragment = decode_fragment(stored.fragment)
    resolved = orjson.loads(stored.resolved) if stored.resolved else {}
    if has_query(fragment):
        fragment = overlay(fragment, resolved)
    position = scene.positions.get(stored.row, NEVER)
    # What is found by a query is another's: a patch. Where that other is not of this catalog, the patch alone stands.
    creates = bool(resolved.get("foreign")) if stored.query else stored.creates
    return Part(position, stored.connection, stored.key, stored.item, creates, fragment)


def reconsider(
    writer: Writer,
    scene: Scene,
    causes: Mapping[int, Cause],
    fresh: Mapping[int, tuple[EntityKey, list[Part]]],
) -> None:
    """Recomputes what is desired of the entities in `causes`, and applies creates and updates of an applying run.

    `fresh` are entities that the catalog does not know yet, with all the parts that they have. Removals and what may
    be a rename stay pending until the run settles.
    """
    known = [entity for entity in causes if entity not in fresh]
    stored = writer.entities_by_id(known) if known else {}
    parts: dict[int, list[Part]] = {entity: [] for entity in known}
    for contribution in writer.contributions_of_entities(known) if known else ():
        parts[contribution.entity].append(part_of(scene, contribution))
    writes: list[EntityWrite] = []
    changed: list[Moved] = []
    for id_, (key, own) in fresh.items():
        parts[id_] = own
        stored[id_] = StoredEntity(id_, key.blueprint, key.identifier, b"", b"", b"", b"", "")
    for id_, entity in stored.items():
        body = merge(parts[id_])
        write, applied = _decide(scene, entity, body, causes[id_], new=id_ in fresh)
        if write is not None:
            writes.append(write)
        if applied and write is not None:
            changed.append((entity, write.body, write.hash, causes[id_]))
    writer.put_entities(writes)
    record_changes(writer, scene.run, changed, "applied", fresh.keys())


def _decide(
    scene: Scene, entity: StoredEntity, body: Body | None, cause: Cause, *, new: bool
) -> tuple[EntityWrite | None, bool]:
    desired = encode_body(body) if body is not None else b""
    desired_hash = digest(desired) if desired else b""
    if entity.hash == desired_hash:
        if entity.desired_hash == desired_hash and not new:
            return None, False
        return _pending(entity, desired_hash, b""), False
    if scene.apply and body is not None and not cause.renamed_from:
        return actual(scene, entity, body, desired, desired_hash), True
    if entity.cause:
        cause = first_cause(_CAUSE.decode(entity.cause), cause)
    if (
        entity.desired_hash == desired_hash
        and entity.cause == (text := msgspec.json.encode(cause))
        and not new
    ):
        return None, False
    text = msgspec.json.encode(cause)
    return _pending(entity, desired_hash, text), False


def _pending(entity: StoredEntity, desired_hash: bytes, cause: bytes) -> EntityWrite:
    return EntityWrite(
        id=entity.id,
        blueprint=entity.blueprint,
        identifier=entity.identifier,
        title=(decode_body(entity.body).title or "") if entity.body else "",
        body=entity.body,
        hash=entity.hash,
        desired_hash=desired_hash,
        cause=cause,
        held=entity.held,
    )


def actual(scene: Scene, entity: StoredEntity, body: Body, text: bytes, hash_: bytes) -> EntityWrite:
    """The entity brought to its desired content."""
    return EntityWrite(
        id=entity.id,
        blueprint=entity.blueprint,
        identifier=entity.identifier,
        title=body.title or "",
        body=text,
        hash=hash_,
        desired_hash=hash_,
        edges=edges(body, scene.blueprints.get(entity.blueprint)),
    )


def record_changes(
    writer: Writer,
    run: int,
    changed: Sequence[Moved],
    state: str,
    fresh: Collection[int] = (),
) -> None:
    """Writes what moved as changes; several of one entity in a run add up to one."""
    earlier = writer.changes_of(run, [entity.id for entity, *_ in changed if entity.id not in fresh])
    rows: list[ChangeWrite] = []
    undone: list[int] = []
    for entity, after, hash_, latest in changed:
        before, cause = entity.body, latest
        if (previous := earlier.get(entity.id)) is not None:
            before = before_of(previous.op, previous.delta, entity.body)
            cause = first_cause(previous.cause, latest)
        found = difference(before, after)
        if found is None:
            undone.append(entity.id)
            continue
        rows.append(change_row(run, entity, found.op, found.delta, cause, hash_, state))
    writer.put_changes(rows)
    if undone:
        writer.drop_changes(run, undone)


def change_row(
    run: int, entity: StoredEntity, op: Op, delta: bytes, cause: Cause, hash_: bytes, state: str
) -> ChangeWrite:
    """One change as the catalog keeps it; `hash_` is the entity's after it, empty when it is deleted."""
    return ChangeWrite(
        run=run,
        entity=entity.id,
        op=op,
        blueprint=entity.blueprint,
        identifier=entity.identifier,
        delta=delta,
        cause=cause,
        result=hash_.hex(),
        state=state,
    )
