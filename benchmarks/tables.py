"""Prints what was measured as plain tables."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.aims import MEGABYTE, PEERS
from benchmarks.parts import BUDGET, JQ, MAIN, Picture
from benchmarks.results import Aim, Measured, Results
from benchmarks.sizes import DAILY, FORMULAS, by_kind

Cells = Sequence[str]
SPOTS = 25


def table(head: Cells, rows: Sequence[Cells]) -> str:
    """A Markdown table whose columns line up; all but the first are flush right."""
    widths = [max(len(row[place]) for row in [head, *rows]) for place in range(len(head))]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    return "\n".join(_line(row, widths) for row in [head, rule, *rows])


def _line(row: Cells, widths: Sequence[int]) -> str:
    cells = [row[0].ljust(widths[0])]
    cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
    return f"| {' | '.join(cells)} |"


def number(value: float, digits: int = 2) -> str:
    """A number without trailing zeros behind the point."""
    text = f"{value:.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def text_of(results: Results) -> str:
    """Everything, one table after another."""
    blocks = ["Full syncs", _syncs(results), "The same once more, nothing changed", _again(results.measured)]
    if results.floors:
        blocks += ["The floor: fetch, jq and insert, no code of Fairlead's", _floors(results)]
        blocks += ["Requests by kind, made and at least", _requests(results)]
    blocks += [
        "Port's integration: given figures, measured elsewhere on such a machine, NOT in this run",
        _peers(),
    ]
    if results.sampled is not None:
        cost, picture = results.sampled
        records = next(one.typical.records for one in results.measured if one.size == results.sampled_size)
        blocks.append(f"Where the CPU time goes: {results.sampled_size} entities, {records} records, sampled")
        blocks.append(_parts(picture, records, cost.cpu_workers))
        blocks += ["Lines that take most", _spots(picture, records)]
    blocks.append(f"jq takes {results.jq_probe:.1f} µs for a small record (the published wheel about 12)")
    return "\n\n".join([*blocks, "Aims", _aims(results.aims)])


def _syncs(results: Results) -> str:
    head = (
        "entities", "ms", "wall s", "entities/s", "CPU s", "main", "jq", "main µs/record", "jq µs/record",
        "PSS MB", "main", "requests", "sandbox µs/request",
    )  # fmt: skip
    return table(head, [_sync(one) for one in results.measured])


def _sync(one: Measured) -> Cells:
    sync, cost = one.typical, one.typical.cost
    per = 1e6 / max(1, sync.records)
    return (
        f"{one.size}",
        f"{one.latency:g}",
        f"{cost.wall:.2f}",
        f"{sync.entities / cost.wall:.0f}",
        f"{cost.cpu:.2f}",
        f"{cost.cpu_main:.2f}",
        f"{cost.cpu_workers:.2f}",
        f"{cost.cpu_main * per:.0f}",
        f"{cost.cpu_workers * per:.0f}",
        f"{cost.memory / MEGABYTE:.0f}",
        f"{cost.memory_main / MEGABYTE:.0f}",
        f"{sync.requests}",
        f"{sync.sandbox_cpu / max(1, sync.requests) * 1e6:.0f}",
    )


def _again(measured: Sequence[Measured]) -> str:
    rows = []
    for one in measured:
        cost, per = one.again.cost, 1e6 / max(1, one.again.records)
        rows.append(
            (
                f"{one.size}",
                f"{one.latency:g}",
                f"{cost.wall:.2f}",
                f"{cost.cpu:.2f}",
                f"{cost.cpu_main:.2f}",
                f"{cost.cpu_main * per:.0f}",
                f"{one.again.changes}",
                f"{one.again.requests}",
            )
        )
    head = ("entities", "ms", "wall s", "CPU s", "main", "main µs/record", "changes", "requests")
    return table(head, rows)


def _floors(results: Results) -> str:
    rows = []
    for size, floor in results.floors.items():
        ours = [one.typical.cost for one in results.measured if one.size == size and not one.latency]
        cost = floor.cost
        rows.append(
            (
                f"{size}",
                f"{cost.wall:.2f}",
                f"{cost.cpu:.2f}",
                f"{cost.cpu_main:.2f}",
                f"{cost.cpu_workers:.2f}",
                f"{floor.entities}",
                f"{sum(floor.requests.values())}",
                f"{ours[0].wall / cost.wall:.2f}" if ours else "",
                f"{ours[0].cpu / cost.cpu:.2f}" if ours else "",
            )
        )
    head = ("entities", "wall s", "CPU s", "main", "jq", "found", "requests", "Fairlead ÷ floor, wall", "CPU")
    return table(head, rows)


def _requests(results: Results) -> str:
    rows: list[Cells] = []
    for one in results.measured:
        least = results.floor_requests.get(one.size)
        if least is None or one.latency:
            continue
        made, size = by_kind(one.typical.routes), f"{one.size}"
        kinds = [*least, *sorted(made.keys() - least.keys())]
        rows += [
            (
                kind,
                size,
                (FORMULAS | DAILY).get(kind, ""),
                f"{least.get(kind, 0)}",
                f"{made.get(kind, 0)}",
                "",
            )
            for kind in kinds
        ]
        total, bottom = sum(made.values()), sum(least.values())
        reported = f"{one.typical.reported}"
        rows.append((f"all: {total / bottom:.3f} × floor", size, "", f"{bottom}", f"{total}", reported))
    return table(("kind", "entities", "formula", "floor", "made", "reported"), rows)


def _peers() -> str:
    rows = [
        (
            f"{one.size}",
            f"{one.seconds:.0f}",
            f"{one.cpu:.0f}",
            f"{one.requests}",
            f"{one.megabytes:.0f}" if one.megabytes else "",
            f"{one.seconds_at_50_ms:.0f}" if one.seconds_at_50_ms else "",
        )
        for one in PEERS
    ]
    return table(("entities", "wall s", "CPU s", "requests", "MB", "wall s at 50 ms"), rows)


def _parts(picture: Picture, records: int, workers: float) -> str:
    per = 1e6 / max(1, records)
    rows: list[Cells] = []
    for part, budget in BUDGET.items():
        seconds = picture.parts.get(part, 0.0)
        given = "1.5 s a run" if budget is None else number(budget)
        rows.append((part, f"{seconds:.2f}", f"{seconds * per:.1f}", given))
    without = sum(seconds for part, seconds in picture.parts.items() if part != "start-up")
    rows.append(("main process but for start-up", f"{without:.2f}", f"{without * per:.1f}", number(MAIN)))
    rows.append(("jq workers", f"{workers:.2f}", f"{workers * per:.1f}", number(JQ)))
    for name, seconds in sorted(picture.threads.items()):
        rows.append((f"thread {name}", f"{seconds:.2f}", f"{seconds * per:.1f}", ""))
    return table(("part", "CPU s", "µs/record", "budget"), rows)


def _spots(picture: Picture, records: int) -> str:
    per = 1e6 / max(1, records)
    return table(
        ("line", "µs/record"), [(spot.place, f"{spot.seconds * per:.1f}") for spot in picture.lines[:SPOTS]]
    )


def _aims(aims: Sequence[Aim]) -> str:
    rows = [
        (aim.name, number(aim.value), number(aim.limit), aim.unit, "reached" if aim.reached else "MISSED")
        for aim in aims
    ]
    return table(("aim", "measured", "at most", "", ""), rows)
