"""Past runs: the list, and one whole."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import msgspec

from fairlead.app.changes import ChangeLine, line
from fairlead.app.settings.values import Settings
from fairlead.app.wiring import reading_catalog
from fairlead.model.errors import BadUsage
from fairlead.model.reports import RunReport
from fairlead.model.stored import StoredRun


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
        return [summary(run) for run in await store.runs(limit)]


async def report(settings: Settings, run: int) -> RunReport:
    """One run. BadUsage for a number that no run has, or a run that has not ended with a report."""
    async with reading_catalog(settings) as store:
        stored = await store.run(run)
        if stored is None:
            raise BadUsage(f"there is no run {run}", advice="fairlead runs lists them")
        return whole(stored)


def whole(stored: StoredRun) -> RunReport:
    """A run's report. BadUsage for a run that has not ended with one."""
    found = report_of(stored)
    if found is None:
        how = {"running": "has not ended", "stopped": "was cut off, and a newer run took its place"}
        raise BadUsage(f"run {stored.id} {how.get(stored.state, stored.state)}: it has no report")
    return found


async def changes(settings: Settings, run: int) -> AsyncGenerator[ChangeLine, None]:
    """A run's changes, in the order of the bytes of (blueprint, identifier), never all in memory."""
    async with reading_catalog(settings) as store:
        async for change in store.changes(run):
            yield line(change)


def report_of(run: StoredRun) -> RunReport | None:
    """The stored report; None where the run ended without one."""
    try:
        return msgspec.json.decode(run.report, type=RunReport)
    except msgspec.DecodeError:
        return None


def summary(run: StoredRun) -> RunSummary:
    """A stored run as a line of a list."""
    found = report_of(run)
    return RunSummary(
        run.id,
        run.mode,
        run.state,
        run.started,
        run.ended,
        found.seconds if found else max(run.ended - run.started, 0.0),
        sum(sum(reasons.values()) for reasons in found.changes.values()) if found else 0,
        found.exit_code if found else 0,
    )
