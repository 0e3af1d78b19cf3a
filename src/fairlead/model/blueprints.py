"""Blueprints: the schema of an entity type, in Port's terms."""

from __future__ import annotations

import msgspec

SYSTEM = frozenset({"_user", "_team"})
"""Blueprints that Port itself has: always there, so that relations may point to them, and only Port's to change."""

TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "number": (int, float),
    "boolean": (bool,),
    "object": (dict,),
    "array": (list,),
}
"""The types of properties, and the values of JSON that are of them."""


def is_of_type(value: object, name: str) -> bool:
    """Whether a value is of the type of that name; True for a name that is none of `TYPES`."""
    types = TYPES.get(name)
    return types is None or (isinstance(value, types) and (bool in types or not isinstance(value, bool)))


class Relation(msgspec.Struct, frozen=True):
    """A named edge to entities of the blueprint `target`."""

    target: str
    many: bool = False
    required: bool = False
    title: str = ""


class Property(msgspec.Struct, frozen=True):
    """A property's schema; only what Fairlead itself checks. The rest stays in `Blueprint.definition`."""

    type: str
    format: str = ""
    enum: tuple[object, ...] = ()


class Blueprint(msgspec.Struct, frozen=True):
    """`definition` is the blueprint's JSON as the user wrote it (canonical), for targets and for export."""

    identifier: str
    title: str
    properties: dict[str, Property]
    relations: dict[str, Relation]
    required: tuple[str, ...]
    definition: bytes
