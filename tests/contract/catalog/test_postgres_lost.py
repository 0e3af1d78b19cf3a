"""The connection to the server is lost: what was not stored is told, and the catalog goes on when the server does."""

from __future__ import annotations

import asyncio
import uuid

import pytest

from contract.catalog.builders import entity
from fairlead.catalog import open_catalog
from fairlead.catalog.catalog import Catalog
from fairlead.catalog.postgres.session import PostgresSession
from fairlead.catalog.writer import CatalogWriter
from fairlead.model.errors import CatalogUnusable
from postgres_server import PostgresServer


@pytest.fixture
def url(postgres: PostgresServer) -> str:
    """A schema of the test's own."""
    schema = f"t{uuid.uuid4().hex}"
    postgres.execute(f"CREATE SCHEMA {schema}")
    return postgres.url(search_path=schema)


def cut(writer: CatalogWriter) -> None:
    """The server ends the writer's connection, in the middle of a transaction."""
    session = writer._session
    assert isinstance(session, PostgresSession)
    session._execute("SELECT pg_terminate_backend(pg_backend_pid())")


async def lose(catalog: Catalog) -> None:
    """The writer's connection ends."""
    with pytest.raises(CatalogUnusable, match=r"stopped the work|was lost") as caught:
        await catalog.write(cut)
    assert caught.value.advice


async def test_a_job_that_loses_its_connection_has_changed_nothing(url: str) -> None:
    def job(w: CatalogWriter) -> None:
        w.put_entities([entity(1, "lost")])
        cut(w)

    async with open_catalog(url) as catalog:
        outcomes = await asyncio.gather(
            catalog.write(lambda w: w.put_entities([entity(2, "with it")])),
            catalog.write(job),
            return_exceptions=True,
        )
        assert isinstance(outcomes[1], CatalogUnusable)
        # The first was in the same transaction, or in one of its own.
        stored = 0 if isinstance(outcomes[0], CatalogUnusable) else 1
        assert await catalog.counts([]) == (stored, 0)
        await catalog.write(lambda w: w.put_entities([entity(3, "again")]))
        assert await catalog.counts([]) == (stored + 1, 0)


async def test_a_server_that_was_started_anew(url: str, postgres: PostgresServer) -> None:
    async with open_catalog(url) as catalog, open_catalog(url, read_only=True) as reader:
        await catalog.write(lambda w: w.put_entities([entity(w.new_ids("entity", 1), "a")]))
        assert await reader.counts([]) == await catalog.counts([]) == (1, 0)
        await asyncio.to_thread(postgres.restart)
        await catalog.write(lambda w: w.put_entities([entity(w.new_ids("entity", 1), "b")]))
        assert await reader.counts([]) == await catalog.counts([]) == (2, 0)
        with pytest.raises(CatalogUnusable, match="is writing it"):
            open_catalog(url)


async def test_a_stream_that_is_cut_off(url: str, postgres: PostgresServer) -> None:
    async with open_catalog(url) as catalog:
        await catalog.write(lambda w: w.put_entities([entity(n, f"e{n:05d}") for n in range(1, 3000)]))
        blocks = catalog.stream_entities(None, ())
        await anext(blocks)
        await asyncio.to_thread(postgres.restart)
        with pytest.raises(CatalogUnusable):
            await anext(blocks)
        await blocks.aclose()
        assert await catalog.counts([]) == (2999, 0)


async def test_the_lease_that_another_took_meanwhile(url: str) -> None:
    async with open_catalog(url) as catalog:
        await catalog.write(lambda w: w.put_entities([entity(w.new_ids("entity", 1), "a")]))
        await lose(catalog)
        async with open_catalog(url) as other:
            await other.write(lambda w: w.put_entities([entity(w.new_ids("entity", 1), "b")]))
            with pytest.raises(CatalogUnusable, match="is writing it"):
                await catalog.write(lambda w: w.put_entities([entity(1, "never")]))
            assert await catalog.counts([]) == (2, 0)
        await catalog.write(lambda w: w.put_entities([entity(w.new_ids("entity", 1), "c")]))
        assert await catalog.counts([]) == (3, 0)
        found = await catalog.write(lambda w: w.entities_by_id([1, 2, 3]))
        assert [one.identifier for one in found.values()] == ["a", "b", "c"]


async def test_a_server_that_stays_away(url: str) -> None:
    """Closing does not hang, and says nothing more."""
    catalog = open_catalog(url)
    await catalog.connections()
    await lose(catalog)
    await catalog.close()
