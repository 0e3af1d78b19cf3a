"""The demo's organization, in a process of its own: it shares nothing with us but the network."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

from fairlead.app.demo.asking import ask
from fairlead.app.demo.place import Place
from fairlead.model.errors import FairleadError

NAME = "contoso"
LINKS = f"https://dev.azure.com/{NAME}"
"""What links inside records begin with: the same on every run, whatever port the organization is served on."""

START_SECONDS = 60.0
STOP_SECONDS = 5.0
POLL_SECONDS = 0.05

SERVE = (
    sys.executable, "-c", "from azure_devops_sandbox.command import run; run()", "serve",
    "--name", NAME, "--public-url", LINKS, "--preset", "demo", "--start", "now", "--until-stdin-ends",
)  # fmt: skip


class Ready(msgspec.Struct, frozen=True):
    """Where the organization is served, the token for it, its control interface, and how much it holds by kind."""

    url: str
    pat: str
    control: str
    objects: Mapping[str, int]


@asynccontextmanager
async def served(place: Place, clone: Path | None, say: Callable[[str], None]) -> AsyncIterator[Ready]:
    """Serves the organization while the block runs, with the git repository `clone` as one of its own; that it cannot
    be served is said. FairleadError where the organization does not start.

    It ends with us, whatever becomes of us: its standard input is ours to hold open.
    """
    place.forget_organization()
    process = await _started(place, clone)
    try:
        ready = await _ready(process, place)
        if ready is None and clone is not None:
            say(f"the clone {clone} cannot be served as a repository: it is left out")
            process = await _started(place, None)
            ready = await _ready(process, place)
        if ready is None:
            raise FairleadError(
                "the demo's organization did not start", advice="its own message stands above"
            )
        yield ready
    finally:
        await stop(process)
        place.forget_organization()


async def _started(place: Place, clone: Path | None) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *SERVE, *(("--repository", str(clone)) if clone else ()), "--ready-file", str(place.ready_file),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL if clone else None, start_new_session=True,
    )  # fmt: skip


async def live(control: str, seconds: float) -> None:
    """Lets something happen in the organization every so many seconds, 0: nothing any more."""
    await ask(f"{control}/settings", dict[str, object], {"live": seconds})


async def stop(process: asyncio.subprocess.Process) -> None:
    """Ends a process, by force where it does not end when told to."""
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), STOP_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()


async def _ready(process: asyncio.subprocess.Process, place: Place) -> Ready | None:
    """None where it ends, or takes for ever, before it is ready."""
    for _ in range(round(START_SECONDS / POLL_SECONDS)):
        ready = place.organization()
        if ready:
            return msgspec.json.decode(ready, type=Ready)
        if process.returncode is not None:
            return None
        await asyncio.sleep(POLL_SECONDS)
    return None
