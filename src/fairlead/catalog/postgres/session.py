"""A connection to the server, driven from a thread: each session has an event loop of its own, which runs only while
the session waits for the server.

Sets travel as arrays, one per column or one of keys, and are taken apart in SQL by `unnest` or `= ANY`: one round trip
for any number of rows.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Generator, Iterable, Sequence
from typing import TypeVar, cast

import asyncpg

from fairlead.catalog.postgres.connect import Connection
from fairlead.catalog.postgres.faults import ERRORS
from fairlead.catalog.postgres.texts import storable
from fairlead.catalog.session import Bound, Row, Session, Shape
from fairlead.catalog.sql import Statement

T = TypeVar("T")

_FETCH = 500
"""Rows of one block of a long answer."""

_CLOSE_SECONDS = 5.0

_FIRST_LOOK = 2_000
_GROWTH = 4
"""The server is asked to look at the tables after so many rows, and whenever they are so many times as many."""


class PostgresSession(Session):
    """Speaks the schema over one connection that `open_` makes, and makes again when it was lost between transactions.

    Not for two threads at once, and not for a thread whose own event loop runs. Raises what `open_` raises.
    """

    def __init__(
        self, open_: Callable[[], Coroutine[object, object, Connection]], statements: dict[str, Statement]
    ) -> None:
        super().__init__()
        self._open = open_
        self._statements = statements
        self._loop = asyncio.new_event_loop()
        self._written = 0
        self._look_at = _FIRST_LOOK
        try:
            self._connection = self._wait(open_())
        finally:
            if not hasattr(self, "_connection"):
                self._loop.close()

    def _wait(self, answer: Awaitable[T]) -> T:
        try:
            return self._loop.run_until_complete(answer)
        except asyncpg.DataError as error:
            # A value that fits no column: what the value itself says, as SQLite's driver says it.
            raise (error.__cause__ or error) from None

    def _ask(self, name: str, bound: Sequence[object]) -> list[Row]:
        answer = self._connection.fetch(self._statements[name].text, *bound)
        return cast("list[Row]", self._wait(answer))

    # -- statements ----------------------------------------------------------------------------------------------
    def run(self, name: str, bound: Sequence[Bound] = ()) -> None:
        """Executes a statement as it stands."""
        self._ask(name, bound)

    def row(self, name: str, bound: Sequence[Bound] = ()) -> Row | None:
        """The first row, None where there is none."""
        return next(iter(self._ask(name, bound)), None)

    def rows(self, name: str, bound: Sequence[Bound] = ()) -> list[Row]:
        """Every row."""
        return self._ask(name, bound)

    def insert(self, name: str, rows: Sequence[tuple[Bound, ...]]) -> None:
        """Inserts rows, given to the statement as one array per column."""
        if rows:
            self._ask(name, [_array(column) for column in zip(*rows, strict=True)])
            self._written += len(rows)

    def each(self, name: str, rows: Sequence[tuple[Bound, ...]]) -> None:
        """As `insert`: a statement takes every row at once."""
        self.insert(name, rows)

    def among(self, name: str, head: Sequence[Bound], keys: Sequence[Bound]) -> list[Row]:
        """Rows of a statement whose last value is an array of keys."""
        return self._ask(name, [*head, _array(dict.fromkeys(keys))]) if keys else []

    def change_among(self, name: str, head: Sequence[Bound], keys: Sequence[Bound]) -> None:
        """As `among`, for a statement that gives no rows."""
        self.among(name, head, keys)

    def packed(self, name: str, head: Sequence[Bound], keys: Sequence[Bound], shape: Shape[T]) -> list[T]:
        """As `among`, in the given shape."""
        return [shape.row(*row) for row in self.among(name, head, keys)]

    def page(self, name: str, bound: Sequence[Bound], shape: Shape[T]) -> list[T]:
        """As `packed`, without a set."""
        return [shape.row(*row) for row in self._ask(name, bound)]

    def blocks(self, name: str, bound: Sequence[Bound] = ()) -> Generator[list[Row], None, None]:
        """Every row, in blocks that are read as they are asked for."""
        cursor = self._wait(self._connection.cursor(self._statements[name].text, *bound))
        while rows := self._wait(cursor.fetch(_FETCH)):
            yield cast("list[Row]", rows)

    # -- transactions --------------------------------------------------------------------------------------------
    def begin_reading(self) -> None:
        """Begins a transaction in which every statement sees one state."""
        self._execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")

    def begin_writing(self) -> bool:
        """Begins the write transaction, over a new connection where the old one was lost."""
        begin = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
        try:
            self._execute(begin)
        except ERRORS:
            if not self._connection.is_closed():
                raise
            self._connection = self._wait(self._open())
            self.forget()
            self._execute(begin)
            return True
        return False

    def commit(self) -> None:
        """Ends the transaction; it is durable. A transaction with an error in it would be taken back in silence."""
        if self._execute("COMMIT") != "COMMIT":
            raise asyncpg.InFailedSQLTransactionError("the transaction was taken back")

    def roll_back(self) -> None:
        """Takes the transaction back; the server does it by itself where the connection is lost."""
        try:
            if self.in_transaction:
                self._execute("ROLLBACK")
        except ERRORS:
            self._connection.terminate()

    def set_mark(self) -> None:
        """Sets a savepoint."""
        self._execute("SAVEPOINT job")

    def drop_mark(self) -> None:
        """Forgets the savepoint and keeps what was written since."""
        self._execute("RELEASE SAVEPOINT job")

    def return_to_mark(self) -> None:
        """Takes back what was written since the savepoint, and forgets it."""
        self._execute("ROLLBACK TO SAVEPOINT job; RELEASE SAVEPOINT job")

    def _execute(self, statement: str) -> str:
        return str(self._wait(self._connection.execute(statement)))

    @property
    def in_transaction(self) -> bool:
        """Whether the connection is there with a transaction begun."""
        return not self._connection.is_closed() and self._connection.is_in_transaction()

    @property
    def is_lost(self) -> bool:
        """Whether the server has ended the connection: the loop turns once to hear of it."""
        self._wait(asyncio.sleep(0))
        return bool(self._connection.is_closed())

    def settle(self) -> None:
        """Has the server look at the tables when they have grown: a first sync fills them faster than it looks by
        itself, and it would go on to read them as if they were small."""
        if self._written < self._look_at:
            return
        self._look_at = self._written * _GROWTH
        try:
            self._execute("SET default_statistics_target = 10")
            self._execute(
                "ANALYZE record, record_body, record_ref, contribution, entity, relation, change, seen"
            )
        except ERRORS:
            # The next transaction meets the same trouble and tells it.
            return

    def close(self) -> None:
        """Closes the connection and its loop. Harmless twice."""
        if self._loop.is_closed():
            return
        try:
            self._wait(self._connection.close(timeout=_CLOSE_SECONDS))
        except ERRORS:
            self._connection.terminate()
            self._wait(asyncio.sleep(0))
        self._loop.close()


def _array(values: Iterable[Bound]) -> list[Bound]:
    """An array to bind. The driver's own codec for arrays of text does not ask ours."""
    return [storable(value) if isinstance(value, str) else value for value in values]
