"""Contributions, entities, edges and changes in SQL."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeVar

import msgspec

from fairlead.catalog.queries import deliveries
from fairlead.catalog.queries.records import latest
from fairlead.catalog.session import Bound, Row, Session, Shape
from fairlead.model.changes import Cause
from fairlead.model.entities import EntityKey
from fairlead.model.stored import (
    ChangeWrite,
    ContributionWrite,
    EntityWrite,
    SharedEntity,
    StoredContribution,
    StoredEntity,
)

T = TypeVar("T")
B = TypeVar("B", int, str)

_BLOCK = 1000
"""Rows of one block of a long list."""


class _Contribution(NamedTuple):
    id: int
    row: int
    record: int
    item: str
    entity: int
    blueprint: int
    identifier: str
    creates: int
    hash: str
    fragment: str
    query: str
    resolved: str
    notes: str
    connection: int
    kind: int | None
    key: str


class _Entity(NamedTuple):
    id: int
    blueprint: int
    identifier: str
    body: str
    hash: str
    desired_hash: str
    cause: str
    held: str


class _Keyed(NamedTuple):
    id: int
    identifier: str
    body: str
    hash: str
    desired_hash: str
    cause: str
    held: str


_CONTRIBUTIONS = Shape(_Contribution)
_ENTITIES = Shape(_Entity)
_KEYED = Shape(_Keyed)
_CAUSE = msgspec.json.Decoder(Cause)
_encode = msgspec.json.Encoder().encode


# -- contributions ---------------------------------------------------------------------------------------------------
def put_contributions(session: Session, rows: Sequence[ContributionWrite]) -> None:
    """Inserts or replaces contributions by id."""
    rows = latest(rows)
    intern = session.intern
    session.insert(
        "put_contributions",
        [
            (
                c.id,
                intern(c.source),
                intern(c.row),
                c.record,
                c.item,
                c.entity,
                intern(c.blueprint),
                c.creates,
                c.hash,
                c.fragment.decode(),
                c.query.decode(),
                c.resolved.decode(),
                c.notes.decode(),
            )
            for c in rows
        ],
    )


def delete_contributions(session: Session, ids: Sequence[int]) -> None:
    """Deletes contributions."""
    session.change_among("delete_contributions", (), ids)


def contributions_of_records(session: Session, records: Sequence[int]) -> list[StoredContribution]:
    """By id."""
    return _contributions(
        session, session.packed("contributions_of_records", (), _set(records), _CONTRIBUTIONS)
    )


def contributions_of_entities(session: Session, entities: Sequence[int]) -> list[StoredContribution]:
    """By id."""
    return _contributions(
        session, session.packed("contributions_of_entities", (), _set(entities), _CONTRIBUTIONS)
    )


def contributions_of_rows(
    session: Session, rows: Sequence[str], after: int, limit: int
) -> list[StoredContribution]:
    """Contributions of mapping rows with ids above `after`, by id, at most `limit`."""
    found: list[_Contribution] = []
    for row in {session.name(row) for row in rows} - {0}:
        found += session.page("contributions_of_rows", (row, after, limit), _CONTRIBUTIONS)
    return _contributions(session, found)[:limit]


def unresolved(session: Session) -> list[StoredContribution]:
    """Contributions with queries, by id."""
    found: list[_Contribution] = []
    after = 0
    while page := session.page("unresolved", (after, _BLOCK), _CONTRIBUTIONS):
        found += page
        after = max(row.id for row in page)
    return _contributions(session, found)


def rows_in_use(session: Session) -> set[str]:
    """Hashes of mapping rows with contributions: the index is entered once per row, not walked."""
    found: set[str] = set()
    last: Sequence[Bound] = (0,)
    while (row := session.row("next_row_in_use", last)) is not None:
        found.add(session.text(row[0]))
        last = row
    return found


def _contributions(session: Session, rows: list[_Contribution]) -> list[StoredContribution]:
    rows.sort()
    text, unhex = session.text, bytes.fromhex
    return [
        StoredContribution(
            c.id,
            text(c.row),
            c.record,
            c.item,
            c.entity,
            text(c.blueprint),
            c.identifier,
            c.creates != 0,
            unhex(c.hash),
            c.fragment.encode(),
            c.query.encode(),
            c.resolved.encode(),
            c.notes.encode(),
            c.connection,
            text(c.kind),
            c.key,
        )
        for c in rows
    ]


# -- entities --------------------------------------------------------------------------------------------------------
def find_entities(session: Session, keys: Sequence[EntityKey]) -> dict[EntityKey, StoredEntity]:
    """The stored entities among `keys`, those that do not exist now included."""
    by_blueprint: dict[str, list[str]] = {}
    for key in keys:
        by_blueprint.setdefault(key.blueprint, []).append(key.identifier)
    found: dict[EntityKey, StoredEntity] = {}
    unhex = bytes.fromhex
    for blueprint, identifiers in by_blueprint.items():
        number = session.name(blueprint)
        if not number:
            continue
        for e in session.packed("find_entities", (number,), _set(identifiers), _KEYED):
            found[EntityKey(blueprint, e.identifier)] = StoredEntity(
                e.id,
                blueprint,
                e.identifier,
                e.body.encode(),
                unhex(e.hash),
                unhex(e.desired_hash),
                e.cause.encode(),
                e.held,
            )
    return found


def entities_by_id(session: Session, ids: Sequence[int]) -> dict[int, StoredEntity]:
    """The stored entities among `ids`."""
    found = session.packed("entities_by_id", (), _set(ids), _ENTITIES)
    return {entity.id: entity for entity in _entities(session, found)}


def pending(session: Session, after: int, limit: int) -> list[StoredEntity]:
    """Entities whose desired and actual hash differ, with ids above `after`, by id."""
    found = session.page("pending", (after, limit), _ENTITIES)
    return sorted(_entities(session, found), key=lambda entity: entity.id)


def entities_of_blueprint(session: Session, blueprint: str) -> list[StoredEntity]:
    """Entities that exist or should, by identifier."""
    number = session.name(blueprint)
    found: list[_Entity] = []
    after = ""
    while page := session.page("entities_of_blueprint", (number, after, _BLOCK), _ENTITIES):
        found += page
        after = max(entity.identifier for entity in page)
    return _entities(session, found)


def _entities(session: Session, rows: Iterable[_Entity]) -> list[StoredEntity]:
    text, unhex = session.text, bytes.fromhex
    return [
        StoredEntity(
            e.id,
            text(e.blueprint),
            e.identifier,
            e.body.encode(),
            unhex(e.hash),
            unhex(e.desired_hash),
            e.cause.encode(),
            e.held,
        )
        for e in rows
    ]


def put_entities(session: Session, rows: Sequence[EntityWrite], newest: int) -> None:
    """Inserts or replaces entities with their edges; ids above `newest` are new, so have no edges to drop."""
    rows = latest(rows)
    intern = session.intern
    session.insert(
        "put_entities",
        [
            (
                e.id,
                intern(e.blueprint),
                e.identifier,
                e.hash,
                e.desired_hash,
                e.title,
                e.body.decode(),
                e.cause.decode(),
                e.held,
            )
            for e in rows
        ],
    )
    bare = [e.id for e in rows if e.id <= newest and (e.edges is not None or not e.body)]
    session.change_among("drop_relations", (), bare)
    session.insert(
        "put_relations",
        [
            (e.id, intern(edge.name), intern(edge.blueprint), edge.identifier)
            for e in rows
            if e.body and e.edges is not None
            for edge in e.edges
        ],
    )
    deliveries.owe(session, [e.id for e in rows])


# -- changes ---------------------------------------------------------------------------------------------------------
def put_changes(session: Session, rows: Sequence[ChangeWrite], now: float) -> None:
    """Inserts or replaces changes by (run, entity), made at `now` (epoch seconds)."""
    intern = session.intern
    session.insert(
        "put_changes",
        [
            (
                c.run,
                c.entity,
                c.op,
                intern(c.blueprint),
                c.identifier,
                c.delta.decode(),
                _encode(c.cause).decode(),
                c.result,
                c.state,
                now,
            )
            for c in {(c.run, c.entity): c for c in rows}.values()
        ],
    )


def changed_entities(session: Session, run: int) -> list[int]:
    """Entities that a run changed, in the order of the bytes of (blueprint, identifier)."""
    return [int(row[0]) for row in session.rows("changed_entities", (run,))]


def change_counts(session: Session, run: int) -> list[tuple[str, str, str, int]]:
    """How many changes of a run there are of each (op, reason, state)."""
    return [
        (str(op), str(reason), str(state), int(count))
        for op, reason, state, count in session.rows("change_counts", (run,))
    ]


def shared_entities(session: Session, run: int) -> list[SharedEntity]:
    """By mapping row, the entities that the run changed and that more than one record makes."""
    return [
        SharedEntity(
            session.text(row),
            int(count),
            EntityKey(session.text(blueprint), str(identifier)),
            session.text(kind),
            ((str(first_of), str(first)), (str(second_of), str(second))),
        )
        for row, count, blueprint, identifier, kind, first_of, first, second_of, second in session.rows(
            "shared_entities", (run,)
        )
    ]


def changes_of(session: Session, run: int, entities: Sequence[int]) -> dict[int, ChangeWrite]:
    """The changes that the run has recorded for these entities."""
    found = (change_of(session, row) for row in session.among("changes_of", (run,), _set(entities)))
    return {change.entity: change for change in found}


def drop_changes(session: Session, run: int, entities: Sequence[int]) -> None:
    """Forgets changes of the run."""
    session.change_among("drop_changes", (run,), entities)


def change_of(session: Session, row: Row) -> ChangeWrite:
    run, entity, op, blueprint, identifier, delta, cause, result, state = row
    return ChangeWrite(
        run,
        entity,
        op,
        session.text(blueprint),
        identifier,
        delta.encode(),
        _CAUSE.decode(cause),
        result,
        state,
    )


def _set(values: Sequence[B]) -> list[B]:
    return list(dict.fromkeys(values))
