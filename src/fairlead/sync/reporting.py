"""Adds up what a run did, and what its exit code is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec

from fairlead.model.reports import DeliveryReport, FrozenRecord, ReadingReport, RunMode, RunReport
from fairlead.model.source import Traffic
from fairlead.model.stored import SharedEntity
from fairlead.sync.scene import Scene
from fairlead.sync.store import Store

FROZEN_SHOWN = 50


class Totals:
    """What the steps of a run leave for its report."""

    def __init__(self, *, began: float, resumed: bool) -> None:
        self.began = began
        self.resumed = resumed
        self.readings: list[ReadingReport] = []
        self.frozen: list[FrozenRecord] = []
        self.unresolved = 0
        self.delivery: list[DeliveryReport] = []
        self.warnings: list[str] = []

    @property
    def is_proved(self) -> bool:
        """Whether every reading is proved and no record is frozen."""
        return not self.frozen and all(reading.state == "proved" for reading in self.readings)


def shared_warnings(shared: Sequence[SharedEntity], places: Mapping[str, str]) -> list[str]:
    """A warning for each mapping row through which several records make one entity; `places` names rows by hash."""
    return [_shared_warning(one, places[one.row]) for one in shared if one.row in places]


def _shared_warning(one: SharedEntity, place: str) -> str:
    many = f"{one.entities} entities are each made" if one.entities > 1 else "an entity is made"
    records = " and ".join(f"{one.kind} {key} of {connection}" for connection, key in one.records)
    return (
        f"{place}: {many} by more than one record, of which the last one wins: "
        f"{one.key.blueprint} {one.key.identifier} by {records}"
    )


async def build_report(
    store: Store,
    scene: Scene,
    mode: RunMode,
    totals: Totals,
    traffic: Sequence[Traffic],
    usage: tuple[float, int],
    now: float,
) -> RunReport:
    """The report of a run that came to its end."""
    changes: dict[str, Counter[str]] = {}
    held = 0
    for op, reason, state, count in await store.change_counts(scene.run):
        changes.setdefault(op, Counter())[reason] += count
        held += count if state == "held" else 0
    requests: dict[str, Counter[str]] = {}
    for one in traffic:
        for (route, status), count in one.requests.items():
            requests.setdefault(route, Counter())[str(status)] += count
    entities, stubs = await store.counts(list(scene.blueprints))
    report = RunReport(
        run=scene.run,
        mode=mode,
        state="done",
        resumed=totals.resumed,
        readings=tuple(totals.readings),
        changes={op: dict(sorted(reasons.items())) for op, reasons in sorted(changes.items())},
        held=held,
        unresolved=totals.unresolved,
        entities=entities,
        stubs=stubs,
        frozen=tuple(totals.frozen[:FROZEN_SHOWN]),
        frozen_count=len(totals.frozen),
        warnings=tuple(totals.warnings),
        requests={route: dict(statuses) for route, statuses in sorted(requests.items())},
        request_count=sum(sum(one.requests.values()) for one in traffic),
        bytes_received=sum(one.bytes_received for one in traffic),
        throttled_seconds=sum(one.throttled_seconds for one in traffic),
        delivery=tuple(totals.delivery),
        seconds=now - totals.began,
        cpu_seconds=usage[0],
        peak_memory=usage[1],
        exit_code=0,
    )
    return msgspec.structs.replace(report, exit_code=exit_code(report))


def exit_code(report: RunReport) -> int:
    """0 every reading proved, nothing held or refused · 2 a plan has changes · 3 incomplete or frozen · 4 held ·
    5 a target refused. The first that applies of 3, 4, 5, 2."""
    if report.frozen_count or any(reading.state != "proved" for reading in report.readings):
        return 3
    if report.held or any(delivery.withheld for delivery in report.delivery):
        return 4
    if any(delivery.refused or delivery.down for delivery in report.delivery):
        return 5
    if report.mode == "plan" and report.changes:
        return 2
    return 0
