"""Where a catalog is: what a test says of a catalog holds on every engine."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest

from postgres_server import PostgresServer


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
