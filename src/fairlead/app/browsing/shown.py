"""An entity as Port's API shows it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from fairlead.app.opened import Shelf
from fairlead.model.blueprints import Blueprint
from fairlead.model.browsing import Found, Instants
from fairlead.model.entities import Body, EntityKey, Json
from fairlead.model.instants import iso
from fairlead.reconcile.canonical import decode_body

MAKER = "fairlead"
"""What stands as the maker of every entity: Fairlead itself, whatever record it is made of."""

BARE = (
    "identifier",
    "title",
    "icon",
    "team",
    "blueprint",
    "createdAt",
    "updatedAt",
    "createdBy",
    "updatedBy",
)
PARTS = ("properties", "relations")


class PortEntity(msgspec.Struct, frozen=True, rename="camel"):
    """An entity. Where fields are asked for by name, only those are there."""

    identifier: str
    title: str | None
    icon: str | None
    team: object
    blueprint: str
    properties: dict[str, object]
    relations: dict[str, object]
    created_at: str
    updated_at: str
    created_by: str
    updated_by: str


class Fields(msgspec.Struct, frozen=True):
    """Which fields are shown: those of `include` (all where it is empty) but those of `exclude`, each spelled `title`,
    `properties.x` or `x`, `relations.y` or `y`. `titles` shows relations as `{identifier, title}`."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    titles: bool = False


ALL = Fields()


async def shown(
    shelf: Shelf, found: Iterable[Found], fields: Fields = ALL, known: Mapping[int, Instants] | None = None
) -> list[dict[str, Json]]:
    """The entities in Port's form; `known` are instants that were read already."""
    listed = list(found)
    instants = (
        known if known is not None else await shelf.browse.instants([one.id for one in listed if one.id])
    )
    bodies = [decode_body(one.body) if one.body else Body() for one in listed]
    titles: Mapping[EntityKey, str] = {}
    if fields.titles:
        titles = await shelf.browse.titles(
            key for one, body in zip(listed, bodies, strict=True) for key in _targets(shelf, one, body)
        )
    return [
        _shown(shelf, one, body, instants.get(one.id), fields, titles)
        for one, body in zip(listed, bodies, strict=True)
    ]


def _targets(shelf: Shelf, one: Found, body: Body) -> Iterable[EntityKey]:
    schema = shelf.blueprints.get(one.blueprint)
    for name, value in body.relations.items():
        relation = schema.relations.get(name) if schema else None
        if relation is not None:
            for target in value if isinstance(value, list) else (value,):
                if isinstance(target, str):
                    yield EntityKey(relation.target, target)


def _shown(
    shelf: Shelf,
    one: Found,
    body: Body,
    instants: Instants | None,
    fields: Fields,
    titles: Mapping[EntityKey, str],
) -> dict[str, Json]:
    schema = shelf.blueprints.get(one.blueprint)
    relations = _titled(body, schema, titles) if fields.titles else body.relations
    # What was there before changes were kept, and stubs, are as old as the configuration.
    created, updated = (instants.created, instants.updated) if instants else (shelf.saved, shelf.saved)
    entity: dict[str, Json] = {
        "identifier": one.identifier,
        "title": body.title,
        "icon": body.icon,
        "team": body.team,
        "blueprint": one.blueprint,
        "properties": body.properties,
        "relations": relations,
        "createdAt": iso(created),
        "updatedAt": iso(updated),
        "createdBy": MAKER,
        "updatedBy": MAKER,
    }
    if fields.include:
        entity = _included(entity, body.properties, relations, fields.include, schema)
    return _excluded(entity, fields.exclude) if fields.exclude else entity


def _included(
    entity: Mapping[str, Json],
    properties: Mapping[str, Json],
    relations: Mapping[str, Json],
    include: Iterable[str],
    schema: Blueprint | None,
) -> dict[str, Json]:
    """Only what is asked for; a property or relation without a value is null."""
    kept: dict[str, Json] = {}
    some_properties: dict[str, Json] = {}
    some_relations: dict[str, Json] = {}
    for name in include:
        if name in BARE or name in PARTS:
            kept[name] = entity[name]
            continue
        part, _, inner = name.partition(".")
        bare = part not in PARTS or not inner
        inner = name if bare else inner
        is_relation = inner in relations or bool(schema and inner in schema.relations)
        is_property = inner in properties or bool(schema and inner in schema.properties) or not is_relation
        if part == "relations" if not bare else is_relation:
            some_relations[inner] = relations.get(inner)
        if part == "properties" if not bare else is_property:
            some_properties[inner] = properties.get(inner)
    if some_properties:
        kept.setdefault("properties", some_properties)
    if some_relations:
        kept.setdefault("relations", some_relations)
    return kept


def _excluded(entity: dict[str, Json], exclude: Iterable[str]) -> dict[str, Json]:
    names = frozenset(exclude)
    kept = {name: value for name, value in entity.items() if name not in names}
    for part in PARTS:
        values = kept.get(part)
        if isinstance(values, dict):
            kept[part] = {
                name: value
                for name, value in values.items()
                if name not in names and f"{part}.{name}" not in names
            }
    return kept


def _titled(body: Body, schema: Blueprint | None, titles: Mapping[EntityKey, str]) -> dict[str, Json]:
    def both(blueprint: str, target: Json) -> Json:
        title = titles.get(EntityKey(blueprint, target)) if isinstance(target, str) else None
        return {"identifier": target, "title": title or None}

    found: dict[str, Json] = {}
    for name, value in body.relations.items():
        relation = schema.relations.get(name) if schema else None
        if relation is None:
            found[name] = value
        elif isinstance(value, list):
            found[name] = [both(relation.target, target) for target in value]
        else:
            found[name] = both(relation.target, value)
    return found
