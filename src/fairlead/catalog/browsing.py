"""The catalog as people and programs look through it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from functools import partial
from typing import Protocol, TypeVar

from fairlead.catalog.queries import browse, explain, runs
from fairlead.catalog.session import Session
from fairlead.model.browsing import Found, Instants, Neighbor, Way
from fairlead.model.entities import EntityKey
from fairlead.model.stored import ChangeWrite

T = TypeVar("T")


class Read(Protocol):
    """Runs a query in a reader's thread."""

    def __call__(self, query: Callable[[Session], T], /) -> Awaitable[T]: ...


class Browsing:
    """Satisfies `app.browsing.catalog.Browsing`, which says what each method gives."""

    def __init__(self, read: Read) -> None:
        self._read = read

    async def page(self, blueprint: str, way: Way, after: str, limit: int, *, stubs: bool) -> list[Found]:
        """See `Browsing`."""
        return await self._read(
            partial(browse.page, blueprint=blueprint, way=way, after=after, limit=limit, stubs=stubs)
        )

    async def count(self) -> dict[str, int]:
        """See `Browsing`."""
        return await self._read(explain.count_entities)

    async def instants(self, entities: Sequence[int]) -> dict[int, Instants]:
        """See `Browsing`."""
        return await self._read(partial(browse.instants, entities=entities))

    async def titles(self, keys: Iterable[EntityKey]) -> dict[EntityKey, str]:
        """See `Browsing`."""
        return await self._read(partial(browse.titles, keys=keys))

    async def search(self, text: str, limit: int) -> list[Found]:
        """See `Browsing`."""
        return await self._read(partial(browse.search, text=text, limit=limit))

    async def outgoing(self, entity: int) -> list[Neighbor]:
        """See `Browsing`."""
        return await self._read(partial(browse.outgoing, entity=entity))

    async def incoming(self, key: EntityKey, limit: int, offset: int) -> list[Neighbor]:
        """See `Browsing`."""
        return await self._read(partial(browse.incoming, key=key, limit=limit, offset=offset))

    async def count_incoming(self, key: EntityKey) -> int:
        """See `Browsing`."""
        return await self._read(partial(browse.count_incoming, key=key))

    async def reached(
        self, start: Sequence[EntityKey], relations: Collection[tuple[str, str]], *, forward: bool
    ) -> dict[str, list[str]]:
        """See `Browsing`."""
        return await self._read(partial(browse.reached, start=start, relations=relations, forward=forward))

    async def making_records(self, entity: int, limit: int) -> list[int]:
        """See `Browsing`."""
        return await self._read(partial(browse.making_records, entity=entity, limit=limit))

    async def configuration_saved(self, id_: int) -> float:
        """See `Browsing`."""
        return await self._read(partial(browse.configuration_saved, id_=id_))

    async def changes(self, run: int, blueprint: str, identifier: str, limit: int) -> list[ChangeWrite]:
        """See `Browsing`."""
        return await self._read(
            partial(browse.changes, run=run, blueprint=blueprint, identifier=identifier, limit=limit)
        )

    async def walks(self, run: int) -> dict[int, tuple[int, int]]:
        """See `Browsing`."""
        return await self._read(partial(browse.walks, run=run))

    async def wishes(self) -> tuple[int, int]:
        """How many wishes for a sync there have been, and up to which of them a run has come after."""
        return await self._read(runs.wishes)
