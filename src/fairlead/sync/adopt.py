"""Taking over what a target holds already, so that the first delivery writes only what differs.

Where the catalog does not know what a target holds (a new catalog, a target that was another one before), it looks:
each entity there that is as it should be counts as delivered. What an earlier installation wrote and the catalog does
not have is kept in mind as *found*; it goes only when a run has proved everything (`deliver`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import aclosing
from functools import partial

import msgspec

from fairlead.model.delivery import Held
from fairlead.model.entities import Body, EntityKey, Fragment
from fairlead.model.errors import NotThere
from fairlead.model.stored import Delivery, StoredEntity
from fairlead.reconcile.canonical import canonical, decode_body, decode_fragment
from fairlead.reconcile.likeness import likeness, members
from fairlead.sync.delivery import FOUND, Target
from fairlead.sync.placeholders import kept
from fairlead.sync.store import Store, Writer


class Adopted(msgspec.Struct, frozen=True):
    """`same` entities need no writing; `note` says what could not be learned."""

    same: int = 0
    note: str = ""


async def adopt(store: Store, target: Target) -> Adopted:
    """Learns what `target` holds, unless that is known. It is known only when all is through: what is cut off begins
    anew, and nothing was sent before."""
    if await store.place_of(target.name) == target.place:
        return Adopted()
    await store.write(lambda writer: writer.forget_target(target.name))
    note = await find_leftovers(store, target)
    same = 0
    due = await store.due_blueprints(target.name, leaving=False)
    leftover = await store.due_blueprints(target.name, leaving=True)
    for blueprint in dict.fromkeys([*due, *leftover]):
        async with aclosing(target.held(blueprint)) as pages:
            async for held in pages:
                compare = partial(_compare, target=target.name, blueprint=blueprint, page=held)
                same += await store.write(compare)
    await store.write(lambda writer: writer.set_place(target.name, target.place))
    return Adopted(same, note)


async def find_leftovers(store: Store, target: Target) -> str:
    """Keeps in mind what the target says is ours and the catalog does not have; "", or why it cannot be known."""
    try:
        async with aclosing(target.owned()) as pages:
            async for keys in pages:
                await store.write(partial(_find, target=target.name, keys=keys))
    except NotThere:
        return "it does not tell what an earlier installation wrote: what of that is gone stays there"
    return ""


def delivered_keys(body: Body) -> frozenset[str]:
    """The keys that a delivery of `body` carries, so that one that vanishes later can be sent as null."""
    fields = [name for name in ("title", "icon", "team") if getattr(body, name) is not None]
    return frozenset(_spelled(fields, body))


def _compare(writer: Writer, target: str, blueprint: str, page: Sequence[Held]) -> int:
    """Notes for each entity of a page that the catalog has, whether the target holds it as it should be."""
    held = {EntityKey(blueprint, one.identifier): one.body for one in page}
    stored = writer.entities(list(held))
    ours = {key: entity for key, entity in stored.items() if entity.hash}
    likes = {key: likeness(decode_body(entity.body), held[key]) for key, entity in ours.items()}
    mapped = mapped_keys(writer, [entity.id for key, entity in ours.items() if likes[key].beyond])
    rows: list[Delivery] = []
    same = 0
    for key, entity in ours.items():
        to_clear = likes[key].beyond & mapped.get(entity.id, frozenset())
        as_due = likes[key].same and not to_clear
        keys = delivered_keys(decode_body(entity.body)) | to_clear
        rows.append(_known(target, entity, entity.hash if as_due else FOUND, keys))
        same += as_due
    found = writer.deliveries(target, [entity.id for entity in stored.values() if not entity.hash])
    rows += [
        _known(target, entity, FOUND, members(held[key]).keys())
        for key, entity in stored.items()
        if found.get(entity.id) == FOUND
    ]
    writer.mark_delivered(rows)
    return same


def mapped_keys(writer: Writer, entities: Sequence[int]) -> Mapping[int, frozenset[str]]:
    """The keys that the mapping speaks of for each entity, those included that it leaves empty."""
    keys: dict[int, set[str]] = {}
    for contribution in writer.contributions_of_entities(entities):
        fragment = decode_fragment(contribution.fragment)
        said = keys.setdefault(contribution.entity, set())
        said.update(_spelled(fragment.fields, fragment))
    return {entity: frozenset(said) for entity, said in keys.items()}


def _spelled(fields: Sequence[str], content: Body | Fragment) -> list[str]:
    """The names of fields, properties and relations as keys."""
    properties = [f"properties.{name}" for name in content.properties]
    return [*fields, *properties, *(f"relations.{name}" for name in content.relations)]


def _find(writer: Writer, target: str, keys: Sequence[EntityKey]) -> None:
    """Keeps in mind what of these the catalog does not have."""
    gone = [entity for entity in kept(writer, keys).values() if not entity.hash]
    # What is noted as delivered is not found: it goes as anything else does, and its keys are known.
    noted = writer.deliveries(target, [entity.id for entity in gone])
    writer.mark_delivered(
        [_known(target, entity, FOUND, frozenset()) for entity in gone if not noted.get(entity.id)]
    )


def _known(target: str, entity: StoredEntity, held: bytes, keys: Collection[str]) -> Delivery:
    return Delivery(
        target, entity.id, entity.blueprint, entity.identifier, b"", entity.hash, held,
        canonical(sorted(keys)), 0, "",
    )  # fmt: skip
