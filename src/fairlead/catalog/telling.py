"""What the catalog has to tell destinations of its changes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from fairlead.catalog.browsing import Read
from fairlead.catalog.queries import destinations
from fairlead.model.stored import AppliedChange, History


class Telling:
    """Satisfies `sync.store.Telling`, which says what each method gives."""

    def __init__(self, read: Read) -> None:
        self._read = read

    async def bookmark(self, destination: str) -> tuple[int, int] | None:
        """See `Telling`."""
        return await self._read(partial(destinations.bookmark, destination=destination))

    async def applied_after(self, run: int, entity: int, limit: int) -> list[AppliedChange]:
        """See `Telling`."""
        return await self._read(partial(destinations.applied_after, run=run, entity=entity, limit=limit))

    async def history(self, run: int, changed: Sequence[int]) -> dict[int, History]:
        """See `Telling`."""
        return await self._read(partial(destinations.history, run=run, changed=changed))

    async def renamed_away(self, blueprint: str, identifier: str, run: int) -> AppliedChange | None:
        """See `Telling`."""
        return await self._read(
            partial(destinations.renamed_away, blueprint=blueprint, identifier=identifier, run=run)
        )
