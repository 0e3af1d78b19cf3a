"""Definitions of blueprints, as a file has them and as Port has them, set side by side. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from fairlead.model.blueprints import Blueprint

LINKED = ("relations",)
"""What a blueprint gets after all have been created: it points to others."""

COMPUTED = ("mirrorProperties", "calculationProperties", "aggregationProperties")
"""Properties that Port works out by itself."""

WALKING = ("ownership", "teamInheritance", *COMPUTED)
"""What it gets last: it walks along relations."""

Definition = dict[str, msgspec.Raw]
"""A blueprint's JSON, by its keys."""


class _Typed(msgspec.Struct, frozen=True):
    # Of any shape: a schema that Port added to since must not stop a delivery.
    type: object = None


class _Link(msgspec.Struct, frozen=True):
    required: bool | None = None


def definition_of(blueprint: Blueprint) -> Definition:
    """The blueprint as its user wrote it."""
    return msgspec.json.decode(blueprint.definition, type=Definition)


def by_identifier(definitions: Iterable[Definition]) -> dict[str, Definition]:
    """The definitions by what each says its identifier is."""
    return {msgspec.json.decode(one["identifier"], type=str): one for one in definitions}


def bare(definition: Definition) -> Definition:
    """What can be created before any other blueprint is there."""
    return {key: value for key, value in definition.items() if key not in LINKED + WALKING}


def lacking(wanted: Definition, stored: Definition, keys: tuple[str, ...]) -> Definition:
    """The parts named by `keys` that are wanted and not there at all."""
    return {key: wanted[key] for key in keys if _says(wanted.get(key)) and not _says(stored.get(key))}


def is_step_of(stored: Definition, blueprint: Blueprint) -> bool:
    """Whether `stored` may be what a creation of `blueprint` has come to: its title and its properties, and each other
    part either whole or not yet there."""
    wanted = definition_of(blueprint)
    if _value(stored.get("title")) != blueprint.title or _types(stored) != _types(wanted):
        return False
    return all(
        not _says(stored.get(key)) or _names(stored.get(key)) == _names(wanted.get(key))
        for key in LINKED + WALKING
    )


def are_steps_of(stored: str, blueprints: Sequence[Blueprint]) -> bool:
    """Whether what is there of `blueprints` may be what their creation has come to; `stored` are all that are at Port,
    the text of a JSON list. True where none is there."""
    there = by_identifier(msgspec.json.decode(stored, type=list[Definition]))
    return all(is_step_of(there[one.identifier], one) for one in blueprints if one.identifier in there)


class Gap(msgspec.Struct, frozen=True):
    """What a definition has and the blueprint at Port lacks. `risky` relations are required: entities that are there
    would break the rule at once."""

    properties: Definition
    relations: Definition
    risky: tuple[str, ...]

    def __str__(self) -> str:
        groups = (("properties", tuple(self.properties)), ("relations", (*self.relations, *self.risky)))
        return "; ".join(f"{what} {', '.join(names)}" for what, names in groups if names)


def gap(wanted: Definition, stored: Definition) -> Gap | None:
    """What `stored` lacks of `wanted`, None where it lacks nothing. What Port computes under a name is not missing."""
    computed = {name for key in COMPUTED for name in _table(stored, key)}
    held, links = properties_of(stored), _table(stored, "relations")
    properties = {
        name: one for name, one in properties_of(wanted).items() if name not in held and name not in computed
    }
    absent = {name: one for name, one in _table(wanted, "relations").items() if name not in links}
    risky = tuple(name for name, one in absent.items() if msgspec.json.decode(one, type=_Link).required)
    if not properties and not absent:
        return None
    return Gap(properties, {name: one for name, one in absent.items() if name not in risky}, risky)


def filling(stored: Definition, missing: Gap) -> Definition:
    """The parts that have to be written for `missing` to be there, whole, because a part that is written replaces the
    one that is there. Nothing of it becomes required."""
    parts: Definition = {}
    if missing.properties:
        properties = properties_of(stored) | missing.properties
        parts["schema"] = _raw(_table(stored, "schema") | {"properties": _raw(properties)})
    if missing.relations:
        parts["relations"] = _raw(_table(stored, "relations") | missing.relations)
    return parts


def properties_of(definition: Definition) -> Definition:
    """The properties that a definition's schema names."""
    return _table(_table(definition, "schema"), "properties")


def _table(definition: Definition, key: str) -> Definition:
    """The named parts at a key; none where there is nothing."""
    return msgspec.json.decode(definition[key], type=Definition | None) or {} if key in definition else {}


def _raw(table: Definition) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(table))


def _types(definition: Definition) -> dict[str, object]:
    """The types of a definition's properties, by name."""
    return {
        name: msgspec.json.decode(one, type=_Typed).type for name, one in properties_of(definition).items()
    }


def _names(part: msgspec.Raw | None) -> object:
    value = _value(part)
    return frozenset(value) if isinstance(value, dict) else value


def _value(part: msgspec.Raw | None) -> object:
    return None if part is None else msgspec.json.decode(part)


def _says(value: msgspec.Raw | None) -> bool:
    return value is not None and bytes(value).strip() not in (b"{}", b"null")
