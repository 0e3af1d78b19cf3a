"""Records: bodies, references and states in SQL."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol, TypeVar

import msgspec

from fairlead.catalog.session import Row, Session, Shape
from fairlead.model.records import RecordState
from fairlead.model.stored import RecordBody, RecordWrite, StoredRecord


class _Identified(Protocol):
    @property
    def id(self) -> int: ...


W = TypeVar("W", bound=_Identified)
References = tuple[tuple[str, str, str, bool], ...]

STATES = tuple(RecordState)
_MICRO = 1_000_000


class _Packed(NamedTuple):
    id: int
    key: str
    parent: str
    version: int | None
    number: int
    source_hash: str
    hash: str
    state: int
    missing: int
    missing_since: int
    frozen: str


_RECORDS = Shape(_Packed)
_REFERENCES = msgspec.json.Decoder(References)
_encode = msgspec.json.Encoder().encode


def find_records(
    session: Session, connection: int, kind: str, keys: Sequence[str]
) -> dict[str, StoredRecord]:
    """The stored records among `keys`, tombstones included."""
    number = session.name(kind)
    if not number:
        return {}
    unhex = bytes.fromhex
    return {
        r.key: StoredRecord(
            r.id,
            kind,
            r.key,
            r.parent,
            r.version,
            r.number,
            unhex(r.source_hash),
            unhex(r.hash),
            STATES[r.state],
            r.missing,
            r.missing_since / _MICRO,
            r.frozen,
        )
        for r in session.packed("find_records", (connection, number), keys, _RECORDS)
    }


def stored_record(kind: str, row: Row) -> StoredRecord:
    """A record from the eleven columns that every listing statement begins with."""
    id_, key, parent, version, number, source_hash, hash_, state, missing, since, frozen = row[:11]
    return StoredRecord(
        id_,
        kind,
        key,
        parent,
        version,
        number,
        source_hash,
        hash_,
        STATES[state],
        missing,
        since / _MICRO,
        frozen,
    )


def latest(rows: Sequence[W]) -> list[W]:
    """Each id once, as it was given last."""
    return list({row.id: row for row in rows}.values())


def put_records(session: Session, rows: Sequence[RecordWrite], newest: int) -> None:
    """Inserts or replaces records whole, bodies and references where a body is given. Ids above `newest` are new."""
    rows = latest(rows)
    intern = session.intern
    session.insert(
        "put_records",
        [
            (
                r.id,
                r.connection,
                intern(r.kind),
                r.key,
                r.parent,
                r.version,
                r.number,
                r.source_hash,
                r.hash,
                int(r.state),
                r.missing,
                round(r.missing_since * _MICRO),
                r.frozen,
            )
            for r in rows
        ],
    )
    by_kind: dict[str, list[RecordWrite]] = {}
    for row in rows:
        if row.body is not None:
            by_kind.setdefault(row.kind, []).append(row)
    for kind, full in by_kind.items():
        _put_references(session, full, newest)
        _put_bodies(session, kind, full)


def _put_bodies(session: Session, kind: str, rows: Sequence[RecordWrite]) -> None:
    packed = session.bodies.pack(session.intern(kind), [(row.body or b"") + row.extra for row in rows])
    session.insert(
        "put_bodies",
        [
            (row.id, codec, len(row.extra), _encode(row.references).decode(), body)
            for row, (codec, body) in zip(rows, packed, strict=True)
        ],
    )


def _put_references(session: Session, rows: Sequence[RecordWrite], newest: int) -> None:
    intern = session.intern
    wanted = {
        (row.connection, intern(kind), key, row.id) for row in rows for _, kind, key, _ in row.references
    }
    old = [row.id for row in rows if row.id <= newest]
    if old:
        stored = {
            (connection, intern(kind), key, id_)
            for id_, connection, references in session.among("stored_references", (), old)
            for _, kind, key, _ in _REFERENCES.decode(references)
        }
        session.each("drop_reference", list(stored - wanted))
        wanted -= stored
    session.insert("put_references", sorted(wanted))


def set_states(session: Session, rows: Sequence[tuple[int, RecordState, int, float, str]]) -> None:
    """(record id, state, missing, missing_since, frozen)."""
    session.each(
        "set_state",
        [
            (int(state), missing, round(since * _MICRO), frozen, id_)
            for id_, state, missing, since, frozen in {row[0]: row for row in rows}.values()
        ],
    )


def knows(session: Session, connection: int, kind: str) -> bool:
    """Whether there is any record of a kind."""
    return session.row("any_record", (connection, session.name(kind))) is not None


def sample(session: Session, connection: int, kind: str, count: int) -> list[int]:
    """Ids of the first living records of a kind, by key."""
    return [int(row[0]) for row in session.rows("sample", (connection, session.name(kind), count))]


def alive(session: Session, connection: int, kind: str) -> list[RecordBody]:
    """Every record of a kind that is not gone, with its body, by key."""
    return _with_bodies(session, session.rows("alive", (connection, session.name(kind))))


def bodies(session: Session, records: Sequence[int]) -> list[RecordBody]:
    """The given records with their bodies, in the order asked for; without those that have none."""
    found = _with_bodies(session, list(session.among("bodies", (), records)))
    by_id = {body.record.id: body for body in found}
    return [by_id[id_] for id_ in records if id_ in by_id]


def _with_bodies(session: Session, rows: Sequence[Row]) -> list[RecordBody]:
    unpacked = session.bodies.unpack([(row[12], row[15]) for row in rows])
    return [
        RecordBody(
            stored_record(session.text(row[11]), row),
            full[: len(full) - row[13]],
            _REFERENCES.decode(row[14]),
            full[len(full) - row[13] :],
        )
        for row, full in zip(rows, unpacked, strict=True)
    ]


def in_states(
    session: Session, connection: int, kind: str, states: Sequence[RecordState]
) -> list[StoredRecord]:
    """Records of a kind in one of the given states, by id."""
    return _listed(
        kind,
        session.among("states", (connection, session.name(kind)), sorted({int(state) for state in states})),
    )


def children(session: Session, connection: int, kind: str, parents: Sequence[str]) -> list[StoredRecord]:
    """Records of a kind that are not gone and whose parent is one of `parents`, by id."""
    parents = list(dict.fromkeys(parents))
    return _listed(kind, session.among("children", (connection, session.name(kind)), parents))


def _listed(kind: str, rows: Iterable[Row]) -> list[StoredRecord]:
    found = [stored_record(kind, row) for row in rows]
    found.sort(key=lambda record: record.id)
    return found


def referring(session: Session, connection: int, kind: str, keys: Sequence[str]) -> list[int]:
    """Ids of records, not gone, that refer to one of the given records, in order."""
    return sorted({int(row[0]) for row in session.among("referring", (connection, session.name(kind)), keys)})
