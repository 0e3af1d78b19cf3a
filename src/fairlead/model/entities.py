"""Entities and the contributions that make them."""

from __future__ import annotations

import msgspec

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


def type_name(value: object) -> str:
    """The type of a value of JSON in jq's words, with its article."""
    names = {dict: "an object", list: "a list", str: "a text", bool: "a boolean", type(None): "null"}
    return names.get(type(value), "a number")


class EntityKey(msgspec.Struct, frozen=True, gc=False, order=True):
    """An entity's identity in the catalog."""

    blueprint: str
    identifier: str


class Body(msgspec.Struct, frozen=True, omit_defaults=True):
    """An entity's content. Cleared and never-set fields are both absent; relation values are id, or list of ids.

    Its canonical JSON (`encode`) is what is stored, hashed, compared and exported.
    """

    title: str | None = None
    icon: str | None = None
    team: Json = None
    properties: dict[str, Json] = {}
    relations: dict[str, Json] = {}


class Fragment(msgspec.Struct, frozen=True, omit_defaults=False):
    """What one contribution says of an entity. A field that is not mapped is absent; mapped to null clears.

    `fields` are the names among title, icon, team that the row maps (so that null can be told from absent).
    Relation values may be queries (objects with `combinator`), resolved later.
    """

    fields: tuple[str, ...] = ()
    title: Json = None
    icon: Json = None
    team: Json = None
    properties: dict[str, Json] = {}
    relations: dict[str, Json] = {}


class Note(msgspec.Struct, frozen=True):
    """Why a mapped field came out null: the jq error of the expression of `field` (`properties.x`, `title` …)."""

    field: str
    reason: str


class Contribution(msgspec.Struct, frozen=True):
    """The fragment that one (row, record, item) gives to one entity.

    `item` tells apart several entities of one record through one row ("" for the usual one). `identifier` is the
    entity's, or, where the row gives a search query, "" with the query in `query`. `creates` is False for a
    patch: it changes an entity but does not keep it alive.
    """

    row: str
    item: str
    blueprint: str
    identifier: str
    fragment: Fragment
    creates: bool = True
    query: bytes = b""
    notes: tuple[Note, ...] = ()


class RowOutcome(msgspec.Struct, frozen=True):
    """What one row makes of one record. `frozen` is the reason why the row's earlier contributions are kept."""

    row: str
    contributions: tuple[Contribution, ...] = ()
    frozen: str = ""
