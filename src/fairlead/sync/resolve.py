"""The second phase of mapping: search-query identifiers, teams and relations, resolved against the merged state and
against what others made at the targets.

In blueprint dependency order, so that a query sees what was resolved before it; at most two rounds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from functools import partial
from itertools import groupby

import msgspec
import orjson

from fairlead.model.changes import Cause, Reason
from fairlead.model.entities import Body, EntityKey, Json
from fairlead.model.stored import ContributionWrite, StoredContribution
from fairlead.reconcile.canonical import canonical, decode_body, decode_fragment
from fairlead.reconcile.difference import first_cause
from fairlead.reconcile.merge import Part, merge
from fairlead.reconcile.order import dependency_order
from fairlead.reconcile.pool import Pool, fields_of, names_in
from fairlead.reconcile.queries import RELATION_MATCHES, Candidate
from fairlead.sync.foreign import Foreign, Searched, read_foreign
from fairlead.sync.placeholders import kept
from fairlead.sync.reconsider import part_of, reconsider
from fairlead.sync.scene import Scene
from fairlead.sync.store import Store, Writer

ROUNDS = 2
BATCH = 500
TEAMS = "_team"
"""The blueprint that a team's query asks of."""

_NONE = "it matches no entity"
_SEVERAL = "it matches several entities"
_MANY = f"it matches more than {RELATION_MATCHES} entities"
_OF = (_NONE, _SEVERAL, _MANY)

Answer = dict[str, Json]
"""What queries resolve to: `identifier` and, where others own that entity, `foreign`; `team`; `relations`."""


class Unanswered(msgspec.Struct, frozen=True):
    """Queries of one field of one row (its hash) that have no answer, and why."""

    row: str
    field: str
    why: str


class Resolution(msgspec.Struct, frozen=True):
    """How many queries stay without an answer, the same by row and field with the first record's key, and which
    blueprints could not be searched at targets."""

    unanswered: int
    reasons: Mapping[Unanswered, tuple[int, str]]
    foreign: Foreign


async def resolve(
    store: Store, scene: Scene, searched: Sequence[Searched] = (), unproved: Collection[str] | None = ()
) -> Resolution:
    """Resolves what can be. Queries of blueprints that a target cannot tell of keep their last answers.

    `unproved` are blueprints of which what a target holds may be ours, though this run did not see it (None: any):
    nothing there is taken for an entity of others that was not before.
    """
    order = {name: place for place, name in enumerate(dependency_order(scene.blueprints))}
    waiting = await store.unresolved()
    foreign = await read_foreign(store, searched, _wanted(scene, waiting) if searched else {})
    pools = _Pools(store, scene, foreign, [target.name for target in searched], unproved)
    unanswered: Counter[Unanswered] = Counter()
    firsts: dict[Unanswered, str] = {}
    for _ in range(ROUNDS):
        waiting.sort(key=lambda one: (order.get(one.blueprint, len(order)), one.blueprint, one.id))
        moved = 0
        unanswered.clear()
        firsts.clear()
        for blueprint, group in groupby(waiting, key=lambda one: one.blueprint):
            answers: list[tuple[StoredContribution, Answer]] = []
            for contribution in group:
                answer, reasons = await _Asking(pools, scene, contribution).answers()
                for reason in reasons:
                    unanswered[reason] += 1
                    firsts.setdefault(reason, contribution.key)
                if canonical(answer) != contribution.resolved:
                    answers.append((contribution, answer))
            for start in range(0, len(answers), BATCH):
                await store.write(partial(_store, scene=scene, answers=answers[start : start + BATCH]))
            if answers:
                pools.forget(blueprint)
            moved += len(answers)
        if not moved:
            break
        waiting = await store.unresolved()
    return Resolution(
        unanswered.total(), {reason: (count, firsts[reason]) for reason, count in unanswered.items()}, foreign
    )


def _queries(scene: Scene, contribution: StoredContribution) -> list[tuple[str, str, Json]]:
    """(the field that it stands for, the blueprint that it asks of, the query) of each."""
    found: list[tuple[str, str, Json]] = []
    if contribution.query:
        found.append(("identifier", contribution.blueprint, orjson.loads(contribution.query)))
    fragment = decode_fragment(contribution.fragment)
    if isinstance(fragment.team, dict):
        found.append(("team", TEAMS, fragment.team))
    blueprint = scene.blueprints.get(contribution.blueprint)
    for name, value in fragment.relations.items():
        relation = blueprint.relations.get(name) if blueprint else None
        if isinstance(value, dict) and relation is not None:
            found.append((f"relations.{name}", relation.target, value))
    return found


