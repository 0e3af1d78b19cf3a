"""An installation on each catalog engine, with projects and services, and Port in virtual time."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from fairlead.catalog import open_catalog
from fairlead.model.blueprints import Relation
from fault.delivering import Installation, schema
from port_api import PortApi, VirtualClock
from postgres_server import PostgresServer

BLUEPRINTS = [
    schema("project", {"url": "string"}, {"service": Relation("service")}),
    schema(
        "service",
        {"url": "string", "size": "number", "extra": "string"},
        {
            "project": Relation("project", required=True),
            "parent": Relation("service"),
            "uses": Relation("service", many=True),
        },
    ),
    schema("area", {"size": "number"}, {"parent": Relation("area")}),
]


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where the catalog is."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'catalog.db'}"
    server = request.getfixturevalue("postgres")
    assert isinstance(server, PostgresServer)
    schema_name = f"t{uuid.uuid4().hex}"
    server.execute(f"CREATE SCHEMA {schema_name}")
    return server.url(search_path=schema_name)


@pytest.fixture
async def installation(url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Installation]:
    """Empty on both sides."""
    monkeypatch.setenv("NO_PROXY", "*")
    clock = VirtualClock()
    async with PortApi(now=clock.now) as port, open_catalog(url, clock=clock.now) as catalog:
        yield Installation(catalog, port, clock, {one.identifier: one for one in BLUEPRINTS})
