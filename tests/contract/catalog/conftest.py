"""The contract of a catalog, run against every engine. A new engine is one more parameter of `open_`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from fairlead.catalog import open_catalog
from fairlead.catalog.catalog import Catalog

Open = Callable[..., Catalog]


@pytest.fixture(params=["sqlite"])
def open_(request: pytest.FixtureRequest, tmp_path: Path) -> Open:
    """Opens the test's one catalog, again and again."""
    assert request.param == "sqlite"
    url = f"sqlite:///{tmp_path / 'catalog.db'}"

    def opened(*, read_only: bool = False) -> Catalog:
        return open_catalog(url, read_only=read_only, clock=lambda: 1_700_000_000.5)

    return opened


@pytest.fixture
async def catalog(open_: Open) -> AsyncIterator[Catalog]:
    """An empty catalog."""
    async with open_() as catalog:
        yield catalog
