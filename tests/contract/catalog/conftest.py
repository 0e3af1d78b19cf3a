"""The contract of a catalog, run against every engine. A new engine is one more parameter of `url`."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from fairlead.catalog import open_catalog
from fairlead.catalog.catalog import Catalog
from postgres_server import PostgresServer

Open = Callable[..., Catalog]


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where the test's one catalog will be: a file, or a schema of its own."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'catalog.db'}"
    server = request.getfixturevalue("postgres")
    assert isinstance(server, PostgresServer)
    schema = f"t{uuid.uuid4().hex}"
    server.execute(f"CREATE SCHEMA {schema}")
    return server.url(search_path=schema)


@pytest.fixture
def open_(url: str) -> Open:
    """Opens the test's one catalog, again and again."""

    def opened(*, read_only: bool = False) -> Catalog:
        return open_catalog(url, read_only=read_only, clock=lambda: 1_700_000_000.5)

    return opened


@pytest.fixture
async def catalog(open_: Open) -> AsyncIterator[Catalog]:
    """An empty catalog."""
    async with open_() as catalog:
        yield catalog
