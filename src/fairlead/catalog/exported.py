"""Rows of an export, as an engine streams them."""

from __future__ import annotations

import msgspec

from fairlead.model.records import RecordState


class ExportedEntity(msgspec.Struct, frozen=True, gc=False):
    """`body` is JSON of `model.entities.Body`, empty for a stub."""

    blueprint: str
    identifier: str
    body: bytes


class ExportedRelation(msgspec.Struct, frozen=True, gc=False):
    """An edge of an entity that exists; its target may not."""

    blueprint: str
    identifier: str
    relation: str
    target_blueprint: str
    target: str


class ExportedRecord(msgspec.Struct, frozen=True, gc=False):
    """`references` is JSON, `body` the record's own JSON, empty where none was stored."""

    connection: str
    kind: str
    key: str
    parent: str
    version: int | None
    state: RecordState
    references: bytes
    body: bytes


class ExportedContribution(msgspec.Struct, frozen=True, gc=False):
    """`identifier` is "" while a query is unresolved. `fragment`, `query`, `resolved`, `notes` are JSON or empty."""

    blueprint: str
    identifier: str
    source: str
    row: str
    connection: str
    kind: str
    key: str
    item: str
    creates: bool
    fragment: bytes
    query: bytes
    resolved: bytes
    notes: bytes


class ExportedChange(msgspec.Struct, frozen=True, gc=False):
    """`delta` is JSON or empty, `cause` JSON, `made` epoch seconds."""

    run: int
    op: str
    blueprint: str
    identifier: str
    delta: bytes
    cause: bytes
    result: str
    state: str
    made: float


class ExportedReading(msgspec.Struct, frozen=True, gc=False):
    """`started` is epoch seconds."""

    run: int
    connection: str
    kind: str
    form: str
    spec: str
    started: float
    state: str
    reason: str
