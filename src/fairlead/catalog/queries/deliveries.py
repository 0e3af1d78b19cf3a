"""What targets are due, in SQL: a row per target and entity, kept from a target's first question on."""

from __future__ import annotations

from collections.abc import Sequence

from fairlead.catalog.session import Session
from fairlead.model.stored import Delivery


def register(session: Session, target: str) -> None:
    """From now on every entity written is due to `target`, and all that exist are due now. Repeating it is harmless."""
    number = session.intern(target)
    known = {int(row[0]) for row in session.rows("targets")}
    if number not in known:
        session.run("put_target", (number,))
        session.run("owe_everything", (number,))


def place(session: Session, target: str) -> str:
    """Which catalog the target was when what it holds was looked at; "" where that was never."""
    number = session.name(target)
    return next((str(row[1]) for row in session.rows("targets") if int(row[0]) == number), "")


def set_place(session: Session, target: str, place: str) -> None:
    """What the target holds was looked at, and it was this catalog."""
    session.run("set_place", (place, session.intern(target)))


def forget(session: Session, target: str) -> None:
    """Nothing is known of what the target holds: everything that exists is due to it."""
    number = session.intern(target)
    session.run("drop_deliveries", (number,))
    session.run("drop_target", (number,))
    register(session, target)


def held(session: Session, target: str, entities: Sequence[int]) -> dict[int, bytes]:
    """What is noted that the target holds of these entities."""
    rows = session.among("held_at_target", (session.name(target),), entities)
    return {int(row[0]): bytes(row[1]) for row in rows}


def unlink(session: Session, target: str, blueprint: str, identifiers: Sequence[str], held: bytes) -> None:
    """Delivered entities with relations to these are in the state `held` at the target now."""
    head = (held, session.name(target), session.name(blueprint))
    session.change_among("unlink", head, identifiers)


def due_blueprints(session: Session, target: str, *, leaving: bool) -> list[str]:
    """The blueprints of which anything is due to be written, or (`leaving`) to be removed."""
    return [session.text(row[0]) for row in session.rows("due_blueprints", (session.name(target), leaving))]


def count_held(session: Session, target: str) -> tuple[int, int]:
    """(entities that the target holds, those of them that are to be removed)."""
    row = session.row("count_at_target", (session.name(target),))
    return (int(row[0]), int(row[1])) if row else (0, 0)


def mark_foreign(session: Session, entities: Sequence[int]) -> None:
    """Others own these entities at a target."""
    session.insert("mark_foreign", [(entity,) for entity in sorted(set(entities))])


def foreign(session: Session, target: str, blueprint: str) -> tuple[frozenset[int], frozenset[str]]:
    """(entities of the blueprint that others own, identifiers of others that the target holds and that are gone)."""
    number = session.name(blueprint)
    marked = frozenset(int(row[0]) for row in session.rows("foreign_entities", (number,)))
    leaving = session.rows("leaving", (session.name(target), number))
    return marked, frozenset(str(row[0]) for row in leaving)


def stubs_among(session: Session, blueprint: str, identifiers: Sequence[str]) -> set[str]:
    """Those of the identifiers that no entity of the blueprint answers to, but that a relation names."""
    return {str(row[0]) for row in session.among("stubs_among", (session.name(blueprint),), identifiers)}


def pointed_among(session: Session, blueprint: str, way: tuple[str, str], keys: Sequence[str]) -> set[str]:
    """Those of a blueprint's identifiers that the way, a relation (blueprint, name), leads to."""
    head = (session.name(blueprint), session.name(way[0]), session.name(way[1]))
    return {str(row[0]) for row in session.among("pointed_among", head, keys)}


def is_registered(session: Session, target: str) -> bool:
    """Whether deliveries are kept for the target."""
    return session.name(target) in {int(row[0]) for row in session.rows("targets")}


def owe(session: Session, entities: Sequence[int]) -> None:
    """These entities were written: every target is owed what they are now."""
    targets = [int(row[0]) for row in session.rows("targets")]
    if not targets:
        return
    session.change_among("owe", (), entities)
    for target in targets:
        session.change_among("drop_settled", (target,), entities)


def due(session: Session, target: str, blueprint: str, after: int, limit: int) -> list[Delivery]:
    """Entities of a blueprint with an id above `after` whose actual hash differs from what the target has, by id."""
    if is_registered(session, target):
        rows = session.rows("due", (session.name(target), session.name(blueprint), after, limit))
    else:
        rows = session.rows("due_of_stranger", (session.name(blueprint), after, limit))
    return [
        Delivery(
            target,
            id_,
            session.text(blueprint),
            identifier,
            body.encode(),
            desired,
            delivered,
            keys,
            attempts,
            error,
            foreign=bool(foreign),
            owned=bool(owned),
        )
        for id_, blueprint, identifier, body, desired, delivered, keys, attempts, error, foreign, owned in rows
    ]


def mark_delivered(session: Session, rows: Sequence[Delivery]) -> None:
    """Stores what the targets have now. A row that neither exists nor is delivered goes, unless it has an error."""
    for target in {row.target for row in rows}:
        register(session, target)
    session.each(
        "mark_delivered",
        [
            (session.intern(row.target), row.delivered_hash, row.keys, row.attempts, row.error, row.entity)
            for row in {(row.target, row.entity): row for row in rows}.values()
        ],
    )
    for target in {row.target for row in rows}:
        gone = [
            row.entity for row in rows if row.target == target and not row.delivered_hash and not row.error
        ]
        session.change_among("drop_settled", (session.intern(target),), gone)
