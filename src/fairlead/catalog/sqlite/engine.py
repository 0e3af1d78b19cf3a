"""SQLite as the engine: one file, its log, and a lock beside it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from fairlead.catalog.session import Session
from fairlead.catalog.sql import load_statements
from fairlead.catalog.sqlite.connect import connect, open_foreign, open_reader, open_writer
from fairlead.catalog.sqlite.faults import is_fault, unusable
from fairlead.catalog.sqlite.lease import Lease
from fairlead.catalog.sqlite.session import SqliteSession, WritingSession
from fairlead.model.errors import CatalogUnusable


class SqliteEngine:
    """Satisfies `engine.Engine` for the file at `path`."""

    errors: tuple[type[Exception], ...] = (sqlite3.Error,)

    def __init__(self, path: Path) -> None:
        self.place = str(path)
        self._path = path
        self._statements = load_statements("sqlite")
        self._lease: Lease | None = None
        self._immutable = False

    def fault(self, error: BaseException) -> CatalogUnusable | None:
        """What an error of the file or the disk means."""
        if isinstance(error, sqlite3.Error) and is_fault(error):
            return unusable(self.place, error)
        return None

    def open_writer(self) -> Session:
        """The one connection that writes, with the lease."""
        self._lease = Lease(self._path)
        try:
            log = self._path.with_name(self._path.name + "-wal")
            return WritingSession(open_writer(self._path), self._statements, log)
        except CatalogUnusable:
            self.release()
            raise

    def open_reader(self) -> Session:
        """A connection that reads."""
        if self._immutable:
            return SqliteSession(connect(self._path, "immutable"), self._statements)
        return SqliteSession(open_reader(self._path, read_only=self._lease is None), self._statements)

    def open_foreign(self) -> Session:
        """A connection that reads what another process may be writing."""
        connection, self._immutable = open_foreign(self._path)
        return SqliteSession(connection, self._statements)

    def release(self) -> None:
        """Gives the lease back."""
        if self._lease is not None:
            self._lease.close()
