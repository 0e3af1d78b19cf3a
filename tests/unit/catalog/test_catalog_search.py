"""What a catalog held before it could be searched is found after its migration."""

from __future__ import annotations

from pathlib import Path

from contract.catalog.builders import entity
from fairlead.catalog import open_catalog
from fairlead.catalog.sql import load_migrations
from fairlead.catalog.sqlite.connect import connect, migrate


async def test_entities_of_before_are_found(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    connection = connect(path, "rwc")
    migrate(connection, path, load_migrations("sqlite")[:1])
    for number, (name, hash_) in enumerate({"alpha": b"h" * 16, "beta": b""}.items(), start=1):
        connection.execute(
            "INSERT INTO entity (id, blueprint, identifier, hash, desired_hash, title, body, cause, held)"
            " VALUES (?, 0, ?, ?, ?, 'One', '{}', '', '')",
            (number, name, hash_, hash_),
        )
    connection.close()
    async with open_catalog(str(path)) as catalog:
        assert [one.identifier for one in await catalog.browse.search("one", 5)] == ["alpha"]
        await catalog.write(lambda writer: writer.put_entities([entity(1, "alpha")]))
        assert await catalog.browse.search("one", 5) == []
        assert [one.identifier for one in await catalog.browse.search("alp", 5)] == ["alpha"]
