"""Blueprints: the schema of an entity type, in Port's terms."""

from __future__ import annotations

import msgspec


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
