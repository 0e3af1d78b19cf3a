"""Canonical JSON and content hashes: equal values have equal bytes."""

from __future__ import annotations

from hashlib import blake2b

import orjson

SIZE = 16
"""Bytes of a hash (blake2b-128)."""


def canonical(value: object) -> bytes:
    """JSON with sorted keys and no blanks. `value` is JSON with tuples allowed; anything else is a TypeError."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def digest(value: object) -> bytes:
    """The hash of a value's canonical JSON, 16 bytes."""
    return blake2b(canonical(value), digest_size=SIZE).digest()


def fingerprint(value: object) -> str:
    """`digest` as 32 hexadecimal digits."""
    return digest(value).hex()
