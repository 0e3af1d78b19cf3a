"""What of an entity does not fit the blueprint that Port has. Pure.

Rules are those of Port's published OpenAPI file: keywords of JSON Schema for properties, its own for identifiers,
relations and teams. Only what Port surely refuses is found; of formats only those whose grammar is beyond doubt.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from ipaddress import AddressValueError, IPv4Address, IPv6Address

import msgspec

from fairlead.model.blueprints import is_of_type
from fairlead.model.entities import type_name
from fairlead.targets.port.schema import BlueprintSchema, PropertySchema, RelationSchema, SentEntity

LONGEST_IDENTIFIER = 1000
LONGEST_MATCHED = 1000
"""Characters of a text that is held against a pattern: somebody else's pattern may take for ever on a long one."""

SHOWN = 10
"""So many values of an enum are named."""

_ALLOWED = frozenset("0123456789@_.+:\\/-='")
_CONVERSIONS = {
    ("string", "a number"): "tostring",
    ("string", "a boolean"): "tostring",
    ("string", "an object"): "tojson",
    ("string", "a list"): "tojson, or first",
    ("number", "a text"): "tonumber",
    ("boolean", "a text"): '. == "true"',
    ("array", "a text"): "[.]",
    ("array", "a number"): "[.]",
}
"""jq that makes what was sent into what is wanted."""


class Finding(msgspec.Struct, frozen=True):
    """`field` is `identifier`, `title`, `icon`, `team`, `properties.<key>` or `relations.<key>`.

    `problem` and `advice` hold nothing of the entity itself, so that equal mistakes read alike.
    """

    field: str
    problem: str
    advice: str


def findings(blueprint: BlueprintSchema, sent: SentEntity) -> list[Finding]:
    """Everything in the entity that does not fit, in its order."""
    return [
        *_identifier(sent.identifier),
        *_team(blueprint, sent.team),
        *(one for name, value in sent.properties.items() for one in _property(blueprint, name, value)),
        *(one for name, value in sent.relations.items() for one in _relation(blueprint, name, value)),
    ]


def _identifier(value: object) -> Iterator[Finding]:
    problem = identifier_problem(value)
    if problem:
        yield Finding(
            "identifier", problem, 'mend the expression of identifier, for instance with gsub(" "; "-")'
        )


def identifier_problem(value: object) -> str:
    """Why the value cannot be an entity's identifier, "" where it can."""
    if not isinstance(value, str):
        return f"is {type_name(value)}; an identifier is a text"
    if not value or value in (".", ".."):
        return "is empty, or dots alone"
    if len(value) > LONGEST_IDENTIFIER:
        return f"is longer than {LONGEST_IDENTIFIER} characters"
    if any(not sign.isalpha() and sign not in _ALLOWED for sign in value):
        return "holds a character other than letters, digits and @ _ . + : \\ / = - '"
    return ""


def _team(blueprint: BlueprintSchema, team: object) -> Iterator[Finding]:
    if team is not None and blueprint.inherits_team:
        yield Finding(
            "team",
            "the blueprint inherits its team along a relation",
            f"take team out of the mapping of {blueprint.identifier}, "
            f"or give the blueprint {blueprint.identifier} direct ownership at Port",
        )


def _property(blueprint: BlueprintSchema, name: str, value: object) -> Iterator[Finding]:
    field, owner = f"properties.{name}", blueprint.identifier
    schema = blueprint.schema.properties.get(name)
    if schema is None:
        computed = blueprint.computed(name)
        if computed:
            problem = f"the blueprint computes it ({computed} property)"
            yield Finding(field, problem, f"take {field} out of the mapping of {owner}")
        else:
            yield _unknown(field, "property", name, owner, blueprint.schema.properties)
    elif value is not None:
        yield from (
            Finding(field, problem, advice) for problem, advice in _misfits(schema, value, field, owner)
        )


def _unknown(field: str, what: str, name: str, owner: str, known: Iterable[str]) -> Finding:
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"; the blueprint has {near[0]}" if near else ""
    return Finding(
        field,
        f"the blueprint has no such {what}{hint}",
        f"add the {what} {name} to the blueprint {owner} at Port, or take {field} out of the mapping",
    )


def _misfits(schema: PropertySchema, value: object, field: str, owner: str) -> Iterator[tuple[str, str]]:
    """(problem, advice) for each rule that a value breaks; a wrong type breaks all others too."""
    if not is_of_type(value, schema.type or ""):
        yield (
            f"is {type_name(value)}; the blueprint wants type {schema.type}",
            f"make the expression of {field} give type {schema.type}{_conversion(schema.type or '', value)}",
        )
        return
    if schema.enum and value not in schema.enum:
        yield "is none of the values of the blueprint's enum", _enum_advice(schema.enum, field, owner)
    for problem in (*_of_text(schema, value), *_of_number(schema, value), *_of_list(schema, value)):
        yield (
            problem,
            f"mend the expression of {field}, or relax the property in the blueprint {owner} at Port",
        )
    if isinstance(value, list) and schema.items is not None:
        for item in value:
            broken = next(_misfits(schema.items, item, field, owner), None)
            if broken is not None:
                yield f"an item {broken[0]}", broken[1]
                return


def _enum_advice(enum: tuple[object, ...], field: str, owner: str) -> str:
    names = ", ".join(str(one) for one in enum[:SHOWN])
    more = f" and {len(enum) - SHOWN} more" if len(enum) > SHOWN else ""
    return (
        f"add the value to the enum of {field} in the blueprint {owner} at Port, "
        f"or map it to one of: {names}{more}"
    )


