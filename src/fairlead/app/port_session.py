"""Port around one run: it is greeted, told how the run goes, and told how it ended, as by its own integration."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from fairlead.app.configuring import Chosen
from fairlead.app.connections import Opened
from fairlead.app.settings.values import PortSettings
from fairlead.app.wiring import (
    BASES,
    CLOCK,
    EXAMPLES,
    KindRow,
    Line,
    Organization,
    PortIntegration,
    PortTarget,
    PortTelemetry,
    ResyncStatus,
    is_failure,
    normalized,
    open_port,
    personal_notice,
    telemetry_of,
)
from fairlead.model.errors import BadUsage, FairleadError
from fairlead.model.reports import ProgressUpdate, RunReport
from fairlead.sync.examples import examples
from fairlead.sync.passage import Connected
from fairlead.sync.splice import constants_of

if TYPE_CHECKING:
    from fairlead.app.wiring import Catalog

PARTING_SECONDS = 10.0
"""How long the last word to Port may take; a person who pressed Ctrl-C waits for this."""

TELLING_SECONDS = 3.0
"""How long one may wait for telemetry."""

EXAMPLES_SECONDS = 60.0
"""How long the examples of a run may take."""


class Session:
    """What a run has of its targets. `notices` is what there is to say of them, whole when the session has ended."""

    def __init__(self) -> None:
        self.targets: list[PortTarget] = []
        self.notices: list[str] = []
        self.telemetry: PortTelemetry | None = None
        self.status: ResyncStatus = "aborted"
        self.shows = False
        self.kinds: tuple[str, ...] = ()

    def started(self, run: int) -> None:
        """The run has its number."""
        if self.telemetry:
            self.telemetry.say(Line("INFO", f"run {run} has started", {"run": run}))

    def progressed(self, update: ProgressUpdate) -> None:
        """A kind has been read so far."""
        if self.telemetry:
            self.telemetry.progressed(update)

    def ended(self, report: RunReport) -> None:
        """The run has come to its end."""
        self.status = "failed" if is_failure(report) else "completed"
        if self.telemetry:
            self.telemetry.ended(report)

    async def show_examples(
        self, store: Catalog, connected: Sequence[Connected], sources: Sequence[Opened], report: RunReport
    ) -> None:
        """A few raw records of each kind that the run has read, where that is wanted and Port can be reached.

        `sources` are those of `connected`, in the same order.
        """
        if self.shows and not any(one.down for one in report.delivery if one.target == "port"):
            read = {reading.kind for reading in report.readings if reading.records}
            integration = self.targets[0].integration
            places = [(one.id, normalized(each.url)) for one, each in zip(connected, sources, strict=True)]
            showing = _show(integration, store, places, [kind for kind in self.kinds if kind in read])
            await told(asyncio.wait_for(showing, EXAMPLES_SECONDS), self.notices)

    def failed(self, error: FairleadError) -> None:
        """An error has stopped the run."""
        self.status = "failed"
        if self.telemetry:
            self.telemetry.failed("failed", Line("ERROR", f"the run failed: {error.message}"))


@asynccontextmanager
async def port_session(
    settings: PortSettings | None, configuration: Chosen, clean: Callable[[str], str]
) -> AsyncIterator[Session]:
    """The targets of a run, none where there are no settings. `clean` takes secrets out of a text.

    That Port could not be told something never stops a sync. Nothing is told where this installation is no integration
    there. BadUsage where it must not write there.
    """
    session = Session()
    if settings is None:
        yield session
        return
    session.notices += personal_notice(settings)
    rules = configuration.configuration
    target = open_port(
        settings, merge=rules.merge_entity, create_missing=rules.create_missing_related_entities
    )
    started = CLOCK.now()
    listens = False
    try:
        if settings.is_integration:
            greeting = greet(target, configuration, session.notices)
            listens = await told(greeting, session.notices, may_stop=True)
        listens = listens and await told(
            _state(target.integration, settings, "running", started), session.notices
        )
        if listens:
            session.shows, session.kinds = settings.send_examples, _kinds(configuration)
            telemetry = session.telemetry = telemetry_of(target, _rows(configuration), clean)
            await told(asyncio.wait_for(_open(telemetry, target), PARTING_SECONDS), session.notices)
        session.targets.append(target)
        yield session
    except FairleadError as error:
        session.failed(error)
        raise
    finally:
        session.notices += [f"port: {notice}" for notice in target.notices]
        if listens:
            ended = CLOCK.now()
            await _part(session, lambda: _state(target.integration, settings, session.status, started, ended))
        await target.close()


@asynccontextmanager
async def searchable(settings: PortSettings | None, session: Session) -> AsyncIterator[Sequence[PortTarget]]:
    """Where search queries look beside the catalog: the targets of the run, or, for one that leaves them alone, Port
    to be read only; nowhere without settings."""
    if settings is None or session.targets:
        yield session.targets
        return
    target = open_port(settings)
    try:
        yield [target]
    finally:
        await target.close()


async def greet(target: PortTarget, configuration: Chosen, notices: list[str]) -> None:
    """Makes Port know this installation, and gives a new one its resources; what of them was refused is noted."""
    refused = await target.resources.initialize(
        configuration.configuration.text, configuration.blueprints, configuration.extras
    )
    notices += [f"port: {notice}" for notice in refused]


async def _state(
    port: PortIntegration,
    settings: PortSettings,
    status: ResyncStatus,
    started: float,
    ended: float | None = None,
) -> None:
    interval = settings.resync_interval
    await port.report_resync(
        status,
        started=started,
        ended=ended,
        next_resync=started + interval if interval else None,
        interval=interval,
    )


async def _open(telemetry: PortTelemetry, target: PortTarget) -> None:
    stored = await target.integration.stored()
    if stored is not None:
        await telemetry.open(stored)


async def _part(session: Session, last_word: Callable[[], Awaitable[object]]) -> None:
    """The state comes between what led to it and the sum of it all, as with Port's own integration."""
    telemetry = session.telemetry
    if telemetry is not None and session.status == "aborted":
        telemetry.failed("aborted", Line("WARNING", "the run was cut off; the next one goes on with it"))
    elif telemetry is not None:
        await told(asyncio.wait_for(telemetry.flush(), TELLING_SECONDS), session.notices)
    await told(asyncio.wait_for(last_word(), PARTING_SECONDS), session.notices)
    if telemetry is not None:
        await told(asyncio.wait_for(telemetry.close(), TELLING_SECONDS), session.notices)
        session.notices += [f"port: {telemetry.notice}"] if telemetry.notice else []


