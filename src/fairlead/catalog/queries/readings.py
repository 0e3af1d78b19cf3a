"""Readings, their walks and pages, and what they have seen, in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import zstandard

from fairlead.catalog.queries.records import stored_record
from fairlead.catalog.session import Session, Shape
from fairlead.model.readings import Item
from fairlead.model.stored import StoredChain, StoredReading, StoredRecord


class _Key(NamedTuple):
    key: str


_ITEMS = msgspec.msgpack.Decoder(list[tuple[str, str, bytes, int]])
_KEYS = Shape(_Key)
_encode = msgspec.msgpack.Encoder().encode


def open_reading(
    session: Session, run: int, connection: int, kind: str, form: str, spec: str, start: int, now: float
) -> int:
    """A new open reading's id."""
    row = session.row("open_reading", (run, connection, session.intern(kind), form, spec, start, now))
    assert row is not None  # noqa: S101 - RETURNING gives a row
    return int(row[0])


def end_reading(session: Session, reading: int, state: str, reason: str) -> None:
    """Ends a reading: its proved walks verify their scopes, its seen rows and pages go."""
    session.run("end_reading", (state, reason, reading))
    session.run("verify_scopes", (reading,))
    session.run("drop_seen", (reading,))
    session.run("drop_pages", (reading,))


def mark_page(
    session: Session,
    reading: int,
    chain: str,
    scope: str,
    page: int,
    cursor: str | None,
    items: Sequence[Item],
) -> None:
    """Page `page` (from 0) is done and `cursor` is next; None proves the walk."""
    state = "proved" if cursor is None else "open"
    session.run("mark_chain", (reading, chain, scope, state, cursor, page + 1))
    if items:
        packed = zstandard.ZstdCompressor(level=1).compress(
            _encode([(item.key, item.parent, item.raw, item.number) for item in items])
        )
        session.run("put_page", (reading, chain, page, packed))


def end_chain(session: Session, reading: int, chain: str, scope: str, state: str, reason: str) -> None:
    """Gives a walk its final state; cursor and pages stay."""
    session.run("end_chain", (reading, chain, scope, state, reason))


def see(session: Session, reading: int, records: Sequence[int]) -> None:
    """The reading has seen these records."""
    session.insert("see", [(reading, record) for record in records])


def readings(session: Session, run: int) -> list[StoredReading]:
    """The readings of a run, in the order they were opened."""
    return [
        StoredReading(id_, of, connection, session.text(kind), form, spec, start, started, state, reason)
        for id_, of, connection, kind, form, spec, start, started, state, reason in session.rows(
            "readings", (run,)
        )
    ]


def chains(session: Session, reading: int) -> dict[str, StoredChain]:
    """The walks of a reading by name."""
    return {row[0]: StoredChain(*row) for row in session.rows("chains", (reading,))}


def items(session: Session, reading: int, chain: str) -> list[Item]:
    """Items of the walk's done pages whose record the reading has not seen, in the order listed, each key once."""
    unpacker = zstandard.ZstdDecompressor()
    listed = {
        key: Item(key, parent, raw, number)
        for (packed,) in session.rows("pages", (reading, chain))
        for key, parent, raw, number in _ITEMS.decode(unpacker.decompress(packed))
    }
    of = session.row("reading_kind", (reading,))
    if of is None or not listed:
        return []
    done = session.packed("seen_keys", (of[0], of[1], reading), list(listed), _KEYS)
    for (key,) in done:
        listed.pop(key, None)
    return list(listed.values())


def unseen(session: Session, reading: StoredReading, scopes: Sequence[str] | None) -> list[StoredRecord]:
    """Alive or unseen records numbered before the reading's start that it has not seen, by id."""
    head = (reading.connection, session.name(reading.kind), reading.start, reading.id)
    if scopes is None:
        return [stored_record(reading.kind, row) for row in session.rows("unseen", head)]
    wanted = list(dict.fromkeys(scopes))
    found = [stored_record(reading.kind, row) for row in session.among("unseen_in_scopes", head, wanted)]
    found.sort(key=lambda record: record.id)
    return found
