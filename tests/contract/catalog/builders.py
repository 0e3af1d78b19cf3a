"""Small values for catalog tests: every field that a test does not care about has a plain default."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from hashlib import blake2b
from typing import TypeVar

import orjson

from fairlead.model.changes import Cause, Op
from fairlead.model.records import RecordState
from fairlead.model.stored import ChangeWrite, ContributionWrite, Edge, EntityWrite, RecordWrite

T = TypeVar("T")


def digest(data: bytes | str) -> bytes:
    """Sixteen bytes of hash."""
    return blake2b(data.encode() if isinstance(data, str) else data, digest_size=16).digest()


def record(
    id_: int,
    key: str,
    *,
    connection: int = 1,
    kind: str = "repository",
    parent: str = "p1",
    number: int = 1,
    state: RecordState = RecordState.ALIVE,
    body: bytes | None = None,
    references: tuple[tuple[str, str, str, bool], ...] = (),
    extra: bytes = b"",
    mapped: bool = True,
) -> RecordWrite:
    """A record with a version of 7 and hashes of its key."""
    return RecordWrite(
        id_,
        connection,
        kind,
        key,
        parent,
        7,
        number,
        digest("source " + key),
        digest(key) if mapped else b"",
        state,
        body=body,
        references=references,
        extra=extra,
    )


def entity(
    id_: int,
    identifier: str,
    *,
    blueprint: str = "service",
    properties: dict[str, object] | None = None,
    edges: Sequence[tuple[str, str, str]] | None = (),
    exists: bool = True,
    desired: bytes | None = None,
) -> EntityWrite:
    """An entity that is as desired; `exists` False makes a tombstone of it."""
    body = orjson.dumps({"title": identifier, "properties": properties or {}}) if exists else b""
    hash_ = digest(body) if exists else b""
    return EntityWrite(
        id_,
        blueprint,
        identifier,
        identifier,
        body,
        hash_,
        hash_ if desired is None else desired,
        edges=None if edges is None else tuple(Edge(*edge) for edge in edges),
    )


def contribution(
    id_: int,
    record_: int,
    entity_: int,
    *,
    row: str = "row-1",
    item: str = "",
    query: bytes = b"",
    creates: bool = True,
) -> ContributionWrite:
    """A contribution of a mapping row."""
    fragment = orjson.dumps({"fields": ["title"], "title": "Tïtle", "properties": {"a": 1}})
    return ContributionWrite(
        id_, "sync", row, record_, item, entity_, "service", creates, digest(fragment), fragment, query
    )


def change(
    run: int, entity_: int, identifier: str, op: Op = "create", *, cause: Cause | None = None
) -> ChangeWrite:
    """An applied change."""
    return ChangeWrite(
        run,
        entity_,
        op,
        "service",
        identifier,
        b"" if op == "create" else b'{"title":["a","b"]}',
        cause or Cause("read", "repository", identifier, "row-1"),
        digest(identifier).hex(),
        "applied",
    )


async def all_of(stream: AsyncIterator[T]) -> list[T]:
    """Everything a stream gives."""
    return [one async for one in stream]
