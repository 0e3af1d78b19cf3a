"""Definitions of blueprints, as a file has them and as Port has them, set side by side. Pure."""

from __future__ import annotations

import msgspec

from fairlead.model.blueprints import Blueprint

SYSTEM = frozenset({"_user", "_team"})
"""Port's own blueprints: always there, and never created or changed here."""

LINKED = ("relations",)
"""What a blueprint gets after all have been created: it points to others."""

WALKING = (
    "ownership",
    "teamInheritance",
    "mirrorProperties",
    "calculationProperties",
    "aggregationProperties",
)
"""What it gets last: it walks along relations."""

Definition = dict[str, msgspec.Raw]
"""A blueprint's JSON, by its keys."""


class _Typed(msgspec.Struct, frozen=True):
    # Of any shape: a schema that Port added to since must not stop a delivery.
    type: object = None


class _Schema(msgspec.Struct, frozen=True):
    properties: dict[str, _Typed] = {}


def definition_of(blueprint: Blueprint) -> Definition:
    """The blueprint as its user wrote it."""
    return msgspec.json.decode(blueprint.definition, type=Definition)


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


def _types(definition: Definition) -> dict[str, object]:
    """The types of a definition's properties, by name."""
    schema = msgspec.json.decode(definition.get("schema", msgspec.Raw(b"{}")), type=_Schema)
    return {name: one.type for name, one in schema.properties.items()}


def _names(part: msgspec.Raw | None) -> object:
    value = _value(part)
    return frozenset(value) if isinstance(value, dict) else value


def _value(part: msgspec.Raw | None) -> object:
    return None if part is None else msgspec.json.decode(part)


def _says(value: msgspec.Raw | None) -> bool:
    return value is not None and bytes(value).strip() not in (b"{}", b"null")
