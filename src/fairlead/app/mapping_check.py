"""Checks a mapping and its blueprints; asks nobody but Port, and only where the mapping is stored there."""

from __future__ import annotations

import msgspec

from fairlead.app.configuring import chosen
from fairlead.app.settings.values import Settings
from fairlead.app.wiring import mapper_of
from fairlead.mapping.rows import expressions


class CheckedRow(msgspec.Struct, frozen=True):
    """One row: its place, its kind, the jq text of its blueprint, and how many expressions were compiled."""

    row: int
    kind: str
    blueprint: str
    expressions: int


class MappingReport(msgspec.Struct, frozen=True):
    """A mapping that can be used. `origin` says what was checked."""

    origin: str
    rows: tuple[CheckedRow, ...]
    blueprints: int
    warnings: tuple[str, ...]


async def check(settings: Settings) -> MappingReport:
    """The mapping that the settings lead to. BadMapping for the first thing in it that cannot be used."""
    found = await chosen(settings)
    async with mapper_of(found.configuration, settings):
        pass
    rows = tuple(
        CheckedRow(row.position, row.kind, row.mapping.blueprint, len(expressions(row)))
        for row in found.configuration.rows
    )
    return MappingReport(found.origin, rows, len(found.blueprints), found.configuration.warnings)
