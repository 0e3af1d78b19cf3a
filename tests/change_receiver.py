"""Somebody who is told of changes: checks both signatures with code of its own, keeps what came, fails if asked to."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType

from aiohttp import web


@dataclass
class Trouble:
    """The next `times` requests whose body contains `about` are answered so. `status` 0 cuts the connection."""

    status: int
    times: int = 1
    about: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""


@dataclass(frozen=True)
class Told:
    """One request, and the status it was answered with (0 = connection cut)."""

    headers: Mapping[str, str]
    query: str
    body: bytes
    status: int

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def event(self) -> dict[str, object]:
        decoded = json.loads(self.body)
        assert isinstance(decoded, dict)
        return decoded

    @property
    def change(self) -> tuple[str, str, str]:
        """(action, blueprint, entity)."""
        context = self.event["context"]
        assert isinstance(context, dict)
        return str(self.event["action"]), str(context["blueprint"]), str(context["entity"])


class ChangeReceiver:
    """A server on a free port of this host, while the context lasts. `latency` in seconds."""

    def __init__(self, secret: str = "shared secret", *, tls: ssl.SSLContext | None = None) -> None:
        self.secret = secret
        self.ledger: list[Told] = []
        self.troubles: list[Trouble] = []
        self.latency = 0.0
        self.concurrent = 0
        self.most_concurrent = 0
        self.url = ""
        self._begun = 0
        self._news = asyncio.Condition()
        self._tls = tls
        self._runner: web.AppRunner | None = None

    @property
    def taken(self) -> list[Told]:
        """What was answered well, in order."""
        return [told for told in self.ledger if told.status == 200]

    async def __aenter__(self) -> ChangeReceiver:
        app = web.Application()
        app.router.add_post("/hook", self._receive)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0, ssl_context=self._tls)
        await site.start()
        scheme = "https" if self._tls else "http"
        self.url = f"{scheme}://127.0.0.1:{self._runner.addresses[0][1]}/hook"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    async def until(self, requests: int) -> None:
        """Waits until so many have come, answered or not; at most a minute."""
        async with asyncio.timeout(60), self._news:
            await self._news.wait_for(lambda: self._begun >= requests)

    async def _receive(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        async with self._news:
            self._begun += 1
            self._news.notify_all()
        self.concurrent += 1
        self.most_concurrent = max(self.most_concurrent, self.concurrent)
        await asyncio.sleep(self.latency)
        self.concurrent -= 1
        trouble = self._trouble(body.decode())
        status = trouble.status if trouble else 200
        self.ledger.append(Told(dict(request.headers), request.query_string, body, status))
        if not self.is_signed(request.headers, body):
            self.ledger.pop()
            return web.Response(status=401, text="bad signature")
        if status == 0:
            assert request.transport is not None
            request.transport.abort()
        headers = trouble.headers if trouble else {}
        return web.Response(status=status or 500, headers=headers, text=trouble.body if trouble else "")

    def _trouble(self, body: str) -> Trouble | None:
        for trouble in self.troubles:
            if trouble.times > 0 and trouble.about in body:
                trouble.times -= 1
                return trouble
        return None

    def is_signed(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether both signatures hold, and were made now."""
        sent = headers["webhook-timestamp"]
        port = self._mac(f"{headers['x-port-timestamp']}.".encode() + body)
        standard = self._mac(f"{headers['webhook-id']}.{sent}.".encode() + body)
        return (
            headers["x-port-signature"] == f"v1,{port}"
            and headers["webhook-signature"] == f"v1,{standard}"
            and headers["x-port-timestamp"] == sent
            and abs(time.time() - int(sent)) < 300
        )

    def _mac(self, content: bytes) -> str:
        return base64.b64encode(hmac.digest(self.secret.encode(), content, hashlib.sha256)).decode()