def _wanted(scene: Scene, waiting: Sequence[StoredContribution]) -> dict[str, tuple[str, ...]]:
    """The blueprints that queries ask of, with the fields that they compare."""
    names: dict[str, set[str]] = {}
    for contribution in waiting:
        for _, blueprint, query in _queries(scene, contribution):
            names.setdefault(blueprint, set()).update(names_in(query))
    found: dict[str, tuple[str, ...]] = {}
    for blueprint in sorted(names):
        known = scene.blueprints.get(blueprint)
        relations = frozenset(known.relations.keys() - known.properties.keys()) if known else frozenset()
        found[blueprint] = fields_of(names[blueprint], relations)
    return found


class _Pools:
    """The entities that queries are asked of, by blueprint: ours in their desired state, and those of others."""

    def __init__(
        self,
        store: Store,
        scene: Scene,
        foreign: Foreign,
        targets: Sequence[str],
        unproved: Collection[str] | None,
    ) -> None:
        self._store = store
        self._scene = scene
        self.foreign = foreign
        self._targets = targets
        self._unproved = unproved
        self._pools: dict[str, Pool] = {}

    def may_be_ours(self, blueprint: str) -> bool:
        """Whether what a target holds of it, and the catalog does not, may be ours nevertheless."""
        return self._unproved is None or blueprint in self._unproved

    def forget(self, blueprint: str) -> None:
        """Its entities have changed."""
        self._pools.pop(blueprint, None)

    async def of(self, blueprint: str) -> Pool:
        if blueprint not in self._pools:
            self._pools[blueprint] = Pool(await self._candidates(blueprint))
        return self._pools[blueprint]

    async def _candidates(self, blueprint: str) -> list[Candidate]:
        """What is ours is no other's, unless it is marked so; there, what we say of it lies over what is there."""
        others = self.foreign.found.get(blueprint, {})
        marked: set[int] = set()
        for target in self._targets:
            marked |= (await self._store.foreign(target, blueprint))[0]
        bodies: dict[str, Body] = dict(others)
        entities = await self._store.entities_of_blueprint(blueprint)
        differing = [entity.id for entity in entities if entity.hash != entity.desired_hash]
        write = partial(_merged, scene=self._scene, entities=differing)
        desired = await self._store.write(write) if differing else {}
        for entity in entities:
            if entity.id not in marked:
                others.pop(entity.identifier, None)
                bodies.pop(entity.identifier, None)
            body = desired.get(entity.id) if entity.id in desired else decode_body(entity.body)
            if body is not None:
                there = bodies.get(entity.identifier)
                bodies[entity.identifier] = _laid_over(there, body) if there is not None else body
        return [Candidate(blueprint, identifier, body) for identifier, body in bodies.items()]


