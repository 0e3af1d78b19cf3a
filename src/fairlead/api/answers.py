"""JSON in and out: answers are encoded and request bodies decoded by msgspec, and openapi.json describes both."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec
import orjson
from fastapi import Request
from starlette.responses import Response

from fairlead.api.problems import Problem, Unusable
from fairlead.model.entities import Json

T = TypeVar("T")

BODY_LIMIT = 1024 * 1024
"""Bytes of a request; Port's own limit."""

Described = dict[int | str, dict[str, Any]]
"""FastAPI's `responses`."""

_ENCODE = msgspec.json.Encoder().encode


def answer(value: object, status: int = 200) -> Response:
    """The value as JSON."""
    return Response(_ENCODE(value), status, media_type="application/json")


def encoded(value: object) -> bytes:
    """The value as JSON, for an answer in parts."""
    return _ENCODE(value)


def gives(model: type, *problems: int, status: int = 200, error: type = Problem) -> Described:
    """What a route answers, for openapi.json: the model, and a problem for each of the statuses."""
    found: Described = {status: {"description": "Done", "content": _content(model.__name__)}}
    for problem in problems:
        found[problem] = {"description": "Refused", "content": _content(error.__name__)}
    return found


def _content(name: str) -> dict[str, object]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}


def takes(model: type) -> dict[str, Any]:
    """A route's request body, for openapi.json (FastAPI's `openapi_extra`)."""
    return {"requestBody": {"required": True, "content": _content(model.__name__)}}


async def body_of(request: Request, model: type[T]) -> T:
    """The request's JSON body. Unusable: 415 for another type of content, 413 for too long a body, 422 for a body that
    is not JSON or of another shape."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Unusable(415, "the content-type must be application/json")
    body = await bytes_of(request)
    try:
        return msgspec.json.decode(body, type=model)
    except msgspec.ValidationError as error:
        raise Unusable(422, f"the body cannot be meant: {error}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unusable(422, f"the body is not JSON: {error}") from None


async def bytes_of(request: Request) -> bytes:
    """The request's body. Unusable: 413 for too long a one."""
    parts: list[bytes] = []
    length = 0
    async for part in request.stream():
        length += len(part)
        if length > BODY_LIMIT:
            raise Unusable(413, "the body is too large: the limit is 1 MiB")
        parts.append(part)
    return b"".join(parts)


def json_of(raw: msgspec.Raw) -> Json:
    """A part of a body that may be anything. Unusable where it holds what no text can be (a lone surrogate)."""
    try:
        value: Json = orjson.loads(bytes(raw))
    except orjson.JSONDecodeError as error:
        raise Unusable(422, f"the body is not JSON: {error}") from None
    return value
