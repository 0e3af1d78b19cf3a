"""One entity, whole: its fields, its page in Azure DevOps, and its neighbors both ways."""

from __future__ import annotations

from urllib.parse import urlsplit

import msgspec

from fairlead.app.browsing.shown import ALL, Fields, PortEntity, shown
from fairlead.app.opened import Shelf
from fairlead.model.browsing import Among, Found, Neighbor
from fairlead.model.entities import EntityKey, Json
from fairlead.model.errors import NotThere
from fairlead.reconcile.canonical import decode_body

RECORDS = 3
"""So many records of an entity are looked at for a link."""

LINKS = (("_links", "web", "href"), ("_links", "html", "href"), ("webUrl",), ("remoteUrl",))
"""Where a record of Azure DevOps names its page; its `url` is that of the API."""

PROPERTIES = ("url", "link")


class EntityPage(msgspec.Struct, frozen=True, rename="camel"):
    """`exists` is false for what only relations name. `link` is the page in Azure DevOps."""

    entity: PortEntity
    exists: bool
    link: str | None
    outgoing: list[Neighbor]
    incoming: list[Neighbor]
    incoming_count: int


async def entity(shelf: Shelf, key: EntityKey, fields: Fields = ALL) -> dict[str, Json]:
    """One entity in Port's form, or a stub where the mapping makes them. NotThere for any other."""
    found = await _found(shelf, key, stubs=key.blueprint in shelf.stubbed)
    if found is None:
        raise NotThere(f"there is no entity {key.identifier} of the blueprint {key.blueprint}")
    (one,) = await shown(shelf, [found], fields)
    return one


async def entity_page(shelf: Shelf, key: EntityKey, limit: int, offset: int) -> EntityPage:
    """One entity with its neighbors. NotThere where nothing makes it and no relation names it."""
    found = await _found(shelf, key, stubs=True)
    if found is None:
        raise NotThere(
            f"there is no entity {key.identifier} of the blueprint {key.blueprint}",
            advice="GET /api/explain tells why",
        )
    (one,) = await shown(shelf, [found])
    return EntityPage(
        msgspec.convert(one, PortEntity),
        bool(found.id),
        await _link(shelf, found) if found.id else None,
        await shelf.browse.outgoing(found.id) if found.id else [],
        await shelf.browse.incoming(key, limit, offset),
        await shelf.browse.count_incoming(key),
    )


async def _found(shelf: Shelf, key: EntityKey, *, stubs: bool) -> Found | None:
    page = await shelf.browse.page(key.blueprint, Among((key.identifier,)), "", 1, stubs=stubs)
    return page[0] if page else None


async def _link(shelf: Shelf, found: Found) -> str | None:
    """What the entity's first records name as their page; else its own property `url` or `link`."""
    records = await shelf.browse.making_records(found.id, RECORDS)
    for record in await shelf.store.bodies(records):
        body = msgspec.json.decode(record.body)
        for path in LINKS:
            link = _at(body, path)
            if _is_page(link):
                return str(link)
    properties = decode_body(found.body).properties
    return next((str(properties[name]) for name in PROPERTIES if _is_page(properties.get(name))), None)


def _at(value: object, path: tuple[str, ...]) -> object:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _is_page(value: object) -> bool:
    return isinstance(value, str) and urlsplit(value).scheme in ("http", "https")
