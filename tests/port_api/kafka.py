"""Who is let in by the Kafka brokers. The brokers themselves are not played here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

if TYPE_CHECKING:
    from port_api.server import PortApi


def routes(api: PortApi) -> list[web.RouteDef]:
    async def credentials(request: web.Request) -> web.Response:
        username, password = api.state.kafka_credentials
        body = {"ok": True, "credentials": {"username": username, "password": password}}
        return web.json_response(body)

    async def organization(request: web.Request) -> web.Response:
        body = {"id": "org_test", "name": "Test", "featureFlags": list(api.state.organization_flags)}
        return web.json_response({"ok": True, "organization": body})

    return [
        web.get("/v1/kafka-credentials", credentials),
        web.get("/v1/organization", organization),
    ]
