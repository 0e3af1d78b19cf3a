"""Who is told of changes, and what there is to tell, in SQL."""

from __future__ import annotations

from collections.abc import Sequence

from fairlead.catalog.queries import entities
from fairlead.catalog.session import Row, Session
from fairlead.model.stored import AppliedChange, History


def bookmark(session: Session, destination: str) -> tuple[int, int] | None:
    """(run, entity) of the last change that the destination is done with; None where it is new."""
    row = session.row("bookmark", (destination,))
    return None if row is None else (int(row[0]), int(row[1]))


def put_bookmark(session: Session, destination: str, run: int, entity: int) -> None:
    """The destination is done with every change up to this one."""
    session.run("put_bookmark", (destination, run, entity))


def applied_after(session: Session, run: int, entity: int, limit: int) -> list[AppliedChange]:
    """Applied changes of all runs after (run, entity), in this order."""
    return [_change(session, row) for row in session.rows("applied_after", (run, entity, limit))]


def history(session: Session, run: int, changed: Sequence[int]) -> dict[int, History]:
    """What each entity is now, and its changes after `run`."""
    later: dict[int, list[AppliedChange]] = {entity: [] for entity in changed}
    for row in session.among("later_changes", (run,), list(later)):
        change = _change(session, row)
        later[change.entity].append(change)
    now = entities.entities_by_id(session, list(later))
    return {
        entity: History(
            now[entity].body if entity in now else b"",
            tuple(sorted(changes, key=lambda change: change.run, reverse=True)),
        )
        for entity, changes in later.items()
    }


def renamed_away(session: Session, blueprint: str, identifier: str, run: int) -> AppliedChange | None:
    """The first change after `run` that gave the entity another identifier. It is a change of the entity's new row."""
    for row in session.rows("later_renames", (run, session.name(blueprint))):
        change = _change(session, row)
        if change.cause.renamed_from == identifier:
            return change
    return None


def _change(session: Session, row: Row) -> AppliedChange:
    *known, made = row
    found = entities.change_of(session, tuple(known))
    return AppliedChange(
        found.run,
        found.entity,
        found.op,
        found.blueprint,
        found.identifier,
        found.delta,
        found.cause,
        found.result,
        found.state,
        made,
    )
