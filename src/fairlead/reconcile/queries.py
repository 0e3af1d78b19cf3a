"""Search queries that stand for an identifier or a relation, in Port's query language, against merged entities.

Source: Port's API, shared schemas searchIdentifierQuery and searchRelationsQuery: a query is `combinator` (and, or) and
`rules`; an identifier query must match exactly one entity, a relation query at most 100.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import msgspec

from fairlead.model.entities import Body, Json

RELATION_MATCHES = 100


class Candidate(msgspec.Struct, frozen=True):
    """An entity that a query may match."""

    blueprint: str
    identifier: str
    body: Body


def matches(query: Json, candidates: Iterable[Candidate]) -> list[str]:
    """Identifiers of the matching entities, sorted. A query of another shape matches nothing."""
    return sorted(candidate.identifier for candidate in candidates if _holds(query, candidate))


def _holds(query: Json, candidate: Candidate) -> bool:
    if not isinstance(query, dict):
        return False
    rules = query.get("rules")
    if isinstance(rules, list):
        results = [_holds(rule, candidate) for rule in rules]
        return bool(results) and (any(results) if query.get("combinator") == "or" else all(results))
    operator, wanted = query.get("operator"), query.get("value")
    test = _TESTS.get(operator) if isinstance(operator, str) else None
    return test is not None and test(_value(query.get("property"), candidate), wanted)


def _value(name: Json, candidate: Candidate) -> Json:
    meta: Mapping[str, Json] = {
        "$identifier": candidate.identifier,
        "$title": candidate.body.title,
        "$blueprint": candidate.blueprint,
        "$team": candidate.body.team,
        "$icon": candidate.body.icon,
    }
    if not isinstance(name, str):
        return None
    return meta[name] if name in meta else candidate.body.properties.get(name)


def _equal(value: Json, wanted: Json) -> bool:
    return type(value) is type(wanted) and value == wanted


def _in(value: Json, wanted: Json) -> bool:
    choices = wanted if isinstance(wanted, list) else [wanted]
    values = value if isinstance(value, list) else [value]
    return any(_equal(one, choice) for one in values for choice in choices)


def _contains(value: Json, wanted: Json) -> bool:
    if isinstance(value, list):
        return any(_equal(one, wanted) for one in value)
    return isinstance(value, str) and isinstance(wanted, str) and wanted in value


def _starts(value: Json, wanted: Json) -> bool:
    return isinstance(value, str) and isinstance(wanted, str) and value.startswith(wanted)


def _ends(value: Json, wanted: Json) -> bool:
    return isinstance(value, str) and isinstance(wanted, str) and value.endswith(wanted)


_TESTS: Mapping[str, Callable[[Json, Json], bool]] = {
    "=": _equal,
    "!=": lambda value, wanted: not _equal(value, wanted),
    "in": _in,
    "containsAny": _in,
    "notIn": lambda value, wanted: not _in(value, wanted),
    "contains": _contains,
    "doesNotContains": lambda value, wanted: not _contains(value, wanted),
    "beginsWith": _starts,
    "endsWith": _ends,
    "isEmpty": lambda value, _: value in (None, "", []),
    "isNotEmpty": lambda value, _: value not in (None, "", []),
}
