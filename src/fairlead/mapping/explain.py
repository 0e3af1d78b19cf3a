"""What each row makes of one record, field by field: the answer to "why is this value what it is"."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import orjson

from fairlead.mapping.outcomes import shortened, text_of
from fairlead.mapping.pool import ProgramFailed, WorkerDied, WorkerPool
from fairlead.mapping.program import (
    PageProgram,
    RowProgram,
    Slot,
    careful,
    derived_parts,
    first_output,
    in_items,
)
from fairlead.mapping.rows import leaves
from fairlead.model.entities import Json, RowOutcome


class FieldTrace(msgspec.Struct, frozen=True):
    """A field's expression with what it gave: `value` (None where it failed) or `error` ("" where it did not).

    A list or query has one trace per jq text, `field` numbered: `relations.owner[2]`.
    """

    field: str
    expression: str
    value: Json = None
    error: str = ""


class RowTrace(msgspec.Struct, frozen=True):
    """One row over one record, or over one item of it (a derived object, an element of itemsToParse).

    `item` is "" for the record itself. `error` says why there are no fields. `outcome` is the row's over the
    whole record, as `Mapper.map` gives it.
    """

    row: str
    place: str
    kind: str
    item: str
    fields: tuple[FieldTrace, ...]
    outcome: RowOutcome
    error: str = ""

    @property
    def selected(self) -> bool:
        """Whether the selector gives true, in all that it says."""
        said = [field.value for field in self.fields if field.field in {"selector.query", "selector"}]
        return bool(said) and all(value is True for value in said)


async def trace(
    pool: WorkerPool, program: PageProgram, record: bytes, outcomes: tuple[RowOutcome, ...]
) -> tuple[RowTrace, ...]:
    """The traces of every row; fields are computed also where the selector says no."""
    found: list[RowTrace] = []
    derivations = [None] * len(program.rows) + [group for group in program.derived for _ in group.rows]
    for row, group, outcome in zip(program.all_rows(), derivations, outcomes, strict=True):
        slots = _slots(row)
        body = careful(slots)
        if row.row.items_to_parse:
            body = in_items(row.row, body)
        if group is not None:
            body = derived_parts(group.derivation, f"[{first_output(group.derivation.key)},{body}]")
        part = await _part(pool, body, record)
        found += _traces(row, slots, part, outcome)
    return tuple(found)


def _slots(program: RowProgram) -> list[Slot]:
    """The selector, the blueprint even if constant, and every jq text of the fields by itself."""
    slots = [Slot("selector.query", program.row.query)]
    if program.row.asked:
        slots.append(Slot("selector", program.row.asked))
    if program.blueprint:
        slots.append(Slot("blueprint", program.row.mapping.blueprint))
    for slot in program.slots:
        texts = leaves(slot.term)
        numbered = not isinstance(slot.term, str)
        slots += [
            Slot(f"{slot.field}[{at}]" if numbered else slot.field, text) for at, text in enumerate(texts, 1)
        ]
    return slots


async def _part(pool: WorkerPool, body: str, record: bytes) -> Json:
    try:
        answer = await pool.run(f"[.[]|{body}]", b"[" + record + b"]")
        found = orjson.loads(answer)
    except WorkerDied as error:
        return {"s": error.reason}
    except (ProgramFailed, orjson.JSONDecodeError) as error:
        return {"s": str(error)}
    part: Json = found[0] if len(found) == 1 else {"s": "the record is not one JSON text"}
    return part


def _traces(program: RowProgram, slots: list[Slot], part: Json, outcome: RowOutcome) -> Iterator[RowTrace]:
    row = program.row
    for item, cells, error in _items(part, ""):
        fields = tuple(_field(slot, cell) for slot, cell in zip(slots, cells, strict=False))
        yield RowTrace(row.hash, row.place, row.kind, item, fields, outcome, error)


def _items(part: Json, item: str) -> Iterator[tuple[str, list[Json], str]]:
    """(item, cells, error) of every innermost part."""
    if not isinstance(part, dict):
        return
    if "s" in part:
        yield item, [], shortened(text_of(part["s"]))
        return
    inner = part.get("v", part.get("i", part.get("d")))
    if not isinstance(inner, list):
        return
    if "v" in part:
        yield item, inner, ""
        return
    for at, element in enumerate(inner):
        if "d" in part and isinstance(element, list) and len(element) == 2:
            yield from _items(element[1], str(element[0]))
        else:
            yield from _items(element, f"{item}/{at}" if item else str(at))


def _field(slot: Slot, cell: Json) -> FieldTrace:
    expression = slot.term if isinstance(slot.term, str) else ""
    if isinstance(cell, list) and cell:
        return FieldTrace(slot.field, expression, cell[0])
    error = cell.get("e") if isinstance(cell, dict) else None
    return FieldTrace(slot.field, expression, error=shortened(text_of(error)))
