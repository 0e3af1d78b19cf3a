"""Taking over what a target holds already, so that the first delivery writes only what differs.

Where the catalog does not know what a target holds (a new catalog, a target that was another one before), it looks:
each entity there that is as it should be counts as delivered. What an earlier installation wrote and the catalog does
not have is kept in mind as *found*; it goes only when a run has proved everything (`deliver`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import msgspec

from fairlead.model.delivery import Held
from fairlead.model.entities import Body, EntityKey
from fairlead.model.errors import NotThere
from fairlead.model.stored import Delivery, EntityWrite, StoredEntity
from fairlead.reconcile.canonical import canonical, decode_body, decode_fragment
from fairlead.reconcile.likeness import likeness
from fairlead.sync.delivery import FOUND, Target
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
    same = 0
    for blueprint in await store.due_blueprints(target.name):
        async for held in target.held(blueprint):
            same += await store.write(partial(_compare, target=target.name, blueprint=blueprint, page=held))
    note = ""
    try:
        async for keys in target.owned():
            await store.write(partial(_find, target=target.name, keys=keys))
    except NotThere:
        note = "it does not tell what an earlier installation wrote: what of that is gone stays there"
    await store.write(lambda writer: writer.set_place(target.name, target.place))
    return Adopted(same, note)


def delivered_keys(body: Body) -> set[str]:
    """The keys that a delivery of `body` carries, so that one that vanishes later can be sent as null."""
    keys = {name for name in ("title", "icon", "team") if getattr(body, name) is not None}
    keys |= {f"properties.{name}" for name in body.properties}
    return keys | {f"relations.{name}" for name in body.relations}


def _compare(writer: Writer, target: str, blueprint: str, page: Sequence[Held]) -> int:
    """Notes for each entity of a page that the catalog has, whether the target holds it as it should be."""
    held = {EntityKey(blueprint, one.identifier): one.body for one in page}
    ours = {key: entity for key, entity in writer.entities(list(held)).items() if entity.hash}
    likes = {key: likeness(decode_body(entity.body), held[key]) for key, entity in ours.items()}
    mapped = _mapped(writer, [entity for key, entity in ours.items() if likes[key].beyond])
    rows: list[Delivery] = []
    same = 0
    for key, entity in ours.items():
        to_clear = likes[key].beyond & mapped.get(entity.id, frozenset())
        as_due = likes[key].same and not to_clear
        keys = delivered_keys(decode_body(entity.body)) | to_clear
        rows.append(_known(target, entity, entity.hash if as_due else FOUND, keys))
        same += as_due
    writer.mark_delivered(rows)
    return same


def _mapped(writer: Writer, entities: Sequence[StoredEntity]) -> Mapping[int, frozenset[str]]:
    """The keys that the mapping speaks of for each entity, those included that it leaves empty."""
    keys: dict[int, set[str]] = {}
    for contribution in writer.contributions_of_entities([entity.id for entity in entities]):
        fragment = decode_fragment(contribution.fragment)
        said = keys.setdefault(contribution.entity, set())
        said.update(fragment.fields)
        said.update(f"properties.{name}" for name in fragment.properties)
        said.update(f"relations.{name}" for name in fragment.relations)
    return {entity: frozenset(said) for entity, said in keys.items()}


def _find(writer: Writer, target: str, keys: Sequence[EntityKey]) -> None:
    """Keeps in mind what an earlier installation wrote and the catalog does not have."""
    known = writer.entities(keys)
    absent = [key for key in dict.fromkeys(keys) if key not in known]
    first = writer.new_ids("entity", len(absent)) if absent else 0
    fresh = {key: first + place for place, key in enumerate(absent)}
    writer.put_entities(
        [EntityWrite(id_, key.blueprint, key.identifier, "", b"", b"", b"") for key, id_ in fresh.items()]
    )
    leftover = [
        *(entity for entity in known.values() if not entity.hash),
        *(
            StoredEntity(id_, key.blueprint, key.identifier, b"", b"", b"", b"", "")
            for key, id_ in fresh.items()
        ),
    ]
    writer.mark_delivered([_known(target, entity, FOUND, frozenset()) for entity in leftover])


def _known(target: str, entity: StoredEntity, held: bytes, keys: set[str] | frozenset[str]) -> Delivery:
    return Delivery(
        target, entity.id, entity.blueprint, entity.identifier, b"", entity.hash, held,
        canonical(sorted(keys)), 0, "",
    )  # fmt: skip
