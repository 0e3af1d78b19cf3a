"""Runs, readings, walks, pages: what a killed run continues from."""

from __future__ import annotations

import pytest

from contract.catalog.builders import record
from contract.catalog.conftest import Open
from fairlead.catalog.catalog import Catalog
from fairlead.catalog.writer import CatalogWriter
from fairlead.model.errors import BadUsage
from fairlead.model.readings import Item
from fairlead.model.records import RecordState
from fairlead.model.stored import StoredChain, StoredConnection, StoredReading, StoredRun


async def test_runs_start_and_end(catalog: Catalog) -> None:
    first = await catalog.write(lambda w: w.start_run("full", b'{"kinds":[]}', 3, 100.25))
    second = await catalog.write(lambda w: w.start_run("incremental", b"", 3, 200.0))
    await catalog.write(lambda w: w.end_run(second, "done", b"{}", 201.0))

    assert await catalog.unfinished_run() == StoredRun(
        first, "full", "running", b'{"kinds":[]}', 3, 100.25, 0.0, b""
    )
    assert await catalog.run(second) == StoredRun(second, "incremental", "done", b"", 3, 200.0, 201.0, b"{}")
    assert [run.id for run in await catalog.runs(10)] == [second, first]
    assert [run.id for run in await catalog.runs(1)] == [second]
    assert await catalog.run(99) is None
    await catalog.write(lambda w: w.end_run(first, "stopped", b"", 300.0))
    assert await catalog.unfinished_run() is None


async def test_a_configuration_is_stored_once_per_hash(catalog: Catalog) -> None:
    first = await catalog.write(lambda w: w.save_configuration("h1", "mapping", "blueprints", "port", 1.0))
    other = await catalog.write(lambda w: w.save_configuration("h2", "other", "", "standard", 2.0))
    again = await catalog.write(lambda w: w.save_configuration("h1", "mapping", "blueprints", "port", 3.0))
    assert first == again != other
    assert await catalog.configuration(first) == ("mapping", "blueprints", "port")
    assert await catalog.configuration(99) is None


async def test_the_last_configuration_from_a_place(catalog: Catalog) -> None:
    def fill(writer: CatalogWriter) -> None:
        first = writer.save_configuration("h1", "one", "b", "port", 1.0, "there")
        second = writer.save_configuration("h2", "two", "b", "port", 2.0)
        third = writer.save_configuration("h3", "three", "b", "port", 3.0, "elsewhere")
        for configuration in (first, second, third):
            writer.start_run("full", b"", configuration, 0.0)

    await catalog.write(fill)
    assert await catalog.configuration_from("there") == ("one", "b", "port")
    assert await catalog.configuration_from("nowhere") is None
    await catalog.write(lambda w: w.save_configuration("h2", "two", "b", "port", 4.0, "there"))
    assert await catalog.configuration_from("there") == ("two", "b", "port")
    await catalog.write(lambda w: w.save_configuration("h2", "two", "b", "port", 5.0))
    assert await catalog.configuration_from("there") == ("two", "b", "port")


async def test_wishes_stay_until_a_run_has_come_after_them(open_: Open) -> None:
    async with open_() as catalog:
        assert await catalog.browse.wishes() == (0, 0)
        await catalog.write(lambda w: w.wish())
        await catalog.write(lambda w: w.wish())
    async with open_() as catalog:
        await catalog.write(lambda w: w.serve_wishes(1))
        assert await catalog.browse.wishes() == (2, 1)
        await catalog.write(lambda w: w.serve_wishes(2))
        await catalog.write(lambda w: w.serve_wishes(1))
        assert await catalog.browse.wishes() == (2, 2)


async def test_a_connection_is_its_instance(catalog: Catalog) -> None:
    first = await catalog.write(lambda w: w.save_connection("i-1", "one", "https://a", b"sealed"))
    again = await catalog.write(lambda w: w.save_connection("i-1", "renamed", "https://b", b""))
    assert first == again
    assert await catalog.connections() == [StoredConnection(first, "i-1", "renamed", "https://b", b"")]
    with pytest.raises(BadUsage, match="already named 'renamed'"):
        await catalog.write(lambda w: w.save_connection("i-2", "renamed", "https://c", b""))


