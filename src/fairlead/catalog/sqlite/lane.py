"""The writer thread: jobs one after another, several in one durable transaction.

Every job runs under a savepoint, so that one that raises takes back its own writes only. The transaction is committed
when no job waits or 50 ms have passed, and only then do its callers go on: what they were told is on the disk. A job
whose caller gave up before it began never runs.
"""

from __future__ import annotations

import sqlite3
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Any, NamedTuple, Self, TypeVar

from fairlead.catalog.sqlite.faults import is_fault, unusable
from fairlead.catalog.sqlite.session import Session
from fairlead.catalog.sqlite.writer import SqliteWriter
from fairlead.model.errors import CatalogUnusable

T = TypeVar("T")

_LONGEST = 0.05
"""Seconds after which a transaction takes no further job."""

_SWITCH = 0.0001
"""Seconds after which the interpreter's lock is handed over to a thread that waits for it.

The writer gives the lock up at every SQL step. With the default of 5 ms an event loop that is busy, and gives the lock
up for an instant at every turn, starves it: a page of 200 records then took up to 1.7 s of wall time instead of 15 ms.
"""

_LOG_BYTES = 64 * 1024 * 1024
"""Length of the log beyond which it is copied back into the file."""


class _Job(NamedTuple):
    work: Callable[[SqliteWriter], Any]
    future: Future[Any]


class _Done(NamedTuple):
    future: Future[Any]
    result: object
    error: BaseException | None


class Lane:
    """Owns the write connection. `submit` is safe from any thread."""

    def __init__(self, path: Path, session: Session, writer: SqliteWriter) -> None:
        self._path = path
        self._log = path.with_name(path.name + "-wal")
        self._session = session
        self._connection = session.connection
        self._writer = writer
        self._queue: SimpleQueue[_Job | None] = SimpleQueue()
        self._gate = threading.Lock()
        self._closed = False
        self._copy_at = _LOG_BYTES
        self._thread = threading.Thread(target=self._work, name="catalog-writer", daemon=True)
        sys.setswitchinterval(min(sys.getswitchinterval(), _SWITCH))
        self._thread.start()

    @property
    def is_current(self) -> bool:
        """Whether the caller runs in the writer thread."""
        return threading.current_thread() is self._thread

    def submit(self, work: Callable[[SqliteWriter], T]) -> Future[T]:
        """Queues a job; the future is done once its transaction is durable. CatalogUnusable after `close`."""
        future: Future[T] = Future()
        with self._gate:
            if self._closed:
                raise CatalogUnusable(f"catalog {self._path}: it is closed")
            self._queue.put(_Job(work, future))
        return future

    def close(self) -> None:
        """Runs what waits, copies the log back and closes the connection. Blocks until that is done."""
        with self._gate:
            if self._closed:
                return
            self._closed = True
            self._queue.put(None)
        self._thread.join()

    # -- in the thread -------------------------------------------------------------------------------------------
    def _work(self) -> None:
        open_ = True
        while open_:
            job = self._queue.get()
            if job is None:
                break
            done, open_ = self._transaction(job)
            for future, result, error in done:
                if error is None:
                    future.set_result(result)
                else:
                    future.set_exception(error)
            del job, done
            self._tidy()
        # A reader in another process may be in the way; the log then stays for the next time.
        self._connection.execute("PRAGMA busy_timeout = 0").fetchone()
        self._copy("TRUNCATE")
        self._session.close()

    def _transaction(self, job: _Job | None) -> tuple[list[_Done], bool]:
        """Runs jobs from `job` on in one transaction; the outcomes, and whether more may come."""
        done: list[_Done] = []
        try:
            self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            if job is not None and job.future.set_running_or_notify_cancel():
                done.append(_Done(job.future, None, unusable(str(self._path), error)))
            return done, True
        deadline = time.monotonic() + _LONGEST
        open_ = True
        while job is not None:
            if job.future.set_running_or_notify_cancel():
                done.append(self._run(job))
                if not self._connection.in_transaction:
                    # A full disk may make SQLite take back the whole transaction, not only the job.
                    return self._failed(done, done[-1].error), True
            if time.monotonic() > deadline:
                break
            try:
                job = self._queue.get_nowait()
            except Empty:
                break
            open_ = job is not None
        try:
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            _roll_back(self._connection)
            return self._failed(done, unusable(str(self._path), error)), open_
        return done, open_

    def _run(self, job: _Job) -> _Done:
        result: object = None
        with _Savepoint(self._session) as point:
            result = job.work(self._writer)
        if isinstance(point.error, sqlite3.Error) and is_fault(point.error):
            return _Done(job.future, None, unusable(str(self._path), point.error))
        return _Done(job.future, result, point.error)

    def _failed(self, done: list[_Done], error: BaseException | None) -> list[_Done]:
        """The outcomes when nothing was stored: jobs that had succeeded fail too."""
        self._session.forget()
        return [one if one.error is not None else _Done(one.future, None, error) for one in done]

    def _tidy(self) -> None:
        """Copies the log back into the file when it has grown long.

        A long reader keeps it from being cut; then it is copied again only when it has grown as much once more.
        """
        size = self._log_size()
        if size < self._copy_at - _LOG_BYTES:
            self._copy_at = _LOG_BYTES
        if size > self._copy_at:
            self._copy("PASSIVE")
            self._copy_at = size + _LOG_BYTES

    def _log_size(self) -> int:
        try:
            return self._log.stat().st_size
        except OSError:
            return 0

    def _copy(self, mode: str) -> None:
        try:
            self._connection.execute(f"PRAGMA wal_checkpoint({mode})").fetchone()
        except sqlite3.Error:
            # A reader in the way, or a full disk: the log is as durable as the file, and is copied another time.
            return


class _Savepoint:
    """A job's part of the transaction. What the job raises is taken back here and kept for its caller in `error`:
    the thread goes on."""

    def __init__(self, session: Session) -> None:
        self.error: BaseException | None = None
        self._session = session

    def __enter__(self) -> Self:
        self._session.connection.execute("SAVEPOINT job")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        connection = self._session.connection
        self.error = error
        try:
            if error is None:
                connection.execute("RELEASE job")
            elif connection.in_transaction:
                connection.execute("ROLLBACK TO job")
                connection.execute("RELEASE job")
        except sqlite3.Error as fault:
            self.error = error or fault
            _roll_back(connection)
        if self.error is not None:
            self._session.forget()
        return True


def _roll_back(connection: sqlite3.Connection) -> None:
    try:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
    except sqlite3.Error:
        # The file is out of reach; SQLite takes the transaction back when it can.
        return
