"""The web application: every route, its errors, and what describes them."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

import msgspec
import orjson
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response

from fairlead import __version__
from fairlead.api import events, overview, page, ports, runs
from fairlead.api.answers import answer
from fairlead.api.guard import Guard
from fairlead.api.problems import PortProblem, Problem, handle
from fairlead.app import run_history
from fairlead.app.browsing.entity import EntityPage
from fairlead.app.browsing.listing import CatalogOverview
from fairlead.app.explain import Explanation
from fairlead.app.service import Service
from fairlead.app.settings.values import Settings
from fairlead.app.status import KindProgress, Status

MODELS: tuple[type, ...] = (
    CatalogOverview,
    EntityPage,
    Explanation,
    KindProgress,
    PortProblem,
    Problem,
    Status,
    events.RunEnded,
    overview.SearchResults,
    ports.PortBlueprint,
    ports.PortBlueprints,
    ports.PortCount,
    ports.PortEntities,
    ports.PortEntityPage,
    ports.PortMatches,
    ports.PortOne,
    ports.PortQuery,
    ports.PortSearch,
    run_history.ChangePage,
    run_history.Readings,
    run_history.RunDocument,
    runs.RunStart,
    runs.RunStarted,
    runs.Runs,
)
"""Everything that a route answers or takes."""


def application(service: Service, hosts: Collection[str] = ()) -> Guard:
    """The ASGI application. `hosts` are the names that it answers to beside those of the loopback."""
    return Guard(routed(service), hosts)


def routed(service: Service) -> FastAPI:
    """The routes, without the guard before them."""
    # The documentation pages of the framework load from elsewhere.
    app = FastAPI(
        title="Fairlead", version=__version__, docs_url=None, redoc_url=None, openapi_url=None,
        redirect_slashes=False, generate_unique_id_function=lambda route: route.name,
    )  # fmt: skip

    async def openapi() -> Response:
        return answer(described(app))

    app.add_api_route("/openapi.json", openapi, include_in_schema=False)
    for group in (overview, runs, events, ports):
        app.include_router(group.routes(service))
    app.include_router(page.routes())
    app.add_middleware(GZipMiddleware, minimum_size=1024, compresslevel=5)
    handle(app, service.clean)
    return app


def described(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document."""
    document = get_openapi(title=app.title, version=app.version, routes=app.routes)
    _, components = msgspec.json.schema_components(
        MODELS, schema_hook=_anything, ref_template="#/components/schemas/{name}"
    )
    document["components"] = {"schemas": dict(sorted(components.items()))}
    return document


def document() -> bytes:
    """The OpenAPI document as the file `openapi.json` holds it."""
    service = Service(Settings(catalog_url="sqlite:///none.db", directory=Path()))
    return orjson.dumps(described(routed(service)), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _anything(model: type) -> dict[str, Any]:
    if model is object:
        return {"description": "Any JSON value"}
    raise NotImplementedError(model)
