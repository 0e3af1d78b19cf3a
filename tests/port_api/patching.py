"""Routes that write one entity: changed where it is, made or changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from port_api.bodies import given_object, told
from port_api.entities import Manner, write
from port_api.state import Refused

if TYPE_CHECKING:
    from port_api.server import PortApi


def routes(api: PortApi) -> list[web.RouteDef]:
    """Adds to the stand-in what this module serves."""

    async def patch(request: web.Request) -> web.Response:
        blueprint, name = request.match_info["blueprint"], request.match_info["entity"]
        api.state.entity(blueprint, name)
        given = await given_object(request)
        if unknown := given.keys() - {"identifier", "title", "icon", "team", "properties", "relations"}:
            raise Refused(422, "invalid_request", f"must NOT have additional properties: {sorted(unknown)}")
        manner = _manner(request, upsert=True, merge=True)
        write(api.state, blueprint, {"identifier": name, **given}, manner)
        return _told(api, blueprint, name)

    async def create(request: web.Request) -> web.Response:
        blueprint = request.match_info["blueprint"]
        given = await given_object(request)
        switches = {name: request.query.get(name) == "true" for name in ("upsert", "merge")}
        made = write(api.state, blueprint, given, _manner(request, **switches))
        return _told(api, blueprint, str(given["identifier"]), 201 if made else 200)

    return [
        web.patch("/v1/blueprints/{blueprint}/entities/{entity}", patch),
        web.post("/v1/blueprints/{blueprint}/entities", create),
    ]


def _manner(request: web.Request, *, upsert: bool, merge: bool) -> Manner:
    return Manner(
        upsert=upsert,
        merge=merge,
        create_missing=request.query.get("create_missing_related_entities") == "true",
        validation_only=False,
        datasource=request.headers.get("User-Agent", ""),
    )


def _told(api: PortApi, blueprint: str, identifier: str, status: int = 200) -> web.Response:
    entity = api.state.entity(blueprint, identifier).shown()
    return told({"entity": entity}, status)
