"""The HTTP side of `fairlead ocean`: what Port, Azure DevOps and probes ask of the image of Port's integration.

An ingress makes it public, so that nothing here reads the catalog's entities or starts more than a sync.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import time
import uuid

import msgspec
from fastapi import APIRouter, FastAPI, Request
from starlette.datastructures import MutableHeaders
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fairlead import __version__
from fairlead.api.answers import answer, bytes_of
from fairlead.api.metrics import CONTENT_TYPE, exposition
from fairlead.api.problems import Unusable, handle, problem
from fairlead.app.ocean import Ocean
from fairlead.model.errors import FairleadError

RETRY_SECONDS = 30
"""What one who could not be served is asked to wait; Azure DevOps tries again for some minutes."""

DOCS = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Fairlead</title></head>
<body><h1>Fairlead</h1><p>It answers. The page and the API are those of <code>fairlead serve</code>.</p></body></html>
"""


class _Event(msgspec.Struct, frozen=True):
    """What tells an event of a service hook from anything else; the rest is not read."""

    event_type: str = msgspec.field(name="eventType")


def application(ocean: Ocean) -> Marked:
    """The ASGI application."""
    app = FastAPI(
        title="Fairlead", version=__version__, docs_url=None, redoc_url=None, openapi_url=None,
        redirect_slashes=False, generate_unique_id_function=lambda route: route.name,
    )  # fmt: skip
    app.include_router(_probes(ocean), prefix=ocean.settings.listener.path_prefix)
    app.include_router(_hooks(ocean), prefix=ocean.settings.listener.path_prefix)
    if ocean.settings.listener.type == "WEBHOOK":
        app.include_router(_resync(ocean))

    async def openapi() -> Response:
        return answer(app.openapi())

    async def docs() -> Response:
        return HTMLResponse(DOCS)

    app.add_api_route("/openapi.json", openapi, include_in_schema=False)
    app.add_api_route("/docs", docs, include_in_schema=False)
    handle(app, ocean.service.clean)
    return Marked(app)


def _probes(ocean: Ocean) -> APIRouter:
    router = APIRouter()

    @router.get("/health/live")
    async def live() -> Response:
        """The process answers."""
        return _health("live", well=True)

    @router.get("/health/ready")
    async def ready() -> Response:
        """Port knows this installation, and its listener listens."""
        return _health("ready", well=ocean.is_ready)

    async def metrics() -> Response:
        """Metrics, in Prometheus' text."""
        return Response(exposition(await ocean.facts()), media_type=CONTENT_TYPE)

    for path in ("/metrics", "/metrics/"):
        router.add_api_route(path, metrics, include_in_schema=path == "/metrics")
    return router


def _health(check: str, *, well: bool) -> Response:
    status = "ok" if well else "starting"
    return answer({"status": status, "check": check, "core_version": __version__}, 200 if well else 503)


def _hooks(ocean: Ocean) -> APIRouter:
    router = APIRouter()

    @router.post("/integration/webhook")
    async def webhook(request: Request) -> Response:
        """An event of a service hook. It is noted before it is acknowledged; what it says is not believed."""
        if not _may(ocean, request.headers.get("authorization", "")):
            refusal = problem(request.url.path, 401, "user name and password are wrong", "NotPermitted")
            refusal.headers["www-authenticate"] = 'Basic realm="Fairlead"'
            return refusal
        try:
            msgspec.json.decode(await bytes_of(request), type=_Event)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise Unusable(400, f"this is no event of a service hook: {error}") from None
        try:
            await ocean.hooked()
        except FairleadError as error:
            later = problem(request.url.path, 503, ocean.service.clean(error.message), type(error).__name__)
            later.headers["retry-after"] = str(RETRY_SECONDS)
            return later
        return answer({"status": "ok"})

    return router


def _resync(ocean: Ocean) -> APIRouter:
    router = APIRouter()

    @router.post("/resync")
    async def resync() -> Response:
        """Port's wish for a full sync; Port sends it without any sign-in."""
        ocean.resync()
        return answer({"status": "ok"})

    return router


def _may(ocean: Ocean, given: str) -> bool:
    """Whether an Authorization header holds the user name and the secret; without a secret anybody may."""
    secret = ocean.settings.webhook_secret
    if secret is None:
        return True
    kind, _, encoded = given.partition(" ")
    try:
        credential = base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError):
        return False
    right = f"{ocean.settings.webhook_user}:{secret.reveal()}".encode()
    return kind.lower() == "basic" and hmac.compare_digest(credential, right)


class Marked:
    """Around an application: each answer says which it is and what it took; HEAD is answered as GET."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        began = time.monotonic()

        async def marking(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["x-request-id"] = str(uuid.uuid4())
                headers["x-process-time"] = f"{time.monotonic() - began:.6f}"
                headers["x-content-type-options"] = "nosniff"
                headers["cache-control"] = "no-store"
            await send(message)

        if scope["type"] == "http" and scope["method"] == "HEAD":
            scope = {**scope, "method": "GET"}
        await self._app(scope, receive, marking)
