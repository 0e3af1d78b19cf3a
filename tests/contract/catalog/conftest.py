"""The contract of a catalog, run against every engine. A new engine is one more parameter of `url`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest

from fairlead.catalog import open_catalog
from fairlead.catalog.catalog import Catalog

Open = Callable[..., Catalog]


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
