"""The catalog of a server: opened to be read when it is there, and kept open while it is the same."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from fairlead.app.browsing.catalog import Browsing
from fairlead.app.configuring import Parsed, parsed
from fairlead.app.settings.values import Settings
from fairlead.app.wiring import catalog_mark, open_reading
from fairlead.model.errors import CatalogMissing

if TYPE_CHECKING:
    from fairlead.app.wiring import Catalog


class Shelf:
    """A catalog, and the mapping of its newest run: None where there was none. `saved` is when that configuration was
    first used, epoch seconds."""

    def __init__(self, store: Catalog, mapping: Parsed | None, saved: float) -> None:
        self.store = store
        self.mapping = mapping
        self.saved = saved
        self.blueprints = {one.identifier: one for one in mapping.blueprints} if mapping else {}
        self.stubbed = frozenset(mapping.stubbed()) if mapping else frozenset[str]()

    @property
    def browse(self) -> Browsing:
        """What there is to look through."""
        return self.store.browse


class OpenCatalog:
    """Reads beside whoever writes. Close it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._mark: tuple[int, int] | None = None
        self._store: Catalog | None = None
        self._mapping: tuple[int, Shelf] | None = None

    async def store(self) -> Catalog | None:
        """The catalog, None while there is none. CatalogUnusable where it cannot be read."""
        mark = catalog_mark(self._settings)
        if self._store is not None and mark != self._mark:
            await self.close()
        if self._store is None and mark is not None:
            with contextlib.suppress(CatalogMissing):
                self._store, self._mark = open_reading(self._settings), mark
        return self._store

    async def shelf(self) -> Shelf | None:
        """The catalog with the blueprints of its newest run, None while there is none. They are parsed once."""
        store = await self.store()
        if store is None:
            return None
        for run in await store.runs(1):
            if self._mapping is None or self._mapping[0] != run.configuration:
                texts = await store.configuration(run.configuration)
                if texts is None:
                    break
                mapping = await asyncio.to_thread(parsed, texts[0], texts[1])
                saved = await store.browse.configuration_saved(run.configuration)
                self._mapping = run.configuration, Shelf(store, mapping, saved)
            return self._mapping[1]
        return Shelf(store, None, 0.0)

    async def close(self) -> None:
        """Lets go of the catalog; what still reads it fails."""
        store, self._store = self._store, None
        self._mapping = None
        if store is not None:
            await store.close()
