"""Server-sent events: the status, the progress of a run, and its end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator

import msgspec
from fastapi import APIRouter
from starlette.responses import StreamingResponse

from fairlead.api.answers import Described, encoded
from fairlead.app.changes import document
from fairlead.app.hub import RunEnd, Turn
from fairlead.app.service import Service
from fairlead.app.status import progress_of
from fairlead.model.errors import CatalogUnusable
from fairlead.model.reports import ProgressUpdate

_LOG = logging.getLogger(__name__)

HEARTBEAT = 15.0
"""Seconds; a comment keeps proxies and browsers from giving a quiet stream up."""

PACE = 0.1
"""Seconds between two lots of progress: nobody reads faster, and newer progress replaces what waits."""


class RunEnded(msgspec.Struct, frozen=True, rename="camel"):
    """The event `run`. `report` as in `GET /api/runs/{run}`, null unless `state` is *done*; `error` tells why then."""

    run: int
    state: str
    report: dict[str, object] | None
    error: str | None = None


DESCRIBED: Described = {
    200: {
        "description": "Events: `status` (Status), `progress` (KindProgress), `run` (RunEnded)",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}


def routes(service: Service) -> APIRouter:
    """The stream."""
    router = APIRouter(tags=["events"])

    @router.get("/api/events", responses=DESCRIBED, response_class=StreamingResponse)
    async def events() -> StreamingResponse:
        """What happens, as it happens."""
        await service.status()  # what cannot be told at all is an error, not a stream that breaks
        return StreamingResponse(
            stream(service),
            media_type="text/event-stream",
            headers={"cache-control": "no-store", "x-accel-buffering": "no"},
        )

    return router


async def stream(service: Service) -> AsyncIterator[bytes]:
    """The events of one listener, until the server stops."""
    with service.hub.listening() as subscription:
        yield await _status(service)
        while (events := await subscription.take(HEARTBEAT)) is not None:
            if not events:
                yield b": still here\n\n"
            for event in events:
                yield await _status(service) if isinstance(event, Turn) else _event(service, event)
            await asyncio.sleep(PACE)


def _event(service: Service, event: RunEnd | ProgressUpdate) -> bytes:
    if isinstance(event, RunEnd):
        report = document(event.report) if event.report else None
        error = event.error.message if event.error else None
        return _written(service, "run", RunEnded(event.run, event.state, report, error))
    return _written(service, "progress", progress_of(event))


async def _status(service: Service) -> bytes:
    try:
        return _written(service, "status", await service.status())
    except CatalogUnusable as error:
        _LOG.warning("%s", error.message)
        return b""


def _written(service: Service, name: str, value: object) -> bytes:
    return f"event: {name}\ndata: {service.clean(encoded(value).decode())}\n\n".encode()
