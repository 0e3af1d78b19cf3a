"""Entities as the truth writes them, and the small rules they share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

Key = tuple[str, str]
"""Blueprint and identifier."""

Targets = Mapping[str, Mapping[str, str]]
"""The blueprint that each relation of a blueprint leads to."""


@dataclass(frozen=True)
class Entity:
    """What an export says of an entity; values that are None are absent."""

    title: str | None = None
    properties: Mapping[str, Any] = field(default_factory=dict)
    relations: Mapping[str, Any] = field(default_factory=dict)
    team: Any = None
    icon: str | None = None

    def line(self, key: Key) -> dict[str, Any]:
        """The entity in the form of an export's line."""
        found: dict[str, Any] = {"blueprint": key[0], "identifier": key[1]}
        for name in ("title", "team", "icon"):
            if getattr(self, name) is not None:
                found[name] = getattr(self, name)
        found["properties"] = present(self.properties)
        found["relations"] = present(self.relations)
        return found


Entities = dict[Key, Entity]


def present(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values without those that are None."""
    return {name: value for name, value in values.items() if value is not None}


def with_stubs(entities: Mapping[Key, Entity], targets: Targets) -> Entities:
    """The entities, and a bare one for every target of a relation that nothing creates."""
    found = dict(entities)
    for (blueprint, _), entity in entities.items():
        for name, value in present(entity.relations).items():
            target = targets.get(blueprint, {}).get(name)
            if target is None:
                continue
            for identifier in value if isinstance(value, list) else [value]:
                found.setdefault((target, identifier), Entity())
    return found


def in_natural_order(keys: Iterable[str]) -> list[str]:
    """The keys with digits in them compared as numbers, and numbers before letters."""
    return sorted(keys, key=lambda key: [_rank(run) for run in re.findall(r"\d+|\D+", key)])


def _rank(run: str) -> tuple[bool, int, str]:
    return (not run.isdigit(), int(run) if run.isdigit() else 0, run if not run.isdigit() else "")


def without_spaces(*parts: str | None) -> str:
    """The parts as one text without spaces; an absent part adds nothing, as jq adds null."""
    return "".join(part or "" for part in parts).replace(" ", "")


def written(moment: datetime | None) -> str | None:
    """A moment as Azure DevOps writes it: UTC, at most three digits of fraction, no zeros at the end."""
    if moment is None:
        return None
    at = moment.astimezone(UTC)
    fraction = f"{at.microsecond // 1000:03d}".rstrip("0")
    return at.strftime("%Y-%m-%dT%H:%M:%S") + (f".{fraction}" if fraction else "") + "Z"
