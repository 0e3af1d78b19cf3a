"""PostgreSQL as the engine: one schema of one database on a server."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fairlead.catalog.address import server_place
from fairlead.catalog.postgres.connect import Connection, check_reading, connect, prepare_writing
from fairlead.catalog.postgres.faults import ERRORS, fault, refusal
from fairlead.catalog.postgres.session import PostgresSession
from fairlead.catalog.session import Session
from fairlead.catalog.sql import load_statements
from fairlead.model.errors import CatalogUnusable
from fairlead.model.secrets import Secret

Prepare = Callable[[Connection, str], Awaitable[None]]


class PostgresEngine:
    """Satisfies `engine.Engine` for `url`. BadUsage for a URL that names no database."""

    errors = ERRORS

    def __init__(self, url: str, password: Secret | None) -> None:
        self.place = server_place(url)
        self._url = url
        self._password = password
        self._statements = load_statements("postgres")

    def fault(self, error: BaseException) -> CatalogUnusable | None:
        """What an error of the server or the network means."""
        return fault(self.place, error)

    def open_writer(self) -> Session:
        """The one connection that writes, and holds the lease."""
        return self._session(prepare_writing, read_only=False)

    def open_reader(self) -> Session:
        """A connection that reads."""
        return self._session(None, read_only=True)

    def open_foreign(self) -> Session:
        """A connection that reads what another process may be writing."""
        return self._session(check_reading, read_only=True)

    def release(self) -> None:
        """The lease went with the connection that held it."""

    def _session(self, prepare: Prepare | None, *, read_only: bool) -> Session:
        async def opened() -> Connection:
            connection = await connect(self._url, self._password, read_only=read_only)
            usable = False
            try:
                if prepare is not None:
                    await prepare(connection, self.place)
                usable = True
            finally:
                if not usable:
                    await connection.close()
            return connection

        try:
            return PostgresSession(opened, self._statements)
        except self.errors as error:
            raise refusal(self.place, error) from error
