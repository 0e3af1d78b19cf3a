"""Answers of a page program to contributions: what is clean, what is a note, what freezes a row.

Decided here, once: an identifier or blueprint that is null, false or "" makes no entity; an error in one of them,
or a value of another type, freezes the row for that record. A field's error is null with a note.
"""

from __future__ import annotations

from collections.abc import Iterator

from fairlead.mapping.hashing import canonical
from fairlead.mapping.program import PageProgram, RowProgram
from fairlead.mapping.rows import Term
from fairlead.model.entities import Contribution, Fragment, Json, Note, RowOutcome, type_name

_LONGEST = 400
"""Characters of a reason; jq quotes values in its errors, and `error` takes any."""


class Frozen(Exception):
    """The row says nothing about this record now."""


class Misplaced(Exception):
    """The answer has not the form that the program gives: an expression broke out of its place (a forged `break`)."""

    def __init__(self) -> None:
        super().__init__("an expression breaks out of its place")


def record_outcomes(program: PageProgram, parts: list[Json]) -> tuple[RowOutcome, ...]:
    """The outcomes of one record: one per row of the program. Misplaced where they cannot be told apart."""
    own = len(program.rows)
    if len(parts) != own + len(program.derived):
        raise Misplaced
    found = [_outcome(row, part) for row, part in zip(program.rows, parts, strict=False)]
    for group, part in zip(program.derived, parts[own:], strict=True):
        found += [
            _derived_outcome(row, at, part, len(group.rows) + 1) for at, row in enumerate(group.rows, 1)
        ]
    return tuple(found)


def frozen(program: RowProgram, reason: str) -> RowOutcome:
    """The outcome that keeps what the row gave earlier."""
    return RowOutcome(program.row.hash, frozen=shortened(f"{program.row.place}: {reason}"))


def shortened(reason: str) -> str:
    """A reason short enough to store and show."""
    return reason if len(reason) <= _LONGEST else reason[: _LONGEST - 1] + "…"


def text_of(error: Json) -> str:
    """A jq error's value as text: mostly a string, but `error` takes anything."""
    return error if isinstance(error, str) else canonical(error).decode()


def _outcome(program: RowProgram, part: Json) -> RowOutcome:
    if part == 0:
        return RowOutcome(program.row.hash)
    try:
        return RowOutcome(program.row.hash, tuple(_contributions(program, part, "")))
    except Frozen as reason:
        return frozen(program, str(reason))


def _derived_outcome(program: RowProgram, at: int, part: Json, width: int) -> RowOutcome:
    if not isinstance(part, dict):
        raise Misplaced
    try:
        if "s" in part:
            raise Frozen(text_of(part["s"]))
        items = part["d"]
        keys: dict[str, int] = {}
        found: list[Contribution] = []
        for item in items if isinstance(items, list) else ():
            if not isinstance(item, list) or len(item) != width:
                raise Misplaced
            found += _contributions(program, item[at], _key(item[0], keys))
        return RowOutcome(program.row.hash, tuple(found))
    except Frozen as reason:
        return frozen(program, str(reason))


def _key(value: Json, seen: dict[str, int]) -> str:
    """A derived object's key; a repeated one is numbered, so that neither hides the other."""
    if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
        raise Frozen(f"the key of a derived object is {type_name(value)}, not a text")
    key = str(value)
    seen[key] = seen.get(key, 0) + 1
    return key if seen[key] == 1 else f"{key}#{seen[key]}"


def _contributions(program: RowProgram, part: Json, item: str) -> Iterator[Contribution]:
    if isinstance(part, list):
        if len(part) != len(program.slots):
            raise Misplaced
        found = _contribution(program, part, item, ())
        if found is not None:
            yield found
    elif isinstance(part, dict):
        yield from _special(program, part, item)


def _special(program: RowProgram, part: dict[str, Json], item: str) -> Iterator[Contribution]:
    if "s" in part:
        raise Frozen(text_of(part["s"]))
    inner = part.get("i", part.get("v"))
    if not isinstance(inner, list):
        raise Misplaced
    if "i" in part:
        if len(inner) != part["n"]:
            raise Misplaced
        for at, element in enumerate(inner):
            yield from _contributions(program, element, f"{item}/{at}" if item else str(at))
        return
    values, notes = _separated(program, inner)
    found = _contribution(program, values, item, notes)
    if found is not None:
        yield found


