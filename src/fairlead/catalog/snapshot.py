"""One state of the catalog, held for the length of a long answer."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from typing import Generic, TypeVar

from fairlead.catalog.session import Session

T = TypeVar("T")


class Snapshot(Generic[T]):
    """An answer in blocks, over a connection of its own inside one read transaction.

    While it is open neither can SQLite's log be cut nor PostgreSQL's old rows be removed, so it is closed as soon as
    the answer ends or its reader goes away.
    """

    def __init__(self, session: Session, produce: Callable[[Session], Generator[T, None, None]]) -> None:
        self._session = session
        self._gate = threading.Lock()
        session.begin_reading()
        self._blocks = produce(session)

    def next(self) -> T | None:
        """The next block, None at the end."""
        with self._gate:
            return next(self._blocks, None)

    def close(self) -> None:
        """Ends the transaction; waits for a block that a thread is still reading. Harmless twice."""
        with self._gate:
            self._blocks.close()
            self._session.close()
