"""What is aimed at, and what Port's integration took where it was measured."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from benchmarks.parts import START_UP, UNCHANGED
from benchmarks.results import Aim, Measured

IN_FLIGHT = 15
MEGABYTE = 1_000_000


class Given(msgspec.Struct, frozen=True):
    """Figures of Port's integration, measured elsewhere on such a machine; not of this run."""

    size: int
    seconds: float
    cpu: float
    requests: int
    megabytes: float | None = None
    seconds_at_50_ms: float | None = None


PEERS = (
    Given(20_000, 90.0, 122.0, 2_086, seconds_at_50_ms=164.0),
    Given(100_000, 521.0, 606.0, 9_638, megabytes=393.0),
)


def aims_of(measured: Sequence[Measured], floors: dict[int, int], start_up: float) -> list[Aim]:
    """Every aim that these measurements speak to. `floors` are the least numbers of requests by size."""
    found: list[Aim] = []
    at_once = {one.size: one.typical.cost.wall for one in measured if not one.latency}
    for one in measured:
        found += _of_size(one, start_up) if not one.latency else _of_latency(one, at_once)
        if one.size in floors:
            limit = 1.2 * floors[one.size]
            found.append(Aim(f"{_title(one)}: requests", one.typical.requests, limit, ""))
        found.append(Aim(f"{_title(one)}: changes of a second sync", one.again.changes, 0, ""))
    return [*found, Aim("start-up: CPU", start_up, START_UP, "s")]


def _title(one: Measured) -> str:
    return f"{one.size} at {one.latency:g} ms"


def _of_size(one: Measured, start_up: float) -> list[Aim]:
    cost, found = one.typical.cost, list[Aim]()
    if one.size == 20_000:
        found = [
            Aim(f"{_title(one)}: wall", cost.wall, 6.0, "s"),
            Aim(f"{_title(one)}: CPU", cost.cpu, 9.0, "s"),
        ]
    if one.size == 100_000:
        found = [
            Aim(f"{_title(one)}: wall", cost.wall, 30.0, "s"),
            Aim(f"{_title(one)}: memory", cost.memory / MEGABYTE, 250.0, "MB"),
        ]
    if one.size >= 20_000 and one.again.records:
        # Of a second sync, what is not start-up is the price of records that did not change.
        per_record = (one.again.cost.cpu_main - start_up) / one.again.records * 1e6
        found.append(Aim(f"{_title(one)}: unchanged record, main process, µs", per_record, UNCHANGED, "µs"))
    return found


def _of_latency(one: Measured, at_once: dict[int, float]) -> list[Aim]:
    if one.size not in at_once:
        return []
    waiting = one.typical.requests * one.latency / 1000 / IN_FLIGHT
    return [Aim(f"{_title(one)}: wall", one.typical.cost.wall, 1.5 * (waiting + at_once[one.size]), "s")]