async def test_a_killed_reading_is_found_where_it_was(open_: Open) -> None:
    items = [Item("a", "p", b'{"id":1}', 5), Item("b", "p", b"", 5)]

    def begin(w: CatalogWriter) -> int:
        reading = w.open_reading(1, 1, "pull-request", "listing", "spec", 40, 1000.0)
        w.mark_page(reading, "0:p", "p", 0, "next-1", items)
        w.mark_page(reading, "0:p", "p", 1, "next-2", [Item("c", "p", b"raw", 6)])
        w.mark_page(reading, "0:q", "q", 0, None, ())
        w.end_chain(reading, "0:r", "r", "incomplete", "the page was not JSON")
        w.put_records([record(w.new_ids("record", 1), "a", kind="pull-request", number=50)])
        w.see(reading, [1])
        w.set_cursor(1, "pull-request", "spec", "2026-01-01")
        return reading

    async with open_() as catalog:
        reading = await catalog.write(begin)
    async with open_() as catalog:
        assert await catalog.readings(1) == [
            StoredReading(reading, 1, 1, "pull-request", "listing", "spec", 40, 1000.0, "open", "")
        ]
        assert await catalog.chains(reading) == {
            "0:p": StoredChain("0:p", "p", "open", "", "next-2", 2),
            "0:q": StoredChain("0:q", "q", "proved", "", None, 1),
            "0:r": StoredChain("0:r", "r", "incomplete", "the page was not JSON", None, 0),
        }
        assert await catalog.items(reading, "0:p") == [items[1], Item("c", "p", b"raw", 6)]
        assert await catalog.items(reading, "0:q") == []
        assert await catalog.cursor(1, "pull-request", "spec") == "2026-01-01"
        assert await catalog.cursor(1, "pull-request", "other") is None


async def test_a_page_marked_again_replaces_its_items(catalog: Catalog) -> None:
    reading = await catalog.write(lambda w: w.open_reading(1, 1, "build", "listing", "", 0, 0.0))
    await catalog.write(lambda w: w.mark_page(reading, "0:*", "*", 0, "1", [Item("a", "", b"old")]))
    await catalog.write(lambda w: w.mark_page(reading, "0:*", "*", 0, "1", [Item("b", "", b"new")]))
    assert await catalog.items(reading, "0:*") == [Item("b", "", b"new")]
    assert (await catalog.chains(reading))["0:*"].pages == 1


async def test_a_chain_that_failed_keeps_its_cursor_and_opens_again(catalog: Catalog) -> None:
    reading = await catalog.write(lambda w: w.open_reading(1, 1, "build", "listing", "", 0, 0.0))
    await catalog.write(lambda w: w.mark_page(reading, "0:*", "*", 0, "1", ()))
    await catalog.write(lambda w: w.end_chain(reading, "0:*", "*", "incomplete", "reset"))
    assert (await catalog.chains(reading))["0:*"] == StoredChain("0:*", "*", "incomplete", "reset", "1", 1)
    await catalog.write(lambda w: w.mark_page(reading, "0:*", "*", 1, None, ()))
    assert (await catalog.chains(reading))["0:*"] == StoredChain("0:*", "*", "proved", "", None, 2)


async def test_unseen_is_what_a_reading_should_have_seen(catalog: Catalog) -> None:
    def fill(w: CatalogWriter) -> StoredReading:
        w.put_records(
            [
                record(1, "seen", number=5),
                record(2, "missing", number=5),
                record(3, "missing-elsewhere", parent="p2", number=5),
                record(4, "unseen-before", number=5, state=RecordState.UNSEEN),
                record(5, "outside", number=5, state=RecordState.OUTSIDE),
                record(6, "gone", number=5, state=RecordState.GONE),
                record(7, "newer", number=10),
                record(8, "other-kind", kind="team", number=5),
                record(9, "other-connection", connection=2, number=5),
            ]
        )
        reading = w.open_reading(1, 1, "repository", "listing", "", 10, 0.0)
        w.see(reading, [1])
        w.see(reading, [1])
        return StoredReading(reading, 1, 1, "repository", "listing", "", 10, 0.0, "open", "")

    reading = await catalog.write(fill)

    def keys(found: list[object]) -> list[str]:
        return [getattr(one, "key", "") for one in found]

    assert keys(list(await catalog.unseen(reading, None))) == [
        "missing",
        "missing-elsewhere",
        "unseen-before",
    ]
    assert keys(list(await catalog.unseen(reading, ["p2", "p2", "nowhere"]))) == ["missing-elsewhere"]
    assert await catalog.unseen(reading, []) == []


async def test_the_end_of_a_reading_drops_what_it_has_seen(catalog: Catalog) -> None:
    def fill(w: CatalogWriter) -> int:
        reading = w.open_reading(1, 1, "repository", "listing", "", 10, 0.0)
        w.put_records([record(1, "a", number=5)])
        w.see(reading, [1])
        w.mark_page(reading, "0:*", "*", 0, None, [Item("a", "", b""), Item("b", "", b"")])
        return reading

    reading = await catalog.write(fill)
    assert [item.key for item in await catalog.items(reading, "0:*")] == ["b"]
    await catalog.write(lambda w: w.end_reading(reading, "proved", ""))
    assert await catalog.items(reading, "0:*") == []
    stored = (await catalog.readings(1))[0]
    assert (stored.state, stored.reason) == ("proved", "")
    assert [one.key for one in await catalog.unseen(stored, None)] == ["a"]
    assert list(await catalog.chains(reading)) == ["0:*"]
