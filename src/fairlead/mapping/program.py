"""The jq program of a kind: all its rows, and those of derived kinds, over one page that is parsed once.

A page is a JSON array of records; the program gives one array with one array per record, and in that one part per
row or derived kind. A part is, in the form that decodes fastest where nothing went wrong:

    0                       the selector is false
    [value, …]              the fields in the order of `RowProgram.slots`
    {"v": [[value] | {"e": error}, …]}   the same where at least one field failed
    {"s": reason}           the row as a whole failed: selector, itemsToParse or derivation
    {"i": [part, …], "n": count}   one part per element of itemsToParse
    {"d": [[key, part, …], …]}   one per derived object: its key, and a part per row of the derived kind

So values never need an envelope and cannot be taken for errors. First all fields are tried at once, and only where
that fails each by itself: `try` per field costs a third of the run.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

import msgspec

from fairlead.mapping.expressions import Path, constant, plain_path, quicker, single, touched
from fairlead.mapping.rows import ICON, TEAM, TITLE, Row, Term, leaves
from fairlead.model.kinds import Derivation


class Slot(msgspec.Struct, frozen=True):
    """One value that a row computes: `field` as notes name it, and the term it comes from."""

    field: str
    term: Term


class RowProgram(msgspec.Struct, frozen=True):
    """A row with the order of its values. `blueprint` is "" where it has a slot of its own (the second)."""

    row: Row
    slots: tuple[Slot, ...]
    blueprint: str
    title: int
    icon: int
    team: int
    properties: tuple[int, tuple[str, ...]]
    relations: tuple[int, tuple[str, ...]]
    fields: tuple[str, ...]

    @property
    def simple(self) -> bool:
        """Whether no field is a list or a query."""
        return all(isinstance(slot.term, str) for slot in self.slots)


class DerivedRows(msgspec.Struct, frozen=True):
    """A derived kind with its rows."""

    derivation: Derivation
    rows: tuple[RowProgram, ...]


class PageProgram(msgspec.Struct, frozen=True):
    """A program over pages of one base kind. `paths` are what it looks at in a record, b"" for everything."""

    rows: tuple[RowProgram, ...]
    derived: tuple[DerivedRows, ...]
    text: str
    paths: bytes

    def all_rows(self) -> Iterator[RowProgram]:
        """Rows in the order of outcomes: the kind's own, then those of derived kinds."""
        yield from self.rows
        for group in self.derived:
            yield from group.rows


def row_program(row: Row) -> RowProgram:
    """The order of values: identifier, blueprint unless constant, title, icon, team, properties, relations."""
    mapping = row.mapping
    slots = [Slot("identifier", mapping.identifier)]
    blueprint = constant(mapping.blueprint) or ""
    if not blueprint:
        slots.append(Slot("blueprint", mapping.blueprint))
    at = {TITLE: -1, ICON: -1, TEAM: -1}
    for field, term in ((TITLE, mapping.title), (ICON, mapping.icon), (TEAM, mapping.team)):
        if term is not None:
            at[field] = len(slots)
            slots.append(Slot(field, term))
    properties = len(slots)
    slots += [Slot(f"properties.{name}", text) for name, text in mapping.properties.items()]
    relations = len(slots)
    slots += [Slot(f"relations.{name}", term) for name, term in mapping.relations.items()]
    return RowProgram(
        row=row,
        slots=tuple(slots),
        blueprint=blueprint,
        title=at[TITLE],
        icon=at[ICON],
        team=at[TEAM],
        properties=(properties, tuple(mapping.properties)),
        relations=(relations, tuple(mapping.relations)),
        fields=tuple(field for field in (TITLE, ICON, TEAM) if at[field] >= 0),
    )


def page_program(rows: Sequence[RowProgram], derived: Sequence[DerivedRows]) -> PageProgram:
    """The program of a kind whose own rows and derived rows are given."""
    parts = [_row(program) for program in rows] + [_derived(group) for group in derived]
    return PageProgram(
        rows=tuple(rows),
        derived=tuple(derived),
        text="[.[]|[" + ",".join(parts) + "]]",
        paths=_paths(rows, derived),
    )


