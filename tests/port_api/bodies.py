"""Bodies of requests as they are read, and of answers as they are told."""

from __future__ import annotations

import json

from aiohttp import web

from port_api.state import Json, Object, Refused


async def given_object(request: web.Request) -> Object:
    """The request's body, {} where there is none. Refused where it is no JSON object."""
    try:
        given: Json = json.loads(await request.read() or b"{}")
    except ValueError:
        raise Refused(400, "bad_request", "the body is not JSON") from None
    if not isinstance(given, dict):
        raise Refused(422, "invalid_request", "the body is not an object")
    return given


def objects(given: Object, name: str) -> list[Object]:
    """The list of objects at a key. Refused where there is none."""
    value = given.get(name)
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise Refused(422, "invalid_request", f"{name} must be a list of objects")
    return [one for one in value if isinstance(one, dict)]


def told(body: Object, status: int = 200) -> web.Response:
    """A good answer."""
    return web.json_response({"ok": True, **body}, status=status)
