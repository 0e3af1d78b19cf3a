"""Splices enrichments into records as bytes, and hashes what mapping will see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
import orjson

from fairlead.model.records import Record, Reference
from fairlead.reconcile.canonical import digest


class Parent(msgspec.Struct, frozen=True, gc=False):
    """A record that others refer to, with the digest of its body."""

    record: Record
    digest: bytes


class Enriched(msgspec.Struct, frozen=True, gc=False):
    """What mapping will see of a record: the members to splice in, and the hash over all of it.

    `missing` names a reference whose target is not known ("" = all there).
    """

    body: bytes
    members: tuple[bytes, ...]
    hash: bytes
    missing: str

    def text(self) -> bytes:
        """The record with everything spliced in."""
        return _insert(self.body, self.members)


def enrich(
    record: Record, known: Mapping[str, Mapping[str, Parent]], constants: bytes, rows: bytes
) -> Enriched:
    """The record with its references, its own extra members and the connection's constants.

    `constants` are JSON members of every record of a connection; `rows` is the hash of the kind's mapping rows.
    """
    parts = [record.body, record.extra, rows]
    members = [constants, record.extra]
    missing = ""
    for reference in record.references:
        text, identity = _member(reference, known)
        if text is None:
            missing = missing or f"{reference.name}: {reference.kind} {reference.key} is not known"
            continue
        members.append(text)
        parts += (reference.name.encode(), identity)
    return Enriched(record.body, tuple(members), digest(*parts), missing)


def constants_of(organization_url: str, organization: str) -> bytes:
    """The members that every record of a connection gets, as Port's integration spells them."""
    url, name = orjson.dumps(organization_url), orjson.dumps(organization)
    return b'"__organizationUrl":' + url + b',"__organizationName":' + name


def _member(reference: Reference, known: Mapping[str, Mapping[str, Parent]]) -> tuple[bytes | None, bytes]:
    name = b'"' + reference.name.encode() + b'":'
    if not reference.whole:
        return name + orjson.dumps(reference.key), reference.key.encode()
    parent = known.get(reference.kind, {}).get(reference.key)
    if parent is None:
        return None, b""
    return name + _with_references(parent.record, known), parent.digest


def _with_references(record: Record, known: Mapping[str, Mapping[str, Parent]]) -> bytes:
    inner = [text for reference in record.references if (text := _member(reference, known)[0]) is not None]
    return _insert(record.body, inner) if inner else record.body


def _insert(body: bytes, members: Sequence[bytes]) -> bytes:
    added = b",".join(member for member in members if member)
    if not added:
        return body
    end = body.rindex(b"}")
    empty = end < _SHORT and body[:end].strip() == b"{"
    return b"".join((body[:end], b"" if empty else b",", added, b"}"))


_SHORT = 64
"""An object that may be empty is at most this long; longer ones are not looked at."""
