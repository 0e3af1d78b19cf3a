"""Which kinds a mapping makes a run read, and what each reading must bring. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from fairlead.mapping.configuration import fetch_spec
from fairlead.mapping.rows import Configuration, Row
from fairlead.model.kinds import Derivation, FetchSpec, KindSpec

Specs = Mapping[str, KindSpec]
Derivations = Mapping[str, Derivation]


def base_of(kind: str, derivations: Derivations) -> str:
    """The kind that is read for a row's kind: itself, or the one that it is derived from."""
    derivation = derivations.get(kind)
    return derivation.base if derivation else kind


def rows_of(kind: str, configuration: Configuration, derivations: Derivations) -> list[Row]:
    """The rows that a reading of `kind` serves: its own and those of kinds derived from it."""
    return [row for row in configuration.rows if base_of(row.kind, derivations) == kind]


def fetch_of(kind: str, configuration: Configuration, derivations: Derivations) -> FetchSpec:
    """What a reading of `kind` must bring for its rows."""
    rows = rows_of(kind, configuration, derivations)
    derived = {row.kind for row in rows} & derivations.keys()
    return fetch_spec(kind, rows, [need for name in sorted(derived) for need in derivations[name].needs])


def ancestors(spec: KindSpec, specs: Specs) -> list[str]:
    """The kinds that one hangs from, the nearest first."""
    found: list[str] = []
    while (parent := specs.get(spec.parent)) is not None:
        found.append(parent.kind)
        spec = parent
    return found


def full_reading(configuration: Configuration, specs: Specs, derivations: Derivations) -> list[FetchSpec]:
    """The readings of a full sync: of every kind with rows and of all that they hang from, parents first."""
    asked = {base_of(row.kind, derivations) for row in configuration.rows}
    wanted = asked.union(*(ancestors(specs[kind], specs) for kind in asked))
    return [fetch_of(kind, configuration, derivations) for kind in specs if kind in wanted]
