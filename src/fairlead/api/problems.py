"""Errors in the two dialects: Port's under /v1, the command line's everywhere else."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from fairlead.model import errors
from fairlead.model.errors import FairleadError


class Problem(msgspec.Struct, frozen=True):
    """An error: its class as the command line names it, what happened, and what one can do."""

    error: str
    message: str
    advice: str = ""


class PortProblem(msgspec.Struct, frozen=True):
    """An error in Port's dialect. `error`: not_found, invalid_request, internal_error."""

    ok: bool
    error: str
    message: str


class Unusable(Exception):
    """A request that is refused before any use case sees it."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


STATUS: dict[type[FairleadError], int] = {
    errors.BadUsage: 422,
    errors.BadMapping: 422,
    errors.NotThere: 404,
    errors.NotPermitted: 403,
    errors.CatalogUnusable: 503,
    errors.Retry: 503,
    errors.Throttled: 503,
}
"""What a class is over HTTP; the others come from a service behind us: 502."""

PORTS_WORDS = {404: "not_found", 500: "internal_error", 503: "internal_error", 502: "internal_error"}
"""Port's codes by status; every other status is an invalid_request."""


def problem(path: str, status: int, error: FairleadError | str, name: str = "BadUsage") -> Response:
    """The answer in the dialect of the path. `name` is the class where `error` is a text."""
    message, advice = (error.message, error.advice) if isinstance(error, FairleadError) else (error, "")
    if isinstance(error, FairleadError):
        name = type(error).__name__
    body: Problem | PortProblem = Problem(name, message, advice)
    if is_ports(path):
        text = f"{message}; {advice}" if advice else message
        body = PortProblem(ok=False, error=PORTS_WORDS.get(status, "invalid_request"), message=text)
    return Response(msgspec.json.encode(body), status, media_type="application/json")


def is_ports(path: str) -> bool:
    """Whether a path is of Port's dialect."""
    return path == "/v1" or path.startswith("/v1/")


def handle(app: FastAPI, clean: Callable[[str], str]) -> None:
    """Answers every error of the application; `clean` takes secrets out of a text."""

    def cleaned(error: FairleadError) -> FairleadError:
        error.message, error.advice = clean(error.message), clean(error.advice)
        return error

    async def known(request: Request, error: Exception) -> Response:
        assert isinstance(error, FairleadError)  # noqa: S101 - registered for that class
        return problem(request.url.path, STATUS.get(type(error), 502), cleaned(error))

    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, Unusable)  # noqa: S101 - registered for that class
        return problem(request.url.path, error.status, clean(error.message))

    async def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for that class
        first = error.errors()[0]
        place = " ".join(str(part) for part in first["loc"])
        return problem(request.url.path, 422, f"{place}: {first['msg']}")

    async def http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 - registered for that class
        if error.status_code == 404:
            return problem(request.url.path, 404, f"there is nothing at {request.url.path}", "NotThere")
        return problem(request.url.path, error.status_code, error.detail)

    async def fault(request: Request, error: Exception) -> Response:
        # It is raised on, and the server logs it.
        return problem(request.url.path, 500, "a fault in Fairlead; the server's log says more", "Fault")

    app.add_exception_handler(FairleadError, known)
    app.add_exception_handler(Unusable, refused)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(Exception, fault)
