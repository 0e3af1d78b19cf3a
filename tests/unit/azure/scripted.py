"""A server whose answers the test writes, and time that only moves when somebody sleeps."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from itertools import count

import msgspec
from aiohttp import web

from fairlead.azure import AzureSettings, AzureSource, Patience, PersonalAccessToken, connect
from fairlead.azure.http.calls import Call
from fairlead.model.kinds import FetchSpec, Route
from fairlead.model.records import Record
from fairlead.model.secrets import Secret

PAT = "not-a-real-token-0123456789"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Time:
    """Virtual time in epoch seconds."""

    def __init__(self) -> None:
        self.now = 1_700_000_000.0
        self.start = self.now
        self.lag = 0.0
        """Real seconds that a sleep takes before virtual time moves."""

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(self.lag)
        self.now += seconds

    @property
    def passed(self) -> float:
        return self.now - self.start


class Server:
    """Answers with what the handler says, and remembers the requests."""

    def __init__(self, handler: Handler) -> None:
        self.handler = handler
        self.requests: list[web.Request] = []
        self.url = ""
        self.time = Time()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(request)
        return await self.handler(request)

    @property
    def paths(self) -> list[str]:
        return [request.raw_path for request in self.requests]


@asynccontextmanager
async def serving(handler: Handler) -> AsyncIterator[Server]:
    server = Server(handler)
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", server.handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}/org"
    try:
        yield server
    finally:
        await runner.cleanup()


@asynccontextmanager
async def reading(
    handler: Handler, patience: Patience | None = None
) -> AsyncIterator[tuple[AzureSource, Server]]:
    """A source that talks to a scripted server in virtual time."""
    async with serving(handler) as server:
        settings = AzureSettings(
            server.url, PersonalAccessToken(Secret(PAT)), patience=patience or Patience(attempts=3)
        )
        source = connect(settings, clock=server.time.clock, sleep=server.time.sleep, random=lambda: 0.5)
        try:
            yield source, server
        finally:
            await source.close()


def answer(value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    body = value if isinstance(value, bytes) else msgspec.json.encode(value)
    return web.Response(
        body=body,
        status=status,
        headers={"Content-Type": "application/json; charset=utf-8", **(headers or {})},
    )


def listing(*items: object, token: str = "") -> web.Response:
    headers = {"X-MS-ContinuationToken": token} if token else {}
    return answer({"count": len(items), "value": list(items)}, headers=headers)


def problem(status: int, type_key: str = "", message: str = "") -> web.Response:
    return answer({"$id": "1", "typeKey": type_key, "message": message, "errorCode": 0}, status)


def numbers() -> Callable[[], int]:
    return count(1).__next__


def fetch(kind: str, **options: object) -> FetchSpec:
    return FetchSpec(kind, tuple(sorted(options.items())), f"hash of {kind} {sorted(options)}")


def parent(kind: str, key: str, body: object, of: str = "") -> Record:
    return Record(kind, key, of, msgspec.json.encode(body), None, 1, b"")


SOME_CALL = Call(Route("_apis/things", "7.1"))
CONNECTED = {"authenticatedUser": {"id": "u-1", "providerDisplayName": "A User"}, "instanceId": "AB-1"}
