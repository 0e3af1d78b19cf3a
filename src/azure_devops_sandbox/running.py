"""Runs a sandbox inside a process: `async with running(organization) as sandbox:`."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiohttp import web

from .faults import Faults
from .ledger import Ledger
from .seeding import seeded
from .server import Server
from .settings import Settings
from .state.organization import Organization

_LONGEST_URL = 16_384
"""Bytes; the service takes URLs of about this length."""
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A running sandbox: its address, a token of full scope, and everything that tests steer."""

    url: str
    pat: str
    server: Server

    @property
    def organization(self) -> Organization:
        """The organization served."""
        return self.server.organization

    @property
    def faults(self) -> Faults:
        """The fault rules and their log."""
        return self.server.faults

    @property
    def ledger(self) -> Ledger:
        """The requests so far."""
        return self.server.ledger

    @property
    def settings(self) -> Settings:
        """Latency and other behavior."""
        return self.server.settings

    @property
    def control_url(self) -> str:
        """The address of the control interface."""
        return self.url.rsplit("/", 1)[0] + "/_sandbox"


@asynccontextmanager
async def running(
    organization: Organization | None = None,
    *,
    settings: Settings | None = None,
    host: str = "127.0.0.1",
    port: int = 0,
    public_url: str | None = None,
) -> AsyncIterator[Sandbox]:
    """Serve an organization on a free port until the block ends.

    `public_url` is what the links inside records begin with; without it that is the address served. Azure
    DevOps also writes links in the form that the organization prefers, whatever the request used.
    """
    organization = organization or seeded()
    server = Server(organization, settings)
    runner = web.ServerRunner(
        web.Server(server.handle, access_log=None, max_line_size=_LONGEST_URL), shutdown_timeout=0.5
    )
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port, backlog=1024, reuse_address=True)
        await site.start()
        bound = runner.addresses[0][1]
        url = f"http://{host}:{bound}/{organization.name}"
        server.settings.served_url = url
        organization.set_base_url(public_url or url)
        pat = next(iter(organization.access), "")
        _LOG.debug("serving %s", url)
        yield Sandbox(url, pat, server)
    finally:
        await runner.cleanup()
