"""A running sandbox with something of everything."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from azure_devops_sandbox import Organization, Sandbox, Sizes, running, seeded
from contract.sandbox.asking import Client, asking


@pytest.fixture
def organization() -> Organization:
    """An organization whose first project has releases, policies, and a deleted repository."""
    found = seeded(7, replace(Sizes.preset("small"), repositories=45, releases=60, work_items=300))
    for project in found.live_projects():
        mine = found.of_project(found.repositories, project.id)
        if mine:
            found.changes.delete_repository(mine[-1].id)
    return found


@pytest.fixture
async def sandbox(organization: Organization) -> AsyncIterator[Sandbox]:
    """The organization, served."""
    async with running(organization) as found:
        yield found


@pytest.fixture
async def client(sandbox: Sandbox) -> AsyncIterator[Client]:
    """A client of the sandbox with full scope."""
    async with asking(sandbox) as found:
        yield found
