"""What a query says before any entity is looked at: which blueprints it can mean, and how few of their entities."""

from __future__ import annotations

from fairlead.model.blueprints import Blueprint
from fairlead.model.browsing import Among, Containing, Every, Pointing, Way
from fairlead.model.entities import Json
from fairlead.reconcile.queries import Group, Node, Query, Reached, Related, Rule

TEXTS = {"$identifier": False, "$title": True}


def blueprints_of(query: Query, reached: Reached) -> frozenset[str] | None:
    """The blueprints outside of which nothing can match; None where the query does not limit them."""
    return _blueprints(query.root, reached)


def _blueprints(node: Node, reached: Reached) -> frozenset[str] | None:
    if isinstance(node, Related):
        return frozenset(reached[node])
    if isinstance(node, Rule):
        return _texts(node) if node.name == "$blueprint" else None
    limits = [_blueprints(part, reached) for part in node.parts]
    given = [limit for limit in limits if limit is not None]
    if node.every:
        return frozenset.intersection(*given) if given else None
    return frozenset().union(*given) if len(given) == len(limits) else None


def _texts(rule: Rule) -> frozenset[str] | None:
    """The only texts that a rule can be satisfied by; None where it does not say so."""
    if rule.operator == "=" and isinstance(rule.value, str):
        return frozenset((rule.value,))
    if rule.operator in ("in", "containsAny"):
        values = rule.value if isinstance(rule.value, list) else [rule.value]
        return frozenset(value for value in values if isinstance(value, str))
    return None


def way_of(query: Query, blueprint: str, schema: Blueprint | None, reached: Reached) -> Way:
    """The narrowest way to the entities of a blueprint that may match: all that match lie on it."""
    return _way(query.root, blueprint, schema, reached)


def _way(node: Node, blueprint: str, schema: Blueprint | None, reached: Reached) -> Way:
    if isinstance(node, Group):
        ways = [_way(part, blueprint, schema, reached) for part in node.parts]
        if node.every:
            return min(ways, key=_rank, default=Every())
        among = [way for way in ways if isinstance(way, Among)]
        if len(among) < len(ways):
            return Every()
        return Among(tuple(sorted({identifier for way in among for identifier in way.identifiers})))
    if isinstance(node, Related):
        return Among(tuple(reached[node].get(blueprint, ())))
    return _way_of_rule(node, schema)


def _way_of_rule(rule: Rule, schema: Blueprint | None) -> Way:
    texts = _texts(rule)
    if rule.name == "$identifier" and texts is not None:
        return Among(tuple(sorted(texts)))
    if rule.name in TEXTS:
        part = rule.value
        looks = rule.operator in ("=", "contains", "beginsWith", "endsWith") and isinstance(part, str)
        if looks and isinstance(part, str) and part.isascii() and part:
            return Containing(part.lower(), TEXTS[rule.name])
        return Every()
    relation = schema.relations.get(rule.name) if schema and rule.name not in schema.properties else None
    target = _target(rule, many=relation.many) if relation else None
    if relation is None or target is None:
        return Every()
    return Pointing(rule.name, relation.target, target)


def _target(rule: Rule, *, many: bool) -> str | None:
    """The one identifier that a relation must point to for the rule to hold."""
    value: Json = rule.value
    if rule.operator in ("in", "containsAny") and isinstance(value, list) and len(value) == 1:
        value = value[0]
    elif rule.operator != ("contains" if many else "="):
        return None
    return value if isinstance(value, str) and value else None


def _rank(way: Way) -> tuple[int, int]:
    """Smaller is narrower."""
    match way:
        case Among(identifiers):
            return (0 if len(identifiers) < 1000 else 2), len(identifiers)
        case Pointing():
            return 1, 0
        case Containing():
            return 3, 0
    return 4, 0
