"""Values that a source of records and its reader exchange beside records and readings."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping

import msgspec

from fairlead.model.records import Record

Number = Callable[[], int]
"""Takes the next catalog sequence number; called right before each request is sent."""

Parents = Mapping[str, Mapping[str, Record]]
"""Known parent records by kind, then key (`project`, `repository`, `team`): alive ones of the catalog.

A kind's mapping is a snapshot: it is not changed in place, a later state is another mapping. So what a source
derives of it (projects by name, repositories by project) holds as long as the mapping does.
"""


class Identity(msgspec.Struct, frozen=True):
    """Who the credential is, at which organization. `instance` is the organization's own id (a GUID)."""

    instance: str
    organization: str
    url: str
    user: str
    user_id: str


class Traffic(msgspec.Struct, frozen=True):
    """Requests of a run so far: {(method route, status): count}, bytes received, seconds waited for the service.

    Status 0 counts the requests that got no answer (reset, time-out, cut body).
    """

    requests: dict[tuple[str, int], int]
    bytes_received: int
    throttled_seconds: float


def source_hash(raw: bytes, spec: str) -> bytes:
    """What `Record.source_hash` holds: 16 bytes of BLAKE2b over a listed item as it came, and the hash of the
    fetch-spec that it was completed for: another spec may want another detail."""
    return hashlib.blake2b(raw, digest_size=16, key=spec.encode()[:64]).digest()