class _Asking:
    """The queries of one contribution, and what they were answered before."""

    def __init__(self, pools: _Pools, scene: Scene, contribution: StoredContribution) -> None:
        self._pools = pools
        self._row = contribution.row
        self._queries = _queries(scene, contribution)
        self._blueprint = scene.blueprints.get(contribution.blueprint)
        self._before: Mapping[str, Json] = (
            orjson.loads(contribution.resolved) if contribution.resolved else {}
        )

    async def answers(self) -> tuple[Answer, list[Unanswered]]:
        """What the queries resolve to now, and those that have no answer."""
        answer: Answer = {}
        relations: dict[str, Json] = {}
        reasons: list[Unanswered] = []
        for field, blueprint, query in self._queries:
            _, dot, name = field.partition(".")
            if blueprint in self._pools.foreign.unread:
                why = (
                    "" if self._keep(answer, relations, field, name) else f"{blueprint} could not be searched"
                )
            else:
                matches = (await self._pools.of(blueprint)).matches(query)
                if dot:
                    why = self._relation(relations, name, matches)
                elif field == "team":
                    why = _too_many(matches, RELATION_MATCHES)
                    answer |= {} if why else {"team": list[Json](matches)}
                else:
                    why = self._identifier(answer, blueprint, matches)
            if why:
                reasons.append(Unanswered(self._row, field, f"{why} of {blueprint}" if why in _OF else why))
        if relations:
            answer["relations"] = relations
        return answer, reasons

    def _identifier(self, answer: Answer, blueprint: str, matches: list[str]) -> str:
        """Why there is no answer, "" where there is; so do the others."""
        if len(matches) != 1:
            return _too_many(matches, 1) or _NONE
        (found,) = matches
        foreign = found in self._pools.foreign.found.get(blueprint, {})
        known = self._before.get("foreign") and self._before.get("identifier") == found
        if foreign and not known and self._pools.may_be_ours(blueprint):
            return f"the {blueprint} that it matches may be ours: a full sync that proves every reading will tell"
        answer |= {"identifier": found, "foreign": True} if foreign else {"identifier": found}
        return ""

    def _relation(self, relations: dict[str, Json], name: str, matches: list[str]) -> str:
        many = self._blueprint is not None and self._blueprint.relations[name].many
        if why := _too_many(matches, RELATION_MATCHES if many else 1):
            return why
        relations[name] = list[Json](matches) if many else matches[0] if matches else None
        return ""

    def _keep(self, answer: Answer, relations: dict[str, Json], field: str, name: str) -> bool:
        """Keeps the last answer; whether there was one."""
        before = self._before.get("relations")
        if name:
            known = before if isinstance(before, dict) else {}
            relations |= {name: known[name]} if name in known else {}
            return name in known
        kept = ("identifier", "foreign") if field == "identifier" else (field,)
        answer |= {key: self._before[key] for key in kept if key in self._before}
        return field in self._before


def _too_many(matches: Sequence[str], most: int) -> str:
    return "" if len(matches) <= most else _SEVERAL if most == 1 else _MANY


def _laid_over(there: Body, ours: Body) -> Body:
    return Body(
        title=ours.title if ours.title is not None else there.title,
        icon=ours.icon if ours.icon is not None else there.icon,
        team=ours.team if ours.team is not None else there.team,
        properties=there.properties | ours.properties,
        relations=there.relations | ours.relations,
    )


def _merged(writer: Writer, scene: Scene, entities: Sequence[int]) -> dict[int, Body | None]:
    parts: dict[int, list[Part]] = {id_: [] for id_ in entities}
    for contribution in writer.contributions_of_entities(entities):
        parts[contribution.entity].append(part_of(scene, contribution))
    return {id_: merge(own) for id_, own in parts.items()}


def _store(writer: Writer, scene: Scene, answers: Sequence[tuple[StoredContribution, Answer]]) -> None:
    """Keeps the answers, marks the entities of others among them, and reconsiders what they touch."""
    # What others own may be new to the catalog.
    found = {key for contribution, answer in answers if (key := _key(contribution, answer))}
    entities = kept(writer, sorted(found))
    causes: dict[int, Cause] = {}
    rows: list[ContributionWrite] = []
    for contribution, answer in answers:
        cause = Cause(Reason.READ, contribution.kind, contribution.key, contribution.row)
        before = entity = contribution.entity
        if contribution.query:
            key = _key(contribution, answer)
            entity = entities[key].id if key else 0
            if before and before != entity:
                _touch(causes, before, msgspec.structs.replace(cause, reason=Reason.REMAPPED))
        if entity:
            _touch(causes, entity, cause)
        rows.append(_write_of(contribution, entity, answer))
    marked = [row.entity for row, (_, answer) in zip(rows, answers, strict=True) if answer.get("foreign")]
    if marked:
        writer.mark_foreign(marked)
    writer.put_contributions(rows)
    if causes:
        reconsider(writer, scene, causes, {})


def _key(contribution: StoredContribution, answer: Answer) -> EntityKey | None:
    """The entity that an identifier query found."""
    identifier = answer.get("identifier")
    return EntityKey(contribution.blueprint, identifier) if isinstance(identifier, str) else None


def _touch(causes: dict[int, Cause], entity: int, cause: Cause) -> None:
    causes[entity] = first_cause(causes[entity], cause) if entity in causes else cause


def _write_of(contribution: StoredContribution, entity: int, answer: Answer) -> ContributionWrite:
    return ContributionWrite(
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