def embedded(expression: str) -> str:
    """An expression in brackets; the line's end keeps a comment from swallowing the closing one."""
    return f"({expression}\n)"


def first_output(expression: str, *, fast: bool = False) -> str:
    """The first output, null where there is none. `fast` may say the same with another error message."""
    if single(expression):
        return embedded(quicker(expression) if fast else expression)
    return f"first({embedded(expression)},null)"


def slot_text(term: Term, *, fast: bool = False) -> str:
    """One value: the expression's, or a list with the values of all leaves of a list or query."""
    if isinstance(term, str):
        return first_output(term, fast=fast)
    return "[" + ",".join(first_output(text, fast=fast) for text in leaves(term)) + "]"


def careful(slots: Sequence[Slot]) -> str:
    """All slots, each with an error of its own."""
    return "{v:[" + ",".join(f"(try [{slot_text(slot.term)}] catch {{e:.}})" for slot in slots) + "]}"


def _row(program: RowProgram) -> str:
    row = program.row
    fast = "[" + ",".join(slot_text(slot.term, fast=True) for slot in program.slots) + "]"
    body = f"(. as $r|try {fast} catch ($r|{careful(program.slots)}))"
    if row.query.strip() != "true":
        body = (
            f"(. as $r|(try {first_output(row.query)} catch {{s:.}})"
            f"|if .==true then ($r|{body}) elif .==false then 0"
            ' elif (type=="object") and has("s") then {s:("selector.query: "+(.s|tostring))}'
            ' else {s:("selector.query gives "+type+", not true or false")} end)'
        )
    body = in_items(row, body) if row.items_to_parse else body
    return f"(if {row.asked} then {body} else 0 end)" if row.asked else body


def in_items(row: Row, body: str) -> str:
    """`body` for every element of itemsToParse, over the record without the list and with the element."""
    path = plain_path(row.items_to_parse) if row.items_transform else None
    rest = f"((try delpaths([{json.dumps(path)}]) catch null)//.)" if path else "."
    name = json.dumps(row.items_name)
    return (
        f"(. as $b|(try [{first_output(row.items_to_parse)}] catch {{s:.}})"
        '|if type=="object" then {s:("itemsToParse: "+(.s|tostring))} else .[0]'
        f'|if type=="array" then . as $a|($b|{rest}) as $b'
        f"|(try {{i:[$a[] as $i|($b+{{{name}:$i}})|{body}],n:($a|length)}} catch {{s:.}})"
        " elif .==null or .==false then {i:[],n:0}"
        ' else {s:("itemsToParse gives "+type+", not a list")} end end)'
    )


def _derived(group: DerivedRows) -> str:
    rows = ",".join(_row(program) for program in group.rows)
    return derived_parts(group.derivation, f"[{first_output(group.derivation.key)},{rows}]")


def derived_parts(derivation: Derivation, body: str) -> str:
    """`body` for every derived object of a record."""
    return (
        f"(try {{d:[{embedded(derivation.items)}|{body}]}}"
        f' catch {{s:({json.dumps(derivation.kind)}+": "+tostring)}})'
    )


Tree = dict[str, "Tree | None"]


def _paths(rows: Sequence[RowProgram], derived: Sequence[DerivedRows]) -> bytes:
    """The union of what all expressions can see, as nested objects; b"" where one of them can see everything."""
    if derived or any(program.row.items_to_parse for program in rows):
        return b""
    found: set[Path] = set()
    for program in rows:
        row, fields = program.row, [text for slot in program.slots for text in leaves(slot.term)]
        for text in (row.query, *([row.asked] if row.asked else []), *fields):
            paths = touched(text)
            if paths is None:
                return b""
            found |= paths
    tree: Tree = {}
    for path in sorted(found, key=len):
        _plant(tree, path)
    return json.dumps(tree).encode() if tree else b""


def _plant(tree: Tree, path: Path) -> None:
    """Add a path; a shorter one that is there already keeps its value whole."""
    for key in path[:-1]:
        inner = tree.setdefault(key, {})
        if inner is None:
            return
        tree = inner
    tree.setdefault(path[-1], None)
