"""The catalog of a server: opened to be read when it is there, and kept open while it is the same."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from fairlead.app.configuring import Parsed, parsed
from fairlead.app.settings.values import Settings
from fairlead.app.wiring import catalog_mark, open_reading

if TYPE_CHECKING:
    from fairlead.app.wiring import Catalog


class OpenCatalog:
    """Reads beside whoever writes. Close it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._mark: tuple[int, int] | None = None
        self._store: Catalog | None = None
        self._mapping: tuple[int, Parsed] | None = None

    async def store(self) -> Catalog | None:
        """The catalog, None while there is none. CatalogUnusable where it cannot be read."""
        mark = catalog_mark(self._settings)
        if mark != self._mark or self._store is None:
            await self.close()
            self._store = open_reading(self._settings) if mark else None
            self._mark = mark
        return self._store

    async def mapping(self, store: Catalog) -> Parsed | None:
        """The mapping and the blueprints of the newest run, None where there was none. They are parsed once."""
        for run in await store.runs(1):
            if self._mapping is None or self._mapping[0] != run.configuration:
                texts = await store.configuration(run.configuration)
                if texts is None:
                    return None
                self._mapping = run.configuration, await asyncio.to_thread(parsed, texts[0], texts[1])
            return self._mapping[1]
        return None

    async def close(self) -> None:
        """Lets go of the catalog; what still reads it fails."""
        store, self._store = self._store, None
        self._mapping = None
        if store is not None:
            await store.close()
