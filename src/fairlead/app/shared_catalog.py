"""The catalog of a process that writes it from several places at once: a run, and events that come while it goes on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING

from fairlead.app.settings.values import Settings
from fairlead.app.wiring import writing_catalog

if TYPE_CHECKING:
    from fairlead.app.wiring import Catalog


class SharedCatalog:
    """Open, and this process's to write, while anybody needs it; others can write it in between."""

    def __init__(self) -> None:
        self._gate = asyncio.Lock()
        self._opened: AbstractAsyncContextManager[Catalog] | None = None
        self._store: Catalog | None = None
        self._users = 0

    @asynccontextmanager
    async def writing(self, settings: Settings) -> AsyncIterator[Catalog]:
        """As `wiring.writing_catalog`; the settings are the same at each call."""
        async with self._gate:
            if self._store is None:
                self._opened = writing_catalog(settings)
                self._store = await self._opened.__aenter__()
            store = self._store
            self._users += 1
        try:
            yield store
        finally:
            self._users -= 1
            await self._close_unused()

    async def _close_unused(self) -> None:
        async with self._gate:
            if self._users == 0 and self._opened is not None:
                opened, self._opened, self._store = self._opened, None, None
                await opened.__aexit__(None, None, None)
