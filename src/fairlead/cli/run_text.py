"""A run's report as text."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING

import msgspec

from fairlead.cli.tables import count, duration, table

if TYPE_CHECKING:
    from fairlead.app.changes import ChangeLine
    from fairlead.app.settings.values import Settings
    from fairlead.cli.output import Output
    from fairlead.model.reports import DeliveryReport, RefusalReport, RunReport

SHOWN = 50
"""Changes and frozen records listed for a person; `--json` has all."""

SIGNS = {"create": "+", "update": "~", "delete": "-", "rename": ">"}


def tell_run(
    output: Output,
    settings: Settings,
    report: RunReport,
    *,
    list_changes: bool,
    more: dict[str, object] | None = None,
) -> None:
    """The report: for a program with every change, for a person with the first of them where `list_changes` says so."""
    asyncio.run(_told(output, settings, report, list_changes, more or {}))


async def _told(
    output: Output, settings: Settings, report: RunReport, list_changes: bool, more: dict[str, object]
) -> None:
    from fairlead.app.changes import document
    from fairlead.app.runs import changes

    first: list[ChangeLine] = []
    async with aclosing(changes(settings, report.run)) as made:
        if output.as_json:
            await output.streamed(document(report) | more, "changes", made)
            return
        if list_changes:
            async for change in made:
                first.append(change)
                if len(first) == SHOWN:
                    break
    output.lines(run_lines(report, first))


def run_lines(report: RunReport, first: Sequence[ChangeLine]) -> Iterator[str]:
    """The whole report, with the changes given one by one."""
    how = "continued, " if report.resumed else ""
    yield f"run {report.run}, {report.mode}: {how}{report.state} in {duration(report.seconds)}"
    yield ""
    yield from table(
        ("kind", "connection", "form", "state", "records", "changed", "kept", "gone", "left", "unseen"),
        [
            (r.kind, r.connection, r.form, r.state, r.records, r.changed, r.drifted, r.gone, r.left, r.unseen)
            for r in report.readings
        ],
    )
    yield from _reasons(report)
    yield ""
    yield from _changes(report)
    yield from _each(first)
    left = sum(sum(reasons.values()) for reasons in report.changes.values()) - len(first)
    if first and left:
        yield f"  … and {left} more; --json lists all"
    yield from _notices(report)
    yield (
        f"{count(report.request_count, 'request')}, {report.bytes_received / 1e6:.1f} MB received, "
        f"{report.cpu_seconds:.1f} s of CPU, {report.peak_memory / 1e6:.0f} MB of memory at most"
    )


def trouble(report: RunReport) -> Iterator[str]:
    """What went wrong in a run, without the rest of the report."""
    yield from _reasons(report)
    for target in report.delivery:
        if target.refused or target.down or target.withheld:
            yield from _target(target)
    yield from _notices(report)


def _reasons(report: RunReport) -> Iterator[str]:
    for reading in report.readings:
        for reason in reading.reasons:
            yield f"  {reading.connection} {reading.kind}: {reason}"


def _changes(report: RunReport) -> Iterator[str]:
    parts = [
        f"{number} {op} ({why})" for op, reasons in report.changes.items() for why, number in reasons.items()
    ]
    yield f"changes: {', '.join(parts) or 'none'}"
    stubs = f" and {count(report.stubs, 'stub')}" if report.stubs else ""
    yield f"catalog: {count(report.entities, 'entity', 'entities')}{stubs}"
    for target in report.delivery:
        yield from _target(target)


def _target(target: DeliveryReport) -> Iterator[str]:
    state = f", down: {target.down}" if target.down else ""
    yield (
        f"target {target.target}: {target.upserted} written, {target.deleted} removed, "
        f"{target.refused} refused{state}"
    )
    yield from (f"  {line}" for line in (target.advice, *target.notes) if line)
    for reason in target.refusals:
        yield from _refusal(reason)


def _refusal(reason: RefusalReport) -> Iterator[str]:
    field = f", {reason.field}" if reason.field else ""
    advice = f": {reason.advice}" if reason.advice else ""
    yield f"  {reason.count} of {reason.blueprint}{field}{advice}"
    for entity in reason.examples:
        yield f"    {entity.identifier}: {entity.error}"
    if reason.count > len(reason.examples):
        yield f"    … and {reason.count - len(reason.examples)} more"


def _notices(report: RunReport) -> Iterator[str]:
    if report.held:
        yield f"held for approval: {report.held}"
    if report.unresolved:
        yield f"search queries without a match: {report.unresolved}"
    for frozen in report.frozen[:SHOWN]:
        yield f"frozen: {frozen.connection} {frozen.kind} {frozen.record}: {frozen.reason}"
    if report.frozen_count > len(report.frozen[:SHOWN]):
        yield f"frozen: {report.frozen_count} in all; their entities are kept as they were"
    for warning in report.warnings:
        yield f"warning: {warning}"
    if report.throttled_seconds:
        yield f"waited {duration(report.throttled_seconds)} because the service asked for it"


def _each(changes: Sequence[ChangeLine]) -> Iterator[str]:
    for change in changes:
        yield f"  {SIGNS[change.op]} {change.blueprint} {change.identifier} ({change.cause.reason})"
        if change.op == "update":
            yield from (f"      {line}" for line in _fields(bytes(change.delta)))


def _fields(delta: bytes) -> Iterator[str]:
    for field, pair in msgspec.json.decode(delta, type=dict[str, list[msgspec.Raw]]).items():
        before, after = (_short(bytes(value).decode()) for value in pair)
        yield f"{field}: {before} → {after}"


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"
