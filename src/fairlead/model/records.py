"""Records: raw JSON objects of Azure DevOps, with the identity and version that decide which of two is newer."""

from __future__ import annotations

from enum import IntEnum

import msgspec

ORGANIZATION = ""
"""The parent key of records whose parent is the organization itself."""


class Reference(msgspec.Struct, frozen=True, gc=False):
    """An enrichment by reference: before mapping, the target's body is spliced in under `name`.

    `whole=False` splices only the target's key, as a JSON string (`__projectId`).
    """

    name: str
    kind: str
    key: str
    whole: bool = True


class Record(msgspec.Struct, frozen=True, gc=False):
    """One raw JSON object of one kind, as one request gave it.

    `key` is unique per (connection, kind). `parent` is the key of the parent record (of `KindSpec.parent`).
    `body` is the object's own JSON with no enrichment. `extra` holds enrichments that cost requests of their own, as
    JSON members without braces (`"__includedFiles":{…}`): spliced in when the record itself is mapped, left out where
    the record enriches others. `version` is the source's own (`rev`, `revision`), None where it has none. `number` is
    the catalog sequence number taken before the request was sent. `source_hash` is over the listing's item as
    it came, so that a later listing can tell an unchanged item before any detail is read; empty where no detail is.
    `failure` says why the record must not be mapped now (an enrichment could not be read): its contributions freeze.
    """

    kind: str
    key: str
    parent: str
    body: bytes
    version: int | None
    number: int
    source_hash: bytes
    references: tuple[Reference, ...] = ()
    failure: str = ""
    extra: bytes = b""


class RecordState(IntEnum):
    """What is known of a stored record."""

    ALIVE = 0
    OUTSIDE = 1
    """Alive, but outside its kind's filter; kept by policy."""
    UNSEEN = 2
    """Missing from a proved listing without proof that it is gone; kept, removed by policy only."""
    GONE = 3
    """A tombstone: keeps (version, number) so that an old page cannot revive the record."""


def is_newer(version: int | None, number: int, than_version: int | None, than_number: int) -> bool:
    """Whether a read supersedes what is stored: a higher source version, else the later request."""
    if version is not None and than_version is not None and version != than_version:
        return version > than_version
    return number > than_number
