"""Runs over HTTP: the list, one whole, its changes and readings, and the start of another."""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from fairlead.api.answers import answer, body_of, gives, takes
from fairlead.api.problems import problem
from fairlead.app import run_history
from fairlead.app.runs import RunSummary
from fairlead.app.service import Service
from fairlead.app.sync import SyncRequest
from fairlead.model.errors import Retry
from fairlead.model.reports import RunMode


class Runs(msgspec.Struct, frozen=True):
    """Runs, newest first; instants are epoch seconds."""

    runs: list[RunSummary]


class RunStart(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to run; without `kinds` all of them."""

    mode: RunMode
    kinds: tuple[str, ...] = ()


class RunStarted(msgspec.Struct, frozen=True):
    """The run's number."""

    run: int


Limit = Annotated[int, Query(ge=1, le=1000)]


def routes(service: Service) -> APIRouter:
    """Everything under /api/runs."""
    router = APIRouter(tags=["runs"])

    @router.get("/api/runs", responses=gives(Runs, 422, 503))
    async def runs(limit: Limit = 20) -> Response:
        """The newest runs, newest first."""
        return _clean(service, Runs(await run_history.listing(service.catalog, limit)))

    @router.post("/api/runs", status_code=202, responses=gives(RunStarted, 409, 415, 422, 503, status=202),
                 openapi_extra=takes(RunStart))  # fmt: skip
    async def start(request: Request) -> Response:
        """Starts a sync or a plan; one at a time."""
        wanted = await body_of(request, RunStart)
        if service.busy:
            return problem(request.url.path, 409, Retry("a run goes on already", advice="wait for its end"))
        number = await service.start(SyncRequest(wanted.mode, wanted.kinds, "", deliver=True))
        return answer(RunStarted(number), 202)

    @router.get("/api/runs/{run}", responses=gives(run_history.RunDocument, 404, 422, 503))
    async def one(run: int) -> Response:
        """A run's report."""
        return _clean(service, await run_history.report(service.catalog, run))

    @router.get("/api/runs/{run}/changes", responses=gives(run_history.ChangePage, 404, 422, 503))
    async def changes(run: int, limit: Limit = 200, after: str = "") -> Response:
        """A run's changes by page, in the order of the bytes of blueprint and identifier."""
        return _clean(service, await run_history.changes(service.catalog, run, limit, after))

    @router.get("/api/runs/{run}/readings", responses=gives(run_history.Readings, 404, 422, 503))
    async def readings(run: int) -> Response:
        """What a run has read, and what of it is proved."""
        return _clean(service, await run_history.readings(service.catalog, run))

    return router


def _clean(service: Service, value: object) -> Response:
    """The answer without secrets: reports quote what services have said."""
    text = service.clean(msgspec.json.encode(value).decode())
    return Response(text, media_type="application/json")
