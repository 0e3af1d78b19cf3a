"""Small configurations and pools for tests of the mapping room."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from fairlead.mapping.configuration import Configuration, parse
from fairlead.mapping.mapper import Mapper
from fairlead.mapping.pool import Limits, WorkerPool
from fairlead.model.entities import Contribution, RowOutcome
from fairlead.model.kinds import Derivation

QUICK = Limits(seconds=1.0, memory=256 << 20, answer=1 << 20)


def resource(
    identifier: object = ".id",
    *,
    kind: str = "repository",
    query: object = "true",
    blueprint: str = '"thing"',
    selector: Mapping[str, object] | None = None,
    port: Mapping[str, object] | None = None,
    **fields: object,
) -> dict[str, object]:
    """One of `resources`; `fields` are those of the mapping."""
    return {
        "kind": kind,
        "selector": {"query": query, **(selector or {})},
        "port": {
            "entity": {"mappings": {"identifier": identifier, "blueprint": blueprint, **fields}},
            **(port or {}),
        },
    }


def field_of(name: str, value: object) -> dict[str, Any]:
    """One argument of `resource`, by its name."""
    return {name: value}


def configured(*resources: Mapping[str, object], **top: object) -> Configuration:
    """A configuration of these rows."""
    return parse(json.dumps({"resources": resources, **top}), source="test.yml")


@asynccontextmanager
async def mapping(
    *resources: Mapping[str, object],
    derivations: Sequence[Derivation] = (),
    limits: Limits = QUICK,
    environment: Mapping[str, str] | None = None,
    size: int = 1,
) -> AsyncIterator[Mapper]:
    """A mapper of these rows over a pool of its own."""
    async with WorkerPool(size, limits, environment or {}) as pool:
        yield Mapper(pool, configured(*resources), derivations)


async def mapped(row: Mapping[str, object], record: object) -> RowOutcome:
    """What one row makes of one record."""
    async with mapping(row) as mapper:
        return (await mapper.map(str(row["kind"]), [json.dumps(record).encode()]))[0][0]


def only(outcome: RowOutcome) -> Contribution:
    """The one contribution of a row that is not frozen."""
    assert not outcome.frozen
    (found,) = outcome.contributions
    return found
