"""The command line as a person meets it: a process in an empty directory, against a sandbox organization."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from azure_devops_sandbox import Sandbox, Sizes, running, seeded
from change_receiver import ChangeReceiver
from port_api import PortApi

OURS = ("FAIRLEAD", "OCEAN", "PORT_", "AZURE_DEVOPS", "SYSTEM_ACCESSTOKEN", "APPLICATION__")


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def value(self) -> dict[str, object]:
        """The JSON value on standard output."""
        value = json.loads(self.out)
        assert isinstance(value, dict)
        return value

    @property
    def warnings(self) -> list[str]:
        """Those of the report on standard output."""
        found = self.value["warnings"]
        assert isinstance(found, list)
        return [str(text) for text in found]


@dataclass
class Shell:
    """A directory and an environment to run commands in."""

    directory: Path
    environment: dict[str, str] = field(default_factory=dict)

    def _environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        return inherited | {"NO_PROXY": "*"} | self.environment

    async def start(self, *arguments: str) -> asyncio.subprocess.Process:
        """Starts `fairlead` with the arguments."""
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-W",
            "error",
            "-c",
            "from fairlead.cli.main import run; run()",
            *arguments,
            cwd=self.directory,
            env=self._environment(),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )

    async def run(self, *arguments: str) -> Done:
        """Runs `fairlead` to its end."""
        return await self.ended(await self.start(*arguments))

    async def ended(self, process: asyncio.subprocess.Process) -> Done:
        """Waits for a started command."""
        try:
            out, err = await asyncio.wait_for(process.communicate(), 180)
        except TimeoutError:
            process.send_signal(signal.SIGKILL)
            raise
        assert process.returncode is not None
        return Done(process.returncode, out.decode(), err.decode())


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with running(seeded(1, Sizes.preset("tiny"))) as one:
        yield one


@pytest.fixture
def bare(tmp_path: Path) -> Shell:
    """Nothing is configured."""
    return Shell(tmp_path)


@pytest.fixture
def shell(tmp_path: Path, sandbox: Sandbox) -> Shell:
    """The sandbox is the connection of the environment."""
    return Shell(
        tmp_path,
        {
            "FAIRLEAD_AZURE__ORGANIZATION_URL": sandbox.url,
            "FAIRLEAD_AZURE__PERSONAL_ACCESS_TOKEN": sandbox.pat,
        },
    )


@pytest.fixture
async def receiver() -> AsyncIterator[ChangeReceiver]:
    async with ChangeReceiver() as one:
        yield one


@pytest.fixture
async def port() -> AsyncIterator[PortApi]:
    async with PortApi() as one:
        yield one


@pytest.fixture
def image(bare: Shell, sandbox: Sandbox, port: PortApi) -> Shell:
    """The variables of Port's image."""
    bare.environment |= variables_of_the_image(sandbox, port) | {"OCEAN__EVENT_LISTENER": '{"type": "ONCE"}'}
    return bare


def variables_of_the_image(sandbox: Sandbox, port: PortApi) -> dict[str, str]:
    """Those that every installation of Port's image has; its listener is another matter."""
    return {
        "OCEAN__PORT": json.dumps({"client_id": port.client_id, "client_secret": port.client_secret}),
        "OCEAN__PORT__BASE_URL": port.url,
        "OCEAN__INTEGRATION__IDENTIFIER": "ado",
        "OCEAN__INTEGRATION__CONFIG__ORGANIZATION_URL": sandbox.url,
        "OCEAN__INTEGRATION__CONFIG__PERSONAL_ACCESS_TOKEN": sandbox.pat,
    }
