"""Writes the catalog as NDJSON: one JSON object per line, keys sorted, what is absent left out instead of null.

Entities carry no run-time value and come in the order of the bytes of (blueprint, identifier), so that two exports of
equal catalogs are equal byte for byte. Everything is streamed from one state of the catalog, in constant memory.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Collection
from contextlib import aclosing
from typing import Protocol, TypeVar

import msgspec
import orjson

from fairlead.catalog.exported import (
    ExportedChange,
    ExportedContribution,
    ExportedEntity,
    ExportedReading,
    ExportedRecord,
    ExportedRelation,
)
from fairlead.model.entities import Json

T = TypeVar("T")

_FLAGS = orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE


class Streams(Protocol):
    """What an engine gives to be exported: blocks of rows, ordered."""

    def stream_entities(
        self, blueprint: str | None, stubs: Collection[str]
    ) -> AsyncGenerator[list[ExportedEntity], None]: ...
    def stream_relations(self, blueprint: str | None) -> AsyncGenerator[list[ExportedRelation], None]: ...
    def stream_records(self) -> AsyncGenerator[list[ExportedRecord], None]: ...
    def stream_contributions(
        self, blueprint: str | None
    ) -> AsyncGenerator[list[ExportedContribution], None]: ...
    def stream_changes(self) -> AsyncGenerator[list[ExportedChange], None]: ...
    def stream_readings(self) -> AsyncGenerator[list[ExportedReading], None]: ...


def export_entities(
    catalog: Streams, *, blueprint: str | None = None, stubs: Collection[str] = ()
) -> AsyncGenerator[bytes, None]:
    """Blocks of lines `{blueprint, icon, identifier, properties, relations, team, title}`; `properties` and
    `relations` are always there. Stubs of the blueprints in `stubs` come among the others, as bare entities."""
    return _written(catalog.stream_entities(blueprint, stubs), _entity)


def export_relations(catalog: Streams, *, blueprint: str | None = None) -> AsyncGenerator[bytes, None]:
    """Blocks of lines `{blueprint, identifier, relation, target, target_blueprint}`."""
    return _written(catalog.stream_relations(blueprint), _relation)


def export_records(catalog: Streams) -> AsyncGenerator[bytes, None]:
    """Blocks of lines `{body, connection, key, kind, parent, references, state, version}`, tombstones included."""
    return _written(catalog.stream_records(), _record)


def export_contributions(catalog: Streams, *, blueprint: str | None = None) -> AsyncGenerator[bytes, None]:
    """Blocks of lines `{blueprint, connection, creates, fragment, identifier, item, key, kind, notes, query, resolved,
    row, source}`."""
    return _written(catalog.stream_contributions(blueprint), _contribution)


def export_changes(catalog: Streams) -> AsyncGenerator[bytes, None]:
    """Blocks of lines `{blueprint, cause, delta, identifier, made, op, result, run, state}`, oldest first."""
    return _written(catalog.stream_changes(), _change)


def export_readings(catalog: Streams) -> AsyncGenerator[bytes, None]:
    """Blocks of lines `{connection, form, kind, reason, run, spec, started, state}`, oldest first."""
    return _written(catalog.stream_readings(), _reading)


async def _written(
    stream: AsyncGenerator[list[T], None], form: Callable[[T], dict[str, object]]
) -> AsyncGenerator[bytes, None]:
    """Each block as lines. Closes the stream with itself, so that an export left early holds no snapshot."""
    async with aclosing(stream) as blocks:
        async for block in blocks:
            if block:
                yield b"".join([orjson.dumps(form(row), option=_FLAGS) for row in block])


def _entity(row: ExportedEntity) -> dict[str, object]:
    body: dict[str, Json] = orjson.loads(row.body) if row.body else {}
    line: dict[str, object] = {key: value for key, value in body.items() if value is not None}
    line["blueprint"] = row.blueprint
    line["identifier"] = row.identifier
    for part in ("properties", "relations"):
        held = body.get(part)
        line[part] = {k: v for k, v in held.items() if v is not None} if isinstance(held, dict) else {}
    return line


def _relation(row: ExportedRelation) -> dict[str, object]:
    return {
        "blueprint": row.blueprint,
        "identifier": row.identifier,
        "relation": row.relation,
        "target": row.target,
        "target_blueprint": row.target_blueprint,
    }


def _record(row: ExportedRecord) -> dict[str, object]:
    line: dict[str, object] = {
        "connection": row.connection,
        "kind": row.kind,
        "key": row.key,
        "parent": row.parent,
        "references": orjson.Fragment(row.references),
        "state": row.state.name.lower(),
    }
    if row.version is not None:
        line["version"] = row.version
    if row.body:
        # The body as it was read, but on one line: numbers and spellings stay.
        line["body"] = orjson.Fragment(msgspec.json.format(row.body, indent=-1))
    return line


def _contribution(row: ExportedContribution) -> dict[str, object]:
    line: dict[str, object] = {
        "blueprint": row.blueprint,
        "connection": row.connection,
        "creates": row.creates,
        "fragment": orjson.Fragment(row.fragment),
        "identifier": row.identifier,
        "item": row.item,
        "key": row.key,
        "kind": row.kind,
        "row": row.row,
        "source": row.source,
    }
    for name, value in (("query", row.query), ("resolved", row.resolved), ("notes", row.notes)):
        if value:
            line[name] = orjson.Fragment(value)
    return line


def _change(row: ExportedChange) -> dict[str, object]:
    line: dict[str, object] = {
        "blueprint": row.blueprint,
        "cause": orjson.Fragment(row.cause),
        "identifier": row.identifier,
        "made": row.made,
        "op": row.op,
        "result": row.result,
        "run": row.run,
        "state": row.state,
    }
    if row.delta:
        line["delta"] = orjson.Fragment(row.delta)
    return line


def _reading(row: ExportedReading) -> dict[str, object]:
    return msgspec.structs.asdict(row)
