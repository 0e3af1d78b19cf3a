"""An organization in a process of its own, synced: nothing to configure, nobody to ask."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

import msgspec

from fairlead.app.runs import changes
from fairlead.app.settings.values import ConnectionSettings, Settings
from fairlead.app.sync import SyncRequest, run
from fairlead.model.errors import FairleadError
from fairlead.model.reports import ProgressUpdate, RunReport
from fairlead.model.secrets import Secret

NAME = "fabrikam"
LINKS = f"https://dev.azure.com/{NAME}"
"""What links inside records begin with: the same on every run, whatever port the organization is served on."""

START_SECONDS = 60.0
POLL_SECONDS = 0.05


class Ready(msgspec.Struct, frozen=True):
    """Where the organization is served, and the token for it."""

    url: str
    pat: str


class DemoReport(msgspec.Struct, frozen=True):
    """The run, the settings to look at its catalog with, and an entity to begin with (blueprint, identifier)."""

    report: RunReport
    settings: Settings
    example: tuple[str, str] | None


async def demo(directory: Path, progress: Callable[[ProgressUpdate], None]) -> DemoReport:
    """Serves the organization, syncs it into `directory` (which exists), and stops serving."""
    async with served(directory) as ready:
        settings = Settings(
            catalog_url=f"sqlite:///{directory / 'catalog.db'}",
            directory=directory,
            connections=(ConnectionSettings(ready.url, NAME, Secret(ready.pat), "the demo"),),
        )
        report = await run(settings, SyncRequest("full", (), "", deliver=False), progress, lambda _: None)
    async with aclosing(changes(settings, report.run)) as made:
        async for change in made:
            if change.op == "create":
                return DemoReport(report, settings, (change.blueprint, change.identifier))
    return DemoReport(report, settings, None)


@asynccontextmanager
async def served(directory: Path) -> AsyncIterator[Ready]:
    """The organization in a process of its own: it shares nothing with us but the network."""
    ready_file = directory / "organization.json"
    ready_file.unlink(missing_ok=True)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", "from azure_devops_sandbox.command import run; run()", "serve",
        "--name", NAME, "--public-url", LINKS, "--ready-file", str(ready_file),
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield await _ready(process, ready_file)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
        ready_file.unlink(missing_ok=True)


async def _ready(process: asyncio.subprocess.Process, ready_file: Path) -> Ready:
    for _ in range(round(START_SECONDS / POLL_SECONDS)):
        ready = _read(ready_file)
        if ready is not None:
            return ready
        if process.returncode is not None:
            break
        await asyncio.sleep(POLL_SECONDS)
    raise FairleadError("the demo's organization did not start", advice="its own message stands above")


def _read(ready_file: Path) -> Ready | None:
    return msgspec.json.decode(ready_file.read_bytes(), type=Ready) if ready_file.exists() else None
