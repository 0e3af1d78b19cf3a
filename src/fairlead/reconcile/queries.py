"""Queries in Port's language: those that stand for an identifier or a relation, and those that people search with.

Source: Port's API, the shared schemas of queries (searchIdentifierQuery, searchRelationsQuery, entitiesQuery): a query
is `combinator` (and, or) and `rules`, which are rules or queries; an identifier query must match exactly one entity, a
relation query at most 100.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

import msgspec

from fairlead.model.entities import Body, Json
from fairlead.model.errors import BadUsage
from fairlead.reconcile.operators import Judge, Sense, judge_of

RELATION_MATCHES = 100
DEPTH = 20
"""Queries nested deeper are refused."""


class Candidate(msgspec.Struct, frozen=True):
    """An entity that a query may match. The instants (ISO 8601) are needed where `Query.needs_instants` says so."""

    blueprint: str
    identifier: str
    body: Body
    created_at: str = ""
    updated_at: str = ""


METAS: Mapping[str, Callable[[Candidate], Json]] = {
    "$identifier": lambda candidate: candidate.identifier,
    "$title": lambda candidate: candidate.body.title,
    "$team": lambda candidate: candidate.body.team,
    "$icon": lambda candidate: candidate.body.icon,
    "$blueprint": lambda candidate: candidate.blueprint,
    "$createdAt": lambda candidate: candidate.created_at,
    "$updatedAt": lambda candidate: candidate.updated_at,
}


class Rule(msgspec.Struct, frozen=True):
    """One property, relation or meta property, compared."""

    name: str
    operator: str
    value: Json
    test: Judge


class Related(msgspec.Struct, frozen=True):
    """Entities reached from the given ones: *upstream* are those that they depend on. `required` True: over required
    relations only, False: over the others only, None: over all."""

    blueprint: str
    identifiers: tuple[str, ...]
    direction: Literal["upstream", "downstream", "both"]
    required: bool | None


class Group(msgspec.Struct, frozen=True):
    """Every part holds, or any."""

    every: bool
    parts: tuple[Node, ...]


Node = Rule | Related | Group

Reached = Mapping[Related, Mapping[str, Mapping[str, None]]]
"""What each relation rule leads to, found in the catalog before entities are judged: by blueprint the identifiers,
sorted."""


class Query(msgspec.Struct, frozen=True):
    """A query that was understood."""

    root: Node
    related: tuple[Related, ...]
    needs_instants: bool

    def holds(self, candidate: Candidate, reached: Reached) -> bool:
        """Whether the entity is meant."""
        return _holds(self.root, candidate, reached)


EVERYTHING = Query(Group(every=True, parts=()), (), needs_instants=False)


def understood(query: Json, sense: Sense) -> Query:
    """The query as it is meant. BadUsage that names the first rule that cannot be meant."""
    leaves: list[Rule | Related] = []
    root = _node(query, sense, leaves, "the query", DEPTH)
    related = tuple(dict.fromkeys(leaf for leaf in leaves if isinstance(leaf, Related)))
    metas = {leaf.name for leaf in leaves if isinstance(leaf, Rule)}
    return Query(root, related, needs_instants=not metas.isdisjoint(("$createdAt", "$updatedAt")))


def _node(query: Json, sense: Sense, leaves: list[Rule | Related], place: str, depth: int) -> Node:
    if not isinstance(query, dict):
        raise BadUsage(f"{place} must be an object")
    if not depth:
        raise BadUsage(f"{place} is nested too deep", advice=f"at most {DEPTH} queries stand in one another")
    if "rules" in query or "combinator" in query:
        rules, combinator = query.get("rules", []), query.get("combinator", "and")
        if not isinstance(rules, list) or combinator not in ("and", "or"):
            raise BadUsage(f'{place} must have a list of rules, and "and" or "or" as combinator')
        parts = [
            _node(rule, sense, leaves, _within(place, number), depth - 1)
            for number, rule in enumerate(rules, start=1)
        ]
        # Nothing to hold is no condition at all, whatever joins it.
        return Group(every=combinator == "and" or not parts, parts=tuple(parts))
    leaf = _related(query, place) if query.get("operator") == "relatedTo" else _rule(query, sense, place)
    leaves.append(leaf)
    return leaf


def _within(place: str, number: int) -> str:
    return f"rule {number}" if place == "the query" else f"{place}.{number}"


def _rule(query: dict[str, Json], sense: Sense, place: str) -> Rule:
    operator, value = query.get("operator"), query.get("value")
    name = query.get("property", query.get("relation"))
    if not isinstance(operator, str):
        raise BadUsage(f"{place} has no operator")
    if not isinstance(name, str) or not name:
        raise BadUsage(f"{place} must name a property or a relation, as a text")
    if name.startswith("$") and name not in METAS:
        raise BadUsage(
            f"{place}: there is no meta property {name}", advice=f"meta properties: {', '.join(METAS)}"
        )
    try:
        return Rule(name, operator, value, judge_of(operator, value, sense))
    except BadUsage as error:
        raise BadUsage(f"{place} ({name} {operator}): {error.message}", advice=error.advice) from None


def _related(query: dict[str, Json], place: str) -> Related:
    blueprint, value = query.get("blueprint"), query.get("value")
    direction, required = query.get("direction", "both"), query.get("required")
    identifiers = value if isinstance(value, list) else [value]
    texts = tuple(sorted({one for one in identifiers if isinstance(one, str)}))
    if not isinstance(blueprint, str) or not texts or len(texts) < len(identifiers):
        raise BadUsage(f"{place} (relatedTo) must name a blueprint, and identifiers as value")
    if direction not in ("upstream", "downstream", "both") or not (
        required is None or isinstance(required, bool)
    ):
        raise BadUsage(f"{place} (relatedTo): direction is upstream or downstream, required true or false")
    known: Literal["upstream", "downstream", "both"] = (
        "upstream" if direction == "upstream" else "downstream" if direction == "downstream" else "both"
    )
    return Related(blueprint, texts, known, required)


def _holds(node: Node, candidate: Candidate, reached: Reached) -> bool:
    if isinstance(node, Rule):
        return node.test(value_of(node.name, candidate))
    if isinstance(node, Related):
        return candidate.identifier in reached[node].get(candidate.blueprint, {})
    results = (_holds(part, candidate, reached) for part in node.parts)
    return all(results) if node.every else any(results)


def value_of(name: str, candidate: Candidate) -> Json:
    """What a rule compares: a meta property, a property, or else a relation."""
    if name in METAS:
        return METAS[name](candidate)
    properties = candidate.body.properties
    return properties[name] if name in properties else candidate.body.relations.get(name)
