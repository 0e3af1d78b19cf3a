"""Remembers: records, contributions, entities, changes, runs and what is due to targets.

`open_catalog` is the way in. The engine's driver is imported only when a catalog is opened.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fairlead.catalog.catalog import Catalog

__all__ = ["Catalog", "open_catalog"]


def __getattr__(name: str) -> object:
    if name == "Catalog":
        from fairlead.catalog.catalog import Catalog

        return Catalog
    raise AttributeError(name)


def open_catalog(url: str, *, read_only: bool = False, clock: Callable[[], float] = time.time) -> Catalog:
    """Opens `sqlite:////abs/path.db` or a plain path; `clock` gives epoch seconds.

    Opening to write makes the file, brings its schema up to date and takes the lease: one process writes. Opening to
    read needs no lease and works while another process writes. BadUsage for a URL that names no catalog;
    CatalogUnusable when the file cannot be used, which then was not changed.
    """
    from fairlead.catalog.address import sqlite_path
    from fairlead.catalog.catalog import Catalog
    from fairlead.catalog.sqlite.engine import SqliteEngine

    return Catalog(SqliteEngine(sqlite_path(url)), clock, read_only=read_only)
