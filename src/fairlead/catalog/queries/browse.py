"""Pages of entities, relations and changes in SQL. A page begins after a key, never at an offset: what is written
meanwhile neither repeats nor hides an entity."""

from __future__ import annotations

from fairlead.catalog.queries.entities import change_of
from fairlead.catalog.session import Session
from fairlead.model.stored import ChangeWrite


def changes(session: Session, run: int, blueprint: str, identifier: str, limit: int) -> list[ChangeWrite]:
    """A run's changes after an entity's, in the order of the bytes of (blueprint, identifier)."""
    after = (run, blueprint, identifier, limit)
    return [change_of(session, row) for row in session.rows("changes_after", after)]


def walks(session: Session, run: int) -> dict[int, tuple[int, int]]:
    """By reading: walks known, and proved; those of a run that has ended are forgotten."""
    return {reading: (known, proved) for reading, known, proved in session.rows("walks", (run,))}
