"""The second phase of mapping: search-query identifiers and relations, resolved against the merged state.

In blueprint dependency order, so that a query sees what was resolved before it; at most two rounds.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import msgspec
import orjson

from fairlead.model.changes import Cause, Reason
from fairlead.model.entities import Body, EntityKey, Json
from fairlead.model.stored import ContributionWrite, StoredContribution
from fairlead.reconcile.canonical import canonical, decode_body, decode_fragment
from fairlead.reconcile.merge import Part, merge
from fairlead.reconcile.order import dependency_order
from fairlead.reconcile.queries import RELATION_MATCHES, Candidate, matches
from fairlead.sync.reconsider import part_of, reconsider
from fairlead.sync.scene import Scene
from fairlead.sync.store import Store, Writer

ROUNDS = 2


async def resolve(store: Store, scene: Scene) -> int:
    """Resolves what can be; returns how many queries stay without an answer."""
    order = {name: place for place, name in enumerate(dependency_order(scene.blueprints))}
    unanswered = 0
    for _ in range(ROUNDS):
        waiting = await store.unresolved()
        waiting.sort(key=lambda one: (order.get(one.blueprint, len(order)), one.id))
        pools: dict[str, list[Candidate]] = {}
        moved = unanswered = 0
        for contribution in waiting:
            answer, open_ = await _answer(store, scene, contribution, pools)
            unanswered += open_
            if canonical(answer) != contribution.resolved:
                await store.write(partial(_store, scene=scene, contribution=contribution, answer=answer))
                pools.pop(contribution.blueprint, None)
                moved += 1
        if not moved:
            break
    return unanswered


async def _answer(
    store: Store, scene: Scene, contribution: StoredContribution, pools: dict[str, list[Candidate]]
) -> tuple[dict[str, Json], int]:
    """What the contribution's queries resolve to now, and how many have no answer."""
    answer: dict[str, Json] = {}
    unanswered = 0
    if contribution.query:
        pool = await _pool(store, scene, contribution.blueprint, pools)
        found = matches(orjson.loads(contribution.query), pool)
        if len(found) == 1:
            answer["identifier"] = found[0]
        else:
            unanswered += 1
    blueprint = scene.blueprints.get(contribution.blueprint)
    relations: dict[str, Json] = {}
    for name, value in decode_fragment(contribution.fragment).relations.items():
        relation = blueprint.relations.get(name) if blueprint else None
        if not isinstance(value, dict) or relation is None:
            continue
        found = matches(value, await _pool(store, scene, relation.target, pools))
        if len(found) > (RELATION_MATCHES if relation.many else 1):
            unanswered += 1
        elif relation.many:
            relations[name] = list[Json](found)
        else:
            relations[name] = found[0] if found else None
    if relations:
        answer["relations"] = relations
    return answer, unanswered


async def _pool(
    store: Store, scene: Scene, blueprint: str, pools: dict[str, list[Candidate]]
) -> Sequence[Candidate]:
    """The blueprint's entities in their desired state."""
    if blueprint not in pools:
        entities = await store.entities_of_blueprint(blueprint)
        differing = [entity.id for entity in entities if entity.hash != entity.desired_hash]
        desired = await store.write(partial(_merged, scene=scene, entities=differing)) if differing else {}
        pool = pools[blueprint] = []
        for entity in entities:
            body = desired.get(entity.id) if entity.id in desired else decode_body(entity.body)
            if body is not None:
                pool.append(Candidate(blueprint, entity.identifier, body))
    return pools[blueprint]


def _merged(writer: Writer, scene: Scene, entities: Sequence[int]) -> dict[int, Body | None]:
    parts: dict[int, list[Part]] = {id_: [] for id_ in entities}
    for contribution in writer.contributions_of_entities(entities):
        parts[contribution.entity].append(part_of(scene, contribution))
    return {id_: merge(own) for id_, own in parts.items()}


def _store(writer: Writer, scene: Scene, contribution: StoredContribution, answer: dict[str, Json]) -> None:
    entity = contribution.entity
    causes: dict[int, Cause] = {}
    cause = Cause(Reason.READ, contribution.kind, contribution.key, contribution.row)
    if contribution.query:
        before, entity = entity, 0
        identifier = answer.get("identifier")
        if isinstance(identifier, str):
            key = EntityKey(contribution.blueprint, identifier)
            entity = writer.entities([key])[key].id
        if before and before != entity:
            causes[before] = msgspec.structs.replace(cause, reason=Reason.REMAPPED)
    if entity:
        causes[entity] = cause
    writer.put_contributions(
        [
            ContributionWrite(
                id=contribution.id,
                source="sync",
                row=contribution.row,
                record=contribution.record,
                item=contribution.item,
                entity=entity,
                blueprint=contribution.blueprint,
                creates=contribution.creates,
                hash=contribution.hash,
                fragment=contribution.fragment,
                query=contribution.query,
                resolved=canonical(answer),
                notes=contribution.notes,
            )
        ]
    )
    if causes:
        reconsider(writer, scene, causes, {})
