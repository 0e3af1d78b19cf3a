"""Delta readings: what a change feed names is read by id; only a positive tombstone removes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import msgspec

from fairlead.model.kinds import FetchSpec, KindSpec
from fairlead.model.records import Record
from fairlead.model.source import Number, Parents
from fairlead.sync.source import Source

T = TypeVar("T")


class Feed(msgspec.Struct, frozen=True):
    """All changes from a cursor to now, and the cursor for the next time. `records` came whole; `behind` says of what
    could not be asked, why."""

    changed: frozenset[str]
    removed: frozenset[str]
    cursor: str
    records: tuple[Record, ...] = ()
    behind: tuple[tuple[str, str], ...] = ()


async def follow(source: Source, spec: KindSpec, cursor: str, parents: Parents, number: Number) -> Feed:
    """Reads the kind's change feed until it has caught up. IncompleteReading when it stands still."""
    changed: set[str] = set()
    removed: set[str] = set()
    records: dict[str, Record] = {}
    behind: dict[str, str] = {}
    while True:
        delta = await source.delta(spec.kind, cursor, parents, number)
        changed.update(delta.changed)
        removed.update(delta.removed)
        records.update({record.key: record for record in delta.records})
        behind.update(delta.behind)
        removed.difference_update(delta.changed)  # a later restore wins
        if not delta.more:
            return Feed(
                frozenset(changed - removed),
                frozenset(removed),
                delta.cursor,
                tuple(records.values()),
                tuple(behind.items()),
            )
        cursor = delta.cursor


def batches(values: Sequence[T], size: int) -> list[Sequence[T]]:
    """The values in portions of at most `size`."""
    return [values[start : start + size] for start in range(0, len(values), size)]


def plain(kind: str) -> FetchSpec:
    """A fetch-spec that asks for nothing special."""
    return FetchSpec(kind, (), "")
