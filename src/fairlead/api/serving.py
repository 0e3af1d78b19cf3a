"""Runs the web application inside a process."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
from collections.abc import AsyncIterator, Iterator

import msgspec
import uvicorn
from starlette.types import ASGIApp

from fairlead.api.application import application
from fairlead.api.ocean import application as ocean_application
from fairlead.app.ocean import Ocean
from fairlead.app.service import Service
from fairlead.model.errors import BadUsage

PORT = 8400
PORTS_TRIED = 100
GRACE = 2
"""Seconds that answers on their way get when the server stops."""


class Address(msgspec.Struct, frozen=True):
    """Where a server answers."""

    url: str
    port: int


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are the process's own business."""
        yield


@contextlib.asynccontextmanager
async def serving(service: Service, host: str = "127.0.0.1", port: int = PORT) -> AsyncIterator[Address]:
    """Serves while the block runs; then ends at once, and the service with it.

    Where the port is taken the next free one is used; 0 is any. BadUsage where the host cannot be bound.
    """
    listener, bound = _bound(host, port, PORTS_TRIED)
    with contextlib.closing(listener):
        await service.prepare()
        async with answering(application(service, _hosts(service, host)), listener):
            try:
                yield Address(_url(host, bound), bound)
            finally:
                await service.close()


@contextlib.asynccontextmanager
async def serving_ocean(ocean: Ocean, host: str, port: int) -> AsyncIterator[Address]:
    """Answers at exactly this port while the block runs. BadUsage where it cannot be bound."""
    listener, bound = _bound(host, port, 1)
    with contextlib.closing(listener):
        async with answering(ocean_application(ocean), listener):
            yield Address(_url(host, bound), bound)


@contextlib.asynccontextmanager
async def answering(app: ASGIApp, listener: socket.socket) -> AsyncIterator[None]:
    """Answers at the socket while the block runs."""
    server = _Server(
        uvicorn.Config(
            app, lifespan="off", log_config=None, access_log=False, server_header=False,
            proxy_headers=False, timeout_graceful_shutdown=GRACE, ws="none", http="h11",
        )
    )  # fmt: skip
    task = asyncio.create_task(server.serve([listener]))
    try:
        yield
    finally:
        server.should_exit = True
        await task


def _bound(host: str, port: int, ports: int) -> tuple[socket.socket, int]:
    """A listening socket, and its port: the first free one of so many."""
    try:
        family, kind, protocol, _, _ = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise BadUsage(f"the host {host} is not known: {error.strerror}") from None
    last = ""
    for tried in range(port, min(port + ports, 65536)) if port else (0,):
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, tried))
            listener.listen(128)
        except OSError as error:
            listener.close()
            last = error.strerror or str(error)
            continue
        return listener, int(listener.getsockname()[1])
    which = f"port {port} of {host} cannot" if ports == 1 else f"no port of {host} from {port} on can"
    raise BadUsage(f"{which} be used: {last}", advice="choose another: --port N")


def _hosts(service: Service, host: str) -> set[str]:
    """The names to answer to: those of the settings, and the one that is bound unless it stands for all."""
    return {*service.settings.server_hosts, *(() if _is_any(host) else (host,))}


def _is_any(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False


def _url(host: str, port: int) -> str:
    name = "127.0.0.1" if _is_any(host) else f"[{host}]" if ":" in host else host
    return f"http://{name}:{port}"
