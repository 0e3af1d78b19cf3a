"""Lays an export beside the truth and tells what differs, per blueprint."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from truth.entities import Entity, Key

SHOWN = 12


@dataclass(frozen=True)
class Comparison:
    """`compared` counts entities per blueprint, on either side; `differing` says of each key what is wrong."""

    compared: Mapping[str, int]
    differing: Mapping[Key, str]

    def per_blueprint(self) -> dict[str, tuple[int, int]]:
        """Compared and differing, per blueprint."""
        wrong = Counter(blueprint for blueprint, _ in self.differing)
        return {blueprint: (count, wrong[blueprint]) for blueprint, count in sorted(self.compared.items())}

    def __str__(self) -> str:
        lines = [
            f"{blueprint}: {count} compared, {wrong} differing"
            for blueprint, (count, wrong) in self.per_blueprint().items()
        ]
        lines += [f"  {key[0]} {key[1]}: {what}" for key, what in list(self.differing.items())[:SHOWN]]
        return "\n".join(lines)


def compare(export_lines: Iterable[bytes | str], truth: Mapping[Key, Entity]) -> Comparison:
    """Compares every entity of an export (one JSON object a line) with the truth."""
    found = {(line["blueprint"], line["identifier"]): line for line in map(json.loads, export_lines)}
    differing = {}
    for key in sorted(found.keys() | truth.keys()):
        if key not in found:
            differing[key] = "missing"
        elif key not in truth:
            differing[key] = "unexpected"
        elif what := _difference(truth[key].line(key), found[key]):
            differing[key] = what
    return Comparison(Counter(blueprint for blueprint, _ in found.keys() | truth.keys()), differing)


def _difference(expected: dict[str, Any], got: dict[str, Any]) -> str:
    parts = []
    for name in sorted(expected.keys() | got.keys()):
        one, other = expected.get(name), got.get(name)
        if name in {"properties", "relations"} and isinstance(one, dict) and isinstance(other, dict):
            parts += [
                f"{name}.{inner}: expected {one.get(inner)!r}, got {other.get(inner)!r}"
                for inner in sorted(one.keys() | other.keys())
                if not _same(one.get(inner), other.get(inner))
            ]
        elif not _same(one, other):
            parts.append(f"{name}: expected {one!r}, got {other!r}")
    return "; ".join(parts)


def _same(one: Any, other: Any) -> bool:
    """Equal as JSON: 1 and 1.0 are one number, but true is none."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[name], other[name]) for name in one)
    return bool(one == other)
