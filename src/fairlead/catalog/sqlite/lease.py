"""One process writes a catalog: an exclusive lock on a file beside it, which the system drops however we die."""

from __future__ import annotations

import fcntl
import os
import weakref
from pathlib import Path
from types import TracebackType

from fairlead.catalog.sqlite.faults import unusable
from fairlead.model.errors import CatalogUnusable


class Lease:
    """Held from construction to `close`. The lock file holds the owner's process id and stays when it is released:
    removing it would let two processes lock two files of one name."""

    def __init__(self, path: Path) -> None:
        lock = path.with_name(path.name + ".lock")
        try:
            self._file = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise unusable(str(path), error) from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            owner = os.pread(self._file, 32, 0).decode("ascii", "replace").strip() or "unknown"
            os.close(self._file)
            raise CatalogUnusable(
                f"catalog {path}: process {owner} is writing it",
                advice="Stop that process, or let it do the work: one process writes a catalog at a time.",
            ) from error
        except OSError as error:
            os.close(self._file)
            raise unusable(str(path), error) from error
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, f"{os.getpid()}\n".encode("ascii"), 0)
        # A forked child shares the lock, and would keep it when we are gone.
        held = weakref.ref(self)
        os.register_at_fork(after_in_child=lambda: _let_go(held))

    def close(self) -> None:
        """Gives the lease back."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def __enter__(self) -> Lease:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _let_go(held: weakref.ref[Lease]) -> None:
    lease = held()
    if lease is not None:
        lease.close()
