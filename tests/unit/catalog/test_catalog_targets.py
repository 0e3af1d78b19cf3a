"""What a catalog of an earlier schema knows of targets."""

from __future__ import annotations

from pathlib import Path

import pytest

from contract.catalog.builders import entity
from fairlead.catalog import open_catalog
from fairlead.catalog.sql import load_migrations
from fairlead.catalog.sqlite.connect import connect, migrate


async def test_a_target_of_before_is_looked_at_again(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    connection = connect(path, "rwc")
    migrate(connection, path, load_migrations("sqlite")[:2])
    connection.execute("INSERT INTO name (id, text) VALUES (1, 'port')")
    connection.execute("INSERT INTO target (id) VALUES (1)")
    connection.close()
    async with open_catalog(str(path)) as catalog:
        assert await catalog.place_of("port") == ""
        await catalog.write(lambda writer: writer.set_place("port", "here"))
        assert await catalog.place_of("port") == "here"
        await catalog.write(lambda writer: writer.forget_target("port"))
        assert await catalog.place_of("port") == ""


@pytest.mark.parametrize("schema", range(1, len(load_migrations("sqlite"))))
async def test_entities_of_others_can_be_marked_in_a_catalog_of_before(tmp_path: Path, schema: int) -> None:
    path = tmp_path / "catalog.db"
    connection = connect(path, "rwc")
    migrate(connection, path, load_migrations("sqlite")[:schema])
    connection.close()
    async with open_catalog(str(path)) as catalog:
        await catalog.write(lambda writer: writer.put_entities([entity(1, "a"), entity(2, "b")]))
        assert [one.foreign for one in await catalog.due("port", "service", 0, 9)] == [False, False]
        await catalog.write(lambda writer: writer.mark_foreign([2]))
        assert [one.foreign for one in await catalog.due("port", "service", 0, 9)] == [False, True]
        assert await catalog.foreign("port", "service") == (frozenset({2}), frozenset())
