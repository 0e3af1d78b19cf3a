"""What the catalog knows of one entity, in values: why it is as it is, or why it is absent."""

from __future__ import annotations

import msgspec

from fairlead.model.changes import Cause, Op
from fairlead.model.records import RecordState
from fairlead.model.stored import Edge, StoredContribution, StoredEntity


class RecordFacts(msgspec.Struct, frozen=True):
    """A record's standing. `verified` is the instant (epoch seconds) of the last read that proves it, 0 for never:
    the last proved listing of its parent's children, or a later read of the record itself (then the instant at which
    the reading it belongs to began, which is a little early). `verified_by` is that reading's id."""

    connection: int
    kind: str
    key: str
    parent: str
    state: RecordState
    missing: int
    missing_since: float
    frozen: str
    verified: float
    verified_by: int


class ExplainedContribution(msgspec.Struct, frozen=True):
    """A contribution with the standing of its record, None where it comes from no record."""

    contribution: StoredContribution
    record: RecordFacts | None


class IncomingEdge(msgspec.Struct, frozen=True):
    """An edge that ends at the entity."""

    name: str
    blueprint: str
    identifier: str


class PastChange(msgspec.Struct, frozen=True):
    """One change of the entity. `made` is the instant (epoch seconds)."""

    run: int
    op: Op
    blueprint: str
    identifier: str
    delta: bytes
    cause: Cause
    result: str
    state: str
    made: float


class EntityDelivery(msgspec.Struct, frozen=True):
    """How an entity stands at a target: `due` where the target has not got it as it is. `error` as of
    `model.stored.Delivery`."""

    target: str
    due: bool
    error: str


class Explanation(msgspec.Struct, frozen=True):
    """`entity` None: the catalog has never had it. `stub`: only edges point to it.

    `changes` newest first. `absent_records`: for an entity that does not exist, the records that its last changes name
    as their cause, as they are now.
    """

    entity: StoredEntity | None
    stub: bool
    contributions: tuple[ExplainedContribution, ...]
    edges: tuple[Edge, ...]
    incoming: tuple[IncomingEdge, ...]
    changes: tuple[PastChange, ...]
    absent_records: tuple[RecordFacts, ...]
    deliveries: tuple[EntityDelivery, ...] = ()


class Status(msgspec.Struct, frozen=True):
    """Counts for a status page. `targets`: (name, due, of these refused before)."""

    entities: dict[str, int]
    pending: int
    held: int
    unresolved: int
    targets: tuple[tuple[str, int, int], ...]
