"""Long answers in blocks, each in constant memory, in the order of the bytes of their keys."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Generator, Iterator, Sequence
from itertools import chain, islice

from fairlead.catalog.exported import (
    ExportedChange,
    ExportedContribution,
    ExportedEntity,
    ExportedReading,
    ExportedRecord,
    ExportedRelation,
)
from fairlead.catalog.queries.records import STATES
from fairlead.catalog.session import Bound, Row, Session
from fairlead.model.entities import EntityKey

_BLOCK = 500


def _by_bytes(names: Collection[str]) -> list[str]:
    return sorted(names, key=str.encode)


def _names(session: Session, statement: str, bound: Sequence[Bound] = ()) -> set[str]:
    return {str(row[0]) for row in session.rows(statement, bound)}


def entities(
    session: Session, blueprint: str | None, stubs: frozenset[str]
) -> Generator[list[ExportedEntity], None, None]:
    """Entities that exist, and stubs of the blueprints in `stubs`, whose body is empty."""
    names = _names(session, "blueprints_of_entities") | stubs
    for name in _by_bytes(names if blueprint is None else names & {blueprint}):
        blocks = session.blocks("stream_entities", (session.name(name),))
        for rows in _with_stubs(session, name, blocks) if name in stubs else blocks:
            yield [ExportedEntity(name, identifier, body.encode()) for identifier, body in rows]


def _with_stubs(
    session: Session, blueprint: str, blocks: Iterator[Sequence[Row]]
) -> Generator[Sequence[Row], None, None]:
    """Entities and stubs, each sorted already, in one order. SQLite would sort the stubs in memory for a UNION."""
    bare = (
        (row[0], "") for rows in session.blocks("stream_stubs", (session.name(blueprint),)) for row in rows
    )
    merged = heapq.merge(chain.from_iterable(blocks), bare, key=lambda row: row[0].encode())
    while block := list(islice(merged, _BLOCK)):
        yield block


def stubs(session: Session, blueprints: frozenset[str]) -> Generator[list[EntityKey], None, None]:
    """Targets of edges that no entity answers to, of the given blueprints."""
    for name in _by_bytes(blueprints):
        for rows in session.blocks("stream_stubs", (session.name(name),)):
            yield [EntityKey(name, row[0]) for row in rows]


def count_stubs(session: Session, blueprints: frozenset[str]) -> int:
    """How many there are."""
    return sum(int((session.row("count_stubs", (session.name(name),)) or (0,))[0]) for name in blueprints)


def relations(session: Session, blueprint: str | None) -> Generator[list[ExportedRelation], None, None]:
    """Edges of entities, by (blueprint, identifier, relation, target blueprint, target)."""
    names = _names(session, "blueprints_of_entities")
    for name in _by_bytes(names if blueprint is None else names & {blueprint}):
        of_one: list[ExportedRelation] = []
        for rows in session.blocks("stream_relations", (session.name(name),)):
            block: list[ExportedRelation] = []
            for identifier, relation, target_blueprint, target in rows:
                if of_one and of_one[0].identifier != identifier:
                    block += sorted(of_one, key=_edge_order)
                    of_one = []
                of_one.append(
                    ExportedRelation(
                        name, identifier, session.text(relation), session.text(target_blueprint), target
                    )
                )
            yield block
        yield sorted(of_one, key=_edge_order)


def _edge_order(edge: ExportedRelation) -> tuple[bytes, bytes, bytes]:
    return edge.relation.encode(), edge.target_blueprint.encode(), edge.target.encode()


def records(session: Session) -> Generator[list[ExportedRecord], None, None]:
    """Records with bodies, by (connection name, kind, key)."""
    connections = {str(row[2]): int(row[0]) for row in session.rows("connections")}
    for connection in _by_bytes(connections):
        number = connections[connection]
        for kind in _by_bytes(_names(session, "kinds_of_connection", (number,))):
            for rows in session.blocks("stream_records", (number, session.name(kind))):
                bodies = session.bodies.unpack([(row[4] or 0, row[7] or b"") for row in rows])
                yield [
                    ExportedRecord(
                        connection,
                        kind,
                        row[0],
                        row[1],
                        row[2],
                        STATES[row[3]],
                        (row[6] or "[]").encode(),
                        full[: len(full) - (row[5] or 0)],
                    )
                    for row, full in zip(rows, bodies, strict=True)
                ]


def contributions(
    session: Session, blueprint: str | None
) -> Generator[list[ExportedContribution], None, None]:
    """Contributions by (blueprint, identifier, row, connection, kind, key, item); unresolved ones come first, with
    the identifier ""."""
    names = _names(session, "blueprints_of_contributions")
    for name in _by_bytes(names if blueprint is None else names & {blueprint}):
        of_one: list[ExportedContribution] = []
        for statement in ("stream_open_contributions", "stream_contributions"):
            for rows in session.blocks(statement, (session.name(name),)):
                block: list[ExportedContribution] = []
                for row in rows:
                    if of_one and of_one[0].identifier != row[0]:
                        block += sorted(of_one, key=_contribution_order)
                        of_one = []
                    of_one.append(_contribution(session, name, row))
                yield block
        yield sorted(of_one, key=_contribution_order)


def _contribution(session: Session, blueprint: str, row: Row) -> ExportedContribution:
    identifier, source, row_, connection, kind, key, item, creates, fragment, query, resolved, notes = row
    return ExportedContribution(
        blueprint,
        identifier,
        session.text(source),
        session.text(row_),
        connection,
        session.text(kind),
        key,
        item,
        bool(creates),
        fragment.encode(),
        query.encode(),
        resolved.encode(),
        notes.encode(),
    )


def _contribution_order(one: ExportedContribution) -> tuple[bytes, ...]:
    return tuple(part.encode() for part in (one.row, one.source, one.connection, one.kind, one.key, one.item))


def changes(session: Session) -> Generator[list[ExportedChange], None, None]:
    """Every change of every run, in the order made."""
    for rows in session.blocks("stream_changes"):
        yield [
            ExportedChange(
                run,
                op,
                session.text(blueprint),
                identifier,
                delta.encode(),
                cause.encode(),
                result,
                state,
                made,
            )
            for run, op, blueprint, identifier, delta, cause, result, state, made in rows
        ]


def readings(session: Session) -> Generator[list[ExportedReading], None, None]:
    """Every reading, in the order opened."""
    for rows in session.blocks("stream_readings"):
        yield [
            ExportedReading(run, connection, session.text(kind), form, spec, started, state, reason)
            for run, connection, kind, form, spec, started, state, reason in rows
        ]
