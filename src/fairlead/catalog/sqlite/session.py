"""A connection to the file.

Why rows are bound and fetched in blocks: `sqlite3` lets go of the interpreter's lock at every step. While another
thread computes, getting it back takes up to the switch interval (5 ms) each time, so a page of 200 single-row steps
could take a second. One step for up to 128 rows keeps that to a few.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from fairlead.catalog.session import Bound, Row, Session, Shape
from fairlead.catalog.sql import Statement

T = TypeVar("T")

_BLOCK = 128
"""Rows of one widened INSERT, and values of one widened IN."""

_FETCH = 500
"""Rows of one block of a long answer."""

_LOG_BYTES = 64 * 1024 * 1024
"""Length of the log beyond which it is copied back into the file."""


class SqliteSession(Session):
    """Speaks the schema over one connection. Not for two threads at once."""

    def __init__(self, connection: sqlite3.Connection, statements: dict[str, Statement]) -> None:
        super().__init__()
        self.connection = connection
        self._statements = statements

    # -- statements ----------------------------------------------------------------------------------------------
    def run(self, name: str, bound: Sequence[Bound] = ()) -> None:
        """Executes a statement as it stands."""
        self.connection.execute(self._statements[name].text, bound)

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

    def packed(self, name: str, head: Sequence[Bound], keys: Sequence[Bound], shape: Shape[T]) -> list[T]:
        """As `among`, for a statement that gives all rows as one JSON array: one step instead of one per row."""
        found: list[T] = []
        for text, bound in self._blocks(name, head, keys):
            found += self._decoded(text, bound, shape)
        return found

    def page(self, name: str, bound: Sequence[Bound], shape: Shape[T]) -> list[T]:
        """As `packed`, without a set."""
        return self._decoded(self._statements[name].text, bound, shape)

    def _decoded(self, text: str, bound: Sequence[Bound], shape: Shape[T]) -> list[T]:
        cursor = self.connection.execute(text, bound)
        packed: str = cursor.fetchone()[0]
        cursor.close()
        return [] if packed == "[]" else shape.decoder.decode(packed)

    def blocks(self, name: str, bound: Sequence[Bound] = ()) -> Generator[list[Row], None, None]:
        """Every row, in blocks that are read as they are asked for."""
        cursor = self.connection.execute(self._statements[name].text, bound)
        try:
            while rows := cursor.fetchmany(_FETCH):
                yield rows
        finally:
            cursor.close()

    def _blocks(
        self, name: str, head: Sequence[Bound], keys: Sequence[Bound]
    ) -> Iterator[tuple[str, list[Bound]]]:
        """Blocks padded to powers of two by repeating the last key, which a set does not mind."""
        statement = self._statements[name]
        for start in range(0, len(keys), _BLOCK):
            part = keys[start : start + _BLOCK]
            size = 1 << (len(part) - 1).bit_length()
            yield statement.among(size), [*head, *part, *([part[-1]] * (size - len(part)))]

    # -- transactions --------------------------------------------------------------------------------------------
    def begin_reading(self) -> None:
        """Begins a transaction in which every statement sees one state."""
        self.connection.execute("BEGIN")

    def begin_writing(self) -> bool:
        """Begins the write transaction; the connection is always the same."""
        self.connection.execute("BEGIN IMMEDIATE")
        return False

    def commit(self) -> None:
        """Ends the transaction; what it wrote is on the disk."""
        self.connection.execute("COMMIT")

    def roll_back(self) -> None:
        """Takes the transaction back."""
        try:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
        except sqlite3.Error:
            # The file is out of reach; SQLite takes the transaction back when it can.
            return

    def set_mark(self) -> None:
        """Sets a savepoint."""
        self.connection.execute("SAVEPOINT job")

    def drop_mark(self) -> None:
        """Forgets the savepoint and keeps what was written since."""
        self.connection.execute("RELEASE job")

    def return_to_mark(self) -> None:
        """Takes back what was written since the savepoint, and forgets it."""
        self.connection.execute("ROLLBACK TO job")
        self.connection.execute("RELEASE job")

    @property
    def in_transaction(self) -> bool:
        """Whether the transaction is still there: a full disk may make SQLite take it back by itself."""
        return self.connection.in_transaction

    @property
    def is_lost(self) -> bool:
        """A file stays."""
        return False

    def close(self) -> None:
        """Closes the connection."""
        self.connection.close()


class WritingSession(SqliteSession):
    """The connection that writes. It copies the log back into the file itself, when nobody waits for it."""

    def __init__(self, connection: sqlite3.Connection, statements: dict[str, Statement], log: Path) -> None:
        super().__init__(connection, statements)
        self._log = log
        self._copy_at = _LOG_BYTES

    def settle(self) -> None:
        """Copies the log back when it has grown long.

        A long reader keeps it from being cut; then it is copied again only when it has grown as much once more.
        """
        size = self._log_size()
        if size < self._copy_at - _LOG_BYTES:
            self._copy_at = _LOG_BYTES
        if size > self._copy_at:
            self._copy("PASSIVE")
            self._copy_at = size + _LOG_BYTES

    def close(self) -> None:
        """Copies the log back and closes. A reader in another process may be in the way; the log then stays."""
        self.connection.execute("PRAGMA busy_timeout = 0").fetchone()
        self._copy("TRUNCATE")
        super().close()

    def _log_size(self) -> int:
        try:
            return self._log.stat().st_size
        except OSError:
            return 0

    def _copy(self, mode: str) -> None:
        try:
            self.connection.execute(f"PRAGMA wal_checkpoint({mode})").fetchone()
        except sqlite3.Error:
            # A reader in the way, or a full disk: the log is as durable as the file, and is copied another time.
            return
