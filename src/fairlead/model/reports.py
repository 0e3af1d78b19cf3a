"""What a run reports: the same values for the terminal, `--json`, the API and the page."""

from __future__ import annotations

from typing import Literal

import msgspec

RunMode = Literal["full", "incremental", "plan"]
RunState = Literal["running", "done", "failed", "stopped"]


class ReadingReport(msgspec.Struct, frozen=True):
    """One reading. `scopes` walks were made, `proved` of them are proved; `reasons` say why others are not.

    `records` were read, `changed` of them differ from what was stored; `drifted` were missing from the listing but
    found by id (kept); `gone`, `left` (the filter) and `unseen` are the confirmed outcomes of missing ones.
    """

    connection: str
    kind: str
    form: str
    state: str
    scopes: int
    proved: int
    reasons: tuple[str, ...]
    records: int
    changed: int
    drifted: int = 0
    gone: int = 0
    left: int = 0
    unseen: int = 0


class FrozenRecord(msgspec.Struct, frozen=True):
    """A record whose contributions are kept as they were, with the reason."""

    connection: str
    kind: str
    record: str
    reason: str


class RefusedEntity(msgspec.Struct, frozen=True):
    """An entity that a target refuses, and what the target says of it."""

    identifier: str
    error: str


class RefusalReport(msgspec.Struct, frozen=True):
    """Entities of one blueprint that a target refuses for one reason: `count` of them, the first as `examples`.

    `field` is what is wrong with them ("" where unknown), `advice` what a person can do.
    """

    blueprint: str
    field: str
    advice: str
    count: int
    examples: tuple[RefusedEntity, ...]


class DeliveryReport(msgspec.Struct, frozen=True):
    """One target: what was sent and what it refused, with the first reasons for that. `down` says why it could not
    be delivered to, `advice` what a person can do about that.

    `adopted` entities were found there as they should be, when it was looked at for the first time. `withheld` removals
    are due but were not sent; `notes` say why.
    """

    target: str
    upserted: int
    deleted: int
    refused: int
    refusals: tuple[RefusalReport, ...] = ()
    down: str = ""
    advice: str = ""
    adopted: int = 0
    withheld: int = 0
    notes: tuple[str, ...] = ()


class RunReport(msgspec.Struct, frozen=True):
    """A whole run. `changes` counts by (op, reason); `requests` by route and status; `exit_code` as in the CLI's table.

    `entities` exist in the catalog after the run, `stubs` beside them; seconds are of the wall clock; `cpu_seconds`
    include the workers; `peak_memory` is in bytes.
    """

    run: int
    mode: RunMode
    state: RunState
    resumed: bool
    readings: tuple[ReadingReport, ...]
    changes: dict[str, dict[str, int]]
    held: int
    unresolved: int
    entities: int
    stubs: int
    frozen: tuple[FrozenRecord, ...]
    frozen_count: int
    warnings: tuple[str, ...]
    requests: dict[str, dict[str, int]]
    request_count: int
    bytes_received: int
    throttled_seconds: float
    delivery: tuple[DeliveryReport, ...]
    seconds: float
    cpu_seconds: float
    peak_memory: int
    exit_code: int


class ProgressUpdate(msgspec.Struct, frozen=True):
    """How far a run is: per kind the records so far and the walks done and known; requests sent, seconds so far."""

    kind: str
    connection: str
    records: int
    walks_done: int
    walks: int
    finished: bool
    requests: int
    seconds: float
