"""What cannot be opened is refused by name, with advice, and untouched."""

from __future__ import annotations

import asyncio
import os
import re
import sqlite3
from pathlib import Path

import pytest

from fairlead.catalog import open_catalog
from fairlead.catalog.address import sqlite_path
from fairlead.catalog.sql import Statement, load_migrations, load_statements
from fairlead.catalog.sqlite.connect import APPLICATION, connect, migrate
from fairlead.catalog.sqlite.lease import Lease
from fairlead.model.errors import BadUsage, CatalogUnusable
from fairlead.model.stored import EntityWrite


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite:////var/lib/catalog.db", "/var/lib/catalog.db"),
        ("sqlite:///catalog.db", "catalog.db"),
        ("sqlite:////a%20b/c.db", "/a b/c.db"),
        ("/plain/catalog.db", "/plain/catalog.db"),
        ("catalog.db", "catalog.db"),
    ],
)
def test_addresses(url: str, path: str) -> None:
    assert sqlite_path(url) == Path(path)


@pytest.mark.parametrize("url", ["", "mysql://host/db", "sqlite://", "sqlite://host/db", "sqlite:///"])
def test_addresses_that_name_no_file(url: str) -> None:
    with pytest.raises(BadUsage) as caught:
        sqlite_path(url)
    assert caught.value.advice


def refused(path: Path, match: str, *, read_only: bool = False) -> None:
    with pytest.raises(CatalogUnusable, match=match) as caught:
        open_catalog(str(path), read_only=read_only)
    assert str(path) in caught.value.message
    assert caught.value.advice


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    path.write_bytes(b"certainly not a database file" * 100)
    refused(path, "not a Fairlead catalog")
    refused(path, "not a Fairlead catalog", read_only=True)
    assert path.read_bytes() == b"certainly not a database file" * 100


