"""Routes by which what is stored is listed: a blueprint's entities by pages, and what one integration wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from port_api.bodies import given_object, told
from port_api.entities import matches
from port_api.state import Json, Object, Refused, StoredEntity

if TYPE_CHECKING:
    from port_api.server import PortApi

_DEFAULT_PAGE = 200
_LONGEST_PAGE = 1_000
_LONGEST_OWNED = 5_000


def routes(api: PortApi) -> list[web.RouteDef]:
    """Adds to the stand-in what this module serves. `api.unserved` names routes that answer 404, as older ones do."""

    async def search(request: web.Request) -> web.Response:
        _served(api, "blueprint-search")
        name = request.match_info["blueprint"]
        api.state.blueprint(name)
        given = await given_object(request)
        limit = _limit(given, _DEFAULT_PAGE, _LONGEST_PAGE)
        query = given.get("query")
        found = [
            entity
            for entity in sorted(api.state.entities.get(name, {}).values(), key=lambda one: one.identifier)
            if not isinstance(query, dict) or matches(entity, query)
        ]
        page, after = _page(found, given, limit)
        entities: list[Json] = [_shown(entity, given.get("include")) for entity in page]
        return told({"entities": entities, "next": after})

    async def of_datasource(request: web.Request) -> web.Response:
        _served(api, "datasource-entities")
        given = await given_object(request)
        limit = _limit(given, _LONGEST_OWNED, _LONGEST_OWNED)
        prefix, suffix = str(given.get("datasource_prefix", "")), str(given.get("datasource_suffix", ""))
        before = given.get("before")
        found = [
            entity
            for entity in sorted(
                api.state.every_entity(), key=lambda one: f"{one.blueprint}\0{one.identifier}"
            )
            if entity.datasource.startswith(prefix)
            and entity.datasource.endswith(suffix)
            and (not isinstance(before, str) or entity.updated_at < before)
        ]
        page, after = _page(found, given, limit)
        entities: list[Json] = [
            {"identifier": entity.identifier, "blueprint": entity.blueprint} for entity in page
        ]
        return told({"entities": entities, "next": after})

    return [
        web.post("/v1/blueprints/entities/datasource-entities", of_datasource),
        web.post("/v1/blueprints/{blueprint}/entities/search", search),
    ]


def _served(api: PortApi, route: str) -> None:
    if route in api.unserved:
        raise Refused(404, "not_found", "no route")


def _limit(given: Object, default: int, longest: int) -> int:
    limit = given.get("limit", default)
    if not isinstance(limit, int) or not 1 <= limit <= longest:
        raise Refused(422, "invalid_request", f"limit must be from 1 to {longest}")
    return limit


def _page(found: list[StoredEntity], given: Object, limit: int) -> tuple[list[StoredEntity], str | None]:
    """A cursor is the place to go on from: what is written between pages shifts them, as anywhere."""
    start = int(str(given.get("from") or 0))
    ends = start + limit
    return found[start:ends], str(ends) if ends < len(found) else None


def _shown(entity: StoredEntity, include: Json) -> Object:
    """Only what is included, null where it is not set; everything where nothing is."""
    whole = entity.shown()
    if not isinstance(include, list):
        return whole
    shown: Object = {}
    for name in include:
        group, dot, key = str(name).partition(".")
        if not dot:
            shown[group] = whole.get(group)
            continue
        values = whole.get(group)
        part = shown.setdefault(group, {})
        if isinstance(part, dict):
            part[key] = values.get(key) if isinstance(values, dict) else None
    return shown
