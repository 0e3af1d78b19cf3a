"""Delta readings: what a change feed names is read by id; only a positive tombstone removes."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from fairlead.model.kinds import FetchSpec, KindSpec
from fairlead.model.source import Number, Parents
from fairlead.sync.source import Source


class Feed(msgspec.Struct, frozen=True):
    """All changes from a cursor to now, and the cursor for the next time."""

    changed: frozenset[str]
    removed: frozenset[str]
    cursor: str


async def follow(source: Source, spec: KindSpec, cursor: str, parents: Parents, number: Number) -> Feed:
    """Reads the kind's change feed until it has caught up. IncompleteReading when it stands still."""
    changed: set[str] = set()
    removed: set[str] = set()
    while True:
        delta = await source.delta(spec.kind, cursor, parents, number)
        changed.update(delta.changed)
        removed.update(delta.removed)
        removed.difference_update(delta.changed)  # a later restore wins
        if not delta.more:
            return Feed(frozenset(changed - removed), frozenset(removed), delta.cursor)
        cursor = delta.cursor


def batches(keys: Sequence[tuple[str, str]], size: int) -> list[Sequence[tuple[str, str]]]:
    """Keys in portions of at most `size`."""
    return [keys[start : start + size] for start in range(0, len(keys), size)]


def plain(kind: str) -> FetchSpec:
    """A fetch-spec that asks for nothing special."""
    return FetchSpec(kind, (), "")
