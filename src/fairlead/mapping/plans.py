"""Which rows run for which base kind, as one program, and as smaller ones when a row has to be left out."""

from __future__ import annotations

from collections.abc import Sequence

from fairlead.mapping.program import DerivedRows, PageProgram, RowProgram, page_program, row_program
from fairlead.mapping.rows import Configuration
from fairlead.model.kinds import Derivation


class Plan:
    """The rows of one base kind and of the kinds derived from it."""

    def __init__(self, rows: Sequence[RowProgram], derived: Sequence[DerivedRows]) -> None:
        self.program = page_program(rows, derived)
        self._count = sum(1 for _ in self.program.all_rows())
        self._smaller: dict[frozenset[int], PageProgram] = {frozenset(range(self._count)): self.program}

    def only(self, at: int) -> PageProgram:
        """The program of one row; `at` counts as `PageProgram.all_rows` does."""
        return self._of(frozenset((at,)))

    def without(self, left_out: frozenset[int]) -> PageProgram:
        """The program of all rows but these."""
        return self.program if not left_out else self._of(frozenset(range(self._count)) - left_out)

    def _of(self, wanted: frozenset[int]) -> PageProgram:
        found = self._smaller.get(wanted)
        if found is None:
            found = self._smaller[wanted] = self._selected(wanted)
        return found

    def _selected(self, wanted: frozenset[int]) -> PageProgram:
        own = self.program.rows
        rows = [row for at, row in enumerate(own) if at in wanted]
        groups: list[DerivedRows] = []
        start = len(own)
        for group in self.program.derived:
            kept = tuple(row for at, row in enumerate(group.rows, start) if at in wanted)
            start += len(group.rows)
            if kept:
                groups.append(DerivedRows(group.derivation, kept))
        return page_program(rows, groups)


def plans_of(configuration: Configuration, derivations: Sequence[Derivation]) -> dict[str, Plan]:
    """One plan per base kind, in the order of first rows. A kind derived from a derived one is not supported."""
    by_kind = {derivation.kind: derivation for derivation in derivations}
    own: dict[str, list[RowProgram]] = {}
    derived: dict[str, dict[str, list[RowProgram]]] = {}
    for row in configuration.rows:
        derivation = by_kind.get(row.kind)
        base = derivation.base if derivation else row.kind
        own.setdefault(base, [])
        if derivation is None:
            own[base].append(row_program(row))
        else:
            derived.setdefault(base, {}).setdefault(row.kind, []).append(row_program(row))
    return {
        base: Plan(
            rows,
            [DerivedRows(by_kind[kind], tuple(inner)) for kind, inner in derived.get(base, {}).items()],
        )
        for base, rows in own.items()
    }
