"""What a catalog knew of a target before it kept which one it was."""

from __future__ import annotations

from pathlib import Path

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
