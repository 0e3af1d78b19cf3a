"""The writer thread and the sequence."""

from __future__ import annotations

import asyncio
import os
import re
import sys
import threading

import pytest

from contract.catalog.builders import change, contribution, entity, record
from contract.catalog.conftest import Open
from fairlead.catalog.catalog import Catalog
from fairlead.catalog.numbers import BLOCK
from fairlead.catalog.writer import CatalogWriter
from fairlead.model.errors import CatalogMissing, CatalogUnusable
from fairlead.model.records import RecordState
from fairlead.model.stored import EntityWrite


async def names(catalog: Catalog) -> list[str]:
    return [one.name for one in await catalog.connections()]


async def test_a_job_that_raises_changes_nothing_and_the_others_stay(open_: Open) -> None:
    def bad(w: CatalogWriter) -> None:
        w.save_connection("bad", "bad", "", b"")
        w.set_cursor(1, "a kind that no other job names", "", "")
        raise KeyError("boom")

    async with open_() as catalog:
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


async def test_a_statement_that_fails_is_the_jobs_error(open_: Open) -> None:
    row = EntityWrite(1, "service", "a", "", b"{}", b"h", b"h")
    twin = EntityWrite(2, "service", "a", "", b"{}", b"h", b"h")
    async with open_() as catalog:
        await catalog.write(lambda w: w.put_entities([row]))
        with pytest.raises(Exception, match=r"(?i)unique constraint"):
            await catalog.write(lambda w: w.put_entities([twin]))
        assert await catalog.counts([]) == (1, 0)


async def test_a_job_whose_caller_has_gone_does_not_run(open_: Open) -> None:
    async with open_() as catalog:
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


async def test_a_closed_catalog_says_so(open_: Open) -> None:
    catalog = open_()
    waiting = [asyncio.create_task(catalog.write(lambda w: w.new_ids("record", 1))) for _ in range(5)]
    await asyncio.sleep(0)
    await catalog.close()
    assert sorted(await asyncio.gather(*waiting)) == [1, 2, 3, 4, 5]
    await catalog.close()
    with pytest.raises(CatalogUnusable, match="closed"):
        await catalog.write(lambda w: w.new_ids("record", 1))
    with pytest.raises(CatalogUnusable, match="closed"):
        await catalog.connections()


async def test_numbers_never_repeat(open_: Open) -> None:
    taken: list[int] = []
    for _ in range(3):
        async with open_() as catalog:
            take = catalog.numbers()
            taken += [take() for _ in range(3 * BLOCK)]
            assert catalog.numbers()() == taken[-1] + 1
            taken.append(taken[-1] + 1)
    assert taken == sorted(set(taken))


async def test_numbers_of_many_threads_are_distinct(open_: Open) -> None:
    async with open_() as catalog:
        take = catalog.numbers()
        lists = await asyncio.gather(
            *(asyncio.to_thread(lambda: [take() for _ in range(2 * BLOCK)]) for _ in range(4))
        )
        taken = [number for numbers in lists for number in numbers]
        assert len(set(taken)) == 8 * BLOCK
        assert all(numbers == sorted(numbers) for numbers in lists)


async def test_numbers_are_not_taken_inside_a_job(open_: Open) -> None:
    async with open_() as catalog:
        take = catalog.numbers()
        with pytest.raises(RuntimeError, match="never inside a write job"):
            await catalog.write(lambda _: take())


async def test_of_rows_with_one_key_the_last_is_stored(catalog: Catalog) -> None:
    def fill(w: CatalogWriter) -> None:
        w.put_records([record(1, "a", body=b"1"), record(2, "b"), record(1, "a", number=9, body=b"2")])
        w.set_states([(2, RecordState.GONE, 0, 0.0, ""), (2, RecordState.UNSEEN, 1, 5.0, "")])
        w.put_entities([entity(1, "a"), entity(1, "a", edges=[("owner", "team", "t")])])
        w.put_contributions([contribution(1, 1, 0), contribution(1, 1, 1)])
        w.put_changes([change(1, 1, "a"), change(1, 1, "a", "update")])

    await catalog.write(fill)
    ((body,), other) = (await catalog.bodies([1]), await catalog.lookup(1, "repository", ["b"]))
    assert (body.body, body.record.number, other["b"].state) == (b"2", 9, RecordState.UNSEEN)
    assert await catalog.counts(["team"]) == (1, 1)
    found = await catalog.write(lambda w: (w.contributions_of_records([1]), w.changes_of(1, [1])))
    assert [one.entity for one in found[0]] == [1]
    assert found[1][1].op == "update"


async def test_a_reader_sees_what_a_writer_commits(open_: Open) -> None:
    async with open_() as writer, open_(read_only=True) as reader:
        assert await reader.connections() == []
        await writer.write(lambda w: w.save_connection("i", "n", "u", b""))
        assert [one.name for one in await reader.connections()] == ["n"]
        with pytest.raises(CatalogUnusable, match="reading only"):
            await reader.write(lambda w: w.new_ids("record", 1))
        with pytest.raises(CatalogUnusable, match="reading only"):
            reader.numbers()
        assert await reader.due("port", "service", 0, 10) == []


async def test_one_process_writes(url: str, open_: Open) -> None:
    async with open_():
        with pytest.raises(CatalogUnusable, match=f"process {os.getpid()} .*is writing it") as caught:
            open_()
        assert caught.value.advice
        code = "import sys; from fairlead.catalog import open_catalog; open_catalog(sys.argv[1])"
        other = await asyncio.create_subprocess_exec(
            sys.executable, "-c", code, url, stderr=asyncio.subprocess.PIPE
        )
        _, told = await asyncio.wait_for(other.communicate(), 60)
        assert other.returncode == 1
        assert re.search(f"process {os.getpid()} .*is writing it", told.decode())
    async with open_():
        pass


async def test_what_is_not_there_cannot_be_read(open_: Open) -> None:
    with pytest.raises(CatalogMissing) as caught:
        open_(read_only=True)
    assert caught.value.advice
