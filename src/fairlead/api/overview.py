"""Fairlead's own routes on the catalog: status, totals, search, one entity, and where its values come from."""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import APIRouter, Query
from starlette.responses import Response

from fairlead.api.answers import answer, gives
from fairlead.app.browsing.entity import EntityPage, entity_page
from fairlead.app.browsing.listing import CatalogOverview, overview, searched
from fairlead.app.browsing.shown import PortEntity
from fairlead.app.explain import Explanation, explained
from fairlead.app.service import Service
from fairlead.app.status import Status
from fairlead.model.entities import EntityKey
from fairlead.model.errors import NotThere


class SearchResults(msgspec.Struct, frozen=True):
    """Entities, the best first."""

    results: list[PortEntity]


def routes(service: Service) -> APIRouter:
    """Everything under /api that is not about runs."""
    router = APIRouter(tags=["catalog"])

    @router.get("/api/status", responses=gives(Status, 503))
    async def status() -> Response:
        """Counts, proof, connections, the run that goes on, the one before, deliveries."""
        return answer(await service.status())

    @router.get("/api/catalog", responses=gives(CatalogOverview, 503))
    async def catalog() -> Response:
        """How much there is, by blueprint."""
        return answer(await overview(await service.catalog.shelf()))

    @router.get("/api/search", responses=gives(SearchResults, 422, 503))
    async def search(q: str, limit: Annotated[int, Query(ge=1, le=100)] = 20) -> Response:
        """Entities whose title or identifier has words that begin like those of `q`."""
        shelf = await service.catalog.shelf()
        return answer({"results": await searched(shelf, q, limit) if shelf else []})

    @router.get("/api/entity", responses=gives(EntityPage, 404, 422, 503))
    async def entity(
        blueprint: str,
        identifier: str,
        limit: Annotated[int, Query(ge=0, le=1000)] = 100,
        offset: Annotated[int, Query(ge=0, le=1 << 62)] = 0,
    ) -> Response:
        """One entity with its relations both ways."""
        shelf = await service.catalog.shelf()
        if shelf is None:
            raise NotThere("there is no catalog yet")
        return answer(await entity_page(shelf, EntityKey(blueprint, identifier), limit, offset))

    @router.get("/api/explain", responses=gives(Explanation, 422, 503))
    async def explain(
        blueprint: str, identifier: str, field: Annotated[str, Query(alias="property")] = ""
    ) -> Response:
        """Where each value of an entity comes from, or why it is not there."""
        shelf, key = await service.catalog.shelf(), EntityKey(blueprint, identifier)
        if shelf is None:
            return answer(Explanation(blueprint, identifier, False, False, "there is no catalog yet", (), ()))
        found = await explained(shelf.store, shelf.mapping, key, field)
        return Response(service.clean(msgspec.json.encode(found).decode()), media_type="application/json")

    return router