async def _show(
    integration: PortIntegration,
    store: Catalog,
    places: Sequence[tuple[int, Organization]],
    kinds: Sequence[str],
) -> None:
    for kind in kinds:
        records: list[bytes] = []
        for connection, where in places:
            constants = constants_of(where.url, where.name)
            records += await examples(store, connection, kind, constants, EXAMPLES - len(records))
            if len(records) == EXAMPLES:
                break
        await integration.show_examples(kind, records)


def _rows(configuration: Chosen) -> list[KindRow]:
    return [
        KindRow(row.kind, row.position - 1, row.mapping.blueprint, BASES[row.kind])
        for row in configuration.configuration.rows
    ]


def _kinds(configuration: Chosen) -> tuple[str, ...]:
    """The kinds of the mapping that are read and stored as such."""
    kinds = (row.kind for row in configuration.configuration.rows)
    return tuple(dict.fromkeys(kind for kind in kinds if BASES[kind] == kind))


async def told(call: Awaitable[object], notices: list[str], *, may_stop: bool = False) -> bool:
    """Awaits a call to a target that is a courtesy: its failure is a notice, and False.

    With `may_stop`, BadUsage is raised: a person has to mend a setting first.
    """
    try:
        await call
    except FairleadError as error:
        if may_stop and isinstance(error, BadUsage):
            raise
        notices.append(f"port: {error.message}")
        return False
    except TimeoutError:
        notices.append("port: it did not answer in time")
        return False
    return True
