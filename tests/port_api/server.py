"""The stand-in's HTTP side: sign-in, rate limit, faults, ledger, routes."""

from __future__ import annotations

import asyncio
import json
import ssl
import time
from collections.abc import Awaitable, Callable
from types import TracebackType

from aiohttp import web

from port_api import (
    blueprints,
    chaos,
    entities,
    holdings,
    ingest,
    integrations,
    kafka,
    patching,
    resources,
)
from port_api.bodies import given_object, told
from port_api.faults import Fault, Recorded
from port_api.limits import Windows
from port_api.state import Json, Object, Refused, State

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class PortApi:
    """Port's API on a free port of this host, while the context lasts.

    `now` is the clock (epoch seconds) of tokens, windows and time stamps. `body_limit` in bytes. `rate_limit`
    requests of each family are answered per window of 300 s, None for no limit. `token_seconds` is a token's life.
    `tls` makes it https.
    """

    def __init__(
        self,
        *,
        now: Callable[[], float] = time.time,
        client_id: str = "stand-in-client",
        client_secret: str = "stand-in-secret",
        body_limit: int = 1 << 20,
        token_seconds: float = 10_800.0,
        rate_limit: int | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.now = now
        self.client_id = client_id
        self.client_secret = client_secret
        self.body_limit = body_limit
        self.token_seconds = token_seconds
        self.rate_limit = rate_limit
        self.tls = tls
        self.state = State(now)
        self.resources = resources.Resources()
        self.told = ingest.Told()
        self.ledger: list[Recorded] = []
        self.faults: list[Fault] = []
        self.down = False
        self.unserved: set[str] = set()
        self.lose_answers = 0
        self.chaos: chaos.Chaos | None = None
        self.latency = 0.0
        self.concurrent = 0
        self.most_concurrent = 0
        self.url = ""
        self._token: tuple[str, float] | None = None
        self._tokens_issued = 0
        self._windows = Windows(now)
        self._runner: web.AppRunner | None = None
        self._failing: Callable[[int], frozenset[int]] | None = None

    async def __aenter__(self) -> PortApi:
        app = web.Application(middlewares=[self._serve], client_max_size=1 << 26)
        app.router.add_routes(self._routes())
        app.router.add_routes(ingest.routes(self))
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0, ssl_context=self.tls)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = self.state.base_url = f"{'https' if self.tls else 'http'}://{host}:{port}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    def fail(self, fault: Fault) -> None:
        """Switches a fault on; several are tried in order."""
        self.faults.append(fault)

    def revoke_token(self) -> None:
        """The token handed out is refused from now on."""
        self._token = None

    def requests(self, method: str = "", path: str = "") -> list[Recorded]:
        """Requests of the ledger by method and by a part of the path."""
        return [it for it in self.ledger if method in ("", it.method) and path in it.path]

    def entity(self, blueprint: str, identifier: str) -> Object:
        """An entity as the API would show it; raises `Refused` where there is none."""
        return self.state.entity(blueprint, identifier).shown()

    @web.middleware
    async def _serve(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        body = await request.read()
        self.concurrent += 1
        self.most_concurrent = max(self.most_concurrent, self.concurrent)
        try:
            if self.latency:
                await asyncio.sleep(self.latency)
            trouble = self.chaos.draw(request.path) if self.chaos else ""
            response, heard = await self._troubled(request, handler, body, trouble)
        finally:
            self.concurrent -= 1
        self.ledger.append(
            Recorded(
                request.method,
                request.raw_path.partition("?")[0],
                dict(request.query),
                request.headers.get("User-Agent", ""),
                request.headers.get("Authorization", ""),
                body,
                0 if response is None else response.status,
                self.now(),
                heard,
                response.body
                if isinstance(response, web.Response) and isinstance(response.body, bytes)
                else b"",
            )
        )
        if trouble == "slow" and self.chaos:
            await asyncio.sleep(self.chaos.slow_seconds)
        if response is None:
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        return response

    async def _troubled(
        self, request: web.Request, handler: Handler, body: bytes, trouble: str
    ) -> tuple[web.StreamResponse | None, bool]:
        """The answer, and whether it is the true one and went out whole."""
        if self.chaos is None or not trouble:
            return await self._answer(request, handler, body), True
        if trouble == "401":
            self.revoke_token()
        elif trouble in chaos.BEFORE:
            count = len(_list(json.loads(body))) if request.path.endswith("/entities/bulk") else 1
            return self.chaos.answer(trouble, self, count), False
        self._failing = self.chaos.failing if trouble == "207" else None
        response = await self._answer(request, handler, body)
        if trouble == "cut" and isinstance(response, web.Response) and isinstance(response.body, bytes):
            half = response.body[: len(response.body) // 2]
            return web.Response(status=response.status, body=half, content_type="application/json"), False
        return (None if trouble == "lost" else response), trouble not in {"lost", "slow"}

    async def _answer(self, request: web.Request, handler: Handler, body: bytes) -> web.StreamResponse | None:
        if self.down:
            return None
        for fault in self.faults:
            if fault.strikes(request.method, request.path):
                if fault.arrives:
                    await self._handled(request, handler, body)
                if fault.status == 0:
                    return None
                return web.Response(
                    status=fault.status,
                    body=fault.body,
                    headers=fault.headers,
                    content_type="application/json",
                )
        return await self._handled(request, handler, body)

    async def _handled(
        self, request: web.Request, handler: Handler, body: bytes
    ) -> web.StreamResponse | None:
        limits = self._windows.count(request.path, self.rate_limit)
        try:
            self._check(request, body)
            response = await handler(request)
        except Refused as refused:
            why: Object = {"ok": False, "error": refused.code, "message": refused.message}
            response = web.json_response(why, status=refused.status)
        except web.HTTPNotFound:
            response = web.json_response(
                {"ok": False, "error": "not_found", "message": "no route"}, status=404
            )
        response.headers.update(limits)
        if self.lose_answers > 0 and request.path.endswith(("/entities/bulk", "/entities/delete")):
            self.lose_answers -= 1
            return None
        return response

    def _check(self, request: web.Request, body: bytes) -> None:
        if self._windows.is_over(request.path, self.rate_limit):
            raise Refused(429, "too_many_requests", "the window is used up")
        if len(body) > self.body_limit:
            raise Refused(413, "bad_request", "Request body is too large (limit is 1MiB)")
        if request.path == "/v1/auth/access_token":
            return
        token = self._token
        if (
            token is None
            or token[1] <= self.now()
            or request.headers.get("Authorization") != f"Bearer {token[0]}"
        ):
            raise Refused(401, "unauthorized", "the token is missing, expired or revoked")

    async def _sign_in(self, request: web.Request) -> web.Response:
        given = await given_object(request)
        if (given.get("clientId"), given.get("clientSecret")) != (self.client_id, self.client_secret):
            raise Refused(401, "unauthorized", f"no such credential: {given.get('clientSecret')}")
        if self._token is None or self._token[1] <= self.now():
            self._tokens_issued += 1
            self._token = (f"stand-in-token-{self._tokens_issued}", self.now() + self.token_seconds)
        token, ends = self._token
        left = ends - self.now()
        return told({"accessToken": token, "expiresIn": left, "tokenType": "Bearer"})

    def _routes(self) -> list[web.RouteDef]:
        blueprint, integration = "/v1/blueprints/{blueprint}", "/v1/integration/{integration}"
        return [
            web.post("/v1/auth/access_token", self._sign_in),
            *kafka.routes(self),
            *resources.routes(self),
            web.post("/v1/integration", self._create_integration),
            web.get(integration, self._get_integration),
            web.patch(integration, self._patch_integration),
            web.patch(integration + "/config", self._patch_config),
            web.get(integration + "/resync-request", self._resync_request),
            web.patch(integration + "/resync-state", self._patch_resync_state),
            web.get("/v1/blueprints", self._list_blueprints),
            web.post("/v1/blueprints", self._create_blueprint),
            web.get(blueprint, self._get_blueprint),
            web.patch(blueprint, self._patch_blueprint),
            web.put(blueprint, self._put_blueprint),
            web.delete(blueprint, self._delete_blueprint),
            web.post(blueprint + "/entities/bulk", self._upsert),
            web.post(blueprint + "/bulk/entities/delete", self._delete),
            web.get(blueprint + "/entities", self._list_entities),
            web.get(blueprint + "/entities/{entity}", self._get_entity),
            web.post("/v1/entities/search", self._search),
            *holdings.routes(self),
            *patching.routes(self),
        ]

    async def _create_integration(self, request: web.Request) -> web.Response:
        created = integrations.create(self.state, await given_object(request))
        resources.wish(self, request, created)
        return told({"integration": created}, 201)

    async def _get_integration(self, request: web.Request) -> web.Response:
        name = request.match_info["integration"]
        resources.provide(self, name)
        return told({"integration": integrations.get(self.state, name)})

    async def _patch_integration(self, request: web.Request) -> web.Response:
        name = request.match_info["integration"]
        return told({"integration": integrations.merge(self.state, name, await given_object(request))})

    async def _patch_config(self, request: web.Request) -> web.Response:
        name = request.match_info["integration"]
        return told({"integration": integrations.set_config(self.state, name, await given_object(request))})

    async def _resync_request(self, request: web.Request) -> web.Response:
        return told(integrations.resync_request(self.state, request.match_info["integration"]))

    async def _patch_resync_state(self, request: web.Request) -> web.Response:
        name = request.match_info["integration"]
        return told(
            {"integration": integrations.set_resync_state(self.state, name, await given_object(request))}
        )

    async def _list_blueprints(self, request: web.Request) -> web.Response:
        return told({"blueprints": blueprints.listed(self.state)})

    async def _create_blueprint(self, request: web.Request) -> web.Response:
        return told({"blueprint": blueprints.create(self.state, await given_object(request))}, 201)

    async def _get_blueprint(self, request: web.Request) -> web.Response:
        return told({"blueprint": self.state.blueprint(request.match_info["blueprint"])})

    async def _patch_blueprint(self, request: web.Request) -> web.Response:
        name = request.match_info["blueprint"]
        return told({"blueprint": blueprints.merge(self.state, name, await given_object(request))})

    async def _put_blueprint(self, request: web.Request) -> web.Response:
        name = request.match_info["blueprint"]
        return told({"blueprint": blueprints.replace(self.state, name, await given_object(request))})

    async def _delete_blueprint(self, request: web.Request) -> web.Response:
        blueprints.remove(self.state, request.match_info["blueprint"])
        return told({})

    async def _upsert(self, request: web.Request) -> web.Response:
        manner = entities.Manner(
            upsert=_switch(request, "upsert"),
            merge=_switch(request, "merge"),
            create_missing=_switch(request, "create_missing_related_entities"),
            validation_only=_switch(request, "validation_only"),
            datasource=request.headers.get("User-Agent", ""),
        )
        given = _list(await given_object(request))
        failing, self._failing = self._failing, None
        spoiled = failing(len(given)) if failing else frozenset()
        name = request.match_info["blueprint"]
        status, outcomes = entities.write_many(self.state, name, given, manner, spoiled)
        return told(outcomes, status)

    async def _delete(self, request: web.Request) -> web.Response:
        given = _list(await given_object(request))
        cascade = _switch(request, "delete_dependents")
        name = request.match_info["blueprint"]
        return told({"deletedEntities": entities.delete_many(self.state, name, given, cascade=cascade)})

    async def _list_entities(self, request: web.Request) -> web.Response:
        name = request.match_info["blueprint"]
        self.state.blueprint(name)
        return told({"entities": [entity.shown() for entity in self.state.entities.get(name, {}).values()]})

    async def _get_entity(self, request: web.Request) -> web.Response:
        info = request.match_info
        return told({"entity": self.state.entity(info["blueprint"], info["entity"]).shown()})

    async def _search(self, request: web.Request) -> web.Response:
        found = entities.search(self.state, await given_object(request))
        names: list[Json] = list(self.state.blueprints)
        return told({"entities": found, "matchingBlueprints": names})


def _list(given: Object) -> list[Json]:
    value = given.get("entities")
    if not isinstance(value, list):
        raise Refused(422, "invalid_request", "entities must be a list")
    return value


def _switch(request: web.Request, name: str) -> bool:
    return request.query.get(name) == "true"
