"""The schema's files, and what the statements make of it."""

from __future__ import annotations

import re
import uuid
from collections.abc import AsyncIterator

import asyncpg
import pytest

from fairlead.catalog.postgres.connect import Connection, connect, migrate
from fairlead.catalog.sql import load_migrations, load_statements
from postgres_server import PostgresServer


@pytest.fixture
async def connection(postgres: PostgresServer) -> AsyncIterator[Connection]:
    """A connection to an empty schema."""
    schema = f"t{uuid.uuid4().hex}"
    postgres.execute(f"CREATE SCHEMA {schema}")
    connection = await connect(postgres.url(search_path=schema), None, read_only=False)
    yield connection
    await connection.close()


async def version(connection: Connection) -> int:
    return int(await connection.fetchval("SELECT version FROM fairlead_schema"))


async def test_migrations_run_once_each_and_whole(connection: Connection) -> None:
    scripts = [
        *load_migrations("postgres"),
        "CREATE TABLE added (x int);\n-- a remark; with a semicolon\nINSERT INTO added VALUES (1);",
    ]
    for known in range(1, len(scripts) + 1):
        await migrate(connection, "here", scripts[:known])
        await migrate(connection, "here", scripts[:known])
        assert await version(connection) == known
    assert await connection.fetchval("SELECT x FROM added") == 1
    with pytest.raises(asyncpg.DuplicateTableError):
        await migrate(
            connection, "here", [*scripts, "CREATE TABLE more (x int); CREATE TABLE added (x int);"]
        )
    assert await version(connection) == len(scripts)
    assert await connection.fetchval("SELECT to_regclass('more')") is None


async def test_a_first_migration_that_fails_leaves_nothing(connection: Connection) -> None:
    with pytest.raises(asyncpg.PostgresSyntaxError):
        await migrate(connection, "here", [load_migrations("postgres")[0] + "nonsense"])
    tables = "SELECT count(*) FROM pg_class WHERE relnamespace = current_schema()::regnamespace"
    assert await connection.fetchval(tables) == 0


async def test_every_text_is_compared_by_its_bytes(connection: Connection) -> None:
    await migrate(connection, "here", load_migrations("postgres"))
    others = await connection.fetch(
        "SELECT c.relname, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
        " WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'i')"
        " AND a.attcollation NOT IN (0, 'pg_catalog.\"C\"'::regcollation)"
    )
    assert others == []


async def plans(connection: Connection) -> dict[str, str]:
    """How the server carries out each named statement when it must use what indexes there are."""
    await migrate(connection, "here", load_migrations("postgres"))
    for setting in ("enable_seqscan = off", "enable_sort = off", "plan_cache_mode = force_generic_plan"):
        await connection.execute(f"SET {setting}")
    found = {}
    for name, statement in load_statements("postgres").items():
        await connection.execute(f"PREPARE {name} AS {statement.text}")
        count = len(set(re.findall(r"\$\d+", statement.text)))
        values = f"({', '.join(['NULL'] * count)})" if count else ""
        rows = await connection.fetch(f"EXPLAIN EXECUTE {name}{values}")
        found[name] = "\n".join(row[0] for row in rows)
    return found


MEANT_TO_READ_ALL = {"owe_everything", "stream_changes", "count_entities"}
LARGE = re.compile(
    r"Seq Scan on (record|record_body|record_ref|entity|contribution|relation|delivery|seen|change)\b"
)


async def test_no_statement_walks_a_table_of_millions(connection: Connection) -> None:
    """Preparing them also shows that every statement fits the schema."""
    found = await plans(connection)
    assert len(found) > 75
    assert {name for name, plan in found.items() if LARGE.search(plan)} - MEANT_TO_READ_ALL == set()


async def test_long_answers_can_follow_an_index(connection: Connection) -> None:
    """Sorting what begins alike is all that is left to do; stubs, which are few, need more before PostgreSQL 16."""
    found = await plans(connection)
    streams = {
        name: plan for name, plan in found.items() if name.startswith("stream_") or name in ("pending", "due")
    }
    assert len(streams) >= 9
    whole = re.compile(r"(?<!Incremental )Sort  \(")
    assert {name for name, plan in streams.items() if whole.search(plan)} - {"stream_stubs"} == set()


async def test_the_engines_have_the_same_statements() -> None:
    assert load_statements("postgres").keys() == load_statements("sqlite").keys()
