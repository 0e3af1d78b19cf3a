"""Past runs: the list, and one whole."""

from __future__ import annotations

import msgspec

from fairlead.app.changes import RunView, lines
from fairlead.app.settings.values import Settings
from fairlead.app.wiring import reading_catalog
from fairlead.model.errors import BadUsage
from fairlead.model.reports import RunReport
from fairlead.model.stored import StoredRun
from fairlead.sync.store import Store


class RunSummary(msgspec.Struct, frozen=True):
    """A run in a list. Instants are epoch seconds, `ended` 0 while it runs; `changes` counts all ops."""

    run: int
    mode: str
    state: str
    started: float
    ended: float
    seconds: float
    changes: int
    exit_code: int


async def listing(settings: Settings, limit: int) -> list[RunSummary]:
    """The newest runs, newest first. CatalogUnusable where there is no catalog."""
    async with reading_catalog(settings) as store:
        return [_summary(run) for run in await store.runs(limit)]


async def view(settings: Settings, run: int) -> RunView:
    """One run with its changes. BadUsage for a number that no run has, or a run that has not ended with a report."""
    async with reading_catalog(settings) as store:
        stored = await store.run(run)
        if stored is None:
            raise BadUsage(f"there is no run {run}", advice="fairlead runs lists them")
        report = report_of(stored)
        if report is None:
            how = {"running": "has not ended", "stopped": "was cut off, and a newer run took its place"}
            raise BadUsage(f"run {run} {how.get(stored.state, stored.state)}: it has no report")
        return await view_of(store, report)


async def view_of(store: Store, report: RunReport) -> RunView:
    """The report with the run's changes."""
    return RunView(report, lines([change async for change in store.changes(report.run)]))


def report_of(run: StoredRun) -> RunReport | None:
    """The stored report; None where the run ended without one."""
    try:
        return msgspec.json.decode(run.report, type=RunReport)
    except msgspec.DecodeError:
        return None


def _summary(run: StoredRun) -> RunSummary:
    report = report_of(run)
    return RunSummary(
        run.id,
        run.mode,
        run.state,
        run.started,
        run.ended,
        report.seconds if report else max(run.ended - run.started, 0.0),
        sum(sum(reasons.values()) for reasons in report.changes.values()) if report else 0,
        report.exit_code if report else 0,
    )