def _of_text(schema: PropertySchema, value: object) -> Iterator[str]:
    if not isinstance(value, str):
        return
    if schema.min_length is not None and len(value) < schema.min_length:
        yield f"is shorter than {schema.min_length} characters"
    if schema.max_length is not None and len(value) > schema.max_length:
        yield f"is longer than {schema.max_length} characters"
    if schema.pattern and _mismatches(schema.pattern, value):
        yield f"does not match the pattern {schema.pattern}"
    if not _is_in_format(schema.format or "", value):
        yield f"is no {schema.format}"


def _of_number(schema: PropertySchema, value: object) -> Iterator[str]:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return
    if schema.minimum is not None and value < schema.minimum:
        yield f"is less than {schema.minimum:g}"
    if schema.maximum is not None and value > schema.maximum:
        yield f"is more than {schema.maximum:g}"
    if schema.exclusive_minimum is not None and value <= schema.exclusive_minimum:
        yield f"is not more than {schema.exclusive_minimum:g}"
    if schema.exclusive_maximum is not None and value >= schema.exclusive_maximum:
        yield f"is not less than {schema.exclusive_maximum:g}"


def _of_list(schema: PropertySchema, value: object) -> Iterator[str]:
    if not isinstance(value, list):
        return
    if schema.min_items is not None and len(value) < schema.min_items:
        yield f"has fewer than {schema.min_items} items"
    if schema.max_items is not None and len(value) > schema.max_items:
        yield f"has more than {schema.max_items} items"
    if schema.unique_items and len({msgspec.json.encode(item, order="sorted") for item in value}) < len(
        value
    ):
        yield "holds an item twice"


def _relation(blueprint: BlueprintSchema, name: str, value: object) -> Iterator[Finding]:
    field, owner = f"relations.{name}", blueprint.identifier
    relation = blueprint.edges.get(name)
    if relation is None:
        yield _unknown(field, "relation", name, owner, blueprint.edges)
        return
    yield from _cardinality(relation, field, owner, value)
    for one in value if isinstance(value, list) else [value]:
        problem = identifier_problem(one) if one is not None and not isinstance(one, dict) else ""
        if problem:
            yield Finding(
                field, f"an identifier in it {problem}", f"mend the expression of {field} in the mapping"
            )
            return


def _cardinality(relation: RelationSchema, field: str, owner: str, value: object) -> Iterator[Finding]:
    if relation.many and isinstance(value, str):
        yield Finding(
            field,
            "is one identifier; the blueprint wants a list",
            f"make the expression of {field} give a list ([.]), or make the relation of {owner} single at Port",
        )
    elif not relation.many and isinstance(value, list):
        yield Finding(
            field,
            "is a list; the blueprint wants one identifier",
            f"make the expression of {field} give one (first), or let the relation of {owner} be many at Port",
        )


def missing(blueprint: BlueprintSchema, sent: SentEntity) -> list[Finding]:
    """Required fields without a value. Where fields are merged, Port may have them from before."""
    return list(_missing(blueprint, sent))


def _missing(blueprint: BlueprintSchema, sent: SentEntity) -> Iterator[Finding]:
    meta: dict[str, object] = {"$title": sent.title, "$icon": sent.icon, "$team": sent.team}
    fields = {
        name.removeprefix("$") if name in meta else f"properties.{name}": meta.get(
            name, sent.properties.get(name)
        )
        for name in blueprint.required
    }
    fields |= {
        f"relations.{name}": sent.relations.get(name)
        for name, relation in blueprint.edges.items()
        if relation.required
    }
    for field, value in fields.items():
        if value is None:
            yield Finding(
                field,
                "the blueprint requires it, and nothing gives it a value",
                f"map {field} so that it is never null, or let it be optional in {blueprint.identifier} at Port",
            )


def _conversion(wanted: str, value: object) -> str:
    program = _CONVERSIONS.get((wanted, type_name(value)))
    return f": … | {program}" if program else ""


def _mismatches(pattern: str, value: str) -> bool:
    """Whether the value surely breaks the pattern. One that is no expression here, or a long text, is not judged."""
    try:
        return len(value) <= LONGEST_MATCHED and re.search(pattern, value) is None
    except (re.error, OverflowError):
        return False


def _is_in_format(name: str, value: str) -> bool:
    match name:
        case "date-time":
            return _is_instant(value)
        case "url":
            return bool(re.match(r"[A-Za-z][A-Za-z0-9+.-]*:\S+\Z", value))
        case "email" | "user" | "idn-email":
            return bool(re.match(r"[^\s@]+@[^\s@]+\Z", value))
        case "ipv4":
            return _is_address(IPv4Address, value)
        case "ipv6":
            return _is_address(IPv6Address, value)
        case _:
            return True


def _is_instant(value: str) -> bool:
    """RFC 3339 with a zone."""
    if not re.match(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:([0-5]\d|60)(\.\d+)?([Zz]|[+-]\d\d:?\d\d)\Z", value):
        return False
    try:
        datetime.fromisoformat(value[:16])
    except ValueError:
        return False
    return True


def _is_address(kind: type[IPv4Address] | type[IPv6Address], value: str) -> bool:
    try:
        kind(value)
    except AddressValueError:
        return False
    return True
