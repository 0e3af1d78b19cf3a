"""Port's dialect: the read side of its API, so that a program that reads a catalog there reads this one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from typing import Annotated
from urllib.parse import unquote

import msgspec
from fastapi import APIRouter, Query, Request
from starlette.responses import Response, StreamingResponse

from fairlead.api.answers import answer, body_of, encoded, gives, json_of, takes
from fairlead.api.problems import PortProblem
from fairlead.app.browsing import blueprints, entity, listing
from fairlead.app.browsing.shown import Fields, PortEntity
from fairlead.app.opened import Shelf
from fairlead.app.service import Service
from fairlead.model.entities import EntityKey, Json
from fairlead.model.errors import NotThere

Names = Annotated[tuple[str, ...], Query()]


class PortBlueprints(msgspec.Struct, frozen=True):
    """Every blueprint as it was written, with `createdAt` and `updatedAt`."""

    ok: bool
    blueprints: list[dict[str, object]]


class PortBlueprint(msgspec.Struct, frozen=True):
    """One blueprint."""

    ok: bool
    blueprint: dict[str, object]


class PortEntities(msgspec.Struct, frozen=True):
    """Every entity of a blueprint."""

    ok: bool
    entities: list[PortEntity]


class PortCount(msgspec.Struct, frozen=True):
    """How many there are."""

    ok: bool
    count: int


class PortOne(msgspec.Struct, frozen=True):
    """One entity."""

    ok: bool
    entity: PortEntity


class PortEntityPage(msgspec.Struct, frozen=True):
    """A page, and the `from` of the next: null at the end."""

    ok: bool
    entities: list[PortEntity]
    next: str | None


class PortMatches(msgspec.Struct, frozen=True):
    """What a query means, over all blueprints, and which of them have any."""

    ok: bool
    entities: list[PortEntity]
    matching_blueprints: list[str] = msgspec.field(name="matchingBlueprints")


class PortSearch(msgspec.Struct, frozen=True):
    """A search in one blueprint; without `query` everything matches."""

    query: msgspec.Raw = msgspec.field(default_factory=lambda: msgspec.Raw(b"null"))
    include: list[str] = []
    exclude: list[str] = []
    limit: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 200
    from_: str | None = msgspec.field(default=None, name="from")


class PortQuery(msgspec.Struct, frozen=True):
    """A query over all blueprints: rules, or queries, joined by *and* or *or*."""

    rules: list[msgspec.Raw]
    combinator: str = "and"


def routes(service: Service) -> APIRouter:
    """Everything under /v1."""
    router = APIRouter(prefix="/v1", tags=["Port's dialect"])
    _blueprint_routes(router, service)
    _entity_routes(router, service)
    _search_routes(router, service)
    return router


def _blueprint_routes(router: APIRouter, service: Service) -> None:
    @router.get("/blueprints", responses=gives(PortBlueprints, 503, error=PortProblem))
    async def port_blueprints() -> Response:
        """Every blueprint."""
        shelf = await service.catalog.shelf()
        return answer({"ok": True, "blueprints": blueprints.blueprints(shelf) if shelf else []})

    @router.get("/blueprints/{blueprint}", responses=gives(PortBlueprint, 404, 422, 503, error=PortProblem))
    async def port_blueprint(blueprint: str) -> Response:
        """One blueprint."""
        shelf = await _shelf(service)
        return answer({"ok": True, "blueprint": blueprints.blueprint(shelf, unquote(blueprint))})

    @router.get(
        "/blueprints/{blueprint}/entities-count", responses=gives(PortCount, 404, 422, 503, error=PortProblem)
    )
    async def port_count(blueprint: str) -> Response:
        """How many entities a blueprint has."""
        return answer({"ok": True, "count": await listing.count(await _shelf(service), unquote(blueprint))})


def _entity_routes(router: APIRouter, service: Service) -> None:
    @router.get(
        "/blueprints/{blueprint}/entities", responses=gives(PortEntities, 404, 422, 503, error=PortProblem)
    )
    async def port_entities(
        blueprint: str,
        include: Names = (),
        exclude: Names = (),
        attach_title_to_relation: bool = False,
        exclude_calculated_properties: bool = False,
        allow_partial_results: bool = False,
    ) -> Response:
        """Every entity of a blueprint, as a stream."""
        shelf, name = await _shelf(service), unquote(blueprint)
        await listing.check(shelf, name)
        fields = _fields(include, exclude, titles=attach_title_to_relation)
        return _streamed(shelf, [name], listing.Meant(), fields)

    @router.get(
        "/blueprints/{blueprint}/entities/{identifier:path}",
        responses=gives(PortOne, 404, 422, 503, error=PortProblem),
    )
    async def port_entity(
        blueprint: str,
        identifier: str,
        include: Names = (),
        exclude: Names = (),
        attach_title_to_relation: bool = False,
        exclude_calculated_properties: bool = False,
    ) -> Response:
        """One entity."""
        fields = _fields(include, exclude, titles=attach_title_to_relation)
        key = EntityKey(unquote(blueprint), unquote(identifier))
        return answer({"ok": True, "entity": await entity.entity(await _shelf(service), key, fields)})


def _search_routes(router: APIRouter, service: Service) -> None:
    @router.post(
        "/blueprints/{blueprint}/entities/search",
        responses=gives(PortEntityPage, 404, 413, 415, 422, 503, error=PortProblem),
        openapi_extra=takes(PortSearch),
    )
    async def port_search_blueprint(
        request: Request,
        blueprint: str,
        attach_title_to_relation: bool = False,
        exclude_calculated_properties: bool = False,
        allow_partial_results: bool = False,
    ) -> Response:
        """Entities of a blueprint that a query means, by page."""
        wanted = await body_of(request, PortSearch)
        shelf, name, query = await _shelf(service), unquote(blueprint), json_of(wanted.query)
        await listing.check(shelf, name)
        meant = listing.Meant() if query is None else await listing.meant(shelf, query, service.now())
        fields = _fields(wanted.include, wanted.exclude, titles=attach_title_to_relation)
        page = await listing.page(shelf, name, meant, wanted.from_ or "", wanted.limit, fields)
        return answer({"ok": True, "entities": page.entities, "next": page.next})

    @router.post(
        "/entities/search",
        responses=gives(PortMatches, 413, 415, 422, 503, error=PortProblem),
        openapi_extra=takes(PortQuery),
    )
    async def port_search(
        request: Request,
        include: Names = (),
        exclude: Names = (),
        attach_title_to_relation: bool = False,
        exclude_calculated_properties: bool = False,
        allow_partial_results: bool = False,
    ) -> Response:
        """Entities of every blueprint that a query means, as a stream."""
        query = await body_of(request, PortQuery)
        rules: Json = {"combinator": query.combinator, "rules": list[Json](map(json_of, query.rules))}
        shelf = await _shelf(service)
        meant = await listing.meant(shelf, rules, service.now())
        fields = _fields(include, exclude, titles=attach_title_to_relation)
        return _streamed(shelf, await listing.blueprints_meant(shelf, meant), meant, fields, matching=True)


async def _shelf(service: Service) -> Shelf:
    shelf = await service.catalog.shelf()
    if shelf is None:
        raise NotThere("there is no catalog yet")
    return shelf


def _fields(include: Iterable[str], exclude: Iterable[str], *, titles: bool) -> Fields:
    return Fields(_names(include), _names(exclude), titles)


def _names(given: Iterable[str]) -> tuple[str, ...]:
    """Names, each of which may be a comma list of them."""
    return tuple(part.strip() for one in given for part in one.split(",") if part.strip())


def _streamed(
    shelf: Shelf, names: list[str], meant: listing.Meant, fields: Fields, *, matching: bool = False
) -> Response:
    async def parts() -> AsyncIterator[bytes]:
        yield b'{"ok":true,"entities":['
        between = b""
        matched: list[str] = []
        for name in names:
            some = False
            async for block in listing.whole(shelf, name, meant, fields):
                yield between + _inner(block)
                between, some = b",", True
            if some:
                matched.append(name)
        yield b'],"matchingBlueprints":' + encoded(matched) + b"}" if matching else b"]}"

    return StreamingResponse(parts(), media_type="application/json")


def _inner(block: list[dict[str, Json]]) -> bytes:
    """The list's members, without its brackets."""
    return encoded(block)[1:-1]
