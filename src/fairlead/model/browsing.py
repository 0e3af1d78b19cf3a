"""The catalog as it is looked through: entities in pages, their neighbors, and the ways in which a page is found."""

from __future__ import annotations

import msgspec


class Found(msgspec.Struct, frozen=True, gc=False):
    """An entity in a list. `body` is JSON of `model.entities.Body`; a stub has none, and the id 0."""

    id: int
    blueprint: str
    identifier: str
    body: bytes


class Every(msgspec.Struct, frozen=True, tag=True):
    """Every entity of the blueprint."""


class Among(msgspec.Struct, frozen=True, tag=True):
    """Those with one of these identifiers, which are sorted."""

    identifiers: tuple[str, ...]


class Pointing(msgspec.Struct, frozen=True, tag=True):
    """Those with an edge of this name to that entity."""

    relation: str
    blueprint: str
    identifier: str


class Containing(msgspec.Struct, frozen=True, tag=True):
    """Those with `text` (ASCII, lower case) in the identifier or, where `title` says so, in the title, whatever its
    case. Those with other than ASCII letters there come along: what their lower case is, the reader decides."""

    text: str
    title: bool


Way = Every | Among | Pointing | Containing
"""How the entities of one blueprint are narrowed before anybody judges them one by one."""


class Neighbor(msgspec.Struct, frozen=True, gc=False):
    """An entity at the other end of an edge named `relation`. One that does not exist has no title."""

    relation: str
    blueprint: str
    identifier: str
    title: str
    exists: bool


class Instants(msgspec.Struct, frozen=True, gc=False):
    """When an entity was made and last changed, epoch seconds."""

    created: float
    updated: float
