"""An entity is the merge of its contributions: rows by position, then connection, record, item; the last wins."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import msgspec

from fairlead.model.blueprints import Blueprint
from fairlead.model.entities import Body, Fragment, Json
from fairlead.model.stored import Edge

_NUMBERS = re.compile(r"(\d+)")


class Part(msgspec.Struct, frozen=True, gc=False):
    """One contribution, as merging needs it. `position` is its row's place in the configuration."""

    position: int
    connection: int
    key: str
    item: str
    creates: bool
    fragment: Fragment


def natural(text: str) -> tuple[tuple[int, int | str], ...]:
    """A sort key in which runs of digits compare as numbers: `9` before `10`, `a9` before `a10`."""
    return tuple((0, int(part)) if part.isdecimal() else (1, part) for part in _NUMBERS.split(text) if part)


def merge(parts: Iterable[Part]) -> Body | None:
    """The desired content, None where nothing that creates contributes.

    A present null clears what an earlier part set; what a part does not name it keeps.
    """
    ordered = list(parts)
    if len(ordered) == 1:  # nearly always
        (only,) = ordered
        return _body(only.fragment) if only.creates else None
    if not any(part.creates for part in ordered):
        return None
    ordered.sort(key=lambda part: (part.position, part.connection, natural(part.key), natural(part.item)))
    fields: dict[str, Json] = {}
    properties: dict[str, Json] = {}
    relations: dict[str, Json] = {}
    for part in ordered:
        fragment = part.fragment
        for name in fragment.fields:
            fields[name] = getattr(fragment, name)
        properties.update(fragment.properties)
        relations.update(fragment.relations)
    return _body(
        Fragment(
            title=fields.get("title"),
            icon=fields.get("icon"),
            team=fields.get("team"),
            properties=properties,
            relations=relations,
        )
    )


def _body(fragment: Fragment) -> Body:
    """What a fragment leaves when nothing comes after it: nulls clear."""
    title, icon = fragment.title, fragment.icon
    return Body(
        title=title if title is None or isinstance(title, str) else _text(title),
        icon=icon if icon is None or isinstance(icon, str) else _text(icon),
        team=fragment.team,
        properties={name: value for name, value in fragment.properties.items() if value is not None},
        relations={name: value for name, value in fragment.relations.items() if value is not None},
    )


def edges(body: Body, blueprint: Blueprint | None) -> tuple[Edge, ...]:
    """The body's relations as edges; only those that the blueprint defines, because only they name a target."""
    if blueprint is None:
        return ()
    found: dict[tuple[str, str], Edge] = {}
    for name, value in body.relations.items():
        relation = blueprint.relations.get(name)
        if relation is None:
            continue
        for target in value if isinstance(value, list) else (value,):
            if isinstance(target, str) and target:
                found.setdefault((name, target), Edge(name, relation.target, target))
    return tuple(found.values())


def overlay(fragment: Fragment, resolved: Mapping[str, Json]) -> Fragment:
    """The fragment with its queries replaced by what they resolved to (`team`, `relations`); one without an answer is
    absent."""
    found = resolved.get("relations")
    answers = found if isinstance(found, dict) else {}
    relations = {
        name: answers.get(name, value) if isinstance(value, dict) else value
        for name, value in fragment.relations.items()
        if name in answers or not isinstance(value, dict)
    }
    fields, team = fragment.fields, fragment.team
    if isinstance(team, dict):
        team = resolved.get("team")
        fields = fields if "team" in resolved else tuple(name for name in fields if name != "team")
    return msgspec.structs.replace(fragment, fields=fields, team=team, relations=relations)


def has_query(fragment: Fragment) -> bool:
    """Whether the team or a relation is a search query, to be resolved against the merged state."""
    return isinstance(fragment.team, dict) or any(isinstance(v, dict) for v in fragment.relations.values())


def _text(value: Json) -> str:
    return msgspec.json.encode(value).decode()
