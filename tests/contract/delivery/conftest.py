"""An installation on each catalog engine, with projects and services, and Port in virtual time."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from fairlead.catalog import open_catalog
from fairlead.model.blueprints import Relation
from fault.delivering import Installation, schema
from port_api import PortApi, VirtualClock

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


@pytest.fixture
async def installation(url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Installation]:
    """Empty on both sides."""
    monkeypatch.setenv("NO_PROXY", "*")
    clock = VirtualClock()
    async with PortApi(now=clock.now) as port, open_catalog(url, clock=clock.now) as catalog:
        yield Installation(catalog, port, clock, {one.identifier: one for one in BLUEPRINTS})
