"""What an engine is: how connections come to be, and what its errors mean."""

from __future__ import annotations

from typing import Protocol

from fairlead.catalog.session import Session
from fairlead.model.errors import CatalogUnusable


class Engine(Protocol):
    """One catalog's place. Every method may block; `open_*` raise CatalogUnusable, and then nothing was changed."""

    @property
    def place(self) -> str:
        """The catalog's name in messages; it holds no secret."""

    @property
    def errors(self) -> tuple[type[Exception], ...]:
        """What its driver raises."""

    def fault(self, error: BaseException) -> CatalogUnusable | None:
        """What an error means where it lies with the disk, the file or the server; None where a statement is wrong."""

    def open_writer(self) -> Session:
        """Takes the lease and opens the one session that writes; makes the schema, or brings it up to date."""

    def open_reader(self) -> Session:
        """A session that reads committed states of the catalog that this process has open."""

    def open_foreign(self) -> Session:
        """The first session of a catalog that another process may be writing: it is looked at before it is trusted."""

    def release(self) -> None:
        """Gives the lease back."""
