"""The engines satisfy what `sync` declares. mypy checks the assignments; the test keeps them from being deleted."""

from __future__ import annotations

from pathlib import Path

from fairlead.catalog import open_catalog
from fairlead.catalog.catalog import Catalog
from fairlead.catalog.writer import CatalogWriter
from fairlead.sync.store import Store, Writer


def as_store(catalog: Catalog) -> Store:
    return catalog


def as_writer(writer: CatalogWriter) -> Writer:
    return writer


async def test_a_catalog_is_a_store_whose_jobs_get_a_writer(tmp_path: Path) -> None:
    async with open_catalog(str(tmp_path / "catalog.db")) as catalog:
        store = as_store(catalog)
        assert await store.write(lambda writer: writer.new_ids("record", 3)) == 1
        assert await catalog.write(lambda writer: as_writer(writer).new_ids("record", 1)) == 4
