"""A server's use cases: the catalog kept open, one run at a time, and those who listen to it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable

from fairlead.app import sync
from fairlead.app.connections import Hide, candidates
from fairlead.app.hub import Hub, RunEnd, Turn
from fairlead.app.opened import OpenCatalog
from fairlead.app.settings.values import Settings
from fairlead.app.status import Status, status
from fairlead.app.sync import SyncRequest, Writing
from fairlead.app.wiring import CLOCK, catalog_mark, stored_connections, writing_catalog
from fairlead.model.errors import BadUsage, CatalogUnusable, FairleadError, Retry
from fairlead.model.reports import ProgressUpdate, RunReport, RunState
from fairlead.model.secrets import KnownSecrets

_LOG = logging.getLogger(__name__)

Progress = Callable[[ProgressUpdate], None]


class Service:
    """What the API can do, and `fairlead demo` beside it. `hide` is told of every secret; `writing` opens the catalog
    for a run. Close it."""

    def __init__(
        self, settings: Settings, hide: Hide = lambda _: None, writing: Writing = writing_catalog
    ) -> None:
        self.settings = settings
        self._writing = writing
        self.hub = Hub()
        self.catalog = OpenCatalog(settings)
        self._secrets = KnownSecrets(settings.secrets(), hide)
        self._going: _Going | None = None
        self._task: asyncio.Task[RunReport] | None = None

    async def prepare(self) -> None:
        """Makes the catalog, or brings its schema up to date, where nobody else is writing it."""
        try:
            async with writing_catalog(self.settings):
                pass
        except CatalogUnusable:
            if catalog_mark(self.settings) is None:
                raise
        with contextlib.suppress(BadUsage):  # nothing is connected yet; a run says so
            candidates(self.settings, await stored_connections(self.settings), self._secrets.add)

    @property
    def busy(self) -> bool:
        """Whether a run goes on here."""
        return self._going is not None

    async def run(self, request: SyncRequest, progress: Progress = lambda _: None) -> RunReport:
        """One run to its end, as `app.sync.run`; everyone who listens hears of it. Retry while another goes on."""
        self._check_idle()
        going = self._going = _Going(self.hub, progress)
        try:
            report = await sync.run(
                self.settings, request, going.progress, self._secrets.add, going.started, self._writing
            )
            going.end = "done", report, None
        except asyncio.CancelledError:
            going.end = "stopped", None, None
            raise
        except FairleadError as error:
            going.end = "failed", None, error
            raise
        else:
            return report
        finally:
            self._going = None
            going.tell_end()

    async def start(self, request: SyncRequest) -> int:
        """Begins a run and returns its number; the run goes on by itself. What stops it before it has one is raised.

        Retry while another goes on, or when the server stops meanwhile.
        """
        self._check_idle()
        task = self._task = asyncio.create_task(self.run(request))
        task.add_done_callback(_noted)
        await asyncio.sleep(0)
        going = self._going
        if going is not None:
            waiting = asyncio.create_task(going.begun.wait())
            await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
            waiting.cancel()
            if going.number is not None:
                return going.number
        if task.cancelled():
            raise Retry("the server stops")
        return (await task).run

    def now(self) -> float:
        """Epoch seconds."""
        return CLOCK.now()

    async def status(self) -> Status:
        """How everything stands. CatalogUnusable where the catalog cannot be read."""
        going = self._going
        number, updates = (going.number, list(going.updates.values())) if going else (None, [])
        return await status(self.settings, self.catalog, number, updates)

    def clean(self, text: str) -> str:
        """`text` without any secret that this server has met."""
        return self._secrets.clean(text)

    async def close(self) -> None:
        """Cuts off the run that goes on (the next one continues it), ends every subscription, closes the catalog."""
        self.hub.close()
        if self._task is not None and not self._task.done():
            self._task.cancel()
            await asyncio.wait({self._task})
        await self.catalog.close()

    def _check_idle(self) -> None:
        if self._going is not None:
            raise Retry("a run goes on already", advice="wait for its end")


class _Going:
    """The run that goes on."""

    def __init__(self, hub: Hub, progress: Progress) -> None:
        self.number: int | None = None
        self.begun = asyncio.Event()
        self.updates: dict[tuple[str, str], ProgressUpdate] = {}
        self.end: tuple[RunState, RunReport | None, FairleadError | None] = ("failed", None, None)
        self._hub = hub
        self._progress = progress

    def started(self, number: int) -> None:
        """The catalog has numbered it."""
        self.number = number
        self.begun.set()
        self._hub.publish(Turn())

    def progress(self, update: ProgressUpdate) -> None:
        """Hands an update on."""
        self.updates[(update.connection, update.kind)] = update
        self._hub.publish(update)
        self._progress(update)

    def tell_end(self) -> None:
        """Tells how it ended; a run that never began is nobody's business but the caller's."""
        if self.number is not None:
            self._hub.publish(RunEnd(self.number, *self.end))
            self._hub.publish(Turn())


def _noted(task: asyncio.Task[RunReport]) -> None:
    """Says in the log why a run by itself has failed: nobody awaits it."""
    if task.cancelled():
        return
    error = task.exception()
    if isinstance(error, FairleadError):
        _LOG.warning("a run failed: %s", error.message)
    elif error is not None:
        _LOG.error("a run failed: a fault in Fairlead", exc_info=error)
