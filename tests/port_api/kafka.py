"""Who is let in by the Kafka brokers. The brokers themselves are not played here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from port_api.bodies import told
from port_api.state import Json

if TYPE_CHECKING:
    from port_api.server import PortApi


def routes(api: PortApi) -> list[web.RouteDef]:
    async def credentials(request: web.Request) -> web.Response:
        username, password = api.state.kafka_credentials
        return told({"credentials": {"username": username, "password": password}})

    async def organization(request: web.Request) -> web.Response:
        flags: list[Json] = [*api.state.organization_flags]
        return told({"organization": {"id": "org_test", "name": "Test", "featureFlags": flags}})

    return [
        web.get("/v1/kafka-credentials", credentials),
        web.get("/v1/organization", organization),
    ]
