"""A server that cannot be used is refused by name, with advice, and nothing in it is touched."""

from __future__ import annotations

import uuid

import pytest

from fairlead.catalog import open_catalog
from fairlead.catalog.address import server_place
from fairlead.catalog.postgres.session import PostgresSession
from fairlead.catalog.sql import load_migrations
from fairlead.catalog.writer import CatalogWriter
from fairlead.model.errors import BadUsage, CatalogMissing, CatalogUnusable
from postgres_server import LOCKED, PostgresServer


def setting(writer: CatalogWriter, name: str) -> str:
    """A setting of the writer's connection."""
    session = writer._session
    assert isinstance(session, PostgresSession)
    return str(session._wait(session._connection.fetchval(f"SHOW {name}")))


@pytest.fixture
def schema(postgres: PostgresServer) -> str:
    """An empty schema."""
    name = f"t{uuid.uuid4().hex}"
    postgres.execute(f"CREATE SCHEMA {name}")
    return name


def refused(url: str, match: str, *, read_only: bool = False) -> CatalogUnusable:
    with pytest.raises(CatalogUnusable, match=match) as caught:
        open_catalog(url, read_only=read_only)
    assert caught.value.message.startswith(f"catalog {server_place(url)}: ")
    assert caught.value.advice
    return caught.value


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("postgresql://u:p%40ss@db.example:5432/catalog", "postgresql://db.example:5432/catalog"),
        ("postgres://db/catalog?sslmode=require&password=p", "postgresql://db/catalog"),
        ("postgresql://u@/c?host=%2Frun%2Fpg&search_path=s", "postgresql:///c?host=/run/pg&search_path=s"),
        ("postgresql://u:p@a:1,b:2/c", "postgresql://a:1,b:2/c"),
    ],
)
def test_a_place_is_named_without_user_and_password(url: str, place: str) -> None:
    assert server_place(url) == place


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://",
        "postgresql://u:s3cret@host",
        "postgresql://u:s3cret@host/",
        "postgresql://u:s3cr/et@host/db",
        "postgresql://u:s3c@ret@host/db",
        "postgresql://u:s3cr#et@host/db",
        "postgresql://u:s3cret@host:port/db",
        "postgresql://u:s3cret:1@[::1/db",
        "postgresql://u:s3cret@host/db?sslmode=unheard-of",
        "postgresql://u:s3cret@host/db?s3cret",
    ],
)
def test_urls_that_cannot_be_meant(url: str) -> None:
    with pytest.raises(BadUsage) as caught:
        open_catalog(url)
    assert caught.value.advice
    assert "s3c" not in f"{caught.value.message} {caught.value.advice}"


def test_a_server_that_is_not_there() -> None:
    url = "postgresql://u:s3cret@127.0.0.1:1/db"
    error = refused(url, "the server cannot be reached: ")
    assert "s3cret" not in f"{error.message} {error.advice}"
    refused(url, "cannot be reached", read_only=True)
    refused("postgresql:///db?host=%2Fnowhere", "cannot be reached")


async def test_a_wrong_password(postgres: PostgresServer) -> None:
    user, password = LOCKED
    error = refused(postgres.url(user=f"{user}:s3cret"), "refused the user or the password")
    assert "s3cret" not in f"{error.message} {error.advice}"
    refused(postgres.url(user="nobody-here"), "refused the user or the password")
    postgres.execute(f"CREATE DATABASE own OWNER {user}")
    async with open_catalog(postgres.url("own", user=f"{user}:{password}")) as catalog:
        await catalog.write(lambda w: w.save_connection("i", "n", "u", b""))


def test_a_database_or_a_schema_that_is_not_there(postgres: PostgresServer) -> None:
    refused(postgres.url("absent"), "no such database")
    refused(postgres.url(search_path="absent"), "no such schema")
    refused(postgres.url(search_path="absent"), "no such schema", read_only=True)


def test_a_setting_that_the_server_does_not_know(postgres: PostgresServer, schema: str) -> None:
    refused(postgres.url(search_path=schema, unheard="x"), "unheard")


def test_a_user_without_rights(postgres: PostgresServer, schema: str) -> None:
    user, password = LOCKED
    postgres.execute(f"GRANT USAGE ON SCHEMA {schema} TO {user}")
    url = postgres.url(user=f"{user}:{password}", search_path=schema)
    refused(url, "permission denied")


async def test_another_programs_tables(postgres: PostgresServer, schema: str) -> None:
    postgres.execute(f"CREATE TABLE {schema}.record (theirs int)")
    url = postgres.url(search_path=schema)
    refused(url, "another program's tables")
    refused(url, "another program's tables", read_only=True)
    # What an extension has put there is nobody's data.
    postgres.execute(f"DROP TABLE {schema}.record")
    postgres.execute(f"CREATE TABLE {schema}.theirs (x int)")
    postgres.execute(f"ALTER EXTENSION plpgsql ADD TABLE {schema}.theirs")
    await open_catalog(url).close()


def test_a_database_of_another_encoding(postgres: PostgresServer) -> None:
    postgres.execute("CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0")
    refused(postgres.url("latin"), "encoding is LATIN1")


async def test_a_newer_and_an_older_schema(
    postgres: PostgresServer, schema: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = postgres.url(search_path=schema)
    with pytest.raises(CatalogMissing):
        open_catalog(url, read_only=True)
    await open_catalog(url).close()
    postgres.execute(f"UPDATE {schema}.fairlead_schema SET version = 900")
    refused(url, "schema is version 900, this program knows ")
    refused(url, "schema is version 900", read_only=True)
    known = load_migrations("postgres")
    postgres.execute(f"UPDATE {schema}.fairlead_schema SET version = {len(known)}")
    later = [*known, "CREATE TABLE later (x int);"]
    monkeypatch.setattr("fairlead.catalog.postgres.connect.load_migrations", lambda engine: later)
    refused(url, "of an older Fairlead", read_only=True)
    await open_catalog(url).close()
    await open_catalog(url, read_only=True).close()


async def test_durability_is_not_given_away(postgres: PostgresServer, schema: str) -> None:
    async with open_catalog(postgres.url(search_path=schema, synchronous_commit="off")) as catalog:
        assert await catalog.write(lambda w: setting(w, "synchronous_commit")) == "on"
    async with open_catalog(postgres.url(search_path=schema, synchronous_commit="remote_write")) as catalog:
        assert await catalog.write(lambda w: setting(w, "synchronous_commit")) == "remote_write"
