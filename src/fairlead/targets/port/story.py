"""A run as Port's users read it: lines of a log, and the state of each row of the mapping. Pure.

The shapes are those that Port's own integration sends: `syncKindsMetrics` entries whose `metrics` are a tree by phase.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec

from fairlead.model.reports import DeliveryReport, ReadingReport, RunReport
from fairlead.targets.port.settings import INTEGRATION_TYPE, PortSettings

Level = Literal["INFO", "WARNING", "ERROR"]
SyncState = Literal["pending", "syncing", "completed", "failed", "aborted"]

RUNTIME = "__runtime__"
RECONCILIATION = "__reconciliation__"


class Line(msgspec.Struct, frozen=True):
    """One line of the log. `extra` is what programs filter by."""

    level: Level
    message: str
    extra: dict[str, str | int] = {}


class KindRow(msgspec.Struct, frozen=True):
    """One row of the mapping: its kind, its place from 0, its blueprint as it is written there, and the kind that is
    read for it."""

    kind: str
    index: int
    blueprint: str
    base: str

    @property
    def identifier(self) -> str:
        """What Port calls the row."""
        return f"{self.kind}-{self.index}"


class Counts(msgspec.Struct, frozen=True):
    """Objects of one entry, by phase and what became of them: `("extract", "raw_extracted"): 3`. Seconds of the whole,
    0 where unknown."""

    objects: dict[tuple[str, str], int] = {}
    seconds: float = 0.0

    def tree(self) -> dict[str, object]:
        """As Port wants them."""
        by_phase: dict[str, dict[str, object]] = {}
        for (phase, what), count in self.objects.items():
            by_phase.setdefault(phase, {})[what] = {"object_count": count}
        phases: dict[str, object] = {phase: {"object_count_type": it} for phase, it in by_phase.items()}
        if self.seconds:
            phases["resync"] = {"duration_seconds": self.seconds}
        return {"phase": phases}


def lines_of(report: RunReport) -> Iterator[Line]:
    """What there is to say at the end of a run."""
    for reading in report.readings:
        yield _reading(reading)
    for frozen in report.frozen:
        yield Line(
            "WARNING",
            f"{frozen.kind} {frozen.record} of {frozen.connection} is kept as it was: {frozen.reason}",
            {"kind": frozen.kind},
        )
    for warning in report.warnings:
        yield Line("WARNING", warning)
    for delivery in report.delivery:
        yield from _delivery(delivery)
    changes = {op: sum(reasons.values()) for op, reasons in report.changes.items()}
    told = ", ".join(f"{count} {op}" for op, count in sorted(changes.items())) or "no change"
    yield Line(
        "INFO",
        f"run {report.run} has ended: {told}, {report.entities} entities",
        {"run": report.run, "exitCode": report.exit_code},
    )


def _reading(reading: ReadingReport) -> Line:
    text = f"{reading.kind} of {reading.connection}: {reading.records} records, {reading.changed} changed"
    if reading.state == "proved":
        return Line("INFO", text, {"kind": reading.kind})
    reasons = "; ".join(reading.reasons) or reading.state
    return Line(
        "WARNING", f"{text}; incomplete, so nothing of it is removed: {reasons}", {"kind": reading.kind}
    )


def _delivery(delivery: DeliveryReport) -> Iterator[Line]:
    yield Line("INFO", f"{delivery.target}: {delivery.upserted} entities written, {delivery.deleted} removed")
    for refusal in delivery.refusals:
        for one in refusal.examples:
            advice = f" ({refusal.advice})" if refusal.advice else ""
            extra: dict[str, str | int] = {"blueprint": refusal.blueprint, "entity": one.identifier}
            yield Line(
                "ERROR",
                f"{delivery.target} refuses {refusal.blueprint} {one.identifier}: {one.error}{advice}",
                extra | {"field": refusal.field, "count": refusal.count},
            )
    for note in delivery.notes:
        yield Line("WARNING", f"{delivery.target}: {note}")
    if delivery.down:
        yield Line("ERROR", f"{delivery.target} could not be delivered to: {delivery.down}")


def is_failure(report: RunReport) -> bool:
    """Whether Port's users should look: something was not read, not mapped or not taken. What waits for approval is
    no failure."""
    return report.exit_code in (3, 5)


def entry(
    settings: PortSettings, event: str, row: KindRow | str, state: SyncState, counts: Counts
) -> dict[str, object]:
    """One entry of `syncKindsMetrics`: of a row, or of the whole by its name."""
    known = row if isinstance(row, KindRow) else None
    name = known.identifier if known else str(row)
    return {
        "integrationType": INTEGRATION_TYPE,
        "installationType": "OnPrem",
        "executionMode": "single_process",
        "integrationIdentifier": settings.identifier,
        "integrationVersion": settings.version,
        "oceanVersion": settings.version,
        "kindIdentifier": name,
        "kind": known.kind if known else name,
        "kindIndex": known.index if known else 0,
        "eventId": event,
        "syncState": state,
        "blueprint": known.blueprint if known else "",
        "metrics": counts.tree(),
    }


def kind_counts(readings: Sequence[ReadingReport], base: str) -> tuple[SyncState, Counts]:
    """How the readings of a kind ended."""
    found = [reading for reading in readings if reading.kind in (base, "every kind")]
    state: SyncState = "completed" if all(one.state == "proved" for one in found) else "failed"
    return state, Counts({("extract", "raw_extracted"): sum(one.records for one in found)})


def whole_counts(report: RunReport) -> tuple[Counts, Counts]:
    """Of the run: what was loaded; and what was removed at its end."""
    loaded = {
        ("load", "loaded"): sum(one.upserted for one in report.delivery),
        ("load", "failed"): sum(one.refused for one in report.delivery),
    }
    removed = {("delete", "deleted"): sum(one.deleted for one in report.delivery)}
    return Counts(loaded, report.seconds), Counts(removed)
