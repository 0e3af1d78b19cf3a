"""Remembers: records, contributions, entities, changes, runs and what is due to targets.

`open_catalog` is the way in. The engine's driver is imported only when a catalog is opened.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fairlead.catalog.catalog import Catalog
    from fairlead.catalog.engine import Engine
    from fairlead.model.secrets import Secret

__all__ = ["Catalog", "open_catalog"]


def __getattr__(name: str) -> object:
    if name == "Catalog":
        from fairlead.catalog.catalog import Catalog

        return Catalog
    raise AttributeError(name)


def open_catalog(
    url: str,
    *,
    password: Secret | None = None,
    read_only: bool = False,
    clock: Callable[[], float] = time.time,
) -> Catalog:
    """Opens `sqlite:////abs/path.db`, a plain path or `postgresql://…/database`; `clock` gives epoch seconds.

    `password` is a server's, where it is not in the URL.

    Opening to write makes the file or the tables, brings the schema up to date and takes the lease: one process writes.
    Opening to read needs no lease and works while another process writes. BadUsage for a URL that names no catalog;
    CatalogUnusable when the file or the server cannot be used, which then was not changed; CatalogMissing when it is
    opened to read and there is none yet.
    """
    from fairlead.catalog.catalog import Catalog

    return Catalog(_engine(url, password), clock, read_only=read_only)


def _engine(url: str, password: Secret | None) -> Engine:
    from fairlead.catalog.address import is_server, sqlite_path

    if is_server(url):
        from fairlead.catalog.postgres.engine import PostgresEngine

        return PostgresEngine(url, password)
    from fairlead.catalog.sqlite.engine import SqliteEngine

    return SqliteEngine(sqlite_path(url))
