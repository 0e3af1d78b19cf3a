"""A connection as the queries use it: named statements over whole sets, one transaction, and the small caches that go
with a connection. The engines differ only in this and in how a connection comes to be (`engine.Engine`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterable, Sequence
from typing import Any, Generic, TypeVar

import msgspec

from fairlead.catalog.queries.bodies import Bodies

Bound = int | float | str | bytes | None
Row = tuple[Any, ...]
T = TypeVar("T")


class Shape(Generic[T]):
    """What a row of a packed statement is: a NamedTuple. An engine may give all rows as one JSON array of arrays, so
    that hashes are hexadecimal text in both engines."""

    def __init__(self, row: type[T]) -> None:
        self.row: Callable[..., T] = row
        self.decoder = msgspec.json.Decoder(list[row])  # type: ignore[valid-type] # a class held in a variable


class Session(ABC):
    """Speaks the schema over one connection. Synchronous; not for two threads at once."""

    def __init__(self) -> None:
        self._ids: dict[str, int] = {}
        self._texts: dict[int, str] = {}
        self.bodies = Bodies(self.row)

    # -- statements ----------------------------------------------------------------------------------------------
    @abstractmethod
    def run(self, name: str, bound: Sequence[Bound] = ()) -> None:
        """Executes a statement as it stands."""

    @abstractmethod
    def row(self, name: str, bound: Sequence[Bound] = ()) -> Row | None:
        """The first row, None where there is none."""

    @abstractmethod
    def rows(self, name: str, bound: Sequence[Bound] = ()) -> Sequence[Row]:
        """Every row."""

    @abstractmethod
    def insert(self, name: str, rows: Sequence[tuple[Bound, ...]]) -> None:
        """Inserts any number of rows. No two may have the key of the statement's ON CONFLICT DO UPDATE."""

    @abstractmethod
    def each(self, name: str, rows: Sequence[tuple[Bound, ...]]) -> None:
        """Executes a statement for each row; for what is rare. As `insert`, each row has another key."""

    @abstractmethod
    def among(self, name: str, head: Sequence[Bound], keys: Sequence[Bound]) -> Iterable[Row]:
        """Rows of a statement about a set: `head`, then any number of keys."""

    @abstractmethod
    def change_among(self, name: str, head: Sequence[Bound], keys: Sequence[Bound]) -> None:
        """As `among`, for a statement that gives no rows."""

    @abstractmethod
    def packed(self, name: str, head: Sequence[Bound], keys: Sequence[Bound], shape: Shape[T]) -> list[T]:
        """As `among`, for a statement of which an engine gives all rows at once."""

    @abstractmethod
    def page(self, name: str, bound: Sequence[Bound], shape: Shape[T]) -> list[T]:
        """As `packed`, without a set."""

    @abstractmethod
    def blocks(self, name: str, bound: Sequence[Bound] = ()) -> Generator[Sequence[Row], None, None]:
        """Every row in blocks of some hundreds, read as they are asked for. Only inside a transaction."""

    # -- transactions --------------------------------------------------------------------------------------------
    @abstractmethod
    def begin_reading(self) -> None:
        """Begins a transaction in which every statement sees one state."""

    @abstractmethod
    def begin_writing(self) -> bool:
        """Begins the write transaction. True: over a new connection, so another process may have written meanwhile."""

    @abstractmethod
    def commit(self) -> None:
        """Ends the transaction; what it wrote is durable."""

    @abstractmethod
    def roll_back(self) -> None:
        """Takes the transaction back, as far as the connection still can. Raises nothing of the engine's."""

    @abstractmethod
    def set_mark(self) -> None:
        """Sets a savepoint."""

    @abstractmethod
    def drop_mark(self) -> None:
        """Forgets the savepoint and keeps what was written since."""

    @abstractmethod
    def return_to_mark(self) -> None:
        """Takes back what was written since the savepoint, and forgets it."""

    @property
    @abstractmethod
    def in_transaction(self) -> bool:
        """Whether the transaction that was begun is still there."""

    @property
    @abstractmethod
    def is_lost(self) -> bool:
        """Whether the connection can be used no longer."""

    def settle(self) -> None:  # noqa: B027 - an engine may have nothing to do
        """After a transaction of the writer and its callers' answers: what is better done now and then."""

    @abstractmethod
    def close(self) -> None:
        """Closes the connection."""

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
