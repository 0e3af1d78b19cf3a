"""The one byte form of values that are stored, compared and hashed: JSON with sorted keys, nulls left out of bodies."""

from __future__ import annotations

import struct
from hashlib import blake2b

import orjson

from fairlead.model.entities import Body, Fragment

_FIELDS = ("title", "icon", "team")


def digest(*parts: bytes) -> bytes:
    """A 16-byte blake2b over the parts, each told apart by its length."""
    lengths = struct.pack(f"<{len(parts)}I", *map(len, parts))
    return blake2b(lengths + b"".join(parts), digest_size=16).digest()


def canonical(value: object) -> bytes:
    """JSON with sorted keys."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def body_members(body: Body) -> dict[str, object]:
    """A body as JSON members; what is absent is left out, `properties` and `relations` are always there."""
    members: dict[str, object] = {"properties": body.properties, "relations": body.relations}
    if body.title is not None:
        members["title"] = body.title
    if body.icon is not None:
        members["icon"] = body.icon
    if body.team is not None:
        members["team"] = body.team
    return members


def encode_body(body: Body) -> bytes:
    """Canonical JSON of an entity's content."""
    return canonical(body_members(body))


def decode_body(text: bytes) -> Body:
    """The content that `encode_body` wrote."""
    members = orjson.loads(text)
    return Body(
        title=members.get("title"),
        icon=members.get("icon"),
        team=members.get("team"),
        properties=members["properties"],
        relations=members["relations"],
    )


def encode_fragment(fragment: Fragment) -> bytes:
    """Canonical JSON of a fragment; nulls are kept, because a mapped null clears."""
    members: dict[str, object] = {"properties": fragment.properties, "relations": fragment.relations}
    members.update({name: getattr(fragment, name) for name in fragment.fields})
    return canonical(members)


def decode_fragment(text: bytes) -> Fragment:
    """The fragment that `encode_fragment` wrote."""
    members = orjson.loads(text)
    return Fragment(
        fields=tuple(name for name in _FIELDS if name in members),
        title=members.get("title"),
        icon=members.get("icon"),
        team=members.get("team"),
        properties=members["properties"],
        relations=members["relations"],
    )
