"""The entities of one blueprint that queries of a mapping are asked of: many queries, one set of entities. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from fairlead.model.entities import Json
from fairlead.model.errors import BadUsage
from fairlead.reconcile.operators import Sense
from fairlead.reconcile.queries import METAS, Candidate, Group, Node, Query, Rule, understood, value_of

_IN = frozenset({"in", "containsAny"})


class Pool:
    """Answers queries. Where a query says that a value must equal a text, only the entities with that text are looked
    at: a hundred thousand records may each ask for their author."""

    def __init__(self, candidates: Iterable[Candidate]) -> None:
        self._all = sorted(candidates, key=lambda candidate: candidate.identifier)
        self._indexes: dict[str, dict[str, list[Candidate]]] = {}

    def matches(self, query: Json) -> list[str]:
        """Identifiers of the matching entities, sorted. A query that cannot be meant, or has no rule, matches
        nothing."""
        meant = _meant(query)
        if meant is None:
            return []
        return [one.identifier for one in self._near(meant.root) if meant.holds(one, {})]

    def _near(self, node: Node) -> Iterable[Candidate]:
        """The entities that may match, each once and in order."""
        if isinstance(node, Group):
            ways = [part for part in node.parts if isinstance(part, Rule) and _texts(part) is not None]
            if node.every and ways:
                return self._near(ways[0])
            return self._near(node.parts[0]) if len(node.parts) == 1 else self._all
        texts = _texts(node) if isinstance(node, Rule) else None
        if not isinstance(node, Rule) or texts is None:
            return self._all
        index = self._index(node.name)
        found = {one.identifier: one for text in texts for one in index.get(text, ())}
        return [found[identifier] for identifier in sorted(found)]

    def _index(self, name: str) -> dict[str, list[Candidate]]:
        index = self._indexes.get(name)
        if index is None:
            index = self._indexes[name] = {}
            for one in self._all:
                value = value_of(name, one)
                for text in value if isinstance(value, list) else (value,):
                    if isinstance(text, str):
                        index.setdefault(text, []).append(one)
        return index


def names_in(query: Json) -> frozenset[str]:
    """The properties, relations and meta properties that a query compares; none where it cannot be meant."""
    meant = _meant(query)
    return frozenset(_names(meant.root)) if meant else frozenset()


def _names(node: Node) -> Iterable[str]:
    if isinstance(node, Group):
        for part in node.parts:
            yield from _names(part)
    elif isinstance(node, Rule):
        yield node.name


def fields_of(names: Iterable[str], relations: frozenset[str]) -> tuple[str, ...]:
    """The names as a target spells fields of an entity (`title`, `properties.<name>`, `relations.<name>`), sorted;
    what every entity has (its identifier, its blueprint) is left out."""
    found: set[str] = set()
    for name in names:
        if name in METAS:
            found |= {name[1:]} & {"title", "icon", "team"}
        else:
            found.add(f"relations.{name}" if name in relations else f"properties.{name}")
    return tuple(sorted(found))


def _meant(query: Json) -> Query | None:
    try:
        meant = understood(query, Sense())
    except BadUsage:
        return None
    empty = isinstance(meant.root, Group) and not meant.root.parts
    return None if meant.related or empty else meant


def _texts(rule: Rule) -> list[str] | None:
    """The texts of which the value must be, or hold, one; None where the rule does not say so."""
    if rule.operator == "=" and isinstance(rule.value, str):
        return [rule.value]
    if rule.operator in _IN:
        values = rule.value if isinstance(rule.value, list) else [rule.value]
        texts = [value for value in values if isinstance(value, str)]
        return texts if len(texts) == len(values) else None
    return None
