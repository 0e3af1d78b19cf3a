"""A server with a sandbox organization behind it, as clients meet it: over HTTP."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest
from yarl import URL

from azure_devops_sandbox import Sandbox, Sizes, running, seeded
from fairlead.api.serving import serving
from fairlead.app.service import Service
from fairlead.app.settings.values import ConnectionSettings, Preset, Settings
from fairlead.app.sync import SyncRequest, run
from fairlead.model.secrets import Secret

FULL = SyncRequest("full", (), "", deliver=False)


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes
    value: object

    def __getitem__(self, name: str) -> object:
        assert isinstance(self.value, dict), self
        return self.value[name]

    def rows(self, name: str) -> list[dict[str, object]]:
        """A list of objects among the members."""
        found = self[name]
        assert isinstance(found, list)
        return found

    def part(self, name: str) -> dict[str, object]:
        """An object among the members."""
        found = self[name]
        assert isinstance(found, dict)
        return found


@dataclass(frozen=True)
class Client:
    """Asks one server."""

    url: str
    session: aiohttp.ClientSession
    service: Service

    async def ask(self, method: str, path: str, **given: Any) -> Answer:
        """One request; `json` and `headers` as aiohttp takes them, the path as it stands."""
        url = URL(self.url + path, encoded=True)
        async with self.session.request(method, url, **given) as answer:
            body = await answer.read()
            typed = answer.headers.get("content-type", "") == "application/json"
            value = await answer.json() if typed and body else None
            headers = {name.lower(): value for name, value in answer.headers.items()}
            return Answer(answer.status, headers, body, value)

    async def get(self, path: str, **given: Any) -> Answer:
        """GET."""
        return await self.ask("GET", path, **given)

    async def post(self, path: str, value: object) -> Answer:
        """POST of a JSON value."""
        return await self.ask("POST", path, json=value)


@asynccontextmanager
async def served(settings: Settings) -> AsyncIterator[Client]:
    """A server of these settings at a free port."""
    service = Service(settings)
    async with (
        serving(service, port=0) as address,
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(30)) as session,
    ):
        yield Client(address.url, session, service)


@dataclass(frozen=True)
class Once:
    """A synced catalog, and where its organization was."""

    catalog: Path
    url: str
    preset: Preset


def settings_of(directory: Path, sandbox: Sandbox | None = None, preset: Preset = "standard") -> Settings:
    """Settings of a catalog in the directory, connected to the sandbox."""
    connections = (
        (ConnectionSettings(sandbox.url, "acme", Secret(sandbox.pat), "the test"),) if sandbox else ()
    )
    return Settings(
        catalog_url=f"sqlite:///{directory / 'catalog.db'}",
        directory=directory,
        preset=preset,
        connections=connections,
        jq_workers=1,
    )


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "*")


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with running(seeded(1, Sizes.preset("tiny"))) as one:
        yield one


@pytest.fixture
async def empty(tmp_path: Path) -> AsyncIterator[Client]:
    """Nothing is connected, nothing was synced."""
    async with served(settings_of(tmp_path)) as client:
        yield client


@pytest.fixture
async def fresh(tmp_path: Path, sandbox: Sandbox) -> AsyncIterator[Client]:
    """Connected, and not synced yet."""
    async with served(settings_of(tmp_path, sandbox)) as client:
        yield client


@pytest.fixture(scope="session", params=["standard", "port"])
def once(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Once:
    """A catalog that was synced with either preset, for tests that only read."""
    directory = tmp_path_factory.mktemp(request.param)

    async def sync() -> str:
        async with running(seeded(1, Sizes.preset("tiny"))) as sandbox:
            settings = settings_of(directory, sandbox, request.param)
            report = await run(settings, FULL, lambda _: None, lambda _: None)
            assert report.exit_code == 0
            return sandbox.url

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NO_PROXY", "*")
        return Once(directory / "catalog.db", asyncio.run(sync()), request.param)


@pytest.fixture
async def synced(once: Once, tmp_path: Path) -> AsyncIterator[Client]:
    """Synced once, with either preset; the organization is not there any more."""
    shutil.copy(once.catalog, tmp_path / "catalog.db")
    connection = ConnectionSettings(once.url, "acme", Secret("token"), "the test")
    settings = settings_of(tmp_path, preset=once.preset)
    async with served(msgspec.structs.replace(settings, connections=(connection,))) as client:
        yield client