def test_another_programs_database(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE theirs (x)")
    other.close()
    before = path.read_bytes()
    refused(path, "another program's database")
    refused(path, "another program's database", read_only=True)
    assert path.read_bytes() == before


def test_a_folder_that_is_missing(tmp_path: Path) -> None:
    refused(tmp_path / "missing" / "catalog.db", "No such file or directory")
    refused(tmp_path / "missing" / "catalog.db", "no such file", read_only=True)
    assert not (tmp_path / "missing").exists()


def test_a_path_that_is_a_folder(tmp_path: Path) -> None:
    refused(tmp_path, "cannot be opened")


def test_a_place_that_cannot_be_written() -> None:
    refused(Path("/proc/catalog.db"), "catalog /proc/catalog.db: ")


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_file_that_may_only_be_read(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    path.touch(0o400)
    refused(path, "only be read")


async def test_a_newer_schema(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    await open_catalog(str(path)).close()
    newer = sqlite3.connect(path)
    newer.execute("PRAGMA user_version = 900")
    newer.close()
    known = len(load_migrations("sqlite"))
    refused(path, f"schema is version 900, this program knows {known}")
    refused(path, "schema is version 900", read_only=True)


async def test_a_damaged_file(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    async with open_catalog(str(path)) as catalog:
        rows = [EntityWrite(n, "service", f"e{n}", "", b"x" * 900, b"h", b"h") for n in range(1, 500)]
        await catalog.write(lambda w: w.put_entities(rows))
    content = bytearray(path.read_bytes())
    content[8192 * 10 :] = b"\xff" * (len(content) - 8192 * 10)
    path.write_bytes(content)
    with pytest.raises(CatalogUnusable, match="damaged"):
        await read_everything(path)


async def read_everything(path: Path) -> None:
    async with open_catalog(str(path)) as catalog:
        await catalog.write(lambda w: w.entities_by_id(range(500)))


def test_a_forked_child_does_not_keep_the_lease(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    lease = Lease(path)
    ended, tell = os.pipe()
    begun, started = os.pipe()
    child = os.fork()
    if not child:
        os.close(tell)
        os.write(started, b"!")  # what is to be done in a child has been done
        os.read(ended, 1)
        os._exit(0)
    os.read(begun, 1)
    with pytest.raises(CatalogUnusable, match="is writing it"):
        Lease(path)
    lease.close()
    Lease(path).close()
    for end in (tell, ended, begun, started):
        os.close(end)
    os.waitpid(child, 0)


async def test_a_catalog_on_a_read_only_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite cannot make the log's index there; root may write anywhere, so that its refusal is put in by hand."""
    path = tmp_path / "catalog.db"
    async with open_catalog(str(path)) as writer:
        await writer.write(lambda w: w.save_connection("i", "n", "u", b""))

    def refuse(path: Path, *, read_only: bool) -> sqlite3.Connection:
        raise CatalogUnusable(f"catalog {path}: the file cannot be opened", advice="…")

    monkeypatch.setattr("fairlead.catalog.sqlite.connect.open_reader", refuse)
    async with open_catalog(str(path), read_only=True) as reader:
        many = await asyncio.gather(*(reader.connections() for _ in range(20)))
        assert {found[0].name for found in many} == {"n"}
    path.with_name("catalog.db-wal").write_bytes(b"a log that was left")
    refused(path, "cannot be opened", read_only=True)


async def test_a_locked_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fairlead.catalog.sqlite.connect._BUSY_SECONDS", 0.05)
    path = tmp_path / "catalog.db"
    async with open_catalog(str(path)) as catalog:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(CatalogUnusable, match="another program holds a lock"):
            await catalog.write(lambda w: w.save_connection("i", "n", "u", b""))
        other.execute("ROLLBACK")
        other.close()
        await catalog.write(lambda w: w.save_connection("i", "n", "u", b""))


def test_migrations_run_once_each_and_whole(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    scripts = [
        *load_migrations("sqlite"),
        "CREATE TABLE added (x);\n-- a remark; with a semicolon\nINSERT INTO added VALUES (1);",
    ]
    for known in range(1, len(scripts) + 1):
        connection = connect(path, "rwc")
        migrate(connection, path, scripts[:known])
        migrate(connection, path, scripts[:known])
        assert connection.execute("PRAGMA user_version").fetchone() == (known,)
        connection.close()
    connection = connect(path, "rw")
    assert connection.execute("SELECT x FROM added").fetchall() == [(1,)]
    assert connection.execute("PRAGMA application_id").fetchone() == (APPLICATION,)
    with pytest.raises(sqlite3.OperationalError):
        migrate(connection, path, [*scripts, "CREATE TABLE more (x); CREATE TABLE added (x);"])
    assert connection.execute("PRAGMA user_version").fetchone() == (len(scripts),)
    assert connection.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'more'").fetchone() == (0,)
    connection.close()


async def test_a_catalog_of_an_older_schema_is_not_read_without_its_migration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "catalog.db"
    await open_catalog(str(path)).close()
    later = [*load_migrations("sqlite"), "CREATE TABLE later (x);"]
    monkeypatch.setattr("fairlead.catalog.sqlite.connect.load_migrations", lambda engine: later)
    refused(path, "of an older Fairlead", read_only=True)
    await open_catalog(str(path)).close()
    await open_catalog(str(path), read_only=True).close()


def plans(path: Path) -> dict[str, list[str]]:
    """How SQLite carries out each named statement."""
    connection = connect(path, "rwc")
    migrate(connection, path, load_migrations("sqlite"))
    found = {}
    for statement in load_statements("sqlite").values():
        text = statement.among(4) if "IN (?)" in statement.text else statement.text
        numbered = [int(number) for number in re.findall(r"\?(\d)", text)]
        values = [None] * max(numbered, default=text.count("?"))
        found[statement.name] = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {text}", values)]
    connection.close()
    return found


MEANT_TO_READ_ALL = {"owe_everything", "stream_changes", "count_entities"}


def test_no_statement_walks_a_table_of_millions(tmp_path: Path) -> None:
    """Preparing them also shows that every statement fits the schema."""
    large = re.compile(r"SCAN (r|d|s|f|record|entity|contribution|relation|delivery|seen|change)$")
    found = plans(tmp_path / "catalog.db")
    assert len(found) > 80
    slow = {name: plan for name, plan in found.items() if any(large.match(line) for line in plan)}
    assert slow.keys() - MEANT_TO_READ_ALL - {"stream_readings"} == set()


def test_long_answers_are_not_sorted_in_memory(tmp_path: Path) -> None:
    found = plans(tmp_path / "catalog.db")
    streams = {
        name: plan for name, plan in found.items() if name.startswith("stream_") or name in ("pending", "due")
    }
    assert len(streams) >= 9
    assert [name for name, plan in streams.items() if any("TEMP B-TREE" in line for line in plan)] == []


def test_statements_widen() -> None:
    statement = Statement("s", "INSERT INTO t (a, b) VALUES (?, ?) ON CONFLICT DO NOTHING")
    assert statement.many(2) == "INSERT INTO t (a, b) VALUES (?, ?), (?, ?) ON CONFLICT DO NOTHING"
    assert (
        Statement("s", "SELECT 1 WHERE a IN (?) AND b = 1").among(3)
        == "SELECT 1 WHERE a IN (?, ?, ?) AND b = 1"
    )
