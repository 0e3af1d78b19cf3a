"""The writer thread, the sequence and what happens when the disk fails."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import threading
from pathlib import Path

import pytest

from fairlead.catalog import open_catalog
from fairlead.catalog.catalog import Catalog
from fairlead.catalog.numbers import BLOCK
from fairlead.catalog.sqlite.session import SqliteSession
from fairlead.catalog.writer import CatalogWriter
from fairlead.model.errors import CatalogUnusable
from fairlead.model.stored import EntityWrite, RecordWrite


def pragma(writer: CatalogWriter, text: str) -> int:
    session = writer._session
    assert isinstance(session, SqliteSession)
    return int(session.connection.execute(f"PRAGMA {text}").fetchone()[0])


async def names(catalog: Catalog) -> list[str]:
    return [one.name for one in await catalog.connections()]


async def test_a_job_that_raises_changes_nothing_and_the_others_stay(tmp_path: Path) -> None:
    def bad(w: CatalogWriter) -> None:
        w.save_connection("bad", "bad", "", b"")
        w.set_cursor(1, "a kind that no other job names", "", "")
        raise KeyError("boom")

    async with open_catalog(str(tmp_path / "c.db")) as catalog:
        outcomes = await asyncio.gather(
            catalog.write(lambda w: w.save_connection("one", "one", "", b"")),
            catalog.write(bad),
            catalog.write(lambda w: w.save_connection("two", "two", "", b"")),
            return_exceptions=True,
        )
        assert isinstance(outcomes[1], KeyError)
        assert await names(catalog) == ["one", "two"]
        # The name that was taken back is made anew.
        await catalog.write(lambda w: w.set_cursor(1, "a kind that no other job names", "", "c"))
        assert await catalog.cursor(1, "a kind that no other job names", "") == "c"


async def test_a_statement_that_fails_is_the_jobs_error(tmp_path: Path) -> None:
    row = EntityWrite(1, "service", "a", "", b"{}", b"h", b"h")
    twin = EntityWrite(2, "service", "a", "", b"{}", b"h", b"h")
    async with open_catalog(str(tmp_path / "c.db")) as catalog:
        await catalog.write(lambda w: w.put_entities([row]))
        with pytest.raises(sqlite3.IntegrityError):
            await catalog.write(lambda w: w.put_entities([twin]))
        assert await catalog.counts([]) == (1, 0)


async def test_a_job_whose_caller_has_gone_does_not_run(tmp_path: Path) -> None:
    async with open_catalog(str(tmp_path / "c.db")) as catalog:
        go = threading.Event()
        first = asyncio.create_task(catalog.write(lambda _: go.wait(5)))
        await asyncio.sleep(0.05)
        second = asyncio.create_task(catalog.write(lambda w: w.save_connection("late", "late", "", b"")))
        await asyncio.sleep(0)
        second.cancel()
        await asyncio.gather(second, return_exceptions=True)
        go.set()
        assert await first
        assert await names(catalog) == []


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


async def test_a_closed_catalog_says_so(tmp_path: Path) -> None:
    catalog = open_catalog(str(tmp_path / "c.db"))
    waiting = [asyncio.create_task(catalog.write(lambda w: w.new_ids("record", 1))) for _ in range(5)]
    await asyncio.sleep(0)
    await catalog.close()
    assert sorted(await asyncio.gather(*waiting)) == [1, 2, 3, 4, 5]
    await catalog.close()
    with pytest.raises(CatalogUnusable, match="closed"):
        await catalog.write(lambda w: w.new_ids("record", 1))
    with pytest.raises(CatalogUnusable, match="closed"):
        await catalog.connections()


async def test_the_log_is_copied_back_on_closing(tmp_path: Path) -> None:
    path = tmp_path / "c.db"
    async with open_catalog(str(path)) as catalog:
        await catalog.write(lambda w: w.save_connection("one", "one", "", b""))
    assert not path.with_name("c.db-wal").exists()


async def test_numbers_never_repeat(tmp_path: Path) -> None:
    path = str(tmp_path / "c.db")
    taken: list[int] = []
    for _ in range(3):
        async with open_catalog(path) as catalog:
            take = catalog.numbers()
            taken += [take() for _ in range(3 * BLOCK)]
            assert catalog.numbers()() == taken[-1] + 1
            taken.append(taken[-1] + 1)
    assert taken == sorted(set(taken))


async def test_numbers_of_many_threads_are_distinct(tmp_path: Path) -> None:
    async with open_catalog(str(tmp_path / "c.db")) as catalog:
        take = catalog.numbers()
        lists = await asyncio.gather(
            *(asyncio.to_thread(lambda: [take() for _ in range(2 * BLOCK)]) for _ in range(4))
        )
        taken = [number for numbers in lists for number in numbers]
        assert len(set(taken)) == 8 * BLOCK
        assert all(numbers == sorted(numbers) for numbers in lists)


async def test_numbers_are_not_taken_inside_a_job(tmp_path: Path) -> None:
    async with open_catalog(str(tmp_path / "c.db")) as catalog:
        take = catalog.numbers()
        with pytest.raises(RuntimeError, match="never inside a write job"):
            await catalog.write(lambda _: take())


async def test_a_busy_event_loop_does_not_starve_the_writer(tmp_path: Path) -> None:
    """The cure is the interpreter's switch interval; `benchmarks/catalog.py --busy` measures what it is worth."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(0.005)
    async with open_catalog(str(tmp_path / "c.db")):
        assert sys.getswitchinterval() <= 0.0002
    sys.setswitchinterval(before)
