"""Asks servers on this computer: the demo's own, and its organization's control interface."""

from __future__ import annotations

import asyncio
from http.client import HTTPConnection, HTTPException
from typing import TypeVar
from urllib.parse import urlsplit

import msgspec

from fairlead.model.errors import Retry

SECONDS = 30.0

T = TypeVar("T")


class Busy(Retry):
    """The server does something else at the moment (409)."""


async def ask(url: str, answer: type[T], body: object = None, token: str = "") -> T:
    """GETs `url`, or POSTs `body` as JSON. Busy; Retry where there is no answer, or not one of that shape."""
    return await asyncio.to_thread(_ask, url, answer, body, token)


def _ask(url: str, answer: type[T], body: object, token: str) -> T:
    parts = urlsplit(url)
    headers = {"authorization": f"Bearer {token}"} if token else {}
    connection = HTTPConnection(parts.netloc, timeout=SECONDS)
    try:
        if body is None:
            connection.request("GET", parts.path, headers=headers)
        else:
            headers["content-type"] = "application/json"
            connection.request("POST", parts.path, msgspec.json.encode(body), headers)
        got = connection.getresponse()
        content = got.read()
        if got.status == 409:
            raise Busy(f"{url}: busy")
        if got.status >= 300:
            raise Retry(f"{url} answers {got.status}: {content[:200].decode(errors='replace')}")
        return msgspec.json.decode(content, type=answer)
    except (OSError, HTTPException, msgspec.DecodeError) as error:
        raise Retry(f"{url} does not answer as expected: {error}") from error
    finally:
        connection.close()
