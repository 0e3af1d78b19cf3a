"""What a benchmark finds out: values only, as `--json` writes them."""

from __future__ import annotations

import msgspec
from benchmarks.observing import Cost
from benchmarks.parts import Picture
from benchmarks.sizes import Sizes


class Sync(msgspec.Struct, frozen=True):
    """One run of the product: its cost, what its report says, what the sandbox counted, what the sandbox took."""

    cost: Cost
    entities: int
    records: int
    changes: int
    reported: int
    reported_cpu: float
    routes: dict[str, int]
    sandbox_cpu: float

    @property
    def requests(self) -> int:
        """Requests that reached the sandbox."""
        return sum(self.routes.values())


class FloorRun(msgspec.Struct, frozen=True):
    """The run without product code."""

    cost: Cost
    sizes: Sizes
    requests: dict[str, int]
    entities: int


class Measured(msgspec.Struct, frozen=True):
    """One size at one latency: full runs into new catalogs, and one more of the unchanged organization."""

    size: int
    latency: float
    full: tuple[Sync, ...]
    again: Sync

    @property
    def typical(self) -> Sync:
        """The run of the median wall time (the slower of two)."""
        return sorted(self.full, key=lambda one: one.cost.wall)[len(self.full) // 2]


class Aim(msgspec.Struct, frozen=True):
    """A number that is to stay below a limit."""

    name: str
    value: float
    limit: float
    unit: str

    @property
    def reached(self) -> bool:
        """Whether it is."""
        return self.value <= self.limit


class Results(msgspec.Struct, frozen=True):
    """Everything that was measured; `floors` and `floor_requests` by size, `jq_probe` in microseconds."""

    preset: str
    jq_probe: float
    measured: list[Measured]
    floors: dict[int, FloorRun]
    floor_requests: dict[int, dict[str, int]]
    sampled_size: int
    sampled: tuple[Cost, Picture] | None
    start_up: Sync
    aims: list[Aim]
