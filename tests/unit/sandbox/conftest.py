"""A small running sandbox."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from azure_devops_sandbox import Organization, Sandbox, running, seeded
from contract.sandbox.asking import Client, asking


@pytest.fixture
def organization() -> Organization:
    """A small organization."""
    return seeded(1)


@pytest.fixture
async def sandbox(organization: Organization) -> AsyncIterator[Sandbox]:
    """The organization, served."""
    async with running(organization) as found:
        yield found


@pytest.fixture
async def client(sandbox: Sandbox) -> AsyncIterator[Client]:
    """A client with full scope."""
    async with asking(sandbox) as found:
        yield found