def _separated(program: RowProgram, cells: list[Json]) -> tuple[list[Json], tuple[Note, ...]]:
    """Values, with null and a note for each that failed. A failed identifier or blueprint is Frozen."""
    if len(cells) != len(program.slots):
        raise Misplaced
    values: list[Json] = []
    notes: list[Note] = []
    for slot, cell in zip(program.slots, cells, strict=True):
        if isinstance(cell, list) and cell:
            values.append(cell[0])
            continue
        error = text_of(cell["e"]) if isinstance(cell, dict) else str(Misplaced())
        if slot.field in ("identifier", "blueprint"):
            raise Frozen(f"{slot.field}: {error}")
        notes.append(Note(slot.field, shortened(error)))
        values.append(None)
    return values, tuple(notes)


def _contribution(
    program: RowProgram, values: list[Json], item: str, notes: tuple[Note, ...]
) -> Contribution | None:
    if not program.simple:
        values = [_filled(slot.term, value) for slot, value in zip(program.slots, values, strict=True)]
    identifier = values[0]
    blueprint = program.blueprint or values[1]
    query = b""
    if isinstance(identifier, dict) and is_search(identifier):
        identifier, query = "", canonical(identifier)
    else:
        identifier = _name("identifier", identifier)
    blueprint = _name("blueprint", blueprint)
    if not blueprint or not (identifier or query):
        return None
    fragment, more = _fragment(program, values)
    row = program.row
    creates = row.creates and not query
    return Contribution(row.hash, item, blueprint, identifier, fragment, creates, query, notes + more)


def _name(field: str, value: Json) -> str:
    if type(value) is str:
        return value
    if value is None or value is False:
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise Frozen(f"{field} is a number ({value}); add `| tostring`")
    raise Frozen(f"{field} is {type_name(value)}, not a text")


def _fragment(program: RowProgram, values: list[Json]) -> tuple[Fragment, tuple[Note, ...]]:
    notes: list[Note] = []
    title = icon = team = None
    if program.title >= 0:
        title = _plain("title", values[program.title], notes)
    if program.icon >= 0:
        icon = _plain("icon", values[program.icon], notes)
    if program.team >= 0:
        team = _related("team", values[program.team], notes)
    start, properties = program.properties
    relations_start, names = program.relations
    relations: dict[str, Json] = {}
    for name, value in zip(names, values[relations_start:], strict=True):
        relations[name] = (
            value
            if value is None or (type(value) is str and value)
            else _related(f"relations.{name}", value, notes)
        )
    fragment = Fragment(
        program.fields,
        title,
        icon,
        team,
        dict(zip(properties, values[start:relations_start], strict=True)),
        relations,
    )
    return fragment, tuple(notes)


def _plain(field: str, value: Json, notes: list[Note]) -> Json:
    if value is None or type(value) is str:
        return value
    notes.append(Note(field, f"is {type_name(value)}, not a text{_advice(value)}"))
    return None


def _related(field: str, value: Json, notes: list[Note]) -> Json:
    """A relation's value as id, list of ids, query or null. Anything else is null (or left out) with a note."""
    if value is None or value == "":
        return None
    if isinstance(value, str) or (isinstance(value, dict) and is_search(value)):
        return value
    if isinstance(value, list):
        kept = [one for one in value if isinstance(one, str) and one]
        if len(kept) != len(value):
            odd = next(one for one in value if not (isinstance(one, str) and one))
            what = "an empty text" if odd == "" else type_name(odd)
            notes.append(Note(field, f"{len(value) - len(kept)} left out: {what}, not an id{_advice(odd)}"))
        return list(kept)
    notes.append(Note(field, f"is {type_name(value)}, not an id or a list of ids{_advice(value)}"))
    return None


def _advice(value: Json) -> str:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return "; add `| tostring`" if number else ""


def is_search(value: dict[str, Json]) -> bool:
    """Whether a value is a search query, to be resolved against the catalog later."""
    return "combinator" in value and isinstance(value.get("rules"), list)


def _filled(term: Term, value: Json) -> Json:
    """A list or query with the values of its leaves, which come as one list in reading order."""
    if isinstance(term, str) or not isinstance(value, list):
        return value
    return _fill(term, iter(value))


def _fill(term: Term, values: Iterator[Json]) -> Json:
    if isinstance(term, str):
        return next(values)
    if isinstance(term, list):
        return [_fill(part, values) for part in term]
    return {name: _fill(part, values) for name, part in term.items()}
