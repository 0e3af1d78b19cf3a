"""A tombstone is older than nothing that was asked for before it: an old page cannot revive what is gone."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from fairlead.catalog import Catalog, open_catalog
from fairlead.model.changes import Reason
from fairlead.model.entities import Contribution, EntityKey, Fragment, RowOutcome
from fairlead.model.records import Record, RecordState
from fairlead.sync.apply import Arrival, apply_arrivals, retire_records
from fairlead.sync.scene import Scene
from fairlead.sync.settle import settle

ROW = "row"
KEY = EntityKey("thing", "one")


class Bench:
    """One record of one kind in a catalog, read and retired by hand."""

    def __init__(self, catalog: Catalog, run: int, connection: int) -> None:
        self.catalog = catalog
        self.scene = Scene(run=run, positions={ROW: 1}, blueprints={}, apply=True)
        self.connection = connection

    async def read(self, number: int, version: int | None, title: str = "One") -> None:
        """The record, as a request of this number gave it."""
        record = Record("thing", "1", "", b'{"id":1}', version, number, b"")
        made = Contribution(ROW, "", KEY.blueprint, KEY.identifier, Fragment(("title",), title))
        arrival = Arrival(record, f"hash of {title}".encode()[:16], (RowOutcome(ROW, (made,)),))
        await self.catalog.write(
            lambda writer: apply_arrivals(writer, self.scene, self.connection, "thing", [arrival])
        )
        await settle(self.catalog, self.scene)

    async def retire(self, number: int) -> int:
        """The record is gone; returns how many were retired."""
        found = await self.catalog.lookup(self.connection, "thing", ["1"])
        retired = await self.catalog.write(
            lambda writer: retire_records(
                writer, self.scene, self.connection, list(found.values()), RecordState.GONE,
                (Reason.GONE, "tombstone"), number,
            )
        )  # fmt: skip
        await settle(self.catalog, self.scene)
        return retired

    async def exists(self) -> bool:
        """Whether the entity does."""
        return await self.catalog.counts(["thing"]) == (1, 0)


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_catalog(str(tmp_path / "catalog.db"), clock=lambda: 0.0) as catalog:
        connection = await catalog.write(lambda writer: writer.save_connection("i", "n", "u", b""))
        configuration = await catalog.write(
            lambda writer: writer.save_configuration("h", "", "", "port", 0.0)
        )
        run = await catalog.write(lambda writer: writer.start_run("full", b"{}", configuration, 0.0))
        yield Bench(catalog, run, connection)


@pytest.mark.parametrize("version", [None, 5], ids=["no version", "a version"])
async def test_an_old_page_does_not_revive(bench: Bench, version: int | None) -> None:
    await bench.read(10, version)
    assert await bench.exists()
    assert await bench.retire(20) == 1
    assert not await bench.exists()
    await bench.read(15, version)
    assert not await bench.exists()


async def test_an_old_page_with_a_later_version_does_not_revive(bench: Bench) -> None:
    """It was changed once more before it was deleted, and the page that shows the change comes late."""
    await bench.read(10, 5)
    await bench.retire(20)
    await bench.read(15, 6)
    assert not await bench.exists()


@pytest.mark.parametrize("version", [None, 5, 6])
async def test_a_later_page_revives(bench: Bench, version: int | None) -> None:
    await bench.read(10, 5)
    await bench.retire(20)
    await bench.read(30, version)
    assert await bench.exists()


async def test_what_was_read_after_the_proof_stays(bench: Bench) -> None:
    await bench.read(30, None)
    assert await bench.retire(20) == 0
    assert await bench.exists()


async def test_an_old_page_changes_nothing(bench: Bench) -> None:
    await bench.read(30, 6, "New")
    await bench.read(40, 5, "Old version, asked for later")
    await bench.read(20, 6, "Old request")
    entities = await bench.catalog.entities_of_blueprint("thing")
    assert [json.loads(entity.body)["title"] for entity in entities] == ["New"]
