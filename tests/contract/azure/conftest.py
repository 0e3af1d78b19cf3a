"""A small organization, and a source that reads it in virtual time."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from azure_devops_sandbox.running import Sandbox, running
from contract.azure.walking import Reader, reader


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "*")


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with running() as one:
        yield one


@pytest.fixture
async def azure(sandbox: Sandbox) -> AsyncIterator[Reader]:
    async with reader(sandbox) as one:
        yield one
