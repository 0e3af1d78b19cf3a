"""Rows as the catalog keeps them: what rooms read from it and hand to it. Ids are surrogate integers of the catalog."""

from __future__ import annotations

import msgspec

from fairlead.model.changes import Cause, Op
from fairlead.model.entities import EntityKey
from fairlead.model.records import RecordState


class StoredRecord(msgspec.Struct, frozen=True, gc=False):
    """A record without its body.

    `hash` is the mapping input's: body, references, rows (empty = not mapped yet, or mapping failed and must be
    repeated). `missing` counts proved listings in a row without it, `missing_since` the instant (epoch seconds) of the
    first. `frozen` is the reason why its contributions are kept as they are ("" when they are current).
    """

    id: int
    kind: str
    key: str
    parent: str
    version: int | None
    number: int
    source_hash: bytes
    hash: bytes
    state: RecordState
    missing: int
    missing_since: float
    frozen: str


class RecordWrite(msgspec.Struct, frozen=True, gc=False):
    """A record to insert or replace whole. `body` None keeps the stored body, `extra` and references.

    `references`: (name, kind, key, whole), in order.
    """

    id: int
    connection: int
    kind: str
    key: str
    parent: str
    version: int | None
    number: int
    source_hash: bytes
    hash: bytes
    state: RecordState = RecordState.ALIVE
    missing: int = 0
    missing_since: float = 0.0
    frozen: str = ""
    body: bytes | None = None
    references: tuple[tuple[str, str, str, bool], ...] = ()
    extra: bytes = b""


class RecordBody(msgspec.Struct, frozen=True, gc=False):
    """A stored record's content, to map it again. References as in `RecordWrite`."""

    record: StoredRecord
    body: bytes
    references: tuple[tuple[str, str, str, bool], ...]
    extra: bytes = b""


class StoredContribution(msgspec.Struct, frozen=True, gc=False):
    """One contribution. `row` is the mapping row's hash; `entity` is 0 while a query identifier is unresolved.

    `connection`, `kind`, `key` are the record's, for the order of merging and for causes. `fragment` is the canonical
    JSON of `model.entities.Fragment`; `resolved` JSON of the resolved queries ({"identifier": …, "relations": {…}}),
    `{}` where queries have no answer yet, empty when there are no queries.
    `notes` JSON of `[[field, reason], …]`, empty when there are none.
    """

    id: int
    row: str
    record: int
    item: str
    entity: int
    blueprint: str
    identifier: str
    creates: bool
    hash: bytes
    fragment: bytes
    query: bytes
    resolved: bytes
    notes: bytes
    connection: int
    kind: str
    key: str


class ContributionWrite(msgspec.Struct, frozen=True, gc=False):
    """A contribution to insert or replace by id. `source` is "sync" for mapping rows."""

    id: int
    source: str
    row: str
    record: int
    item: str
    entity: int
    blueprint: str
    creates: bool
    hash: bytes
    fragment: bytes
    query: bytes = b""
    resolved: bytes = b""
    notes: bytes = b""


class SharedEntity(msgspec.Struct, frozen=True):
    """Entities that several records make through one mapping row (its hash): how many, and the key of one of them with
    two of its records. They are of `kind`, each written as (connection's name, record's key)."""

    row: str
    entities: int
    key: EntityKey
    kind: str
    records: tuple[tuple[str, str], tuple[str, str]]


class StoredEntity(msgspec.Struct, frozen=True, gc=False):
    """An entity's actual state and what is desired.

    `body` is canonical JSON of `model.entities.Body`, empty when the entity does not exist now; `hash` its hash, empty
    likewise. `desired_hash` is empty when it should not exist. Pending is `hash != desired_hash`.
    """

    id: int
    blueprint: str
    identifier: str
    body: bytes
    hash: bytes
    desired_hash: bytes
    cause: bytes
    held: str


class Edge(msgspec.Struct, frozen=True, gc=False):
    """A relation's one target, by key: it may dangle."""

    name: str
    blueprint: str
    identifier: str


class EntityWrite(msgspec.Struct, frozen=True, gc=False):
    """An entity to insert or replace by id. `edges` None keeps the stored edges. `cause` is JSON of `Cause`."""

    id: int
    blueprint: str
    identifier: str
    title: str
    body: bytes
    hash: bytes
    desired_hash: bytes
    cause: bytes = b""
    held: str = ""
    edges: tuple[Edge, ...] | None = None


class ChangeWrite(msgspec.Struct, frozen=True, gc=False):
    """A change of one run. `state` is *planned*, *applied* or *held*."""

    run: int
    entity: int
    op: Op
    blueprint: str
    identifier: str
    delta: bytes
    cause: Cause
    result: str
    state: str


class AppliedChange(ChangeWrite, frozen=True, gc=False):
    """A change that was applied. `made` is the instant (epoch seconds)."""

    made: float


class History(msgspec.Struct, frozen=True, gc=False):
    """What an entity is now (`body` as in `StoredEntity`), and its later changes, newest first."""

    body: bytes
    later: tuple[AppliedChange, ...]


class StoredReading(msgspec.Struct, frozen=True):
    """A reading of a run. `state`: *open*, *proved*, *incomplete* (with `reason`). `start` is the sequence number
    before its first request, `started` the instant (epoch seconds)."""

    id: int
    run: int
    connection: int
    kind: str
    form: str
    spec: str
    start: int
    started: float
    state: str
    reason: str


class StoredChain(msgspec.Struct, frozen=True):
    """One walk of a reading: *open*, *proved* or *incomplete*; `cursor` None before its first page."""

    name: str
    scope: str
    state: str
    reason: str
    cursor: str | None
    pages: int


class StoredRun(msgspec.Struct, frozen=True):
    """A run. `mode` and `state` as in `model.reports`; `request` and `report` are JSON."""

    id: int
    mode: str
    state: str
    request: bytes
    configuration: int
    started: float
    ended: float
    report: bytes


class StoredConnection(msgspec.Struct, frozen=True):
    """A connection. `credential` is the encrypted credential, empty when it comes from the environment."""

    id: int
    instance: str
    name: str
    url: str
    credential: bytes


class Delivery(msgspec.Struct, frozen=True, gc=False):
    """What a target is due for one entity: differs when `desired_hash != delivered_hash` (empty = absent).

    `keys` are the last delivered property and relation keys (JSON), so that keys that vanish can be sent as null.
    `error` is JSON of `model.delivery.Refused`, "" where the target did not refuse it. `foreign` and `owned` as of
    `model.delivery.Payload`.
    """

    target: str
    entity: int
    blueprint: str
    identifier: str
    body: bytes
    desired_hash: bytes
    delivered_hash: bytes
    keys: bytes
    attempts: int
    error: str
    foreign: bool = False
    owned: bool = True
