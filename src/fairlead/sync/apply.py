"""Writes arrivals (records with what mapping made of them) into the catalog, inside one write transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from fairlead.model.changes import Cause, Reason
from fairlead.model.entities import Contribution, EntityKey, Json, RowOutcome
from fairlead.model.records import Record, RecordState, is_newer
from fairlead.model.stored import (
    ContributionWrite,
    RecordWrite,
    StoredContribution,
    StoredEntity,
    StoredRecord,
)
from fairlead.reconcile.canonical import canonical, digest, encode_fragment
from fairlead.reconcile.difference import first_cause
from fairlead.reconcile.merge import Part, has_query, overlay
from fairlead.sync.answers import last_answers
from fairlead.sync.reconsider import NEVER, reconsider
from fairlead.sync.scene import Scene
from fairlead.sync.store import Writer


class Arrival(msgspec.Struct, frozen=True, gc=False):
    """A record, the hash of its mapping input, and its rows' outcomes; None = unchanged since it was last mapped.

    `keep_body` leaves the stored body alone (a replay, or a record that could not be read whole).
    """

    record: Record
    hash: bytes
    outcomes: tuple[RowOutcome, ...] | None
    keep_body: bool = False


Work = tuple[int, Arrival, StoredRecord | None]
"""(record id, arrival, what was stored of it)."""


class Applied(msgspec.Struct, frozen=True):
    """How many records were written, and which of them froze, with the reason."""

    changed: int
    frozen: tuple[tuple[str, str], ...]


class _Draft:
    """Contributions before and after, and the entities they touch, while a page is applied."""

    def __init__(self) -> None:
        self.writes: list[ContributionWrite] = []
        self.deleted: list[int] = []
        self.causes: dict[int, Cause] = {}
        self.new_parts: dict[int, list[Part]] = {}

    def touch(self, entity: int, cause: Cause) -> None:
        known = self.causes.get(entity)
        self.causes[entity] = cause if known is None else first_cause(known, cause)


def apply_arrivals(
    writer: Writer, scene: Scene, connection: int, kind: str, arrivals: Sequence[Arrival], reading: int = 0
) -> Applied:
    """Stores records, replaces their contributions as one set for each row, and reconsiders the entities touched.

    Arrivals that are older than what is stored change nothing. With a `reading`, every record that lives is seen.
    """
    stored = writer.records(connection, kind, [arrival.record.key for arrival in arrivals])
    missing = sum(arrival.record.key not in stored for arrival in arrivals)
    next_id = writer.new_ids("record", missing) if missing else 0
    seen: list[int] = []
    awake: list[tuple[int, RecordState, int, float, str]] = []
    work: list[Work] = []
    taken: dict[str, int] = {}
    for arrival in arrivals:
        known = stored.get(arrival.record.key)
        if known is None:
            if arrival.record.key in taken:  # listed twice in one page, as shifting lists do
                continue
            taken[arrival.record.key] = next_id
            work.append((next_id, arrival, None))
            seen.append(next_id)
            next_id += 1
        elif _is_old(arrival.record, known):
            if known.state is not RecordState.GONE:
                seen.append(known.id)
        else:
            seen.append(known.id)
            if arrival.outcomes is None and not arrival.record.failure:
                if known.state is not RecordState.ALIVE or known.missing:
                    awake.append((known.id, RecordState.ALIVE, 0, 0.0, known.frozen))
            else:
                work.append((known.id, arrival, known))
    writer.put_records([_record_write(connection, *one) for one in work])
    if awake:
        writer.set_states(awake)
    if reading:
        writer.see(reading, seen)
    replace_contributions(writer, scene, connection, work)
    return Applied(len(work), tuple((a.record.key, why) for _, a, _ in work if (why := _frozen(a))))


def _is_old(record: Record, known: StoredRecord) -> bool:
    """Whether a read says nothing new. A tombstone knows the last version read, not the last one there was: only a
    request sent after it revives the record, whatever its version."""
    if known.state is RecordState.GONE and record.number <= known.number:
        return True
    return is_newer(known.version, known.number, record.version, record.number)


def _frozen(arrival: Arrival) -> str:
    if arrival.record.failure:
        return arrival.record.failure
    for outcome in arrival.outcomes or ():
        if outcome.frozen:
            return outcome.frozen
    return ""


def _record_write(connection: int, id_: int, arrival: Arrival, known: StoredRecord | None) -> RecordWrite:
    record, frozen = arrival.record, _frozen(arrival)
    keep = known is not None and (arrival.keep_body or bool(record.failure))
    still = known if arrival.keep_body else None  # a replay says nothing about whether the record is there
    return RecordWrite(
        id=id_,
        connection=connection,
        kind=record.kind,
        key=record.key,
        parent=known.parent if known is not None and record.failure and not record.parent else record.parent,
        version=record.version,
        number=record.number,
        source_hash=b"" if record.failure else record.source_hash,
        hash=b"" if frozen else arrival.hash,
        state=still.state if still else RecordState.ALIVE,
        missing=still.missing if still else 0,
        missing_since=still.missing_since if still else 0.0,
        frozen=frozen,
        body=None if keep else record.body,
        references=tuple((r.name, r.kind, r.key, r.whole) for r in record.references),
        extra=record.extra,
    )


def replace_contributions(writer: Writer, scene: Scene, connection: int, work: Sequence[Work]) -> None:
    """Replaces the contributions of each (row, record) as one set; a frozen row keeps what it had."""
    before: dict[int, list[StoredContribution]] = {}
    existing = [id_ for id_, arrival, known in work if known and arrival.outcomes]
    for contribution in writer.contributions_of_records(existing) if existing else ():
        before.setdefault(contribution.record, []).append(contribution)
    keys = {
        EntityKey(c.blueprint, c.identifier)
        for _, arrival, _ in work
        for outcome in arrival.outcomes or ()
        for c in outcome.contributions
        if not c.query
    }
    entities = writer.entities(list(keys))
    ids = {key: entity.id for key, entity in entities.items()}
    unknown = sorted(keys - ids.keys())
    first = writer.new_ids("entity", len(unknown)) if unknown else 0
    fresh_keys = {first + place: key for place, key in enumerate(unknown)}
    ids.update({key: id_ for id_, key in fresh_keys.items()})
    draft = _Draft()
    for record_id, arrival, _ in work:
        if arrival.record.failure:
            continue
        for outcome in arrival.outcomes or ():
            if not outcome.frozen:
                own = before.get(record_id, ())
                _replace_row(scene, connection, record_id, arrival.record, outcome, own, ids, entities, draft)
    _write(writer, scene, draft, fresh_keys)


def _write(writer: Writer, scene: Scene, draft: _Draft, fresh_keys: dict[int, EntityKey]) -> None:
    unnumbered = sum(write.id == 0 for write in draft.writes)
    next_id = writer.new_ids("contribution", unnumbered) if unnumbered else 0
    fresh_ids = iter(range(next_id, next_id + unnumbered))
    numbered = [
        write if write.id else msgspec.structs.replace(write, id=next(fresh_ids)) for write in draft.writes
    ]
    if draft.deleted:
        writer.delete_contributions(draft.deleted)
    fresh = {
        id_: (key, draft.new_parts.get(id_, [])) for id_, key in fresh_keys.items() if id_ in draft.causes
    }
    # Entities first: contributions refer to them.
    if fresh:
        reconsider(writer, scene, {id_: draft.causes[id_] for id_ in fresh}, fresh)
    writer.put_contributions(numbered)
    rest = {id_: cause for id_, cause in draft.causes.items() if id_ not in fresh}
    if rest:
        reconsider(writer, scene, rest, {})


def _replace_row(
    scene: Scene,
    connection: int,
    record_id: int,
    record: Record,
    outcome: RowOutcome,
    before: Sequence[StoredContribution],
    ids: dict[EntityKey, int],
    entities: dict[EntityKey, StoredEntity],
    draft: _Draft,
) -> None:
    old = {one.item: one for one in before if one.row == outcome.row}
    reason = Reason.REMAPPED if outcome.contributions else Reason.NOT_SELECTED
    for contribution in outcome.contributions:
        cause = Cause(Reason.READ, record.kind, record.key, outcome.row)
        fragment = encode_fragment(contribution.fragment)
        hash_ = _hash(contribution, fragment)
        known = old.pop(contribution.item, None)
        if known is not None and known.hash == hash_:
            continue
        answers, entity = last_answers(before, contribution)
        if not contribution.query:
            entity = ids[EntityKey(contribution.blueprint, contribution.identifier)]
        if known is not None and known.entity not in {0, entity}:
            draft.touch(known.entity, Cause(Reason.REMAPPED, record.kind, record.key, outcome.row))
            target = entities.get(EntityKey(contribution.blueprint, contribution.identifier))
            if (target is None or not target.hash) and known.blueprint == contribution.blueprint:
                cause = msgspec.structs.replace(cause, renamed_from=known.identifier)
        draft.writes.append(
            _contribution_write(
                known.id if known else 0, record_id, entity, contribution, fragment, hash_, answers
            )
        )
        if entity:
            draft.touch(entity, cause)
            draft.new_parts.setdefault(entity, []).append(
                _part(scene, connection, record, contribution, outcome.row, answers)
            )
    for leftover in old.values():
        draft.deleted.append(leftover.id)
        if leftover.entity:
            draft.touch(leftover.entity, Cause(reason, record.kind, record.key, outcome.row))


def _contribution_write(
    id_: int,
    record: int,
    entity: int,
    contribution: Contribution,
    fragment: bytes,
    hash_: bytes,
    answers: Mapping[str, Json],
) -> ContributionWrite:
    notes = [[note.field, note.reason] for note in contribution.notes]
    return ContributionWrite(
        id=id_,
        source="sync",
        row=contribution.row,
        record=record,
        item=contribution.item,
        entity=entity,
        blueprint=contribution.blueprint,
        creates=contribution.creates,
        hash=hash_,
        fragment=fragment,
        query=contribution.query,
        resolved=canonical(answers) if contribution.query or has_query(contribution.fragment) else b"",
        notes=canonical(notes) if notes else b"",
    )


def _hash(contribution: Contribution, fragment: bytes) -> bytes:
    return digest(
        contribution.blueprint.encode(),
        contribution.identifier.encode(),
        contribution.query,
        b"1" if contribution.creates else b"0",
        fragment,
        *(f"{note.field}: {note.reason}".encode() for note in contribution.notes),
    )


def _part(
    scene: Scene,
    connection: int,
    record: Record,
    contribution: Contribution,
    row: str,
    answers: Mapping[str, Json],
) -> Part:
    fragment = contribution.fragment
    if has_query(fragment):
        fragment = overlay(fragment, answers)
    position = scene.positions.get(row, NEVER)
    return Part(position, connection, record.key, contribution.item, contribution.creates, fragment)


def retire_records(
    writer: Writer,
    scene: Scene,
    connection: int,
    records: Sequence[StoredRecord],
    state: RecordState,
    cause_of: tuple[Reason, str],
    number: int,
) -> int:
    """Takes records out (*gone*, or *outside* their filter) with all their contributions; returns how many were.

    A record that was read again after `number` was taken stays. The tombstone keeps version and `number`.
    """
    reason, proof = cause_of
    current: dict[str, StoredRecord] = {}
    for kind in {record.kind for record in records}:
        current.update(
            {f"{kind}\0{k}": r for k, r in writer.records(connection, kind, _keys(records, kind)).items()}
        )
    leaving = [
        now
        for record in records
        if (now := current.get(f"{record.kind}\0{record.key}")) is not None
        and now.number <= number
        and now.state != state
    ]
    writer.put_records(
        [
            RecordWrite(
                id=r.id, connection=connection, kind=r.kind, key=r.key, parent=r.parent, version=r.version,
                number=number, source_hash=b"", hash=b"", state=state, frozen="",
            )
            for r in leaving
        ]
    )  # fmt: skip
    remove_contributions(
        writer,
        scene,
        writer.contributions_of_records([record.id for record in leaving]),
        {record.id: Cause(reason, record.kind, record.key, proof=proof) for record in leaving},
    )
    return len(leaving)


def remove_contributions(
    writer: Writer, scene: Scene, contributions: Sequence[StoredContribution], causes: dict[int, Cause]
) -> None:
    """Deletes contributions, the cause given by record id, and reconsiders their entities."""
    if not contributions:
        return
    draft = _Draft()
    for contribution in contributions:
        draft.deleted.append(contribution.id)
        if contribution.entity:
            draft.touch(contribution.entity, causes[contribution.record])
    _write(writer, scene, draft, {})


def _keys(records: Sequence[StoredRecord], kind: str) -> list[str]:
    return [record.key for record in records if record.kind == kind]
