"""Entities that the catalog keeps a number for before it holds anything of them."""

from __future__ import annotations

from collections.abc import Collection

from fairlead.model.entities import EntityKey
from fairlead.model.stored import EntityWrite, StoredEntity
from fairlead.sync.store import Writer


def kept(writer: Writer, keys: Collection[EntityKey]) -> dict[EntityKey, StoredEntity]:
    """What the catalog has of these entities; what it has never heard of gets a number, and is there empty."""
    known = writer.entities(list(keys)) if keys else {}
    absent = [key for key in dict.fromkeys(keys) if key not in known]
    if not absent:
        return known
    first = writer.new_ids("entity", len(absent))
    fresh = {
        key: StoredEntity(first + place, key.blueprint, key.identifier, b"", b"", b"", b"", "")
        for place, key in enumerate(absent)
    }
    writer.put_entities(
        [EntityWrite(one.id, one.blueprint, one.identifier, "", b"", b"", b"") for one in fresh.values()]
    )
    return known | fresh
