"""Rules of a preset for a test, and no proxy between it and its servers."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from azure_devops_sandbox import Organization, Sizes, seeded
from fault.product import Rules, rules_of


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "*")


@pytest.fixture
async def port() -> AsyncIterator[Rules]:
    async with rules_of("port") as rules:
        yield rules


@pytest.fixture
def organization() -> Organization:
    return seeded(5, Sizes(4, 10, 20, 5, 2, 40, 10, 12, 2))
