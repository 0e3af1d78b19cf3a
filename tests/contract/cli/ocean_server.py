"""`fairlead ocean` as a process, for as long as a test needs it."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import re
import signal
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp

from contract.cli.conftest import Done, Shell
from port_api import PortApi
from port_api.state import Object

MAPPING: Object = {
    "resources": [
        {
            "kind": "project",
            "selector": {"query": "true"},
            "port": {
                "entity": {
                    "mappings": {"identifier": ".id", "title": ".name", "blueprint": '"project"'},
                }
            },
        }
    ]
}
BLUEPRINT: Object = {
    "identifier": "project",
    "title": "Project",
    "schema": {"properties": {"url": {"type": "string"}}, "required": []},
    "relations": {},
}
EVENT = json.dumps({"eventType": "git.push", "publisherId": "tfs", "resource": {}}).encode()

SECONDS = 60.0
"""What a busy machine may take for anything here."""


@dataclass(frozen=True)
class Reply:
    """An answer."""

    status: int
    headers: Mapping[str, str]
    text: str


@dataclass
class Server:
    """One that runs."""

    shell: Shell
    process: asyncio.subprocess.Process
    url: str
    prefix: str = ""

    async def ask(
        self,
        method: str,
        path: str,
        *,
        body: bytes = b"",
        sign_in: tuple[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """One request."""
        given = dict(headers or {})
        if sign_in is not None:
            given["Authorization"] = "Basic " + base64.b64encode(":".join(sign_in).encode()).decode()
        async with (
            aiohttp.ClientSession() as session,
            session.request(method, self.url + path, data=io.BytesIO(body), headers=given) as answer,
        ):
            return Reply(answer.status, answer.headers.copy(), await answer.text())

    async def until_ready(self) -> None:
        """Waits for the end of the start-up."""
        for _ in range(int(SECONDS * 20)):
            if (await self.ask("GET", f"{self.prefix}/health/ready")).status == 200:
                return
            await asyncio.sleep(0.05)
        raise AssertionError("it does not become ready")

    async def runs(self, count: int = 0) -> list[tuple[str, str]]:
        """Mode and state of every run in the catalog, oldest first, once this process has brought `count` to an end."""
        for _ in range(int(SECONDS * 10)):
            if not count or await self._completed() >= count:
                break
            await asyncio.sleep(0.1)
        done = await self.shell.run("runs", "--json")
        found = done.value["runs"]
        assert isinstance(found, list)
        assert len(found) >= count
        return [(run["mode"], run["state"]) for run in reversed(found)]

    async def _completed(self) -> int:
        text = (await self.ask("GET", f"{self.prefix}/metrics")).text
        found = re.search(r'^fairlead_runs_total\{outcome="completed"\} (\S+)$', text, re.MULTILINE)
        return int(float(found[1])) if found else 0

    async def stop(self, number: signal.Signals = signal.SIGTERM) -> Done:
        """Tells it to end."""
        if self.process.returncode is None:
            self.process.send_signal(number)
        return await self.shell.ended(self.process)


@asynccontextmanager
async def ocean(shell: Shell, *flags: str) -> AsyncIterator[Server]:
    """Runs it at a free port until the block ends."""
    ready = shell.directory / "ready.json"
    ready.unlink(missing_ok=True)
    process = await shell.start("ocean", "--port", "0", "--ready-file", str(ready), *flags)
    try:
        await until(lambda: ready.exists() or process.returncode is not None)
        assert process.returncode is None, await shell.ended(process)
        prefix = shell.environment.get("OCEAN__PATH_PREFIX", "")
        yield Server(shell, process, json.loads(ready.read_text())["url"], prefix)
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def until(holds: Callable[[], bool]) -> None:
    """Waits until something holds."""
    for _ in range(int(SECONDS * 20)):
        if holds():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it does not come true")


def listener(shell: Shell, kind: str, **options: object) -> None:
    """Chooses the event listener."""
    shell.environment["OCEAN__EVENT_LISTENER"] = json.dumps({"type": kind} | options)


def states(port: PortApi) -> list[str]:
    """What Port was told of syncs, in order."""
    return [json.loads(one.body)["status"] for one in port.requests("PATCH", "/resync-state")]


def integration(port: PortApi) -> Object:
    """The integration as Port stores it."""
    return port.state.integrations["ado"]
