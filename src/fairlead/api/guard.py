"""Stands before every request: names that the server answers to, headers of every answer, how paths are spelled."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fairlead.api.problems import is_ports, problem

HEADERS = {
    # The page's library sets styles while it runs, and draws small pictures from data.
    "content-security-policy": (
        "default-src 'self'; img-src 'self' data:; font-src 'self' data:; style-src 'self' 'unsafe-inline'; "
        "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}

EVENTS = "/api/events"


class Guard:
    """An ASGI application around another. `hosts` are the names it answers to beside those of the loopback.

    A page of another site can lead a name of its own to this machine (DNS rebinding); its requests then still carry
    that name, and are refused.
    """

    def __init__(self, app: ASGIApp, hosts: Collection[str]) -> None:
        self._app = app
        self._hosts = frozenset(name.lower() for name in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        host = Headers(scope=scope).get("host", "")
        if not self.answers_to(host):
            refusal = problem(
                scope["path"], 403, f"this server does not answer to the name {host[:100]!r}", "NotPermitted"
            )
            await refusal(scope, receive, sending)
            return
        await self._app(_read(scope), receive, sending)

    def answers_to(self, host: str) -> bool:
        """Whether a Host header names this server."""
        name = _name(host)
        return name in self._hosts or is_loopback(name)


def is_loopback(name: str) -> bool:
    """Whether a host's name or address is of this machine alone."""
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _name(host: str) -> str:
    """A Host header without its port and brackets."""
    text = host.strip().lower()
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.rpartition(":")[0] if ":" in text else text


def _read(scope: Scope) -> Scope:
    """The scope as the routes read it: HEAD is answered as GET (the server drops the body), and paths of Port's dialect
    stay percent-encoded, so that an encoded slash is part of an identifier."""
    changed: dict[str, object] = {}
    if scope["method"] == "HEAD" and scope["path"] != EVENTS:
        changed["method"] = "GET"
    if is_ports(scope["path"]):
        raw: bytes = scope.get("raw_path") or scope["path"].encode()
        changed["path"] = raw.partition(b"?")[0].decode("latin-1")
    return {**scope, **changed} if changed else scope
