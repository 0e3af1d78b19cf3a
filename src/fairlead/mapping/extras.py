"""Scorecards, pages and actions from the text of their files, as Port's integrations ship them.

They go to Port as they are written: only what tells them apart is read.
"""

from __future__ import annotations

from collections.abc import Iterator

from fairlead.mapping.document import read
from fairlead.mapping.hashing import canonical
from fairlead.model.errors import BadMapping
from fairlead.model.resources import Extra, ExtraKind


def parse(kind: ExtraKind, text: str, *, source: str) -> tuple[Extra, ...]:
    """The extras in `text` (JSON or YAML), in file order. BadMapping names the place.

    Pages and actions are a list; scorecards a list of `{blueprint, data: [scorecards of it]}`.
    """
    value, _ = read(text, source)
    if value is None:
        return ()
    if kind != "scorecard":
        return tuple(_extras(kind, value, source, ""))
    found: list[Extra] = []
    for place, group in _objects(value, source):
        found += _extras(kind, group.get("data"), f"{place}: data", _text(group, "blueprint", place))
    return tuple(found)


def _extras(kind: ExtraKind, given: object, source: str, blueprint: str) -> Iterator[Extra]:
    for place, one in _objects(given, source):
        yield Extra(kind, _text(one, "identifier", place), canonical(one), blueprint)


def _objects(given: object, source: str) -> Iterator[tuple[str, dict[str, object]]]:
    if not isinstance(given, list):
        raise BadMapping(f"{source}: expected a list")
    for number, one in enumerate(given, 1):
        if not isinstance(one, dict):
            raise BadMapping(f"{source}: entry {number}: expected an object")
        yield f"{source}: entry {number}", one


def _text(given: dict[str, object], name: str, place: str) -> str:
    value = given.get(name)
    if not isinstance(value, str) or not value:
        raise BadMapping(
            f"{place}: {name}: expected a text",
            advice="Without it, it could not be told whether it is at Port already.",
        )
    return value
