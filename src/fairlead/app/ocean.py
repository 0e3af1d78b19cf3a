"""What the image of Port's integration does: syncs when Port, a timer or a service hook asks for it."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Callable
from functools import partial

import msgspec

from fairlead.app.configuring import chosen
from fairlead.app.connections import Hide, candidates
from fairlead.app.listener import RESYNCING, listening
from fairlead.app.port_session import PARTING_SECONDS, greet, told
from fairlead.app.service import Service
from fairlead.app.settings.values import Settings
from fairlead.app.shared_catalog import SharedCatalog
from fairlead.app.status import DeliveryLine, deliveries
from fairlead.app.sync import SyncRequest
from fairlead.app.wiring import CLOCK, catalog_mark, kafka_requests, open_port, stored_connections
from fairlead.model.errors import BadMapping, BadUsage, NotPermitted, TargetRejected
from fairlead.model.reports import RunReport
from fairlead.sync.listening import Polled, Runs, SyncMode, by_the_clock, follow, until_done

_LOG = logging.getLogger(__name__)

GATHER = 3.0
"""Seconds that events are gathered for before a sync begins: one push makes several."""


class LastRun(msgspec.Struct, frozen=True):
    """How the last run went; `report` None where an error ended it. Epoch seconds."""

    mode: SyncMode
    began: float
    ended: float
    report: RunReport | None


class Facts(msgspec.Struct, frozen=True):
    """How an installation stands; `outcomes` counts runs since the start."""

    is_ready: bool
    is_running: bool
    outcomes: dict[str, int]
    deliveries: tuple[DeliveryLine, ...]
    last: LastRun | None


class Ocean:
    """One installation. `hide` is told of every secret, `ended` of every run that comes to its end. Close it.

    BadUsage as `listening`.
    """

    def __init__(
        self,
        settings: Settings,
        hide: Hide = lambda _: None,
        ended: Callable[[RunReport], None] = lambda _: None,
    ) -> None:
        self.settings, self._port = listening(settings)
        self._catalog = SharedCatalog()
        self.service = Service(self.settings, hide, self._catalog.writing)
        self._target = open_port(self._port)
        self._hide = hide
        self._ended = ended
        self._runs = Runs(self._run)
        self._polled = Polled(self._target.integration.newest_request, self.settings.listener.interval)
        self._noting = asyncio.Lock()
        self._begun = 0
        self._noted = -1
        self.is_ready = False
        self.last: LastRun | None = None
        self.outcomes = {"completed": 0, "failed": 0}

    @property
    def is_fresh(self) -> bool:
        """Whether there is no catalog yet, so that what is stored now may not be there at the next start."""
        return catalog_mark(self.settings) is None

    async def once(self) -> RunReport:
        """The one sync of the listener ONCE. Raises as `app.sync.run`."""
        return await self._run("incremental" if self.settings.listener.incremental else "full")

    async def serve(self) -> None:
        """Syncs until it is cancelled; a sync that goes on is then cut off, and continued by the next.

        What a person has to mend in the settings is raised; what may pass is waited for.
        """
        await self.service.prepare()
        candidates(self.settings, await stored_connections(self.settings), self._hide)
        await until_done(self._start)
        self.is_ready = True
        listener, intervals = self.settings.listener, self.settings.intervals
        async with asyncio.TaskGroup() as group:
            if listener.type in RESYNCING:
                if intervals.full:
                    group.create_task(by_the_clock(self._runs, "full", intervals.full))
                if intervals.incremental:
                    group.create_task(by_the_clock(self._runs, "incremental", intervals.incremental))
            if listener.type == "POLLING":
                group.create_task(follow(self._runs, self._polled.requests))
            if listener.type == "KAFKA":
                group.create_task(follow(self._runs, partial(kafka_requests, self._port, listener.options)))
            group.create_task(self._runs.serve())

    def resync(self) -> None:
        """Somebody asks for a full sync."""
        self._runs.wish("full")

    async def hooked(self) -> None:
        """Something has happened in Azure DevOps. When this returns, no kill can make us forget it.

        CatalogUnusable where it cannot be noted.
        """
        async with self._noting:
            if self._noted == self._begun:
                return  # noted already, and no run has begun since
            begun = self._begun
            async with self._catalog.writing(self.settings) as store:
                await store.write(lambda writer: writer.wish())
            self._noted = begun
            self._runs.wish("incremental", after=GATHER, lasting=True)

    async def facts(self) -> Facts:
        """For metrics. CatalogUnusable where the catalog cannot be read."""
        due = await deliveries(self.service.catalog)
        return Facts(self.is_ready, self.service.busy, dict(self.outcomes), due, self.last)

    async def close(self) -> None:
        """Lets go of the catalog and of Port."""
        await self.service.close()
        await self._target.close()

    async def _start(self) -> None:
        """Makes Port know this installation, and finds out what is wanted first."""
        listener, port = self.settings.listener, self._target.integration
        await self._greet()
        if listener.type == "POLLING" and listener.resync_on_start:
            # A sync that begins now serves what was asked for until now.
            newest = await port.newest_request()
            self._polled.handled = -math.inf if newest is None else newest
        elif listener.type == "POLLING":
            self._polled.handled = await port.served_until()
        if listener.type in RESYNCING and listener.resync_on_start:
            self._runs.wish("full", lasting=True)
        async with self._catalog.writing(self.settings) as store:
            asked, done = await store.browse.wishes()
        if asked > done:
            self._runs.wish("incremental", lasting=True)

    async def _greet(self) -> None:
        notices: list[str] = []
        try:
            await greet(self._target, await chosen(self.settings, enroll=True), notices)
        except (BadMapping, NotPermitted, TargetRejected) as error:
            # To be mended at Port; a sync that is asked for there then follows.
            _LOG.warning("%s", error.message)
            await self._target.integration.register()
        _log_all(notices)

    async def _run(self, mode: SyncMode) -> RunReport:
        began = CLOCK.now()
        report: RunReport | None = None
        self._begun += 1
        try:
            async with self._catalog.writing(self.settings) as store:
                asked, _ = await store.browse.wishes()
                report = await self.service.run(SyncRequest(mode, (), "", deliver=True))
                await store.write(lambda writer: writer.serve_wishes(asked))
        except (BadMapping, BadUsage):
            await self._tell_of_failure(began)
            raise
        finally:
            self.last = LastRun(mode, began, CLOCK.now(), report)
            self.outcomes["failed" if report is None else "completed"] += 1
        self._ended(report)
        return report

    async def _tell_of_failure(self, began: float) -> None:
        """Tells Port of a run that ended before Port was greeted."""
        notices: list[str] = []
        word = self._target.integration.report_resync("failed", started=began, ended=CLOCK.now())
        await told(asyncio.wait_for(word, PARTING_SECONDS), notices)
        _log_all(notices)


def _log_all(notices: list[str]) -> None:
    for notice in notices:
        _LOG.warning("%s", notice)
