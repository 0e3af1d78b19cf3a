"""One state of the catalog, held for the length of a long answer."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import TypeVar

from fairlead.catalog.sqlite.session import Session

T = TypeVar("T")


class Snapshot:
    """A connection inside a read transaction, which begins with the first statement.

    While it is open the log cannot be cut, so it is closed as soon as the answer ends or its reader goes away.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self._gate = threading.Lock()
        session.connection.execute("BEGIN")

    def next(self, blocks: Iterator[T]) -> T | None:
        """The next block of the answer, None at its end."""
        with self._gate:
            return next(blocks, None)

    def close(self) -> None:
        """Ends the transaction; waits for a block that a thread is still reading."""
        with self._gate:
            self.session.close()
