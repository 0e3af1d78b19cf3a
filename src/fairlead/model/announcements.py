"""What a destination is told: one change of one entity, with the whole entity before and after it."""

from __future__ import annotations

import msgspec

from fairlead.model.changes import Cause, Op


class Announcement(msgspec.Struct, frozen=True, gc=False):
    """One applied change of a run that has ended, so that it never becomes another.

    `before` and `after` are canonical JSON of `model.entities.Body`, empty where there was, or is, no such entity.
    `made` is the instant of the change (epoch seconds), `result` the entity's hash after it ("" when deleted). An
    entity that was renamed was called `cause.renamed_from` before.
    """

    run: int
    entity: int
    op: Op
    blueprint: str
    identifier: str
    before: bytes
    after: bytes
    cause: Cause
    result: str
    made: float
