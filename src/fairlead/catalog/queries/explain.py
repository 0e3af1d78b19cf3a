"""Answers why an entity is as it is."""

from __future__ import annotations

import msgspec

from fairlead.catalog.explanation import (
    EntityDelivery,
    ExplainedContribution,
    Explanation,
    IncomingEdge,
    PastChange,
    RecordFacts,
    Status,
)
from fairlead.catalog.queries import entities
from fairlead.catalog.queries.records import STATES
from fairlead.catalog.queries.streams import count_stubs
from fairlead.catalog.session import Row, Session
from fairlead.model.changes import Cause
from fairlead.model.entities import EntityKey
from fairlead.model.stored import Edge

_CAUSE = msgspec.json.Decoder(Cause)
_INCOMING = 1000
"""At most so many incoming edges are given: a project may have a million."""


def explain(session: Session, key: EntityKey, changes: int) -> Explanation:
    """Everything about one entity, with its last `changes` changes."""
    entity = entities.find_entities(session, [key]).get(key)
    incoming = _incoming(session, key)
    if entity is None:
        return Explanation(None, bool(incoming), (), (), incoming, (), ())
    contributions = tuple(
        ExplainedContribution(contribution, _facts_of(session, contribution.record))
        for contribution in entities.contributions_of_entities(session, [entity.id])
    )
    text = session.text
    past = tuple(
        PastChange(
            run, op, text(blueprint), identifier, delta.encode(), _CAUSE.decode(cause), result, state, made
        )
        for run, op, blueprint, identifier, delta, cause, result, state, made in session.rows(
            "changes_of_entity", (entity.id, changes)
        )
    )
    edges = tuple(
        Edge(text(name), text(target), id_) for name, target, id_ in session.rows("edges_out", (entity.id,))
    )
    gone = () if entity.body else _causes(session, past)
    stub = not entity.body and bool(incoming)
    deliveries = tuple(
        EntityDelivery(target, bool(due), error)
        for target, due, error in session.rows("deliveries_of_entity", (entity.id,))
    )
    return Explanation(entity, stub, contributions, edges, incoming, past, gone, deliveries)


def status(session: Session) -> Status:
    """Counts of what exists and what waits."""
    return Status(
        count_entities(session),
        _count(session, "count_pending"),
        _count(session, "count_held"),
        _count(session, "count_unresolved"),
        tuple((name, due, refused) for name, due, refused in session.rows("count_due")),
    )


def counts(session: Session, blueprints: frozenset[str]) -> tuple[int, int]:
    """(entities that exist, stubs of the given blueprints)."""
    return sum(count_entities(session).values()), count_stubs(session, blueprints)


def count_entities(session: Session) -> dict[str, int]:
    """Entities that exist, by blueprint."""
    return {str(name): int(count) for name, count in session.rows("count_entities")}


def _count(session: Session, name: str) -> int:
    row = session.row(name)
    return 0 if row is None else int(row[0])


def _incoming(session: Session, key: EntityKey) -> tuple[IncomingEdge, ...]:
    rows = session.rows("edges_in", (session.name(key.blueprint), key.identifier, _INCOMING))
    return tuple(
        IncomingEdge(session.text(name), session.text(blueprint), identifier)
        for name, blueprint, identifier in rows
    )


def _causes(session: Session, past: tuple[PastChange, ...]) -> tuple[RecordFacts, ...]:
    named = dict.fromkeys((change.cause.kind, change.cause.record) for change in past if change.cause.record)
    return tuple(
        _facts(session, row)
        for kind, key in named
        for row in session.rows("records_of_key", (session.name(kind), key))
    )


def _facts_of(session: Session, record: int) -> RecordFacts | None:
    row = session.row("record_facts", (record,))
    return None if row is None else _facts(session, row)


def _facts(session: Session, row: Row) -> RecordFacts:
    connection, kind, key, parent, state, missing, since, frozen, number = row
    reading, verified, start = session.row("verified", (connection, kind, parent)) or (0, 0.0, -1)
    if number > start:
        # Read again after the last proved listing began: then this read is what proves it.
        reading, verified = session.row("reading_before", (number,)) or (reading, verified)
    return RecordFacts(
        connection,
        session.text(kind),
        key,
        parent,
        STATES[state],
        missing,
        since / 1_000_000,
        frozen,
        verified,
        reading,
    )
