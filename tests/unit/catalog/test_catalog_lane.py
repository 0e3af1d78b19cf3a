"""What the writer thread does on SQLite: a full disk, the log, and a busy event loop."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from fairlead.catalog import open_catalog
from fairlead.catalog.catalog import Catalog
from fairlead.catalog.sqlite.session import SqliteSession
from fairlead.catalog.writer import CatalogWriter
from fairlead.model.errors import CatalogUnusable
from fairlead.model.stored import RecordWrite


def pragma(writer: CatalogWriter, text: str) -> int:
    session = writer._session
    assert isinstance(session, SqliteSession)
    return int(session.connection.execute(f"PRAGMA {text}").fetchone()[0])


async def names(catalog: Catalog) -> list[str]:
    return [one.name for one in await catalog.connections()]


async def test_a_full_disk_is_named_and_the_catalog_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "c.db"
    rows = [RecordWrite(n, 1, "k", f"{n}", "", None, 1, b"", b"", body=b"") for n in range(1, 20_000)]
    async with open_catalog(str(path)) as catalog:
        await catalog.write(lambda w: w.save_connection("one", "one", "", b""))
        pages = await catalog.write(lambda w: pragma(w, "page_count"))
        await catalog.write(lambda w: pragma(w, f"max_page_count = {pages + 10}"))
        with pytest.raises(CatalogUnusable, match="disk is full") as caught:
            await catalog.write(lambda w: w.put_records(rows))
        assert "Free some space" in caught.value.advice
        await catalog.write(lambda w: pragma(w, "max_page_count = 1000000"))
        await catalog.write(lambda w: w.put_records(rows))
    async with open_catalog(str(path)) as catalog:
        assert await names(catalog) == ["one"]
        assert len(await catalog.lookup(1, "k", [row.key for row in rows])) == len(rows)


async def test_the_log_is_copied_back_on_closing(tmp_path: Path) -> None:
    path = tmp_path / "c.db"
    async with open_catalog(str(path)) as catalog:
        await catalog.write(lambda w: w.save_connection("one", "one", "", b""))
    assert not path.with_name("c.db-wal").exists()


async def test_a_busy_event_loop_does_not_starve_the_writer(tmp_path: Path) -> None:
    """The cure is the interpreter's switch interval; `benchmarks/catalog.py --busy` measures what it is worth."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(0.005)
    async with open_catalog(str(tmp_path / "c.db")):
        assert sys.getswitchinterval() <= 0.0002
    sys.setswitchinterval(before)
