"""Past runs as a server tells of them, from its open catalog: absent is an answer, not an error of the command line."""

from __future__ import annotations

import msgspec

from fairlead.app.changes import ChangeLine, document, line
from fairlead.app.cursors import Position, position_of, token_of
from fairlead.app.opened import OpenCatalog
from fairlead.app.runs import RunSummary, report_of, summary, whole
from fairlead.model.errors import NotThere
from fairlead.model.reports import RunReport
from fairlead.model.stored import StoredRun

RunDocument = msgspec.defstruct(
    "RunDocument",
    [
        ("change_counts" if field.name == "changes" else field.name, field.type)
        for field in msgspec.structs.fields(RunReport)
    ],
    frozen=True,
)
"""The form of `changes.document`: a run's report as `fairlead runs RUN --json` prints it before its changes."""


class ChangePage(msgspec.Struct, frozen=True):
    """Changes, and where the next page begins: null at the end."""

    changes: list[ChangeLine]
    next: str | None


class RunReading(msgspec.Struct, frozen=True):
    """One reading: of its `scopes` walks `proved` are; `reasons` say why the others are not."""

    connection: str
    kind: str
    form: str
    state: str
    scopes: int
    proved: int
    reasons: tuple[str, ...]


class Readings(msgspec.Struct, frozen=True):
    """The readings of a run."""

    readings: list[RunReading]


async def listing(opened: OpenCatalog, limit: int) -> list[RunSummary]:
    """The newest runs, newest first; none where there is no catalog."""
    store = await opened.store()
    return [] if store is None else [summary(run) for run in await store.runs(limit)]


async def report(opened: OpenCatalog, run: int) -> dict[str, object]:
    """A run's report. NotThere where no run has the number; BadUsage where it has not ended with a report."""
    return document(whole(await _stored(opened, run)))


async def changes(opened: OpenCatalog, run: int, limit: int, after: str) -> ChangePage:
    """A page of a run's changes. NotThere where no run has the number; BadUsage for a position that none gave."""
    await _stored(opened, run)
    store = await opened.store()
    position = position_of(after) if after else Position("", "")
    if store is None:
        return ChangePage([], None)
    found = await store.browse.changes(run, position.blueprint, position.identifier, limit + 1)
    page = found[:limit]
    more = len(found) > limit
    last = token_of(Position(page[-1].blueprint, page[-1].identifier)) if more else None
    return ChangePage([line(change) for change in page], last)


async def readings(opened: OpenCatalog, run: int) -> Readings:
    """A run's readings: as it reported them, or as they stand while it goes on. NotThere as for `report`."""
    stored = await _stored(opened, run)
    ended = report_of(stored)
    if ended is not None:
        return Readings([RunReading(r.connection, r.kind, r.form, r.state, r.scopes, r.proved, r.reasons)
                         for r in ended.readings])  # fmt: skip
    store = await opened.store()
    if store is None:
        return Readings([])
    walks = await store.browse.walks(run)
    names = {row.id: row.name for row in await store.connections()}
    return Readings(
        [
            RunReading(
                names.get(reading.connection, str(reading.connection)),
                reading.kind,
                reading.form,
                reading.state,
                *walks.get(reading.id, (0, 0)),
                (reading.reason,) if reading.reason else (),
            )
            for reading in await store.readings(run)
        ]
    )


async def _stored(opened: OpenCatalog, run: int) -> StoredRun:
    store = await opened.store()
    stored = await store.run(run) if store is not None and 0 < run < 1 << 63 else None
    if stored is None:
        raise NotThere(f"there is no run {run}", advice="GET /api/runs lists them")
    return stored
