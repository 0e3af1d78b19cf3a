"""A server that answers a delivery as Port would and keeps nothing: `python -m benchmarks.port_answers LATENCY`.

It waits LATENCY milliseconds before each answer, so that what is measured is the sender. Prints its address; GET
/counts tells what it was asked: requests by route, entities, bytes.
"""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import Awaitable, Callable

import orjson
from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Answers:
    """The routes that a delivery uses."""

    def __init__(self, latency: float) -> None:
        self._latency = latency
        self._counts: Counter[str] = Counter()
        self._blueprints: list[dict[str, object]] = []

    def application(self) -> web.Application:
        """The web application."""
        app = web.Application(middlewares=[self._late], client_max_size=1 << 22)
        app.router.add_post("/v1/auth/access_token", self._token)
        app.router.add_get("/v1/blueprints", self._listed)
        app.router.add_post("/v1/blueprints", self._created)
        app.router.add_patch("/v1/blueprints/{blueprint}", self._patched)
        app.router.add_post("/v1/blueprints/entities/datasource-entities", self._nothing)
        app.router.add_post("/v1/blueprints/{blueprint}/entities/search", self._nothing)
        app.router.add_post("/v1/blueprints/{blueprint}/entities/bulk", self._upserted)
        app.router.add_get("/counts", self._told)
        return app

    @web.middleware
    async def _late(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path != "/counts":
            self._counts[f"{request.method} {request.path}"] += 1
            await asyncio.sleep(self._latency)
        return await handler(request)

    async def _token(self, request: web.Request) -> web.Response:
        return _json({"ok": True, "accessToken": "t", "expiresIn": 10_800, "tokenType": "Bearer"})

    async def _listed(self, request: web.Request) -> web.Response:
        return _json({"ok": True, "blueprints": self._blueprints})

    async def _created(self, request: web.Request) -> web.Response:
        self._blueprints.append(orjson.loads(await request.read()))
        return _json({"ok": True, "blueprint": self._blueprints[-1]}, 201)

    async def _patched(self, request: web.Request) -> web.Response:
        return _json({"ok": True, "blueprint": {}})

    async def _nothing(self, request: web.Request) -> web.Response:
        return _json({"ok": True, "entities": [], "next": None})

    async def _upserted(self, request: web.Request) -> web.Response:
        body = await request.read()
        entities = orjson.loads(body)["entities"]
        self._counts["entities"] += len(entities)
        self._counts["bytes"] += len(body)
        told = [
            {"identifier": one["identifier"], "index": index, "created": True}
            for index, one in enumerate(entities)
        ]
        return _json({"ok": True, "entities": told, "errors": []})

    async def _told(self, request: web.Request) -> web.Response:
        return _json(dict(self._counts))


def _json(body: dict[str, object], status: int = 200) -> web.Response:
    return web.Response(body=orjson.dumps(body), status=status, content_type="application/json")


async def main(latency: float) -> None:
    """Serves until it is killed."""
    runner = web.AppRunner(Answers(latency).application(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    sys.stdout.write(f"http://{host}:{port}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[1]) / 1000))
