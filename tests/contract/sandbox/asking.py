"""Asks a running sandbox."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import orjson

from azure_devops_sandbox import Sandbox


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, read as JSON."""
        return orjson.loads(self.body)

    @property
    def rows(self) -> list[Any]:
        """The rows of a listing."""
        found = self.json["value"]
        assert isinstance(found, list)
        return found

    @property
    def token(self) -> str | None:
        """The continuation token of a listing."""
        return self.headers.get("x-ms-continuationtoken")

    @property
    def type_key(self) -> str:
        """The key of an error."""
        return str(self.json["typeKey"])


def basic(token: str) -> dict[str, str]:
    """Return the header for a personal access token."""
    return {"Authorization": "Basic " + base64.b64encode(f"anyone:{token}".encode()).decode()}


class Client:
    """A client of one sandbox."""

    def __init__(self, sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
        self.sandbox = sandbox
        self._session = session

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Send a request to a path below the organization; a POST gets an api-version."""
        if method == "POST" and "api-version" not in path:
            path += ("&" if "?" in path else "?") + "api-version=7.1"
        async with self._session.request(
            method,
            self.sandbox.url + path,
            data=None if body is None else orjson.dumps(body),
            headers={**basic(self.sandbox.pat if token is None else token), **(headers or {})},
            allow_redirects=False,
        ) as response:
            return Reply(response.status, dict(response.headers), await response.read())

    async def get(self, path: str, **more: Any) -> Reply:
        """Send a GET."""
        return await self.ask("GET", path, **more)

    async def wiql(self, query: str, project: str = "", more: str = "") -> Reply:
        """Run a query."""
        path = f"{'/' + project if project else ''}/_apis/wit/wiql?api-version=7.1{more}"
        return await self.ask("POST", path, {"query": query})

    async def control(self, method: str, path: str, body: Any = None) -> Any:
        """Send a control request, which must be done."""
        data = None if body is None else orjson.dumps(body)
        async with self._session.request(method, f"{self.sandbox.control_url}/{path}", data=data) as response:
            content = await response.read()
            assert response.status == 200, content
            return orjson.loads(content)


@asynccontextmanager
async def asking(sandbox: Sandbox) -> AsyncIterator[Client]:
    """Open a client that keeps no more connections than it needs."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=4)) as session:
        yield Client(sandbox, session)
