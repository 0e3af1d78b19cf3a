"""The catalog as people and programs look through it: by page, in an order that does not move."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Protocol, TypeVar

from fairlead.catalog.queries import browse
from fairlead.catalog.session import Session
from fairlead.model.stored import ChangeWrite

T = TypeVar("T")


class Read(Protocol):
    """Runs a query in a reader's thread."""

    def __call__(self, query: Callable[[Session], T], /) -> Awaitable[T]: ...


class Browsing:
    """Satisfies `app.browsing.Browsing`: see there."""

    def __init__(self, read: Read) -> None:
        self._read = read

    async def changes(self, run: int, blueprint: str, identifier: str, limit: int) -> list[ChangeWrite]:
        """A run's changes after an entity's."""
        return await self._read(
            partial(browse.changes, run=run, blueprint=blueprint, identifier=identifier, limit=limit)
        )

    async def walks(self, run: int) -> dict[int, tuple[int, int]]:
        """By reading of a run that goes on: walks known, and proved."""
        return await self._read(partial(browse.walks, run=run))
