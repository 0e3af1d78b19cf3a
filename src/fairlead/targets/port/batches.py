"""Entities as Port wants them written, cut into requests that Port accepts. Pure.

Port takes 1 to 20 entities and at most 1 MiB per bulk upsert, and 1 to 100 identifiers per bulk delete.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

import msgspec

from fairlead.model.delivery import Payload
from fairlead.model.entities import Json
from fairlead.targets.port.coercion import fitted

UPSERT_COUNT = 20
DELETE_COUNT = 100
BODY_BYTES = 1 << 20

_HEAD = b'{"entities":['
_TAIL = b"]}"
_GROUPS = ("properties", "relations")
_FIELDS = ("title", "icon", "team")

T = TypeVar("T")


class Due(msgspec.Struct, frozen=True, gc=False):
    """One entity to write or remove: its number in the catalog, its identifier and its JSON as Port gets it."""

    entity: int
    identifier: str
    body: bytes


def entity_json(payload: Payload, texts: frozenset[str] = frozenset()) -> bytes:
    """The entity as Port gets it: what is mapped, and null for every key that was delivered before and is no more.

    A number goes as text into a property of `texts`. Under `merge=true` Port keeps a key that is not sent, so that only
    null empties it. Raises `ValueError` for a cleared key that names no field.
    """
    return msgspec.json.encode(
        {"identifier": payload.identifier, "blueprint": payload.blueprint} | _members(payload, texts)
    )


def patch_json(payload: Payload, texts: frozenset[str] = frozenset()) -> bytes:
    """As `entity_json`, for an entity that the address of the request names."""
    return msgspec.json.encode(_members(payload, texts))


def _members(payload: Payload, texts: frozenset[str]) -> dict[str, Json]:
    body = payload.body
    fields: dict[str, Json] = {"title": body.title, "icon": body.icon, "team": body.team}
    entity: dict[str, Json] = {field: value for field, value in fields.items() if value is not None}
    groups: dict[str, dict[str, Json]] = {
        "properties": fitted(body.properties, texts),
        "relations": dict(body.relations),
    }
    for cleared in payload.cleared:
        group, dot, key = cleared.partition(".")
        if dot and group in _GROUPS:
            groups[group].setdefault(key, None)
        elif cleared in _FIELDS:
            entity.setdefault(cleared, None)
        else:
            raise ValueError(f"a cleared key names no field of an entity: {cleared!r}")
    entity.update((name, group) for name, group in groups.items() if group)
    return entity


def bulk_json(batch: Sequence[Due]) -> bytes:
    """The body of one bulk upsert."""
    return _HEAD + b",".join(due.body for due in batch) + _TAIL


def upsert_batches(
    dues: Sequence[Due], count: int = UPSERT_COUNT, size: int = BODY_BYTES
) -> Iterator[list[Due]]:
    """Cuts into batches of at most `count` entities and `size` bytes of body, in order.

    An entity that is larger alone is a batch of its own: Port's answer becomes its outcome.
    """
    batch: list[Due] = []
    used = empty = len(_HEAD) + len(_TAIL)
    for due in dues:
        grown = used + len(due.body) + (1 if batch else 0)
        if batch and (len(batch) == count or grown > size):
            yield batch
            batch, grown = [], empty + len(due.body)
        batch.append(due)
        used = grown
    if batch:
        yield batch


def halves(batch: Sequence[T]) -> tuple[list[T], list[T]]:
    """A batch of at least two, cut in two."""
    middle = len(batch) // 2
    return list(batch[:middle]), list(batch[middle:])


def by_blueprint(payloads: Sequence[Payload]) -> dict[str, list[Payload]]:
    """The payloads grouped by blueprint, in the order of first appearance, else in order."""
    groups: dict[str, list[Payload]] = {}
    for payload in payloads:
        groups.setdefault(payload.blueprint, []).append(payload)
    return groups
