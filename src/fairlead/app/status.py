"""How the catalog stands: counts, proof, runs, targets. The first thing that a page shows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import msgspec

from fairlead import __version__
from fairlead.app.opened import OpenCatalog, Shelf
from fairlead.app.runs import report_of, summary
from fairlead.app.settings.values import Settings
from fairlead.app.wiring import normalized
from fairlead.model.errors import BadUsage
from fairlead.model.instants import iso
from fairlead.model.reports import ProgressUpdate
from fairlead.model.stored import StoredConnection, StoredRun

if TYPE_CHECKING:
    from fairlead.app.wiring import Catalog

RUNS = 50
"""So many runs are looked through for one that has ended, and one with readings."""


class CatalogCounts(msgspec.Struct, frozen=True, rename="camel"):
    """What exists and what waits."""

    entities: int = 0
    stubs: int = 0
    pending: int = 0
    held: int = 0
    unresolved: int = 0


class Proof(msgspec.Struct, frozen=True, rename="camel"):
    """The walks of the newest run with readings, how many of them are proved, and when that run ended."""

    scopes: int = 0
    proved: int = 0
    at: str | None = None


class ConnectionLine(msgspec.Struct, frozen=True, rename="camel"):
    """A connected organization."""

    name: str
    url: str


class KindProgress(msgspec.Struct, frozen=True, rename="camel"):
    """How far a run is with one kind of one connection."""

    connection: str
    kind: str
    records: int
    walks_done: int
    walks: int
    finished: bool
    requests: int
    seconds: float


class RunNow(msgspec.Struct, frozen=True, rename="camel"):
    """The run that goes on in this server."""

    run: int
    mode: str
    state: str
    started: str
    progress: tuple[KindProgress, ...]


class RunBefore(msgspec.Struct, frozen=True, rename="camel"):
    """The newest run that has ended."""

    run: int
    mode: str
    state: str
    started: str
    ended: str
    seconds: float
    changes: int
    exit_code: int


class DeliveryLine(msgspec.Struct, frozen=True, rename="camel"):
    """What a target is due, and how much of it it has refused."""

    target: str
    due: int
    refused: int


class Status(msgspec.Struct, frozen=True, rename="camel"):
    """`run` is null while nothing runs, `last` while nothing has ended."""

    version: str
    catalog: CatalogCounts
    proof: Proof
    connections: tuple[ConnectionLine, ...]
    run: RunNow | None
    last: RunBefore | None
    deliveries: tuple[DeliveryLine, ...]


async def status(
    settings: Settings, opened: OpenCatalog, running: int | None, progress: Iterable[ProgressUpdate]
) -> Status:
    """The whole status; `running` is the number of this process's run. Empty where there is no catalog yet."""
    shelf = await opened.shelf()
    if shelf is None:
        given = _connections(settings, [])
        return Status(__version__, CatalogCounts(), Proof(), given, None, None, ())
    store = shelf.store
    facts = await store.status()
    runs = await store.runs(RUNS)
    return Status(
        __version__,
        CatalogCounts(
            sum(facts.entities.values()),
            await stub_count(shelf),
            facts.pending,
            facts.held,
            facts.unresolved,
        ),
        _proof(runs),
        _connections(settings, await store.connections()),
        await _now(store, running, progress),
        _before(runs),
        tuple(DeliveryLine(*target) for target in facts.targets),
    )


async def deliveries(opened: OpenCatalog) -> tuple[DeliveryLine, ...]:
    """How targets stand, without the rest of the status: stubs alone take a look at every relation."""
    store = await opened.store()
    return tuple(DeliveryLine(*target) for target in (await store.status()).targets) if store else ()


async def stub_count(shelf: Shelf) -> int:
    """How many bare entities stand in for what relations name, where the mapping makes them."""
    _, stubs = await shelf.store.counts(sorted(shelf.stubbed))
    return stubs


def progress_of(update: ProgressUpdate) -> KindProgress:
    """An update in its public form."""
    return KindProgress(
        update.connection,
        update.kind,
        update.records,
        update.walks_done,
        update.walks,
        update.finished,
        update.requests,
        update.seconds,
    )


def _proof(runs: Iterable[StoredRun]) -> Proof:
    for run in runs:
        report = report_of(run)
        if report is not None and report.readings:
            walks = sum(reading.scopes for reading in report.readings)
            proved = sum(reading.proved for reading in report.readings)
            return Proof(walks, proved, iso(run.ended))
    return Proof()


def _connections(settings: Settings, stored: Iterable[StoredConnection]) -> tuple[ConnectionLine, ...]:
    """Those of the catalog, and those of the settings that no run has entered there yet."""
    found = {row.url: ConnectionLine(row.name, row.url) for row in stored}
    for given in settings.connections:
        try:
            where = normalized(given.url)
        except BadUsage:
            continue  # a run says so
        found.setdefault(where.url, ConnectionLine(given.name or where.name, where.url))
    return tuple(found.values())


async def _now(store: Catalog, running: int | None, progress: Iterable[ProgressUpdate]) -> RunNow | None:
    stored = await store.run(running) if running is not None else None
    if stored is None:
        return None
    updates = tuple(progress_of(update) for update in progress)
    return RunNow(stored.id, stored.mode, "running", iso(stored.started), updates)


def _before(runs: Iterable[StoredRun]) -> RunBefore | None:
    for run in runs:
        if run.state != "running":
            one = summary(run)
            return RunBefore(
                one.run,
                one.mode,
                one.state,
                iso(one.started),
                iso(one.ended),
                one.seconds,
                one.changes,
                one.exit_code,
            )
    return None
