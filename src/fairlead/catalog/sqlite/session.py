"""A connection with the named statements and the small caches that go with them.

Why rows are bound and fetched in blocks: `sqlite3` lets go of the interpreter's lock at every step. While another
thread computes, getting it back takes up to the switch interval (5 ms) each time, so a page of 200 single-row steps
could take a second. One step for up to 128 rows keeps that to a few.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

import msgspec

from fairlead.catalog.sql import Statement
from fairlead.catalog.sqlite.bodies import Bodies

Bound = int | float | str | bytes | None
Row = tuple[Any, ...]
T = TypeVar("T")

_BLOCK = 128
"""Rows of one widened INSERT, and values of one widened IN."""


class Session:
    """Speaks the schema over one connection. Not for two threads at once."""

    def __init__(self, connection: sqlite3.Connection, statements: dict[str, Statement]) -> None:
        self.connection = connection
        self._statements = statements
        self._ids: dict[str, int] = {}
        self._texts: dict[int, str] = {}
        self.bodies = Bodies(self.row)

    # -- statements ----------------------------------------------------------------------------------------------
    def run(self, name: str, bound: Sequence[Bound] = ()) -> sqlite3.Cursor:
        """Executes a statement as it stands."""
        return self.connection.execute(self._statements[name].text, bound)

    def row(self, name: str, bound: Sequence[Bound] = ()) -> Row | None:
        """The first row, None where there is none."""
        cursor = self.connection.execute(self._statements[name].text, bound)
        found: Row | None = cursor.fetchone()
        cursor.close()
        return found

    def rows(self, name: str, bound: Sequence[Bound] = ()) -> list[Row]:
        """Every row."""
        return self.connection.execute(self._statements[name].text, bound).fetchall()

    def insert(self, name: str, rows: Sequence[tuple[Bound, ...]]) -> None:
        """Inserts rows in blocks of powers of two, so that few statements stay prepared."""
        statement = self._statements[name]
        start, left, block = 0, len(rows), _BLOCK
        while left:
            while block > left:
                block >>= 1
            part = rows[start : start + block]
            self.connection.execute(statement.many(block), [value for row in part for value in row])
            start += block
            left -= block

    def each(self, name: str, rows: Sequence[tuple[Bound, ...]]) -> None:
        """Executes a statement once per row; for what is rare."""
        self.connection.executemany(self._statements[name].text, rows)

    def among(self, name: str, head: Sequence[Bound], keys: Sequence[Bound]) -> Iterator[Row]:
        """Rows of a statement that ends with `IN (?)`, for any number of keys."""
        for text, bound in self._blocks(name, head, keys):
            yield from self.connection.execute(text, bound).fetchall()

    def change_among(self, name: str, head: Sequence[Bound], keys: Sequence[Bound]) -> None:
        """As `among`, for a statement that gives no rows."""
        for text, bound in self._blocks(name, head, keys):
            self.connection.execute(text, bound)

    def packed(
        self, name: str, head: Sequence[Bound], keys: Sequence[Bound], decoder: msgspec.json.Decoder[list[T]]
    ) -> list[T]:
        """As `among`, for a statement that gives all rows as one JSON array: one step instead of one per row."""
        found: list[T] = []
        for text, bound in self._blocks(name, head, keys):
            cursor = self.connection.execute(text, bound)
            packed: str = cursor.fetchone()[0]
            cursor.close()
            if packed != "[]":
                found += decoder.decode(packed)
        return found

    def _blocks(
        self, name: str, head: Sequence[Bound], keys: Sequence[Bound]
    ) -> Iterator[tuple[str, list[Bound]]]:
        """Blocks padded to powers of two by repeating the last key, which a set does not mind."""
        statement = self._statements[name]
        for start in range(0, len(keys), _BLOCK):
            part = keys[start : start + _BLOCK]
            size = 1 << (len(part) - 1).bit_length()
            yield statement.among(size), [*head, *part, *([part[-1]] * (size - len(part)))]

    # -- names ---------------------------------------------------------------------------------------------------
    def name(self, text: str) -> int:
        """The integer of a name, 0 where the catalog does not know it: no row has 0."""
        known = self._ids.get(text)
        if known is None:
            row = self.row("name_id", (text,))
            if row is None:
                return 0
            known = self._ids[text] = int(row[0])
        return known

    def intern(self, text: str) -> int:
        """The integer of a name, made now where it is new. For the writer only."""
        known = self._ids.get(text) or self.name(text)
        if not known:
            row = self.row("put_name", (text,))
            assert row is not None  # noqa: S101 - RETURNING gives a row
            known = self._ids[text] = int(row[0])
        return known

    def text(self, name: int | None) -> str:
        """The name of an integer, "" for None and 0."""
        if not name:
            return ""
        known = self._texts.get(name)
        if known is None:
            row = self.row("name_text", (name,))
            known = self._texts[name] = "" if row is None else str(row[0])
        return known

    def forget(self) -> None:
        """Drops the caches: what they hold may have been rolled back."""
        self._ids.clear()
        self._texts.clear()
        self.bodies.forget()

    def close(self) -> None:
        """Closes the connection."""
        self.connection.close()
