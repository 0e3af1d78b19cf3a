"""Entities of one blueprint or of all, those that a query means, page by page: never a whole blueprint in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

import msgspec
import orjson

from fairlead.app.browsing.shown import ALL, Fields, shown
from fairlead.app.cursors import Position, position_of, token_of
from fairlead.app.opened import Shelf
from fairlead.model.blueprints import Blueprint
from fairlead.model.browsing import Found, Instants, Pointing
from fairlead.model.entities import Body, EntityKey, Json
from fairlead.model.errors import BadUsage, NotThere
from fairlead.model.instants import iso
from fairlead.reconcile.canonical import decode_body
from fairlead.reconcile.narrowing import blueprints_of, way_of
from fairlead.reconcile.operators import Sense
from fairlead.reconcile.queries import EVERYTHING, Candidate, Query, Reached, Related, understood

BLOCK = 500
SORTED_BLOCK = 5000
"""What points to an entity is sorted anew for every block."""


class PortPage(msgspec.Struct, frozen=True):
    """Entities in Port's form, and the position of the next page."""

    entities: list[dict[str, Json]]
    next: str | None


class Meant(msgspec.Struct, frozen=True):
    """A query with what its relation rules lead to."""

    query: Query = EVERYTHING
    reached: Reached = {}


async def meant(shelf: Shelf, query: Json, now: float) -> Meant:
    """The query, understood. BadUsage that names the rule which cannot be meant."""
    found = understood(query, Sense(now=now, fold=True))
    return Meant(found, {related: await _reached(shelf, related) for related in found.related})


async def _reached(shelf: Shelf, related: Related) -> Mapping[str, Mapping[str, None]]:
    start = [EntityKey(related.blueprint, identifier) for identifier in related.identifiers]
    relations = [
        (blueprint.identifier, name)
        for blueprint in shelf.blueprints.values()
        for name, relation in blueprint.relations.items()
        if related.required is None or relation.required is related.required
    ]
    found: dict[str, set[str]] = {}
    for direction, forward in (("upstream", True), ("downstream", False)):
        if related.direction in (direction, "both"):
            for name, identifiers in (await shelf.browse.reached(start, relations, forward=forward)).items():
                found.setdefault(name, set()).update(identifiers)
    return {name: dict.fromkeys(sorted(identifiers)) for name, identifiers in found.items()}


async def page(
    shelf: Shelf, blueprint: str, query: Meant, after: str, limit: int, fields: Fields
) -> PortPage:
    """A page of a blueprint's entities. NotThere for an unknown blueprint, BadUsage for a position that none gave."""
    await check(shelf, blueprint)
    start = ""
    if after:
        position = position_of(after)
        if position.blueprint != blueprint:
            raise BadUsage("the position is of another blueprint's pages")
        start = position.identifier
    entities: list[Found] = []
    async for found, _ in _matching(shelf, blueprint, query, start, limit + 1):
        entities += found
        if len(entities) > limit:
            break
    listed = entities[:limit]
    more = len(entities) > limit
    return PortPage(
        await shown(shelf, listed, fields),
        token_of(Position(blueprint, listed[-1].identifier)) if more else None,
    )


async def whole(
    shelf: Shelf, blueprint: str, query: Meant, fields: Fields = ALL
) -> AsyncIterator[list[dict[str, Json]]]:
    """Every entity of a blueprint that the query means, in blocks. Each block is read when it is asked for."""
    async for found, instants in _matching(shelf, blueprint, query, "", BLOCK):
        if found:
            yield await shown(shelf, found, fields, instants)


async def searched(shelf: Shelf, text: str, limit: int) -> list[dict[str, Json]]:
    """Entities of every blueprint with words that begin like those of the text, the best first."""
    return await shown(shelf, await shelf.browse.search(text, limit))


async def blueprints_meant(shelf: Shelf, query: Meant) -> list[str]:
    """The blueprints that the query may mean entities of, sorted."""
    names = {*shelf.blueprints, *await shelf.browse.count()}
    limits = blueprints_of(query.query, query.reached)
    return sorted(names if limits is None else names & limits)


async def check(shelf: Shelf, blueprint: str) -> None:
    """NotThere for a blueprint that the newest run did not have and no entity is of."""
    if blueprint not in shelf.blueprints and blueprint not in await shelf.browse.count():
        raise NotThere(f"there is no blueprint {blueprint}")


async def count(shelf: Shelf, blueprint: str) -> int:
    """How many entities a listing of the blueprint has. NotThere for an unknown blueprint."""
    await check(shelf, blueprint)
    found = (await shelf.browse.count()).get(blueprint, 0)
    if blueprint in shelf.stubbed:
        _, stubs = await shelf.store.counts([blueprint])
        found += stubs
    return found


async def _matching(
    shelf: Shelf, blueprint: str, query: Meant, after: str, block: int
) -> AsyncIterator[tuple[list[Found], Mapping[int, Instants] | None]]:
    """Blocks of matching entities, with their instants where they were read to judge."""
    way = way_of(query.query, blueprint, shelf.blueprints.get(blueprint), query.reached)
    judges = query.query is not EVERYTHING
    if judges:
        block = SORTED_BLOCK if isinstance(way, Pointing) else BLOCK
    stubs = blueprint in shelf.stubbed
    while True:
        found = await shelf.browse.page(blueprint, way, after, block, stubs=stubs)
        instants = None
        matching = found
        if judges:
            if query.query.needs_instants:
                instants = await shelf.browse.instants([one.id for one in found if one.id])
            matching = [one for one in found if _judged(shelf, one, query, instants)]
        yield matching, instants
        if len(found) < block:
            return
        after = found[-1].identifier


def _judged(shelf: Shelf, one: Found, query: Meant, instants: Mapping[int, Instants] | None) -> bool:
    own = (instants or {}).get(one.id) or Instants(shelf.saved, shelf.saved)
    candidate = Candidate(
        one.blueprint,
        one.identifier,
        decode_body(one.body) if one.body else Body(),
        iso(own.created) if instants is not None else "",
        iso(own.updated) if instants is not None else "",
    )
    return query.query.holds(candidate, query.reached)


class BlueprintLine(msgspec.Struct, frozen=True):
    """A blueprint with how many entities it has; `definition` as it was written."""

    identifier: str
    title: str
    icon: str | None
    entities: int
    definition: dict[str, object]


class CatalogOverview(msgspec.Struct, frozen=True):
    """Totals, and the blueprints in the order of the configuration; at the end those that only entities know."""

    entities: int
    stubs: int
    blueprints: list[BlueprintLine]


async def overview(shelf: Shelf | None) -> CatalogOverview:
    """What the catalog holds."""
    if shelf is None:
        return CatalogOverview(0, 0, [])
    counts = await shelf.browse.count()
    _, stubs = await shelf.store.counts(sorted(shelf.stubbed))
    lines = [_line(one, counts.get(one.identifier, 0)) for one in shelf.blueprints.values()]
    lines += [
        BlueprintLine(name, name, None, counts[name], {})
        for name in sorted(counts.keys() - shelf.blueprints.keys())
    ]
    return CatalogOverview(sum(counts.values()), stubs, lines)


def _line(blueprint: Blueprint, entities: int) -> BlueprintLine:
    definition: dict[str, Json] = orjson.loads(blueprint.definition)
    icon = definition.get("icon")
    return BlueprintLine(
        blueprint.identifier,
        blueprint.title,
        icon if isinstance(icon, str) else None,
        entities,
        dict(definition),
    )
