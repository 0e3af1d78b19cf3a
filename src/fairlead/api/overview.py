"""How everything stands, over HTTP."""

from __future__ import annotations

import msgspec
from fastapi import APIRouter
from starlette.responses import Response

from fairlead.api.answers import answer, gives
from fairlead.app.service import Service
from fairlead.app.status import Status


def routes(service: Service) -> APIRouter:
    """/api/status."""
    router = APIRouter(tags=["catalog"])

    @router.get("/api/status", responses=gives(Status, 503))
    async def status() -> Response:
        """Counts, proof, connections, the run that goes on, the one before, deliveries."""
        return answer(msgspec.to_builtins(await service.status()))

    return router
