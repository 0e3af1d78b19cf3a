"""Whether a target already holds what is due to it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from fairlead.model.entities import Body, Json


class Likeness(msgspec.Struct, frozen=True):
    """How what is held compares: `same` where nothing would have to be written for what is due; `beyond` are the keys
    held beside it (`title`, `properties.<key>` …), which matter only where a mapping says that they are empty."""

    same: bool
    beyond: frozenset[str]


def likeness(due: Body, held: Body) -> Likeness:
    """Compares an entity that is due with what a target holds of it."""
    there = members(held)
    wanted = members(due)
    same = all(name in there and alike(value, there[name]) for name, value in wanted.items())
    return Likeness(same, frozenset(name for name, value in there.items() if value != []) - wanted.keys())


def members(body: Body) -> dict[str, Json]:
    """The keys of a body with their values, each spelled as a delivery spells it. A relation to nothing is absent."""
    fields: dict[str, Json] = {"title": body.title, "icon": body.icon, "team": _team(body.team)}
    named: dict[str, Json] = {name: value for name, value in fields.items() if value is not None}
    named.update(_prefixed("properties", body.properties))
    named.update(
        _prefixed("relations", {name: value for name, value in body.relations.items() if value != []})
    )
    return named


def alike(due: Json, held: Json) -> bool:
    """Whether two values are one to a target that keeps JSON: 1 and 1.0 are, and so are a number and its own text,
    because a text property keeps a number as text."""
    if isinstance(due, bool) or isinstance(held, bool):
        return due is held or (isinstance(held, str) and held == str(due).lower())
    if isinstance(due, int | float):
        return held == due or (isinstance(held, str) and held == str(due))
    if isinstance(due, list):
        return isinstance(held, list) and len(due) == len(held) and all(map(alike, due, held))
    if isinstance(due, dict):
        return isinstance(held, dict) and due.keys() == held.keys() and _all_alike(due, held)
    return due == held


def _all_alike(due: Mapping[str, Json], held: Mapping[str, Json]) -> bool:
    return all(alike(value, held[name]) for name, value in due.items())


def _prefixed(group: str, values: Mapping[str, Json]) -> Iterable[tuple[str, Json]]:
    return ((f"{group}.{name}", value) for name, value in values.items() if value is not None)


def _team(team: Json) -> Json:
    """One team or a list of one: a target keeps a list."""
    return [team] if isinstance(team, str) else team or None
