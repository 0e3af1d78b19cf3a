"""The environment of Port's image, against a stand-in of Port and a sandbox organization."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest

from azure_devops_sandbox import Sandbox
from contract.cli.conftest import Shell, variables_of_the_image
from contract.cli.ocean_server import BLUEPRINT, MAPPING
from port_api import PortApi, integrations


@pytest.fixture
async def port() -> AsyncIterator[PortApi]:
    async with PortApi() as one:
        one.state.blueprints["project"] = json.loads(json.dumps(BLUEPRINT))
        integrations.create(one.state, {"installationId": "ado", "config": MAPPING})
        yield one


@pytest.fixture
def image(bare: Shell, sandbox: Sandbox, port: PortApi) -> Shell:
    """The variables of the image of Port's integration."""
    bare.environment |= variables_of_the_image(sandbox, port) | {
        "OCEAN__RUNTIME": "OnPrem",
        "OCEAN__PROCESS_EXECUTION_MODE": "single_process",
    }
    return bare
