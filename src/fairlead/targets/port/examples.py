"""Raw records as examples at Port, where its page helps to write a mapping for them. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from fairlead.targets.port.batches import BODY_BYTES
from fairlead.targets.port.masks import masked

MOST = 5


def examples_json(records: Sequence[bytes]) -> bytes:
    """The request's body: the first records that fit, without secrets; empty where none fits."""
    taken: list[bytes] = []
    room = BODY_BYTES - len(b'{"examples":[]}')
    for record in records:
        text = msgspec.json.encode(masked(msgspec.json.decode(record)))
        if len(taken) < MOST and len(text) + 1 <= room:
            taken.append(text)
            room -= len(text) + 1
    return b'{"examples":[' + b",".join(taken) + b"]}" if taken else b""
