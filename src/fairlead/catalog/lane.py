"""The writer thread: jobs one after another, several in one durable transaction.

Every job runs under a savepoint, so that one that raises takes back its own writes only. The transaction is committed
when no job waits or 50 ms have passed, and only then do its callers go on: what they were told is on the disk. A job
whose caller gave up before it began never runs.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Any, NamedTuple, Self, TypeVar

from fairlead.catalog.engine import Engine
from fairlead.catalog.session import Session
from fairlead.catalog.writer import CatalogWriter
from fairlead.model.errors import CatalogUnusable

T = TypeVar("T")

_LONGEST = 0.05
"""Seconds after which a transaction takes no further job."""

_SWITCH = 0.0001
"""Seconds after which the interpreter's lock is handed over to a thread that waits for it.

The writer gives the lock up at every step (SQLite) or whenever it waits for the server (PostgreSQL). With the default
of 5 ms an event loop that is busy, and gives the lock up for an instant at every turn, starves it: a page of 200
records then took up to 1.7 s of wall time with SQLite instead of 15 ms.
"""


class _Job(NamedTuple):
    work: Callable[[CatalogWriter], Any]
    future: Future[Any]


class _Done(NamedTuple):
    future: Future[Any]
    result: object
    error: BaseException | None


class Lane:
    """Owns the write connection. `submit` is safe from any thread."""

    def __init__(self, engine: Engine, session: Session, writer: CatalogWriter) -> None:
        self._engine = engine
        self._session = session
        self._writer = writer
        self._queue: SimpleQueue[_Job | None] = SimpleQueue()
        self._gate = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="catalog-writer", daemon=True)
        sys.setswitchinterval(min(sys.getswitchinterval(), _SWITCH))
        self._thread.start()

    @property
    def is_current(self) -> bool:
        """Whether the caller runs in the writer thread."""
        return threading.current_thread() is self._thread

    def submit(self, work: Callable[[CatalogWriter], T]) -> Future[T]:
        """Queues a job; the future is done once its transaction is durable. CatalogUnusable after `close`."""
        future: Future[T] = Future()
        with self._gate:
            if self._closed:
                raise CatalogUnusable(f"catalog {self._engine.place}: it is closed")
            self._queue.put(_Job(work, future))
        return future

    def close(self) -> None:
        """Runs what waits and closes the session. Blocks until that is done."""
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
            self._session.settle()
        self._session.close()

    def _transaction(self, job: _Job | None) -> tuple[list[_Done], bool]:
        """Runs jobs from `job` on in one transaction; the outcomes, and whether more may come."""
        done: list[_Done] = []
        try:
            if self._session.begin_writing():
                self._writer.look_again()
        except self._engine.errors as error:
            return self._not_begun(job, self._told(error)), True
        except CatalogUnusable as error:
            return self._not_begun(job, error), True
        deadline = time.monotonic() + _LONGEST
        open_ = True
        while job is not None:
            if job.future.set_running_or_notify_cancel():
                done.append(self._run(job))
                if not self._session.in_transaction:
                    # A full disk, or a lost server, takes back the whole transaction, not only the job.
                    return self._failed(done, done[-1].error), True
            if time.monotonic() > deadline:
                break
            try:
                job = self._queue.get_nowait()
            except Empty:
                break
            open_ = job is not None
        try:
            self._session.commit()
        except self._engine.errors as error:
            self._session.roll_back()
            return self._failed(done, self._told(error)), open_
        return done, open_

    def _not_begun(self, job: _Job | None, error: BaseException) -> list[_Done]:
        self._session.roll_back()
        waits = job is not None and job.future.set_running_or_notify_cancel()
        return [_Done(job.future, None, error)] if job is not None and waits else []

    def _run(self, job: _Job) -> _Done:
        result: object = None
        try:
            self._session.set_mark()
        except self._engine.errors as error:
            return _Done(job.future, None, self._told(error))
        with _Savepoint(self._session, self._engine.errors) as point:
            result = job.work(self._writer)
        return _Done(job.future, result, None if point.error is None else self._told(point.error))

    def _told(self, error: BaseException) -> BaseException:
        """What the job's caller is told."""
        return self._engine.fault(error) or error

    def _failed(self, done: list[_Done], error: BaseException | None) -> list[_Done]:
        """The outcomes when nothing was stored: jobs that had succeeded fail too."""
        self._session.forget()
        return [one if one.error is not None else _Done(one.future, None, error) for one in done]


class _Savepoint:
    """A job's part of the transaction. What the job raises is taken back here and kept for its caller in `error`:
    the thread goes on."""

    def __init__(self, session: Session, errors: tuple[type[Exception], ...]) -> None:
        self.error: BaseException | None = None
        self._session = session
        self._errors = errors

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        session = self._session
        self.error = error
        try:
            if error is None:
                session.drop_mark()
            elif session.in_transaction:
                session.return_to_mark()
        except self._errors as fault:
            self.error = error or fault
            session.roll_back()
        if self.error is not None:
            session.forget()
        return True
